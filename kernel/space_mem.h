/* SPDX-License-Identifier: MIT */
/* space_mem.h - the user half of address spaces; the rules are at the head of space_mem.c. */
#pragma once
#include <hedron/crd.h>
#include "pagetable.h"
#include "pd.h"

/* Both take pd->mem_lock to be held; ranges are page-aligned and below HEDRON_USER_END. What was
 * there before is replaced. HEDRON_OOM leaves the range partly done. */
MUST_USE enum hedron_status mem_map_locked(struct pd *pd, uaddr va, paddr phys, uint64_t len,
					   unsigned rights);
MUST_USE enum hedron_status mem_unmap_locked(struct pd *pd, uaddr va, uint64_t len);

/* Maps a page of the kernel, readable, never executable and not to be delegated (a UTCB). */
MUST_USE enum hedron_status mem_map_fixed(struct pd *pd, uaddr va, paddr phys);
/* Takes that mapping away, if it is still there; at once also from the TLB. */
void mem_unmap_fixed(struct pd *pd, uaddr va, paddr phys);

/* Physical address of a user address; false if nothing is mapped. */
bool mem_translate(struct pd *pd, uaddr va, paddr *phys);

bool mem_space_init(struct pd *pd);	/* false: out of memory */
void mem_space_free(struct pd *pd);	/* not loaded on any CPU */
void mem_load(struct pd *pd);		/* makes it this CPU's address space; NULL: the kernel's own */
void mem_flush(struct pd *pd);		/* its mappings shrank: no stale one is used in user mode */
