/* SPDX-License-Identifier: MIT */
/* space_obj.h - object spaces; the rules are at the head of space_obj.c. */
#pragma once
#include <hedron/crd.h>
#include "cap.h"
#include "ec.h"
#include "pd.h"
#include "pt.h"
#include "sc.h"
#include "sm.h"

#define OBJ_LEAF_BITS	9		/* 512 selectors to a page */

struct work;

extern struct spinlock mdb_lock;

/* The slot's content, NULL if empty. The selector counts modulo HEDRON_NUM_SEL. */
static inline struct cap *obj_lookup(const struct pd *pd, cap_sel sel)
{
	void ***top = pd->obj_root, **mid, **leaf;

	if (unlikely(!top))
		return NULL;
	mid = top[sel >> 18 & 0xff];
	if (unlikely(!mid))
		return NULL;
	leaf = mid[sel >> 9 & 0x1ff];
	return likely(leaf) ? leaf[sel & 0x1ff] : NULL;
}

static inline struct kobj *obj_get(const struct pd *pd, cap_sel sel, enum kobj_type type,
				   unsigned right)
{
	struct cap *c = obj_lookup(pd, sel);

	if (unlikely(!c || c->obj->type != type || (c->rights & right) != right))
		return NULL;
	return c->obj;
}

/* cap_pd(), cap_ec(), ...: an object of one type under a selector, held with all of `right`; NULL if it
 * is not that. */
#define CAP_GETTER(name, type)								\
static inline struct name *cap_##name(const struct pd *pd, cap_sel sel, unsigned right)	\
{											\
	struct kobj *obj = obj_get(pd, sel, type, right);				\
											\
	return likely(obj) ? container_of(obj, struct name, obj) : NULL;		\
}
CAP_GETTER(pd, KOBJ_PD)
CAP_GETTER(ec, KOBJ_EC)
CAP_GETTER(sc, KOBJ_SC)
CAP_GETTER(pt, KOBJ_PT)
CAP_GETTER(sm, KOBJ_SM)

/*
 * Threads send to the same portal again and again. An EC remembers the one it used last, and finds it
 * without a search as long as no capability has left its PD. (The search must come between reading the
 * count and remembering; what comes into a PD changes nothing, since what was not found is not remembered.)
 */
#define PT_FOREIGN	~0ull		/* key of the portal for foreign calls */

static inline struct pt *pt_again(const struct ec *ec, uint64_t key)
{
	bool same = ec->pt_key == key &&
		    ec->pt_count == __atomic_load_n(&ec->pd->caps_gone, __ATOMIC_ACQUIRE);

	return likely(same) ? ec->pt : NULL;
}

/* Searches and remembers. NULL: there is none. */
static inline struct pt *pt_find(struct ec *ec, uint64_t key, cap_sel sel)
{
	uint64_t count = __atomic_load_n(&ec->pd->caps_gone, __ATOMIC_ACQUIRE);
	struct pt *pt = cap_pt(ec->pd, sel, 0);

	if (unlikely(!pt))
		return NULL;
	ec->pt_key = key;
	ec->pt_count = count;
	ec->pt = pt;
	return pt;
}

/* Gives `pd` a capability under an empty selector. `parent` NULL: the original of a new object.
 * HEDRON_BAD_CAP: in use; HEDRON_OOM. Takes mdb_lock; _locked: it is held. */
MUST_USE enum hedron_status obj_insert(struct pd *pd, cap_sel sel, struct kobj *obj, unsigned rights);
MUST_USE enum hedron_status obj_insert_locked(struct pd *pd, cap_sel sel, struct kobj *obj,
					      struct cap *parent, unsigned rights);

/* For an insertion more at `sel`, in ascending order. False: out of memory. mdb_lock. */
MUST_USE bool obj_room_make(struct obj_room *room, const struct pd *pd, cap_sel sel);
MUST_USE bool obj_room_add_cap(struct obj_room *room);	/* a capability only */
bool obj_room_free(struct obj_room *room, struct work *w);	/* false: the chunk is over */

/* Inserts at an empty slot. False: there is no room, somebody else took away what was there. mdb_lock. */
bool obj_insert_room(struct obj_room *room, struct pd *pd, cap_sel sel, struct kobj *obj,
		     struct cap *parent, unsigned rights);

/* Moves `*at` to the first selector in use. False: there is none before `end`, or the chunk is over. */
bool obj_next(const struct pd *pd, cap_sel *at, cap_sel end, struct work *w);

/* Takes the rights in `mask` from all that is derived from the capabilities of `pd` from s->at up to
 * `end`, and from themselves if `self`. False: the chunk is over. mdb_lock. */
bool obj_sweep(struct pd *pd, struct sweep *s, cap_sel end, unsigned mask, bool self, struct work *w);
bool sweep_go_on(struct sweep *s, struct work *w);	/* the capability it is at; part of both sweeps */

/* From now on nobody finds anything in it, and nothing gets in; it is swept and freed later. mdb_lock. */
void obj_space_lose(struct pd *pd);

/* Frees the pages of a lost space; nobody reads them any more. *freed starts at 0. False: the chunk is over. */
bool obj_space_free(struct pd *pd, uint64_t *freed, struct work *w);
