/* SPDX-License-Identifier: MIT */
/*
 * space_mem.c - address spaces of PDs. The user half belongs to the PD (pagetable.c); the kernel half
 * is shared (layout.h). What leaves the tables leaves the TLBs by tlb.c.
 */
#include "space_mem.h"
#include "assert.h"
#include "cpu.h"
#include "kmap.h"
#include "layout.h"
#include "pages.h"
#include "string.h"
#include "x86.h"

#define USER_HALF	(256 * level_size(LEVEL_TOP))

bool mem_translate(struct pd *pd, uaddr va, paddr *phys)
{
	struct extent e;

	if (va >= HEDRON_USER_END)
		return false;
	spin_lock(&pd->mem_lock);
	e = pagetable_extent(&pd->mem, va, 1);
	spin_unlock(&pd->mem_lock);
	*phys = e.phys;
	return e.rights != 0;
}

static enum hedron_status status_of(bool done)
{
	return done ? HEDRON_SUCCESS : HEDRON_OOM;
}

WARM enum hedron_status mem_map_locked(struct pd *pd, struct span *s, unsigned rights, struct work *w,
				  struct tlb_gone *gone)
{
	assert(spin_is_held(&pd->mem_lock));
	return status_of(pagetable_map(&pd->mem, s, pagetable_flags(rights), w, gone));
}

enum hedron_status mem_unmap_locked(struct pd *pd, struct span *s, struct work *w,
				    struct tlb_gone *gone)
{
	assert(spin_is_held(&pd->mem_lock));
	return status_of(pagetable_clear(&pd->mem, s, w, gone));
}

enum hedron_status mem_prepare_locked(struct pd *pd, struct span *s, unsigned rights, struct work *w)
{
	assert(spin_is_held(&pd->mem_lock));
	if (rights)
		return status_of(pagetable_prepare_map(&pd->mem, s, w));
	if (!pagetable_prepare_clear(&pd->mem, s->va, s->len))
		return HEDRON_OOM;
	s->len = 0;
	return HEDRON_SUCCESS;
}

void mem_trim_locked(struct pd *pd, struct span *s, struct work *w, struct tlb_gone *gone)
{
	assert(spin_is_held(&pd->mem_lock));
	pagetable_trim(&pd->mem, s, w, gone);
}

enum hedron_status mem_map_fixed(struct pd *pd, uaddr va, paddr phys)
{
	struct span s = { va, phys, PAGE_SIZE };
	struct tlb_gone gone;
	struct work w = WORK_INIT;
	enum hedron_status status = HEDRON_BAD_CAP;

	tlb_gone_init(&gone);
	spin_lock(&pd->mem_lock);
	if (!pd->obj.orphan)			/* else it is being emptied */
		status = status_of(pagetable_map(&pd->mem, &s,
						 pagetable_flags(MEM_R | MEM_W) | PTE_FIXED, &w,
						 &gone));
	spin_unlock(&pd->mem_lock);
	tlb_flush(pd, &gone);
	return status;
}

void mem_unmap_fixed(struct pd *pd, uaddr va, paddr phys)
{
	struct tlb_gone gone;

	tlb_gone_init(&gone);
	spin_lock(&pd->mem_lock);
	pagetable_clear_fixed(&pd->mem, va, phys, &gone);
	spin_unlock(&pd->mem_lock);
	tlb_flush(pd, &gone);
}

bool mem_space_init(struct pd *pd)
{
	pd->mem.pml4 = page_alloc();
	if (!pd->mem.pml4)
		return false;
	memcpy(pd->mem.pml4 + 256, kernel_pml4 + 256, PAGE_SIZE / 2);
	pcid_init(&pd->pcid);
	pd->cr3 = virt_to_phys(pd->mem.pml4) | pd->pcid.nr;
	return true;
}

bool mem_space_clear(struct pd *pd, struct work *w)
{
	struct span left = { pd->mem_cleared, 0, USER_HALF - pd->mem_cleared };
	struct tlb_gone gone;
	bool done;

	tlb_gone_init(&gone);
	spin_lock(&pd->mem_lock);
	done = pagetable_clear(&pd->mem, &left, w, &gone);
	pd->mem_cleared = left.va;
	spin_unlock(&pd->mem_lock);
	tlb_flush(pd, &gone);
	assert(done);			/* nothing is split, so no memory is needed */
	return !left.len;
}

void mem_space_free(struct pd *pd)
{
	tlb_unload(pd);
	pcid_free(&pd->pcid);
	page_free(pd->mem.pml4);
}

WARM void mem_load(struct pd *pd)
{
	struct cpu *cpu = this_cpu();
	struct pd *old = cpu->pd;

	if (pd)
		__atomic_fetch_or(&pd->cpus, cpu->bit, __ATOMIC_SEQ_CST);	/* as in mem_switch() */
	cpu->pd = pd;
	write_cr3(pd ? pd->cr3 : virt_to_phys(kernel_pml4));
	if (old)
		__atomic_fetch_and(&old->cpus, ~cpu->bit, __ATOMIC_SEQ_CST);
}
