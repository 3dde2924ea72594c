/* SPDX-License-Identifier: MIT */
/* kobj.h - what all kernel objects have in common; the rules are at the head of kobj.c. */
#pragma once
#include "list.h"

struct work;

enum kobj_type { KOBJ_PD, KOBJ_EC, KOBJ_SC, KOBJ_PT, KOBJ_SM };

/* Fields:  I  constant after creation;  m  mdb_lock;  h  home CPU;  r  lock of retired[cpu]. */
struct kobj {
	uint8_t type;			/* I  enum kobj_type */
	uint8_t cpu;			/* I  home: the CPU that ends it */
	bool orphan;			/* m  the original capability is gone */
	bool doomed;			/* h  unlinked from everything; to be freed */
	bool queued;			/* r  in an inbox or a batch */
	uint32_t caps;			/* m  capabilities in all spaces */
	uint32_t round;			/* r  of its CPU when it was retired last */
	uint64_t gen;			/* r  queued: its generation */
	struct list reclaim;		/* r  in an inbox; h  in a batch */
};

/* How an object of a type ends; kobj.c calls these on its home CPU, without locks. */
struct kobj_ops {
	/* What goes before the object itself: all that depends on its original capability, on any
	 * capability. False: the chunk is over, again later. NULL: nothing. */
	bool (*fade)(struct kobj *obj, struct work *w);
	bool (*is_wanted)(struct kobj *obj);
	void (*unlink)(struct kobj *obj);	/* nothing leads to it any more; NULL: only capabilities did */
	bool (*free)(struct kobj *obj, struct work *w);	/* false: the chunk is over, again later */
	unsigned cost;			/* of unlink() and free() each, in instructions, about */
};
extern const struct kobj_ops pd_ops, ec_ops, sc_ops, pt_ops, sm_ops;

void kobj_init(struct kobj *obj, enum kobj_type type, unsigned home);

/* Has the object looked at by its home CPU after a grace period: is it still wanted? Any CPU, any
 * locks held. */
void kobj_retire(struct kobj *obj);

/* Looks at retired objects of this CPU, one chunk: HZ_RECLAIM. */
void kobj_reclaim(void);
void kobj_init_cpu(unsigned id);
