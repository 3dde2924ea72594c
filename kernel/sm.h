/* SPDX-License-Identifier: MIT */
/* sm.h - semaphores; the rules of use are at the head of sm.c. */
#pragma once
#include "ec.h"
#include "kobj.h"

struct gsi;

/* Fields:  I  constant after creation;  s  sm->lock;  a  atomic. */
struct sm {
	struct kobj obj;
	struct spinlock lock;
	uint64_t count;			/* s  ups not yet taken; 0 while anyone waits */
	struct list waiters;		/* s  ECs, oldest first */
	struct list signals;		/* s  signal semaphores with ups not yet reported */
	struct sm *base;		/* I  of a signal semaphore; NULL: a plain one */
	uint64_t value;			/* I  of a signal semaphore: what it reports */
	struct list signal_link;	/* base's lock  in base->signals */
	struct gsi *gsi;		/* I  of an interrupt semaphore; else NULL */
	uint32_t refs;			/* a  signal semaphores, redirections and notices */
};

struct sm *sm_create(uint64_t count);		/* NULL: kernel memory exhausted */
void sm_ref(struct sm *sm);
void sm_unref(struct sm *sm);

void sm_up(struct sm *sm);			/* any CPU, also from an interrupt */

/* Takes a count for `ec`, or blocks it: false. Not for signal semaphores. `until` 0: for ever. */
bool sm_down(struct sm *sm, struct ec *ec, enum ec_wake wake, bool zero, ticks until);

/* Takes an EC out of the semaphore it waits for; it stays EC_ON_SM. False: it does not wait. */
bool sm_forget(struct ec *ec);

enum hedron_status hc_create_sm(struct ec *self);
enum hedron_status hc_sm_ctrl(struct ec *self);
