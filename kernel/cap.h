/* SPDX-License-Identifier: MIT */
/* cap.h - a capability, and the tree of who got it from whom; the rules are at the head of mdb.c. */
#pragma once
#include "tree.h"
#include "types.h"

struct kobj;
struct pd;

/* Fields:  I  constant after insertion;  m  mdb_lock. */
struct cap {
	struct kobj *obj;		/* I  the object; NULL for ports */
	struct pd *pd;			/* I  in whose space it is */
	union {
		uint64_t base;		/* I  selector or first port */
		uint64_t gen;		/* retired: its generation (kobj.c) */
	};
	uint8_t type;			/* I  CRD_OBJ or CRD_PIO */
	uint8_t order;			/* I  0 for objects */
	uint8_t rights;			/* m  never more than the parent's; 0: spent (mdb.c) */
	uint32_t pins;			/* m  walks that stand on it, or have it as their top */
	struct cap *parent;		/* m  it was delegated from; NULL: the original */
	struct cap *child;		/* m  the latest delegated from it */
	struct cap *next, *prev;	/* m  others delegated from the same parent */
	struct tree_node port;		/* m  in pd->ports, by first port */
};

/* Memory for insertions, made before the first of them: then none can fail. All 0 at first. */
struct obj_room {
	struct cap *caps;		/* linked by `next` */
	void **pages;			/* of tables, linked by the first word */
	uint64_t mid, leaf;		/* 1 + number of the table made ahead last; 0: none */
};

void mdb_insert(struct cap *parent, struct cap *c);

/* Takes the rights in `mask` from all descendants of `top`, and from `top` if `self`. Those left without
 * rights are dropped from their spaces, and freed. mdb_lock may be given up between the steps. */
struct mdb_walk {
	struct cap *top;		/* m  NULL: no walk is under way */
	struct cap *at;			/* m  looked at next */
	uint8_t mask;
	bool spent;			/* `top` was left without rights by this walk */
	bool done;			/* `at` and all below is done */
};

/* Walks over the capabilities of a range, one after the other. */
struct sweep {
	uint64_t at;			/* selector or port to go on with */
	struct mdb_walk walk;		/* of the capability before */
};

#define MDB_STEP_COST	300		/* instructions, about */

void mdb_walk_start(struct mdb_walk *w, struct cap *top, unsigned mask, bool self);
bool mdb_walk_step(struct mdb_walk *w);		/* true: it is over */
void mdb_walk_end(struct mdb_walk *w);		/* gives it up; nothing if none is under way */

/* The nearest ancestor of `c` in the space of `pd`; NULL if there is none among the nearest *depth, which
 * counts down. */
#define MDB_DEPTH	250
struct cap *mdb_ancestor(const struct cap *c, const struct pd *pd, unsigned *depth);

void cap_drop(struct cap *c);		/* out of its space: it has no rights any more */
void cap_retire(struct cap *c);		/* frees it after a grace period (kobj.c) */
void cap_free(struct cap *c);		/* at once */
