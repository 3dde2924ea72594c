/* SPDX-License-Identifier: MIT */
/* kstack.h - the stacks of the CPUs, a guard page below each; kstack.c. */
#pragma once
#include "types.h"

enum kstack {
	KSTACK_MAIN,			/* the kernel runs on it */
	KSTACK_NMI, KSTACK_DF, KSTACK_MC,	/* gates that may come on any stack pointer */
	KSTACK_COUNT,
};

/* Makes the stacks of a CPU, once, before it uses them; by any CPU, after kmap_init(). false: no memory. */
MUST_USE bool kstack_create(unsigned cpu);
uint64_t kstack_top(unsigned cpu, enum kstack which);

/* Which stack `va` is on, its guard page included; NULL: none. */
struct kstack_place {
	const char *name;		/* NULL: none */
	unsigned cpu;			/* of the boot stack: 0 */
	uint64_t bottom, top;
	bool guard;			/* `va` is in the page below the bottom */
};
struct kstack_place kstack_find(uint64_t va);
