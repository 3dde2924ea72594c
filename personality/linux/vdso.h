/* SPDX-License-Identifier: MIT */
/* vdso.h - the code that is mapped into each process; vdso.c. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct mm;

bool vdso_init(void);				/* false: no memory */

/* Map it somewhere in the upper part of the address space; mm->vdso. 0, -ENOMEM. */
long vdso_map(struct mm *mm);

/* Address of a stub in the process: VDSO_SIGNAL_ENTRY, VDSO_SIGNAL_RETURN. */
uint64_t vdso_stub(const struct mm *mm, unsigned stub);
