/* SPDX-License-Identifier: MIT */
/*
 * linux-forge - a hostile Linux program without any mark: it calls the portals that the kernel uses
 * for its own events, with messages that look like events, and its receive windows wide open. It
 * says for each whether anything came back: words, items, pages or capabilities.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define UTCB		((volatile uint64_t *)0x7ffff0001000)
#define WORDS		508
#define OTHER_EVENTS	128u			/* event base of the first thread, if it is not 0 */
#define WINDOW		0x200000000000ull
#define MARK		0x4141414141414141ull

static const struct {
	const char *name;
	unsigned number;
} portals[] = {
	{ "breakpoint", 3 }, { "page fault", 14 }, { "start", 30 }, { "recall", 31 },
	{ "system call", 32 }, { "foreign base", 0 },
};

static uint64_t events;				/* event base */

static unsigned hypercall(uint64_t rdi, uint64_t *rsi)
{
	uint64_t rdx = 0, rax = 0;

	*(volatile uint32_t *)UTCB = 1;
	__asm__ volatile("syscall" : "+D"(rdi), "+S"(*rsi), "+d"(rdx), "+a"(rax)
			 : : "rcx", "r8", "r11", "memory", "cc");
	*(volatile uint32_t *)UTCB = 0;
	return rdi & 0xff;
}

/* RSI is what a badge would be, if anybody believed it. */
static unsigned call(uint64_t sel)
{
	uint64_t rsi = 1;

	return hypercall(sel << 12, &rsi);
}

static uint64_t lookup(uint64_t sel)
{
	uint64_t crd = sel << 12 | 3;

	hypercall(8, &crd);
	return crd;
}

/* A page fault at main(), as far as the words reach; offsets are those of the UTCB's state. */
static void forge(unsigned words, unsigned items)
{
	volatile uint64_t *w = UTCB + 4;

	for (unsigned i = 0; i < WORDS; i++)
		w[i] = MARK;
	w[0] = ~0ull;					/* mtd */
	w[2] = 0xdead0000;				/* rip */
	w[7] = 60;					/* rax: exit */
	w[23] = 4;					/* error code */
	w[24] = (uint64_t)(uintptr_t)&call;		/* CR2 */
	UTCB[1] = (63 << 12) | 26 << 7 | 31 << 2 | 3;	/* translate: all selectors */
	UTCB[2] = (WINDOW >> 12) << 12 | 9 << 7 | 7 << 2 | 1;
	for (unsigned i = 0; i < items; i++) {
		UTCB[512 - 2 * (i + 1)] = events << 12 | 5 << 7 | 31 << 2 | 3;
		UTCB[512 - 2 * (i + 1) + 1] = 1;
	}
	((volatile uint32_t *)UTCB)[1] = words | items << 16;
}

static void try(unsigned portal, unsigned words, unsigned items)
{
	unsigned status, count, changed = 0;

	forge(words, items);
	status = call(portals[portal].number ? events + portals[portal].number : 32);
	count = ((volatile uint32_t *)UTCB)[1];
	for (unsigned i = 25; i < WORDS - 2 * 4; i++)
		changed += UTCB[4 + i] != MARK;
	printf("%s, %u words, %u items: %s\n", portals[portal].name, words, items,
	       status == 0 && !count && !changed ? "nothing came" : "something came");
}

int main(void)
{
	static const unsigned words[] = { 0, 1, 78, 79, 80, WORDS };

	events = lookup(14) ? 0 : OTHER_EVENTS;
	for (unsigned p = 0; p < sizeof(portals) / sizeof(portals[0]); p++)
		for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
			try(p, words[i], 0);
			if (words[i] < WORDS)
				try(p, words[i], 4);
		}
	puts("alive");
	return 0;
}
