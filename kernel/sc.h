/* SPDX-License-Identifier: MIT */
/* sc.h - scheduling contexts; the rules are at the head of sc.c. */
#pragma once
#include "kobj.h"
#include "types.h"

struct cpu;
struct ec;

enum sc_state {
	SC_PARKED,	/* nothing to run: its EC is dead, or was taken from it */
	SC_READY,	/* in the run queue */
	SC_RUNNING,	/* cpu->sc */
	SC_BLOCKED,	/* in the `blocked` list of the EC it would run */
};

/* Fields:  I  constant after creation;  h  home CPU only, rq.lock or ec->lock for `link`. */
struct sc {
	struct kobj obj;
	struct ec *ec;			/* h  the thread; NULL: an idle SC, or taken away */
	struct list ec_link;		/* ec->lock  in ec->scs */
	struct list link;		/* h  in a run queue or in an EC's `blocked` */
	struct ec *blocked_on;		/* h  SC_BLOCKED: that EC */
	struct cpu *cpu;		/* I  home */
	uint8_t state;			/* h  enum sc_state */
	bool forbidden;			/* rq.lock  it never runs again */
	bool named;			/* h  counted in ec->named_scs */
	uint8_t prio;			/* I  1..127; 0: idle */
	ticks quantum;			/* I */
	int64_t left;			/* h  of the quantum; not above 0: used up */
	ticks used;			/* h  up to the last switch */
};

/* One for `ec`, which it is bound to afterwards: then it may run. NULL: out of memory. */
struct sc *sc_create(struct ec *ec, unsigned prio, ticks quantum);
void sc_bind(struct sc *sc, struct ec *ec);		/* any CPU */
struct sc *sc_create_idle(unsigned cpu);

/* Takes it out of whatever it is in; it never runs again. */
void sc_park(struct sc *sc);
/* The same, of one without a capability: it will be freed. */
void sc_drop(struct sc *sc);
/* The same; and frees it if nobody can name it. Must be out of ec->scs. */
void sc_destroy(struct sc *sc);

/* A thread that runs on an SC which nobody can name any more ends at the reply to its event (ABI 11.3). */
static inline bool sc_is_abandoned(const struct sc *sc, const struct ec *thread)
{
	return !sc->obj.caps && sc->ec == thread;
}

enum hedron_status hc_create_sc(struct ec *self);
enum hedron_status hc_sc_ctrl(struct ec *self);
