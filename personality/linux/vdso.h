/* SPDX-License-Identifier: MIT */
/* vdso.h - the code that is mapped into each process; vdso.c. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct mm;

bool vdso_init(void);				/* false: no memory */
/* Map it below `top`. *base: for AT_SYSINFO_EHDR. 0, -ENOMEM. */
long vdso_map(struct mm *mm, uint64_t *base);
