/* SPDX-License-Identifier: MIT */
/*
 * linux-nsct - a hostile Linux program without any mark: it sets the native system call toggle in its
 * UTCB, which it finds by knowing the system, and makes hypercalls.
 *
 *	status		every hypercall on selectors that it does not hold; prints number and status
 *	portals		calls all its selectors below 4096 with garbage in the UTCB
 *	revoke		revokes all its selectors and all its memory; reply: ends its thread
 *	create		tries to make objects with every selector as the PD
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define UTCB		((volatile uint64_t *)0x7ffff0001000)
#define NOBODY		77777ul		/* a selector without a capability */
#define MEMORY_CRD	(63ul << 7 | 0x1f << 2 | 1)	/* everything, of type memory */
#define OBJECT_CRD	(26ul << 7 | 0x1f << 2 | 3)	/* everything, of type object */

struct regs {
	uint64_t rdi, rsi, rdx, rax, r8;
};

static unsigned hypercall(struct regs r)
{
	register uint64_t r8 __asm__("r8") = r.r8;

	UTCB[0] |= 1;
	__asm__ volatile("syscall"
			 : "+D"(r.rdi), "+S"(r.rsi), "+d"(r.rdx), "+a"(r.rax), "+r"(r8)
			 :
			 : "rcx", "r11", "memory", "cc");
	UTCB[0] &= ~1ul;
	return r.rdi & 0xff;
}

static struct regs regs(unsigned number, unsigned flags, uint64_t sel, uint64_t rsi, uint64_t rdx,
			uint64_t rax)
{
	return (struct regs){ sel << 12 | flags << 8 | number, rsi, rdx, rax, 0 };
}

static void status(void)
{
	static const struct { const char *name; unsigned number, flags; } calls[] = {
		{ "call", 0, 0 }, { "call, not blocking", 0, 1 }, { "create_pd", 2, 0 },
		{ "create_ec", 3, 0 }, { "create_ec, global", 3, 1 }, { "create_sc", 4, 0 },
		{ "create_pt", 5, 0 }, { "create_sm", 6, 0 }, { "revoke, remote", 7, 2 },
		{ "delegate", 8, 2 }, { "delegate, hypervisor", 8, 10 }, { "msr read", 8, 3 },
		{ "msr write", 8, 7 }, { "recall", 9, 0 }, { "sc_ctrl", 10, 0 }, { "pt_ctrl", 11, 0 },
		{ "up", 12, 0 }, { "down", 12, 1 }, { "down to zero", 12, 3 },
		{ "assign_pci", 13, 0 }, { "assign_gsi", 14, 0 }, { "suspend", 15, 0 },
		{ "microcode", 15, 1 }, { "number 16", 16, 0 }, { "number 255", 255, 0 },
	};

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		int cpu = calls[i].number == 3 || calls[i].number == 14;	/* in rdx */

		printf("%s: %u\n", calls[i].name,
		       hypercall(regs(calls[i].number, calls[i].flags, NOBODY, NOBODY, cpu ? 0 : NOBODY, 0)));
	}
}

static void garbage(unsigned seed)
{
	for (int i = 1; i < 512; i++)
		UTCB[i] = seed * 0x9e3779b97f4a7c15 + i * 0xdeadbeefcafe;
}

static void portals(void)
{
	for (unsigned sel = 0; sel < 4096; sel++) {
		garbage(sel);
		hypercall(regs(0, 1, sel, 0, 0, 0));
		for (int i = 1; i < 512; i++)
			UTCB[i] = ~0ul;
		hypercall(regs(0, 0, sel, 0, 0, 0));
	}
}

static void create(void)
{
	unsigned made = 0;

	for (unsigned pd = 0; pd < 4096; pd++)
		for (unsigned number = 2; number <= 6; number++) {
			unsigned s = hypercall(regs(number, 1, 100000 + pd, pd, number == 3 ? 0 : pd, 0));

			made += s == 0;
		}
	printf("made: %u\n", made);
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "status";

	if (!strcmp(how, "status"))
		status();
	if (!strcmp(how, "portals"))
		portals();
	if (!strcmp(how, "create"))
		create();
	if (!strcmp(how, "reply"))
		hypercall(regs(1, 0, 0, 0, 0, 0));
	if (!strcmp(how, "revoke")) {
		hypercall(regs(7, 1, 0, MEMORY_CRD, 0, 0));
		hypercall(regs(7, 1, 0, OBJECT_CRD, 0, 0));
	}
	puts("alive");
	return 0;
}
