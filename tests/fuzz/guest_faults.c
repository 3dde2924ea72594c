/* SPDX-License-Identifier: MIT */
/*
 * guest_faults.c - exceptions on purpose, and processor state that a kernel must not trust. Whatever
 * they do, the thread goes on through the portal of its exception.
 */
#include "guest.h"

static void random_flags(struct slot *g)
{
	/* DF would break this C code, TF is a case of its own; AC, NT, ID and the rest may stay. */
	uint64_t flags = random64(&g->random) & ~0x500ull;

	__asm__ volatile("push %0\n\tpopf" : : "r"(flags) : "memory", "cc");
}

static void single_step(void)
{
	__asm__ volatile("pushf\n\torq $0x100, (%%rsp)\n\tpopf\n\tnop\n\tsyscall\n\tud2"
			 : : "D"(0xffull) : "memory", "cc", "rcx", "r11");
}

static void random_bases(struct slot *g)
{
	uint64_t fs = pick_edge(g), gs = random64(&g->random);

	if (!(g->flags & SLOT_FSGSBASE))
		return;
	__asm__ volatile("wrfsbase %0" : : "r"(random_one_in(&g->random, 2) ? fs : gs >> 17));
	__asm__ volatile("wrgsbase %0" : : "r"(random_one_in(&g->random, 2) ? gs : fs));
}

static void random_segment(struct slot *g)
{
	uint32_t sel = random_one_in(&g->random, 2) ? (uint32_t)random_below(&g->random, 0x80)
						    : (uint32_t)random64(&g->random);

	switch (random_below(&g->random, 5)) {
	case 0: __asm__ volatile("mov %0, %%ds" : : "r"(sel)); break;
	case 1: __asm__ volatile("mov %0, %%es" : : "r"(sel)); break;
	case 2: __asm__ volatile("mov %0, %%fs" : : "r"(sel)); break;
	case 3: __asm__ volatile("mov %0, %%gs" : : "r"(sel)); break;
	case 4: __asm__ volatile("mov %0, %%ss" : : "r"(sel)); break;
	}
}

/* A far return or an iret with anything in its frame. */
static void random_far(struct slot *g)
{
	uint64_t cs = random_one_in(&g->random, 2) ? 0x2b : random_below(&g->random, 0x100);
	uint64_t rip = random_one_in(&g->random, 2) ? (uint64_t)guest_enter : pick_edge(g);
	uint64_t flags = random64(&g->random) & ~0x500ull, rsp = pick_edge(g);

	if (random_one_in(&g->random, 2))
		__asm__ volatile("push %0\n\tpush %1\n\tlretq" : : "r"(cs), "r"(rip) : "memory");
	__asm__ volatile("push %0\n\tpush %1\n\tpush %2\n\tpush %3\n\tpush %4\n\tiretq"
			 : : "r"(0x23ull), "r"(rsp), "r"(flags), "r"(cs), "r"(rip) : "memory");
}

static void fpu_state(struct slot *g)
{
	uint32_t mxcsr = (uint32_t)random64(&g->random);

	switch (random_below(&g->random, 4)) {
	case 0:		/* reserved bits: #GP */
		__asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
		break;
	case 1:
		mxcsr &= 0xffff;
		__asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
		break;
	case 2:		/* unmasked x87 exceptions, one of them pending */
		mxcsr = 0x340;
		__asm__ volatile("fldcw %0\n\tfld1\n\tfldz\n\tfdivrp\n\tfwait" : : "m"(mxcsr));
		break;
	default:
		__asm__ volatile("fninit\n\tmovq %0, %%xmm3" : : "r"(random64(&g->random)));
	}
}

static void raise_exception(struct slot *g)
{
	switch (random_below(&g->random, 14)) {
	case 0: __asm__ volatile("ud2"); break;
	case 1: __asm__ volatile("div %0" : : "r"(0) : "rax", "rdx", "cc"); break;
	case 2: __asm__ volatile("int3"); break;
	case 3: __asm__ volatile("int $4"); break;
	case 4: __asm__ volatile("int $0x80"); break;
	case 5: __asm__ volatile("int $2"); break;
	case 6: __asm__ volatile("hlt"); break;
	case 7: __asm__ volatile("sysenter" : : : "memory", "rcx", "rdx"); break;
	case 8: __asm__ volatile("wrmsr" : : "a"(0), "d"(0), "c"(0xc0000082)); break;
	case 9: __asm__ volatile("mov %0, %%cr3" : : "r"(0ull) : "memory"); break;
	case 10: __asm__ volatile("mov %0, %%dr7" : : "r"(0x3ffull)); break;
	case 11: __asm__ volatile("cli"); break;
	case 12: single_step(); break;
	default: __asm__ volatile("outb %%al, %%dx" : : "a"(0), "d"(G_PORTS + random_below(&g->random, 16)));
	}
}

void guest_fault(struct slot *g)
{
	switch (random_below(&g->random, 12)) {
	case 0: case 1: random_flags(g); break;
	case 2: case 3: random_bases(g); break;
	case 4: random_segment(g); break;
	case 5: random_far(g); break;
	case 6: case 7: fpu_state(g); break;
	default: raise_exception(g);
	}
}

void guest_touch(struct slot *g)
{
	uint64_t at = pick_page(g) << HEDRON_PAGE_SHIFT | random_below(&g->random, HEDRON_PAGE_SIZE);
	volatile uint8_t *p = (volatile uint8_t *)at;

	switch (random_below(&g->random, 8)) {
	case 0:
		((void (*)(void))at)();
		break;
	case 1: case 2:
		if (at >= PLAY)		/* its own slots it spoils by other means */
			*p = (uint8_t)at;
		break;
	default:
		(void)*p;
	}
}
