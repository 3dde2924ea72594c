/* SPDX-License-Identifier: MIT */
/*
 * space_mem.c - address spaces of PDs. The user half belongs to the PD (pagetable.c); the kernel half is
 * shared (layout.h).
 *
 * Entries of the loaded space that lose something are flushed page by page, or all at once before
 * user mode is entered if there are many. A space that is not loaded has nothing in the TLB.
 */
#include "space_mem.h"
#include "assert.h"
#include "cpu.h"
#include "kmap.h"
#include "layout.h"
#include "pages.h"
#include "string.h"
#include "x86.h"

#define FLUSH_SINGLE	16		/* that many pages are flushed one by one */

static struct pd *pd_of(struct pagetable *t)	{ return container_of(t, struct pd, mem); }

void mem_flush(struct pd *pd)
{
	if (this_cpu()->pd == pd)
		cpu_hazard(this_cpu(), HZ_TLB);
}

void tlb_drop_page(struct pagetable *t, uaddr va)
{
	struct cpu *cpu = this_cpu();
	struct pd *pd = pd_of(t);

	if (cpu->pd != pd || cpu->hazards & HZ_TLB)
		return;
	if (pd->flushed++ < FLUSH_SINGLE)
		invlpg(va);
	else
		cpu_hazard(cpu, HZ_TLB);
}

void tlb_drop_all_now(struct pagetable *t)
{
	if (this_cpu()->pd == pd_of(t))
		write_cr3(read_cr3());
}

bool mem_translate(struct pd *pd, uaddr va, paddr *phys)
{
	struct extent e;

	if (va >= HEDRON_USER_END)
		return false;
	e = pagetable_extent(&pd->mem, va);
	*phys = e.phys;
	return e.rights != 0;
}

static enum hedron_status map_flags(struct pd *pd, uaddr va, paddr phys, uint64_t len,
				    uint64_t flags)
{
	assert(spin_is_held(&pd->mem_lock));
	pd->flushed = 0;
	return pagetable_map(&pd->mem, va, phys, len, flags) ? HEDRON_SUCCESS : HEDRON_OOM;
}

enum hedron_status mem_map_locked(struct pd *pd, uaddr va, paddr phys, uint64_t len,
				  unsigned rights)
{
	return map_flags(pd, va, phys, len, pagetable_flags(rights));
}

enum hedron_status mem_unmap_locked(struct pd *pd, uaddr va, uint64_t len)
{
	assert(spin_is_held(&pd->mem_lock));
	pd->flushed = 0;
	return pagetable_clear(&pd->mem, va, len) ? HEDRON_SUCCESS : HEDRON_OOM;
}

enum hedron_status mem_map_fixed(struct pd *pd, uaddr va, paddr phys)
{
	enum hedron_status status;

	spin_lock(&pd->mem_lock);
	status = map_flags(pd, va, phys, PAGE_SIZE, pagetable_flags(MEM_R | MEM_W) | PTE_FIXED);
	spin_unlock(&pd->mem_lock);
	return status;
}

void mem_unmap_fixed(struct pd *pd, uaddr va, paddr phys)
{
	spin_lock(&pd->mem_lock);
	if (pagetable_clear_fixed(&pd->mem, va, phys) && this_cpu()->pd == pd)
		invlpg(va);
	spin_unlock(&pd->mem_lock);
}

bool mem_space_init(struct pd *pd)
{
	pd->mem.pml4 = page_alloc();
	if (!pd->mem.pml4)
		return false;
	memcpy(pd->mem.pml4 + 256, kernel_pml4 + 256, PAGE_SIZE / 2);
	pd->cr3 = virt_to_phys(pd->mem.pml4);
	return true;
}

void mem_space_free(struct pd *pd)
{
	pagetable_free(&pd->mem);
}

HOT void mem_load(struct pd *pd)
{
	this_cpu()->pd = pd;
	write_cr3(pd ? pd->cr3 : virt_to_phys(kernel_pml4));
}
