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

/* Gives `pd` a capability under an empty selector. `parent` NULL: the original of a new object.
 * HEDRON_BAD_CAP: in use; HEDRON_OOM. Takes mdb_lock; _locked: it is held. */
MUST_USE enum hedron_status obj_insert(struct pd *pd, cap_sel sel, struct kobj *obj, unsigned rights);
MUST_USE enum hedron_status obj_insert_locked(struct pd *pd, cap_sel sel, struct kobj *obj,
					      struct cap *parent, unsigned rights);

/* The first selector from `sel` up to `end` that is in use; `end` if none is. */
cap_sel obj_next(const struct pd *pd, cap_sel sel, cap_sel end);

/* mdb_revoke()'s drop for objects and ports. */
void cap_drop(struct cap *c);

struct cap *cap_alloc(void);

void obj_space_clear_locked(struct pd *pd);	/* revokes everything in it */
void obj_space_free(struct pd *pd);		/* its pages; nobody reads them any more */
