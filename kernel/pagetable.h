/* SPDX-License-Identifier: MIT */
/* pagetable.h - the user half of a page table; the rules are at the head of pagetable.c. */
#pragma once
#include "pages.h"
#include "paging.h"
#include "tlb.h"
#include "work.h"

struct pagetable {
	uint64_t *pml4;
};

/* A run of memory that is mapped alike, from where one asked up to its end. */
struct extent {
	paddr phys;
	uint64_t len;
	unsigned rights;	/* MEM_*; 0: a hole, phys means nothing */
	unsigned entries;	/* that were looked at */
};

extern unsigned pagetable_max_level;	/* I  2 if the CPU has pages of 1 GiB */

/* It may end before the run does, but not before `wanted_bytes` within one table. */
struct extent pagetable_extent(const struct pagetable *t, uaddr va, uint64_t wanted_bytes);

/* What is left to do of a range; page-aligned and in the user half. */
struct span {
	uaddr va;
	paddr phys;			/* when mapping */
	uint64_t len;
};

/* Each does a chunk and takes it off the span; len 0: done. What was there is replaced, and noted in
 * `gone`. False: out of memory; what lies in the first table is mapped whole or not at all, nothing is
 * cleared. */
MUST_USE bool pagetable_map(struct pagetable *t, struct span *s, uint64_t flags, struct work *w,
			    struct tlb_gone *gone);
MUST_USE bool pagetable_clear(struct pagetable *t, struct span *s, struct work *w,
			      struct tlb_gone *gone);

/* Make the tables that these take, and nothing else one could see. False: out of memory. */
MUST_USE bool pagetable_prepare_map(struct pagetable *t, struct span *s, struct work *w);
MUST_USE bool pagetable_prepare_clear(struct pagetable *t, uaddr va, uint64_t len);

/* Undoes preparing: tables go that are empty, or map what one large page does. A chunk. */
void pagetable_trim(struct pagetable *t, struct span *s, struct work *w, struct tlb_gone *gone);

/* Clears the page at `va` if it is a fixed one that maps `phys`; whether it was. */
bool pagetable_clear_fixed(struct pagetable *t, uaddr va, paddr phys, struct tlb_gone *gone);

uint64_t pagetable_flags(unsigned rights);	/* of a user page; MEM_R at least */
