/* SPDX-License-Identifier: MIT */
/*
 * locks.c - counts the locks that each CPU holds. None may be held on the way out of the kernel, in an
 * interrupt window, or while waiting for another CPU.
 */
#include "assert.h"
#include "cpu.h"
#include "debug.h"
#include "x86.h"

static int held[HEDRON_NUM_CPU];	/* each CPU its own */

/* Before a CPU has its GS base there is nothing to count. */
static int *own(void)
{
	const struct cpu *cpu = (const struct cpu *)rdmsr(MSR_GS_BASE);

	return cpu >= cpus && cpu < cpus + HEDRON_NUM_CPU ? &held[cpu->id] : NULL;
}

void lock_count(int change)
{
	int *n = own();

	if (n)
		*n += change;
}

void lock_assert_none(void)
{
	assert(!*own());
}
