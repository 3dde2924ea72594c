/* SPDX-License-Identifier: MIT */
/*
 * space_pio.c - the I/O port space of a PD: which capabilities it has, and the bitmap the CPU reads.
 *
 * Capabilities are disjoint power-of-two ranges in a tree by first port. The bitmap stands behind
 * the task state segments at TSS_VMA, so the same TSS finds the bitmap of the address space that is
 * loaded: changing PDs costs nothing. PDs without ports share a bitmap that permits nothing; the
 * first port makes a PD its own copy of that slot of the page table (kmap.c has the layout).
 */
#include "space_pio.h"
#include "assert.h"
#include "cpu.h"
#include "kmap.h"
#include "layout.h"
#include "pages.h"
#include "space_mem.h"
#include "space_obj.h"
#include "string.h"

static uint64_t cap_last(const struct cap *c)
{
	return c->base + low_mask(c->order);
}

struct cap *pio_lookup(const struct pd *pd, uint64_t port)
{
	struct tree_node *n = tree_at_or_below(&pd->ports, port);
	struct cap *c = n ? tree_entry(n, struct cap, port) : NULL;

	return c && cap_last(c) >= port ? c : NULL;
}

struct cap *pio_overlap(const struct pd *pd, uint64_t first, uint64_t last)
{
	struct cap *c = pio_lookup(pd, first);
	struct tree_node *n;

	if (c)
		return c;
	n = tree_above(&pd->ports, first);
	return n && n->key <= last ? tree_entry(n, struct cap, port) : NULL;
}

/* Gives `pd` a bitmap of its own, which no CPU has in its TLB yet. */
static bool bitmap_make_locked(struct pd *pd)
{
	void *pages[5];
	unsigned n = 0;

	assert(spin_is_held(&pd->mem_lock));
	while (n < ARRAY_SIZE(pages) && (pages[n] = page_alloc()))
		n++;
	if (n < ARRAY_SIZE(pages)) {
		while (n)
			page_free(pages[--n]);
		return false;
	}
	pd->pio_bitmap[0] = memset(pages[0], 0xff, PAGE_SIZE);
	pd->pio_bitmap[1] = memset(pages[1], 0xff, PAGE_SIZE);
	memcpy(pd->pio_tables, pages + 2, sizeof(pd->pio_tables));
	pd->mem.pml4[TSS_SLOT] = kmap_tss_tables(pd->pio_tables, pd->pio_bitmap);
	return true;
}

bool pio_prepare(struct pd *pd)
{
	struct tlb_gone gone = { .pages = TLB_SINGLE + 1 };
	bool done = true, had;

	spin_lock(&pd->mem_lock);
	had = pd->pio_bitmap[0];
	if (!had)
		done = bitmap_make_locked(pd);
	spin_unlock(&pd->mem_lock);
	if (!had)
		tlb_flush(pd, &gone);
	return done;
}

/* 1 in the bitmap: no access. */
static void bitmap_set(struct pd *pd, uint64_t first, uint64_t last, bool permit)
{
	uint64_t n;

	for (uint64_t p = first; p <= last; p += n) {
		uint8_t *byte = (uint8_t *)pd->pio_bitmap[p >> 15] + (p >> 3 & 0xfff);
		uint64_t page_left = 0x8000 - (p & 0x7fff);

		n = p & 7 || last - p < 7 ? 1 : ALIGN_DOWN(min_u64(last - p + 1, page_left), 8);
		if (n > 1)
			memset(byte, permit ? 0 : 0xff, n >> 3);
		else
			*byte = permit ? *byte & ~(1 << (p & 7)) : *byte | 1 << (p & 7);
	}
}

bool pio_insert_room(struct obj_room *room, struct pd *pd, uint64_t base, unsigned order,
		     struct cap *parent, unsigned rights)
{
	struct cap *c = room->caps;

	assert(spin_is_held(&mdb_lock));
	if (!c)
		return false;
	room->caps = c->next;
	c->pd = pd;
	c->base = base;
	c->order = order;
	c->type = CRD_PIO;
	c->rights = rights;
	mdb_insert(parent, c);
	tree_insert(&pd->ports, &c->port, base);
	if (parent)
		bitmap_set(pd, base, cap_last(c), true);
	return true;
}

void pio_remove(struct cap *c)
{
	tree_remove(&c->pd->ports, &c->port);
	bitmap_set(c->pd, c->base, cap_last(c), false);
}

bool pio_sweep(struct pd *pd, struct sweep *s, uint64_t last, unsigned mask, bool self, struct work *w)
{
	while (sweep_go_on(s, w)) {
		struct cap *c = s->at <= last ? pio_overlap(pd, s->at, last) : NULL;

		if (!c)
			return true;
		s->at = cap_last(c) + 1;
		mdb_walk_start(&s->walk, c, mask, self);
	}
	return false;
}

void pio_space_free(struct pd *pd)
{
	if (!pd->pio_bitmap[0])
		return;
	for (unsigned i = 0; i < ARRAY_SIZE(pd->pio_bitmap); i++)
		page_free(pd->pio_bitmap[i]);
	for (unsigned i = 0; i < ARRAY_SIZE(pd->pio_tables); i++)
		page_free(pd->pio_tables[i]);
}
