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

#define LEAF_SELS	(1 << OBJ_LEAF_BITS)
#define MID_SELS	(LEAF_SELS * 512)
#define TOP_ENTRIES	(HEDRON_NUM_SEL / MID_SELS)

struct spinlock mdb_lock;
static struct slab_cache cap_cache = SLAB_CACHE(cap_cache, sizeof(struct cap), 8);

struct cap *cap_alloc(void)		{ return slab_alloc(&cap_cache); }
void cap_free(struct cap *c)		{ slab_free(&cap_cache, c); }

/* The page that an entry points to, made if it is not there. NULL: out of memory. */
static void *page_of(void **entry)
{
	if (!*entry)
		*entry = page_alloc();
	return *entry;
}

static void **slot_make(struct pd *pd, cap_sel sel)
{
	void **table = page_of((void **)&pd->obj_root);

	if (table)
		table = page_of(&table[sel >> 18 & 0xff]);
	if (table)
		table = page_of(&table[sel >> 9 & 0x1ff]);
	return table ? &table[sel & 0x1ff] : NULL;
}

enum hedron_status obj_insert_locked(struct pd *pd, cap_sel sel, struct kobj *obj,
				     struct cap *parent, unsigned rights)
{
	struct cap *c;
	void **slot;

	assert(spin_is_held(&mdb_lock));
	if (pd->obj.orphan)
		return HEDRON_BAD_CAP;		/* it is being emptied */
	slot = slot_make(pd, sel);
	if (!slot)
		return HEDRON_OOM;
	if (*slot)
		return HEDRON_BAD_CAP;
	c = cap_alloc();
	if (!c)
		return HEDRON_OOM;
	c->obj = obj;
	c->pd = pd;
	c->base = sel & (HEDRON_NUM_SEL - 1);
	c->type = CRD_OBJ;
	c->rights = rights;
	mdb_insert(parent, c);
	obj->caps++;
	*slot = c;
	return HEDRON_SUCCESS;
}

enum hedron_status obj_insert(struct pd *pd, cap_sel sel, struct kobj *obj, unsigned rights)
{
	enum hedron_status status;

	spin_lock(&mdb_lock);
	status = obj_insert_locked(pd, sel, obj, NULL, rights);
	spin_unlock(&mdb_lock);
	return status;
}

cap_sel obj_next(const struct pd *pd, cap_sel sel, cap_sel end)
{
	void ***top = pd->obj_root, **mid, **leaf;

	if (!top)
		return end;
	while (sel < end) {
		mid = top[sel >> 18];
		leaf = mid ? mid[sel >> 9 & 0x1ff] : NULL;
		if (!mid)
			sel = ALIGN_DOWN(sel, MID_SELS) + MID_SELS;
		else if (!leaf)
			sel = ALIGN_DOWN(sel, LEAF_SELS) + LEAF_SELS;
		else if (!leaf[sel & 0x1ff])
			sel++;
		else
			return sel;
	}
	return end;
}

static void slot_clear(struct cap *c)
{
	void ***top = c->pd->obj_root, **mid = top[c->base >> 18], **leaf = mid[c->base >> 9 & 0x1ff];

	leaf[c->base & 0x1ff] = NULL;
}

void cap_drop(struct cap *c)
{
	if (c->type == CRD_PIO) {
		pio_remove(c);
	} else {
		slot_clear(c);
		c->obj->orphan |= !c->parent;
		c->obj->caps--;
		if (c->obj->orphan || !c->obj->caps)
			kobj_retire(c->obj);
	}
	cap_retire(c);
}

void obj_space_clear_locked(struct pd *pd)
{
	cap_sel sel = 0;

	while ((sel = obj_next(pd, sel, HEDRON_NUM_SEL)) < HEDRON_NUM_SEL)
		mdb_revoke(obj_lookup(pd, sel), RIGHTS_ALL, true, cap_drop);
}

void obj_space_free(struct pd *pd)
{
	void ***top = pd->obj_root;

	for (unsigned i = 0; top && i < TOP_ENTRIES; i++) {
		for (unsigned j = 0; top[i] && j < 512; j++)
			if (top[i][j])
				page_free(top[i][j]);
		if (top[i])
			page_free(top[i]);
	}
	if (top)
		page_free(top);
}
