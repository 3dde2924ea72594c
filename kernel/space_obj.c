/* SPDX-License-Identifier: MIT */
/*
 * space_obj.c - the object space of a PD: selector to capability.
 *
 * A radix tree of pages: 256 * 512 * 512 slots, a page only where something was put. Looking up is
 * three loads, without a lock: slots and pages change as whole words, and pages are freed only with
 * the space itself. Changes need mdb_lock.
 */
#include "space_obj.h"
#include "assert.h"
#include "pages.h"
#include "slab.h"
#include "space_pio.h"
#include "work.h"

#define LEAF_SELS	(1 << OBJ_LEAF_BITS)
#define MID_SELS	(LEAF_SELS * 512)
#define TOP_ENTRIES	(HEDRON_NUM_SEL / MID_SELS)
#define COST_SLOT	8		/* instructions, about: a look at a slot */
#define COST_FREE	60
#define COST_DROP	450

struct spinlock mdb_lock;
static struct slab_cache cap_cache = SLAB_CACHE(cap_cache, sizeof(struct cap), 8);

void cap_free(struct cap *c)		{ slab_free(&cap_cache, c); }

static unsigned mid_of(cap_sel sel)	{ return sel >> 18 & 0xff; }
static unsigned leaf_of(cap_sel sel)	{ return sel >> 9 & 0x1ff; }

/* ---- room: what an insertion needs, made ahead ----------------------------------------------- */

static bool room_add_page(struct obj_room *room)
{
	void **page = page_alloc();

	if (!page)
		return false;
	*page = room->pages;
	room->pages = page;
	return true;
}

static void *room_take_page(struct obj_room *room)
{
	void **page = room->pages;

	if (page) {
		room->pages = *page;
		*page = NULL;
	}
	return page;
}

bool obj_room_add_cap(struct obj_room *room)
{
	struct cap *c = slab_alloc(&cap_cache);

	if (!c)
		return false;
	c->next = room->caps;
	room->caps = c;
	return true;
}

/* Tables of one insertion serve the next ones too: the last ones made ahead are remembered by number. */
bool obj_room_make(struct obj_room *room, const struct pd *pd, cap_sel sel)
{
	void ***top = pd->obj_root, **mid = top ? top[mid_of(sel)] : NULL;
	uint64_t mid_nr = mid_of(sel) + 1, leaf_nr = (sel >> 9) + 1;

	assert(spin_is_held(&mdb_lock));
	if (!top && !room->mid && !room_add_page(room))
		return false;
	if (!mid && room->mid != mid_nr) {
		if (!room_add_page(room))
			return false;
		room->mid = mid_nr;
	}
	if ((!mid || !mid[leaf_of(sel)]) && room->leaf != leaf_nr) {
		if (!room_add_page(room))
			return false;
		room->leaf = leaf_nr;
	}
	return obj_room_add_cap(room);
}

bool obj_room_free(struct obj_room *room, struct work *w)
{
	struct cap *c;
	void *page;

	for (; (c = room->caps) && !work_is_over(w); work_spend(w, COST_FREE)) {
		room->caps = c->next;
		cap_free(c);
	}
	for (; !work_is_over(w) && (page = room_take_page(room)); work_spend(w, COST_FREE))
		page_free(page);
	return !room->caps && !room->pages;
}

/* The page that an entry points to, made of the room's if it is not there. NULL: it has none left. */
static void *page_of(void **entry, struct obj_room *room)
{
	if (!*entry)	/* release: readers without a lock find it empty, not as it was before */
		__atomic_store_n(entry, room_take_page(room), __ATOMIC_RELEASE);
	return *entry;
}

static void **slot_make(struct pd *pd, cap_sel sel, struct obj_room *room)
{
	void **table = page_of((void **)&pd->obj_root, room);

	if (table)
		table = page_of(&table[mid_of(sel)], room);
	if (table)
		table = page_of(&table[leaf_of(sel)], room);
	return table ? &table[sel & 0x1ff] : NULL;
}

bool obj_insert_room(struct obj_room *room, struct pd *pd, cap_sel sel, struct kobj *obj,
		     struct cap *parent, unsigned rights)
{
	struct cap *c = room->caps;
	void **slot;

	assert(spin_is_held(&mdb_lock));
	if (!c || !(slot = slot_make(pd, sel, room)))
		return false;
	assert(!*slot);
	room->caps = c->next;
	c->obj = obj;
	c->pd = pd;
	c->base = sel & (HEDRON_NUM_SEL - 1);
	c->type = CRD_OBJ;
	c->rights = rights;
	mdb_insert(parent, c);
	obj->caps++;
	/* release: who finds the capability finds it, and a new object behind it, complete */
	__atomic_store_n(slot, c, __ATOMIC_RELEASE);
	return true;
}

enum hedron_status obj_insert_locked(struct pd *pd, cap_sel sel, struct kobj *obj,
				     struct cap *parent, unsigned rights)
{
	struct obj_room room = { 0 };
	struct work w = WORK_INIT;
	enum hedron_status status = HEDRON_OOM;

	if (pd->obj.orphan)
		return HEDRON_BAD_CAP;		/* it is being emptied */
	if (obj_lookup(pd, sel))
		return HEDRON_BAD_CAP;
	if (obj_room_make(&room, pd, sel) && obj_insert_room(&room, pd, sel, obj, parent, rights))
		status = HEDRON_SUCCESS;
	obj_room_free(&room, &w);		/* at most four things, after a failure */
	return status;
}

enum hedron_status obj_insert(struct pd *pd, cap_sel sel, struct kobj *obj, unsigned rights)
{
	enum hedron_status status;

	spin_lock(&mdb_lock);
	status = obj_insert_locked(pd, sel, obj, NULL, rights);
	spin_unlock(&mdb_lock);
	return status;
}

static bool next_in(void ***top, cap_sel *at, cap_sel end, struct work *w)
{
	void **mid, **leaf;
	cap_sel sel = *at;

	if (!top)
		sel = end;
	for (; sel < end && !work_is_over(w); work_spend(w, COST_SLOT)) {
		mid = top[sel >> 18];
		leaf = mid ? mid[sel >> 9 & 0x1ff] : NULL;
		if (!mid)
			sel = ALIGN_DOWN(sel, MID_SELS) + MID_SELS;
		else if (!leaf)
			sel = ALIGN_DOWN(sel, LEAF_SELS) + LEAF_SELS;
		else if (!leaf[sel & 0x1ff])
			sel++;
		else
			break;
	}
	*at = min_u64(sel, end);
	return sel < end && !work_is_over(w);
}

bool obj_next(const struct pd *pd, cap_sel *at, cap_sel end, struct work *w)
{
	return next_in(pd->obj_root, at, end, w);
}

/* The tables in which the capabilities of `pd` are, also when nobody finds them there any more. */
static void ***tables_of(const struct pd *pd)	{ return pd->obj.orphan ? pd->obj_lost : pd->obj_root; }

/* One that is in use. */
static void **slot_at(const struct pd *pd, cap_sel sel)
{
	void **leaf = tables_of(pd)[mid_of(sel)][leaf_of(sel)];

	return &leaf[sel & 0x1ff];
}

/* release: who sees the new count does not find the capability any more (pt_again()) */
static void caps_have_gone(struct pd *pd)
{
	__atomic_store_n(&pd->caps_gone, pd->caps_gone + 1, __ATOMIC_RELEASE);
}

void obj_space_lose(struct pd *pd)
{
	assert(spin_is_held(&mdb_lock));
	if (pd->obj.orphan)
		return;
	pd->obj.orphan = true;
	pd->obj_lost = pd->obj_root;
	pd->obj_root = NULL;
	caps_have_gone(pd);
}

static void slot_clear(struct cap *c)
{
	*slot_at(c->pd, c->base) = NULL;
	caps_have_gone(c->pd);
}

void cap_drop(struct cap *c)
{
	if (c->type == CRD_PIO) {
		pio_remove(c);
		return;
	}
	slot_clear(c);
	if (!c->parent && c->obj->type == KOBJ_PD)
		obj_space_lose(container_of(c->obj, struct pd, obj));
	c->obj->orphan |= !c->parent;
	c->obj->caps--;
	if (c->obj->orphan || !c->obj->caps)
		kobj_retire(c->obj);
}

bool sweep_go_on(struct sweep *s, struct work *w)
{
	assert(spin_is_held(&mdb_lock));
	while (s->walk.top && !work_is_over(w)) {
		mdb_walk_step(&s->walk);
		work_spend(w, MDB_STEP_COST);
	}
	return !s->walk.top;
}

bool obj_sweep(struct pd *pd, struct sweep *s, cap_sel end, unsigned mask, bool self, struct work *w)
{
	while (sweep_go_on(s, w)) {
		cap_sel sel = s->at;
		bool found = next_in(tables_of(pd), &sel, end, w);

		s->at = sel;
		if (!found)
			return sel == end;
		mdb_walk_start(&s->walk, *slot_at(pd, sel), mask, self);
		work_spend(w, COST_DROP);
		s->at++;
	}
	return false;
}

bool obj_space_free(struct pd *pd, uint64_t *freed, struct work *w)
{
	void ***top = pd->obj_lost;

	for (; top && *freed < TOP_ENTRIES * 512; work_spend(w, COST_SLOT)) {
		void **mid = top[*freed >> 9];
		void *leaf = mid ? mid[*freed & 0x1ff] : NULL;

		if (work_is_over(w))
			return false;
		if (!mid) {
			*freed = ALIGN_DOWN(*freed, 512) + 512;
			continue;
		}
		if (leaf) {
			page_free(leaf);
			work_spend(w, COST_FREE);
		}
		if (!(++*freed & 0x1ff))
			page_free(mid);
	}
	if (top)
		page_free(top);
	pd->obj_lost = NULL;
	return true;
}
