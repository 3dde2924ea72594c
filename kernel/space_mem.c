/* SPDX-License-Identifier: MIT */
/*
 * space_mem.c - page tables of a PD.
 *
 * The user half belongs to the PD; the kernel half is shared (layout.h). Mappings use the largest
 * pages that alignment allows; a large page is split when a part of it changes. A table that is
 * replaced or emptied as a whole is freed; the TLB is flushed first if this address space is loaded.
 * Accessed and dirty bits are set from the start, since nobody reads them.
 *
 * Only `pd->mem_lock`'s holder changes entries. Entries of the loaded space that lose something are
 * flushed page by page, or all at once before user mode is entered if there are many.
 */
#include "space_mem.h"
#include "assert.h"
#include "cpu.h"
#include "kmap.h"
#include "layout.h"
#include "pages.h"
#include "paging.h"
#include "string.h"
#include "x86.h"

#define TABLE_FLAGS	(PTE_P | PTE_W | PTE_U | PTE_A)
#define FLUSH_SINGLE	16		/* that many pages are flushed one by one */

static uint64_t *table_of(uint64_t pte)		{ return phys_to_virt(pte & PTE_ADDR); }

static bool is_loaded(const struct pd *pd)	{ return this_cpu()->pd == pd; }

void mem_flush(struct pd *pd)
{
	if (is_loaded(pd))
		cpu_hazard(this_cpu(), HZ_TLB);
}

static void flush_page(struct pd *pd, uaddr va)
{
	struct cpu *cpu = this_cpu();

	if (cpu->pd != pd || cpu->hazards & HZ_TLB)
		return;
	if (pd->flushed++ < FLUSH_SINGLE)
		invlpg(va);
	else
		cpu_hazard(cpu, HZ_TLB);
}

static uint64_t pte_flags(unsigned rights)
{
	uint64_t f = PTE_P | PTE_U | PTE_A | PTE_D;

	if (rights & MEM_W)
		f |= PTE_W;
	if (!(rights & MEM_X))
		f |= PTE_NX;
	return f;
}

static unsigned pte_rights(uint64_t pte)
{
	if (pte & PTE_FIXED)
		return 0;
	return MEM_R | (pte & PTE_W ? MEM_W : 0) | (pte & PTE_NX ? 0 : MEM_X);
}

struct extent mem_extent(const struct pd *pd, uaddr va)
{
	const uint64_t *table = pd->pml4;
	unsigned level = LEVEL_TOP;
	uint64_t pte, ofs;

	for (;; level--) {
		pte = table[level_index(level, va)];
		ofs = va & (level_size(level) - 1);
		if (!(pte & PTE_P))
			return (struct extent){ 0, level_size(level) - ofs, 0 };
		if (pte_is_leaf(pte, level))
			break;
		table = table_of(pte);
	}
	return (struct extent){
		(pte & PTE_ADDR & ~(level_size(level) - 1)) + ofs,
		level_size(level) - ofs,
		pte_rights(pte),
	};
}

bool mem_translate(struct pd *pd, uaddr va, paddr *phys)
{
	struct extent e;

	if (va >= HEDRON_USER_END)
		return false;
	e = mem_extent(pd, va);
	*phys = e.phys;
	return e.rights != 0;
}

/* Replaces a large page by a table of pages that map the same. */
static bool split(uint64_t *entry, unsigned level)
{
	uint64_t *table = page_alloc(), pte = *entry;

	if (!table)
		return false;
	if (level == 1)
		pte &= ~PTE_PS;
	for (unsigned i = 0; i < 512; i++)
		table[i] = pte + i * level_size(level - 1);
	*entry = virt_to_phys(table) | TABLE_FLAGS;
	return true;
}

static void table_free(uint64_t *table, unsigned level)
{
	for (unsigned i = 0; level && i < 512; i++)
		if (table[i] & PTE_P && !pte_is_leaf(table[i], level))
			table_free(table_of(table[i]), level - 1);
	page_free(table);
}

/* Empties an entry, whatever it is. A table is freed only after no TLB can lead to it. */
static void entry_clear(struct pd *pd, uint64_t *entry, unsigned level, uaddr va)
{
	uint64_t old = *entry;

	*entry = 0;
	if (!(old & PTE_P))
		return;
	if (pte_is_leaf(old, level)) {
		flush_page(pd, va);
		return;
	}
	if (is_loaded(pd))
		write_cr3(read_cr3());
	table_free(table_of(old), level - 1);
}

/* The entry for `va` at `level`, tables above it made. NULL: out of memory. */
static uint64_t *entry_make(struct pd *pd, uaddr va, unsigned level)
{
	uint64_t *table = pd->pml4;

	for (unsigned l = LEVEL_TOP; l > level; l--) {
		uint64_t *entry = &table[level_index(l, va)];

		if (!(*entry & PTE_P)) {
			uint64_t *made = page_alloc();

			if (!made)
				return NULL;
			*entry = virt_to_phys(made) | TABLE_FLAGS;
		} else if (*entry & PTE_PS && !split(entry, l)) {
			return NULL;
		}
		table = table_of(*entry);
	}
	return &table[level_index(level, va)];
}

/* The largest page that starts at va and phys and fits into len. */
static unsigned best_level(uaddr va, paddr phys, uint64_t len)
{
	unsigned level = cpu_has.huge_pages ? 2 : 1;

	while (level && ((va | phys) & (level_size(level) - 1) || len < level_size(level)))
		level--;
	return level;
}

static enum hedron_status map_flags(struct pd *pd, uaddr va, paddr phys, uint64_t len,
				    uint64_t flags)
{
	assert(spin_is_held(&pd->mem_lock));
	pd->flushed = 0;
	while (len) {
		unsigned level = best_level(va, phys, len);
		uint64_t *entry = entry_make(pd, va, level);

		if (!entry)
			return HEDRON_OOM;
		if (*entry & PTE_P)
			entry_clear(pd, entry, level, va);
		*entry = phys | flags | (level ? PTE_PS : 0);
		va += level_size(level);
		phys += level_size(level);
		len -= level_size(level);
	}
	return HEDRON_SUCCESS;
}

enum hedron_status mem_map_locked(struct pd *pd, uaddr va, paddr phys, uint64_t len,
				  unsigned rights)
{
	return map_flags(pd, va, phys, len, pte_flags(rights));
}

/* Recursion: at most one call a level. */
static bool clear_range(struct pd *pd, uint64_t *table, unsigned level, uaddr va, uaddr end)
{
	uaddr next;

	for (; va < end; va = next) {
		uint64_t *entry = &table[level_index(level, va)];
		bool whole;

		next = min_u64(ALIGN_DOWN(va, level_size(level)) + level_size(level), end);
		whole = next - va == level_size(level);
		if (!(*entry & PTE_P))
			continue;
		if (whole) {
			entry_clear(pd, entry, level, va);
			continue;
		}
		if (pte_is_leaf(*entry, level) && !split(entry, level))
			return false;
		if (!clear_range(pd, table_of(*entry), level - 1, va, next))
			return false;
	}
	return true;
}

enum hedron_status mem_unmap_locked(struct pd *pd, uaddr va, uint64_t len)
{
	assert(spin_is_held(&pd->mem_lock));
	pd->flushed = 0;
	return clear_range(pd, pd->pml4, LEVEL_TOP, va, va + len) ? HEDRON_SUCCESS : HEDRON_OOM;
}

enum hedron_status mem_map_fixed(struct pd *pd, uaddr va, paddr phys)
{
	enum hedron_status status;

	spin_lock(&pd->mem_lock);
	status = map_flags(pd, va, phys, PAGE_SIZE, pte_flags(MEM_R | MEM_W) | PTE_FIXED);
	spin_unlock(&pd->mem_lock);
	return status;
}

void mem_unmap_fixed(struct pd *pd, uaddr va, paddr phys)
{
	uint64_t *table = pd->pml4;
	unsigned level = LEVEL_TOP;

	spin_lock(&pd->mem_lock);
	for (; level && table[level_index(level, va)] & PTE_P; level--) {
		if (table[level_index(level, va)] & PTE_PS)
			break;
		table = table_of(table[level_index(level, va)]);
	}
	if (!level && table[level_index(0, va)] & PTE_FIXED &&
	    (table[level_index(0, va)] & PTE_ADDR) == phys) {
		table[level_index(0, va)] = 0;
		if (is_loaded(pd))
			invlpg(va);
	}
	spin_unlock(&pd->mem_lock);
}

bool mem_space_init(struct pd *pd)
{
	pd->pml4 = page_alloc();
	if (!pd->pml4)
		return false;
	memcpy(pd->pml4 + 256, kernel_pml4 + 256, PAGE_SIZE / 2);
	pd->cr3 = virt_to_phys(pd->pml4);
	return true;
}

void mem_space_free(struct pd *pd)
{
	for (unsigned i = 0; i < 256; i++)
		if (pd->pml4[i] & PTE_P)
			table_free(table_of(pd->pml4[i]), LEVEL_TOP - 1);
	page_free(pd->pml4);
}

void mem_load(struct pd *pd)
{
	this_cpu()->pd = pd;
	write_cr3(pd ? pd->cr3 : virt_to_phys(kernel_pml4));
}
