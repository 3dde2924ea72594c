/* SPDX-License-Identifier: MIT */
/* kobj.h - what all kernel objects have in common; the rules are at the head of kobj.c. */
#pragma once
#include "list.h"

struct sm;

enum kobj_type { KOBJ_PD, KOBJ_EC, KOBJ_SC, KOBJ_PT, KOBJ_SM };

/* Fields:  I  constant after creation;  m  mdb_lock;  c  the CPU it is queued on. */
struct kobj {
	uint8_t type;			/* I  enum kobj_type */
	bool orphan;			/* m  the original capability is gone */
	uint32_t caps;			/* m  capabilities in all spaces */
	struct list reclaim;		/* c  in cpu->reclaim */
};

void kobj_init(struct kobj *obj, enum kobj_type type);

/* Has the object looked at before this CPU enters user mode: is it still wanted? */
void kobj_retire(struct kobj *obj);

/* Ups `sm` once everything that is retired now is gone. */
void kobj_notify(struct sm *sm);

/* Looks at all retired objects, and destroys those that nothing refers to any more. */
void kobj_reclaim(void);
