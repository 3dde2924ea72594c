/* SPDX-License-Identifier: MIT */
/*
 * canary.c - the stack protector: each function with an array stores this word below its return
 * address and looks whether it still stands there when it returns.
 *
 * Drawn at each boot, before any function that will return has been called.
 */
#include "debug.h"
#include "panic.h"
#include "x86.h"

#define CPUID1_ECX_RDRAND	(1 << 30)
#define GOLDEN_RATIO		0x9e3779b97f4a7c15	/* 2^64 / phi: spreads the ticks over all bits */

/* Names that gcc has chosen. */
extern uint64_t __stack_chk_guard;
NORETURN void __stack_chk_fail(void);

uint64_t __stack_chk_guard RO_AFTER_BOOT;

__attribute__((no_stack_protector)) void canary_init(void)
{
	uint64_t val = rdtsc() * GOLDEN_RATIO, hw = 0;

	if (cpuid(1, 0).ecx & CPUID1_ECX_RDRAND)
		__asm__ volatile("rdrand %0" : "+r"(hw) : : "cc");
	__stack_chk_guard = val ^ hw;
}

NORETURN void __stack_chk_fail(void)
{
	panic("stack smashed");
}
