/* SPDX-License-Identifier: MIT */
/* pagetable.h - the user half of a page table; the rules are at the head of pagetable.c. */
#pragma once
#include "pages.h"
#include "paging.h"

struct pagetable {
	uint64_t *pml4;
};

/* A run of memory that is mapped alike, from where one asked up to its end. */
struct extent {
	paddr phys;
	uint64_t len;
	unsigned rights;	/* MEM_*; 0: a hole, phys means nothing */
};

extern unsigned pagetable_max_level;	/* I  2 if the CPU has pages of 1 GiB */

struct extent pagetable_extent(const struct pagetable *t, uaddr va);

/* Ranges are page-aligned and in the user half. What was there is replaced. False: out of memory,
 * the range is partly done. */
MUST_USE bool pagetable_map(struct pagetable *t, uaddr va, paddr phys, uint64_t len, uint64_t flags);
MUST_USE bool pagetable_clear(struct pagetable *t, uaddr va, uint64_t len);

/* Clears the page at `va` if it is a fixed one that maps `phys`; whether it was. */
bool pagetable_clear_fixed(struct pagetable *t, uaddr va, paddr phys);

uint64_t pagetable_flags(unsigned rights);	/* of a user page; MEM_R at least */
void pagetable_free(struct pagetable *t);

/* To be provided by the user: the TLB must not lead to this page, or into any freed table, any more.
 * tlb_drop_page() may be late, but not later than the next user instruction. */
void tlb_drop_page(struct pagetable *t, uaddr va);
void tlb_drop_all_now(struct pagetable *t);
