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
	uint8_t rights;			/* m  never more than the parent's; not 0 */
	struct cap *parent;		/* m  it was delegated from; NULL: the original */
	struct cap *child;		/* m  the latest delegated from it */
	struct cap *next, *prev;	/* m  others delegated from the same parent */
	struct tree_node port;		/* m  in pd->ports, by first port */
};

void mdb_insert(struct cap *parent, struct cap *c);

void cap_free(struct cap *c);		/* nobody reads it any more; else: cap_retire() */

/* Takes the rights in `mask` from all descendants of `top`, and from `top` if `self`. drop() gets each
 * that is left without rights, unlinked and without children, children before parents. */
void mdb_revoke(struct cap *top, unsigned mask, bool self, void (*drop)(struct cap *c));

/* The nearest ancestor of `c` in the space of `pd`; NULL if there is none. */
struct cap *mdb_ancestor(const struct cap *c, const struct pd *pd);
