/* SPDX-License-Identifier: MIT */
/* sched.h - who runs next; the rules are at the head of sched.c. */
#pragma once
#include "types.h"

#define HELP_MAX	100		/* attempts to help in one go: ABI 7.2 */

struct cpu;
struct ec;
struct list;
struct sc;

void sched_init(struct cpu *cpu);
void sched_ready(struct sc *sc);	/* any CPU; out of all lists before */
void sched_forbid(struct sc *sc);	/* from now on sched_ready() does nothing */
bool sched_is_idle(void);		/* this CPU has nothing to run */
void sched_remove(struct sc *sc);	/* out of the run queue or an EC's `blocked` */
void sched_leave(void);			/* cpu->sc stops; its new state is the caller's to set */
void sched_blocks(struct ec *ec);	/* EC_ON_SM since now: the running SC waits too, if it is its own */
void sched_wake_all(struct ec *ec);	/* the SCs that wait for an EC that left EC_ON_SM */
void sched_wake(struct ec *ec, struct list *l);	/* one of them, taken out of ec->blocked */
