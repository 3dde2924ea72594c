/* SPDX-License-Identifier: MIT */
/*
 * pagetable.c - page tables of user space: mapping, clearing and asking, for ranges of any size.
 *
 * Mappings use the largest pages that alignment allows; a large page is split when a part of it
 * changes. A table that is replaced, or left empty by an operation that reaches its end, is taken
 * out; it may be freed when no TLB leads to it (tlb.c). Accessed and dirty bits are set from the start,
 * since nobody reads them; so no CPU ever writes a table. The caller does the locking.
 *
 * Operations on ranges go in chunks (work.h). Memory for tables is taken by what prepares a change, so
 * that the change itself need not fail.
 */
#include "pagetable.h"
#include <hedron/crd.h>
#include "layout.h"

#define TABLE_FLAGS	(PTE_P | PTE_W | PTE_U | PTE_A)

#define COST_WALK	60		/* instructions, about */
#define COST_MAP	15
#define COST_CLEAR	20
#define COST_GONE	100
#define COST_NEW_TABLE	700
#define COST_TABLE	2500		/* all its entries are looked at or written */

unsigned pagetable_max_level = 1;

static uint64_t *table_of(uint64_t pte)		{ return phys_to_virt(pte & PTE_ADDR); }

WARM uint64_t pagetable_flags(unsigned rights)
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

/* How many entries from `entry` on, of those left in its table, map on like the first one. */
static unsigned alike(const uint64_t *entry, unsigned left, uint64_t step, uint64_t wanted)
{
	unsigned n = 1;

	while (n < left && n < wanted && entry[n] == entry[0] + n * step)
		n++;
	return n;
}

WARM struct extent pagetable_extent(const struct pagetable *t, uaddr va, uint64_t wanted)
{
	const uint64_t *table = t->pml4;
	unsigned level = LEVEL_TOP;
	uint64_t pte, ofs, size;
	unsigned n;

	for (;; level--) {
		pte = table[level_index(level, va)];
		if (!(pte & PTE_P) || pte_is_leaf(pte, level))
			break;
		table = table_of(pte);
	}
	size = level_size(level);
	ofs = va & (size - 1);
	n = alike(&table[level_index(level, va)], 512 - level_index(level, va),
		  pte & PTE_P ? size : 0, (ofs + wanted + size - 1) >> level_shift(level));
	if (!(pte & PTE_P))
		return (struct extent){ 0, n * size - ofs, 0, n };
	return (struct extent){
		(pte & PTE_ADDR & ~(size - 1)) + ofs, n * size - ofs, pte_rights(pte), n,
	};
}

/* ---- tables, got before anything changes: linked by their first word ---------------------------- */

static void spares_free(uint64_t *spares)
{
	while (spares) {
		uint64_t *next = (uint64_t *)*spares;

		page_free(spares);
		spares = next;
	}
}

static bool spares_get(uint64_t **spares, unsigned n)
{
	for (*spares = NULL; n; n--) {
		uint64_t *page = page_alloc();

		if (!page) {
			spares_free(*spares);
			return false;
		}
		*page = (uint64_t)*spares;
		*spares = page;
	}
	return true;
}

/* An entry without one gets a table: empty, or of pages that map what a large page did. */
static void table_insert(uint64_t *entry, unsigned level, uint64_t **spares)
{
	uint64_t *table = *spares, pte = *entry;

	*spares = (uint64_t *)*table;
	*table = 0;
	if (pte & PTE_P) {
		if (level == 1)
			pte &= ~PTE_PS;
		for (unsigned i = 0; i < 512; i++)
			table[i] = pte + i * level_size(level - 1);
	}
	*entry = virt_to_phys(table) | TABLE_FLAGS;
}

/* The level of the first entry on the way to `va` that leads to no table, not below `least`. */
static unsigned way_end(uint64_t *table, uaddr va, unsigned least, uint64_t **entry)
{
	unsigned level = LEVEL_TOP;

	for (;; level--) {
		*entry = &table[level_index(level, va)];
		if (level == least || !(**entry & PTE_P) || **entry & PTE_PS)
			return level;
		table = table_of(**entry);
	}
}

/* Notes a table, and all below it, as gone. */
static void tables_gone(struct tlb_gone *gone, uint64_t *table, unsigned level, struct work *w)
{
	for (unsigned i = 0; level && i < 512; i++)
		if (table[i] & PTE_P && !pte_is_leaf(table[i], level))
			tables_gone(gone, table_of(table[i]), level - 1, w);
	tlb_gone_table(gone, table);
	work_spend(w, level ? COST_TABLE : COST_GONE);
}

/* Notes what an entry held before it was changed. */
static void entry_gone(struct tlb_gone *gone, uint64_t old, unsigned level, uaddr va, struct work *w)
{
	if (!(old & PTE_P))
		return;
	if (pte_is_leaf(old, level))
		tlb_gone_page(gone, va);
	else
		tables_gone(gone, table_of(old), level - 1, w);
}

/* The entry for `va` at `level`, tables above it made. NULL: out of memory, and nothing is changed. */
static WARM uint64_t *entry_make(struct pagetable *t, uaddr va, unsigned level, struct work *w)
{
	uint64_t *entry, *spares;
	unsigned l = way_end(t->pml4, va, level, &entry);

	if (!spares_get(&spares, l - level))
		return NULL;
	for (; l > level; l--) {
		work_spend(w, *entry & PTE_P ? COST_TABLE : COST_NEW_TABLE);
		table_insert(entry, l, &spares);
		entry = &table_of(*entry)[level_index(l - 1, va)];
	}
	return entry;
}

/* The largest page that starts at va and phys and fits into len. */
static unsigned best_level(uaddr va, paddr phys, uint64_t len)
{
	unsigned level = pagetable_max_level;

	while (level && ((va | phys) & (level_size(level) - 1) || len < level_size(level)))
		level--;
	return level;
}

static void advance(struct span *s, uint64_t len)
{
	s->va += len;
	s->phys += len;
	s->len -= len;
}

/* From `entry` on, to the end of its table: there a larger page may fit. */
static void map_run(uint64_t *entry, unsigned level, struct span *s, uint64_t flags, struct work *w,
		    struct tlb_gone *gone)
{
	uint64_t size = level_size(level);
	unsigned left = 512 - level_index(level, s->va);

	if (level)
		flags |= PTE_PS;
	do {
		uint64_t old = *entry;

		*entry++ = s->phys | flags;
		entry_gone(gone, old, level, s->va, w);
		advance(s, size);
		work_spend(w, COST_MAP);
	} while (--left && s->len >= size && !work_is_over(w));
}

WARM bool pagetable_map(struct pagetable *t, struct span *s, uint64_t flags, struct work *w,
		   struct tlb_gone *gone)
{
	while (s->len && !work_is_over(w)) {
		unsigned level = best_level(s->va, s->phys, s->len);
		uint64_t *entry = entry_make(t, s->va, level, w);

		if (!entry)
			return false;
		work_spend(w, COST_WALK);
		map_run(entry, level, s, flags, w, gone);
	}
	return true;
}

bool pagetable_prepare_map(struct pagetable *t, struct span *s, struct work *w)
{
	while (s->len && !work_is_over(w)) {
		unsigned level = best_level(s->va, s->phys, s->len);
		uint64_t len = level_size(level);

		if (!entry_make(t, s->va, level, w))
			return false;
		if (!level)		/* all others of this table are there, too */
			len = min_u64(level_size(1) - (s->va & (level_size(1) - 1)), s->len);
		advance(s, len);
		work_spend(w, COST_WALK);
	}
	return true;
}

/* How many pages must be split so that one starts at `va`: one a level. */
static unsigned splits_at(const struct pagetable *t, uaddr va, uint64_t **entry, unsigned *level)
{
	unsigned n = 0;

	*level = way_end(t->pml4, va, 0, entry);
	if (**entry & PTE_P)
		while (va & (level_size(*level - n) - 1))
			n++;
	return n;
}

static void split_at(struct pagetable *t, uaddr va, uint64_t **spares)
{
	unsigned level, n;
	uint64_t *entry;

	for (n = splits_at(t, va, &entry, &level); n; n--, level--) {
		table_insert(entry, level, spares);
		entry = &table_of(*entry)[level_index(level - 1, va)];
	}
}

bool pagetable_prepare_clear(struct pagetable *t, uaddr va, uint64_t len)
{
	uint64_t *entry, *spares;
	unsigned level;

	if (!spares_get(&spares, splits_at(t, va, &entry, &level) +
				 splits_at(t, va + len, &entry, &level)))
		return false;
	split_at(t, va, &spares);
	split_at(t, va + len, &spares);
	spares_free(spares);		/* both ends may lie in one page */
	return true;
}

static bool is_empty(const uint64_t *table)
{
	for (unsigned i = 0; i < 512; i++)
		if (table[i] & PTE_P)
			return false;
	return true;
}

/*
 * Clears what an entry maps from `va` to `end`, which is all of it unless it leads to a table; where it
 * stopped. A table that is left empty goes. Recursion: one call a level.
 */
static uaddr clear_range(uint64_t *table, unsigned level, uaddr va, uaddr end, struct work *w,
			 struct tlb_gone *gone);

static uaddr clear_entry(uint64_t *entry, unsigned level, uaddr va, uaddr end, struct work *w,
			 struct tlb_gone *gone)
{
	uint64_t old = *entry;
	bool whole = end - va == level_size(level);
	uaddr reached = end;

	if (!(old & PTE_P))
		return end;
	if (!pte_is_leaf(old, level) && !(whole && level == 1)) {
		reached = clear_range(table_of(old), level - 1, va, end, w, gone);
		if (reached & (level_size(level) - 1) || !is_empty(table_of(old)))
			return reached;
		work_spend(w, COST_TABLE);
	}
	*entry = 0;
	entry_gone(gone, old, level, va, w);
	return reached;
}

static uaddr clear_range(uint64_t *table, unsigned level, uaddr va, uaddr end, struct work *w,
			 struct tlb_gone *gone)
{
	while (va < end && !work_is_over(w)) {
		uaddr next = min_u64(ALIGN_DOWN(va, level_size(level)) + level_size(level), end);

		work_spend(w, COST_CLEAR);
		va = clear_entry(&table[level_index(level, va)], level, va, next, w, gone);
	}
	return va;
}

bool pagetable_clear(struct pagetable *t, struct span *s, struct work *w, struct tlb_gone *gone)
{
	if (!pagetable_prepare_clear(t, s->va, s->len))
		return false;
	advance(s, clear_range(t->pml4, LEVEL_TOP, s->va, s->va + s->len, w, gone) - s->va);
	return true;
}

/* Do the pages of a table map what one large page could? */
static bool is_whole(const uint64_t *table, unsigned level)
{
	uint64_t first = table[0];

	if (!(first & PTE_P) || level >= pagetable_max_level || first & PTE_FIXED ||
	    !pte_is_leaf(first, level) ||
	    first & PTE_ADDR & (level_size(level + 1) - 1))
		return false;
	for (unsigned i = 1; i < 512; i++)
		if (table[i] != first + i * level_size(level))
			return false;
	return true;
}

static uaddr trim_range(uint64_t *table, unsigned level, uaddr va, uaddr end, struct work *w,
			struct tlb_gone *gone)
{
	while (va < end && !work_is_over(w)) {
		uaddr next = min_u64(ALIGN_DOWN(va, level_size(level)) + level_size(level), end);
		uint64_t *entry = &table[level_index(level, va)], *below = table_of(*entry);
		uaddr from = va;

		work_spend(w, COST_CLEAR);
		va = next;
		if (!(*entry & PTE_P) || pte_is_leaf(*entry, level))
			continue;
		if (level > 1)
			va = trim_range(below, level - 1, from, next, w, gone);
		if (va != next)
			break;
		work_spend(w, COST_TABLE);
		if (is_empty(below))
			*entry = 0;
		else if (is_whole(below, level - 1))
			*entry = below[0] | (level == 1 ? PTE_PS : 0);
		else
			continue;
		tlb_gone_table(gone, below);
	}
	return va;
}

void pagetable_trim(struct pagetable *t, struct span *s, struct work *w, struct tlb_gone *gone)
{
	advance(s, trim_range(t->pml4, LEVEL_TOP, s->va, s->va + s->len, w, gone) - s->va);
}

bool pagetable_clear_fixed(struct pagetable *t, uaddr va, paddr phys, struct tlb_gone *gone)
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
	tlb_gone_page(gone, va);
	return true;
}
