/* SPDX-License-Identifier: MIT */
/* space_mem.h - the user half of address spaces; the rules are at the head of space_mem.c. */
#pragma once
#include <hedron/crd.h>
#include "cpu.h"
#include "pagetable.h"
#include "pd.h"
#include "x86.h"

/*
 * Each does a chunk of a range below HEDRON_USER_END, with pd->mem_lock held, and takes it off the span;
 * what was there is replaced, and noted in `gone`: tlb_flush() after the lock is released. HEDRON_OOM:
 * the chunk is partly mapped, or nothing of it unmapped.
 */
MUST_USE enum hedron_status mem_map_locked(struct pd *pd, struct span *s, unsigned rights,
					   struct work *w, struct tlb_gone *gone);
MUST_USE enum hedron_status mem_unmap_locked(struct pd *pd, struct span *s, struct work *w,
					     struct tlb_gone *gone);
/* Gets the memory that these take, so that they cannot fail; rights 0: to unmap. */
MUST_USE enum hedron_status mem_prepare_locked(struct pd *pd, struct span *s, unsigned rights,
					       struct work *w);

/* Gives back what was got and is not used. */
void mem_trim_locked(struct pd *pd, struct span *s, struct work *w, struct tlb_gone *gone);

/* Maps a page of the kernel, readable, never executable and not to be delegated (a UTCB). No locks. */
MUST_USE enum hedron_status mem_map_fixed(struct pd *pd, uaddr va, paddr phys);
/* Takes that mapping away, if it is still there; no CPU sees it any more. No locks. */
void mem_unmap_fixed(struct pd *pd, uaddr va, paddr phys);

/* Physical address of a user address; false if nothing is mapped. */
bool mem_translate(struct pd *pd, uaddr va, paddr *phys);

bool mem_space_init(struct pd *pd);	/* false: out of memory */
bool mem_space_clear(struct pd *pd, struct work *w);	/* a chunk; true: nothing is mapped */
void mem_space_free(struct pd *pd);	/* after that, when no EC runs in it */

/* Changes this CPU's address space; tlb.c says what the mask is for. */
static inline void mem_switch(struct cpu *cpu, struct pd *old, struct pd *pd)
{
	uint64_t bit = cpu->bit;

	__atomic_fetch_or(&pd->cpus, bit, __ATOMIC_SEQ_CST);	/* before the tables are read */
	cpu->pd = pd;
	write_cr3(pd->cr3 | pcid_keep(&pd->pcid, bit));
	__atomic_fetch_and(&old->cpus, ~bit, __ATOMIC_SEQ_CST);
}
void mem_load(struct pd *pd);		/* makes it this CPU's address space; NULL: the kernel's own */
