/* SPDX-License-Identifier: MIT */
/* paging.h - page table entries (Intel SDM vol. 3, 4.5). Level 0 is a 4 KiB page, 3 the PML4. */
#pragma once
#include "types.h"

#define PTE_P		(1ull << 0)
#define PTE_W		(1ull << 1)
#define PTE_U		(1ull << 2)
#define PTE_PWT		(1ull << 3)
#define PTE_PCD		(1ull << 4)
#define PTE_A		(1ull << 5)
#define PTE_D		(1ull << 6)
#define PTE_PS		(1ull << 7)
#define PTE_G		(1ull << 8)
#define PTE_FIXED	(1ull << 9)	/* ours: a page of the kernel, not to be delegated */
#define PTE_NX		(1ull << 63)
#define PTE_ADDR	0x000ffffffffff000ull

#define LEVEL_TOP	3

static inline unsigned level_shift(unsigned level)	{ return 12 + 9 * level; }
static inline uint64_t level_size(unsigned level)	{ return 1ull << level_shift(level); }
static inline unsigned level_index(unsigned level, uint64_t va)
{
	return va >> level_shift(level) & 0x1ff;
}

static inline bool pte_is_leaf(uint64_t pte, unsigned level)
{
	return !level || pte & PTE_PS;
}
