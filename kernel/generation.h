/* SPDX-License-Identifier: MIT */
/* generation.h - when everything that was taken away before a moment is gone; the rules are at the
 * head of generation.c. */
#pragma once
#include "assert.h"
#include "list.h"
#include "spinlock.h"
#include "types.h"

#define GENERATIONS	64

struct notice;
struct sm;

/* Fields:  g  lock. Generations first..open exist; `open` is the present one. */
struct generations {
	struct spinlock lock;
	uint64_t first, open;		/* g */
	uint64_t pending[GENERATIONS];	/* g */
	struct list notices[GENERATIONS];	/* g */
	struct list due;		/* g */
};
extern struct generations gens;

void generation_init(void);

/* Ends the generations that are over, oldest first. */
void generation_advance_locked(void);

/* One thing more that is to go: with generation `gen`, or with the present one if that is 0. Returns
 * its generation, for generation_leave() when it is gone. Any CPU, any locks held. */
static inline uint64_t generation_enter(uint64_t gen)
{
	spin_lock(&gens.lock);
	if (!gen)
		gen = gens.open;
	assert(gen >= gens.first && gen <= gens.open);
	gens.pending[gen % GENERATIONS]++;
	spin_unlock(&gens.lock);
	return gen;
}

static inline void generation_leave(uint64_t gen)
{
	spin_lock(&gens.lock);
	assert(gens.pending[gen % GENERATIONS]);
	if (!--gens.pending[gen % GENERATIONS] && gen < gens.open)
		generation_advance_locked();
	spin_unlock(&gens.lock);
}

/* A promised `up`: posted, it comes once when everything is gone that entered before. NULL: no
 * memory. It keeps the semaphore. */
struct notice *notice_create(struct sm *sm);
void notice_post(struct notice *n);
void notice_cancel(struct notice *n);		/* one that was not posted */

/* Ups what is due, at most `max`; true if more is. Whoever makes one due sets HZ_RECLAIM after that,
 * so none is missed. */
bool notices_tell_due(unsigned max);

static inline bool notices_tell(unsigned max)
{
	return READ_ONCE(gens.due.next) != &gens.due && notices_tell_due(max);
}
