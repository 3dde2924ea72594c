/* SPDX-License-Identifier: MIT */
/* grace.h - grace periods: from when on nobody reads what was unlinked; the rules are in grace.c. */
#pragma once
#include "types.h"

struct cpu;

/*
 * A ticket for everything the caller has unlinked so far: once it is over, no CPU holds a pointer to
 * it that it read without a lock. `tell` gets HZ_RECLAIM when it is over, not before this CPU passes
 * kernel_exit() itself. Any CPU, any locks held.
 */
uint64_t grace_begin(struct cpu *tell);
bool grace_over(uint64_t ticket);

/* This CPU holds no pointer to a kernel object: HZ_GRACE on the way out of the kernel. */
void grace_quiescent(void);

/* Between these two this CPU reads no kernel objects, and nobody waits for it (idle). */
void grace_pause(void);
void grace_resume(void);
