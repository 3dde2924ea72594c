/* SPDX-License-Identifier: MIT */
/*
 * pagetable.c - page tables of user space: mapping, clearing and asking, for ranges of any size.
 *
 * Mappings use the largest pages that alignment allows; a large page is split when a part of it
 * changes. A table that is replaced or emptied as a whole is freed, after the TLB has forgotten it.
 * Accessed and dirty bits are set from the start, since nobody reads them. The caller does the locking.
 */
#include "pagetable.h"
#include <hedron/crd.h>
#include "layout.h"

#define TABLE_FLAGS	(PTE_P | PTE_W | PTE_U | PTE_A)

unsigned pagetable_max_level = 1;

static uint64_t *table_of(uint64_t pte)		{ return phys_to_virt(pte & PTE_ADDR); }

uint64_t pagetable_flags(unsigned rights)
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

struct extent pagetable_extent(const struct pagetable *t, uaddr va)
{
	const uint64_t *table = t->pml4;
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
static void entry_clear(struct pagetable *t, uint64_t *entry, unsigned level, uaddr va)
{
	uint64_t old = *entry;

	*entry = 0;
	if (!(old & PTE_P))
		return;
	if (pte_is_leaf(old, level)) {
		tlb_drop_page(t, va);
		return;
	}
	tlb_drop_all_now(t);
	table_free(table_of(old), level - 1);
}

/* The entry for `va` at `level`, tables above it made. NULL: out of memory. */
static uint64_t *entry_make(struct pagetable *t, uaddr va, unsigned level)
{
	uint64_t *table = t->pml4;

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
	unsigned level = pagetable_max_level;

	while (level && ((va | phys) & (level_size(level) - 1) || len < level_size(level)))
		level--;
	return level;
}

bool pagetable_map(struct pagetable *t, uaddr va, paddr phys, uint64_t len, uint64_t flags)
{
	while (len) {
		unsigned level = best_level(va, phys, len);
		uint64_t *entry = entry_make(t, va, level);

		if (!entry)
			return false;
		if (*entry & PTE_P)
			entry_clear(t, entry, level, va);
		*entry = phys | flags | (level ? PTE_PS : 0);
		va += level_size(level);
		phys += level_size(level);
		len -= level_size(level);
	}
	return true;
}

/* Recursion: at most one call a level. */
static bool clear_range(struct pagetable *t, uint64_t *table, unsigned level, uaddr va, uaddr end)
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
			entry_clear(t, entry, level, va);
			continue;
		}
		if (pte_is_leaf(*entry, level) && !split(entry, level))
			return false;
		if (!clear_range(t, table_of(*entry), level - 1, va, next))
			return false;
	}
	return true;
}

bool pagetable_clear(struct pagetable *t, uaddr va, uint64_t len)
{
	return clear_range(t, t->pml4, LEVEL_TOP, va, va + len);
}

bool pagetable_clear_fixed(struct pagetable *t, uaddr va, paddr phys)
{
	uint64_t *table = t->pml4, *entry;
	unsigned level = LEVEL_TOP;

	for (;; level--) {
		entry = &table[level_index(level, va)];
		if (!(*entry & PTE_P))
			return false;
		if (pte_is_leaf(*entry, level))
			break;
		table = table_of(*entry);
	}
	if (level || !(*entry & PTE_FIXED) || (*entry & PTE_ADDR) != phys)
		return false;
	*entry = 0;
	return true;
}

void pagetable_free(struct pagetable *t)
{
	for (unsigned i = 0; i < 256; i++)
		if (t->pml4[i] & PTE_P)
			table_free(table_of(t->pml4[i]), LEVEL_TOP - 1);
	page_free(t->pml4);
}
