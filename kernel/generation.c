/* SPDX-License-Identifier: MIT */
/*
 * generation.c - when is everything gone that was taken away before?
 *
 * Whatever is to go (an object that may have to be destroyed, a capability that waits for its grace
 * period) is counted in a generation: the present one, or, if the end of another thing brings it
 * about, that thing's. A notice closes the present generation, and is due when no generation up
 * to its own counts anything. So each notice comes once, after all that it is about, and what
 * others take away later cannot delay it.
 *
 * At most GENERATIONS are told apart; with that many notices under way further ones share the
 * present generation until the oldest is over.
 */
#include "generation.h"
#include "assert.h"
#include "cpu.h"
#include "slab.h"
#include "sm.h"

#define GENERATIONS	64

struct notice {
	struct list link;		/* g  of its generation, or due */
	struct sm *sm;			/* I  holds a reference */
};

/* Fields:  g  gens.lock. Generations first..open exist; `open` is the present one. */
static struct {
	struct spinlock lock;
	uint64_t first, open;		/* g */
	uint64_t pending[GENERATIONS];	/* g */
	struct list notices[GENERATIONS];	/* g */
	struct list due;		/* g */
} gens;

static struct slab_cache notice_cache = SLAB_CACHE(notice_cache, sizeof(struct notice), 8);

/* The number 0 means "none", so counting starts at 1. */
static void init_locked(void)
{
	if (gens.open)
		return;
	gens.first = gens.open = 1;
	list_init(&gens.due);
	for (unsigned i = 0; i < GENERATIONS; i++)
		list_init(&gens.notices[i]);
}

static void close_locked(void)
{
	if (gens.open - gens.first + 1 < GENERATIONS)
		gens.open++;
}

/* Ends the generations that are over, oldest first. */
static void advance_locked(void)
{
	while (gens.first < gens.open && !gens.pending[gens.first % GENERATIONS]) {
		list_move_all(&gens.due, &gens.notices[gens.first % GENERATIONS]);
		gens.first++;
		if (!list_is_empty(&gens.notices[gens.open % GENERATIONS]))
			close_locked();
	}
	if (!list_is_empty(&gens.due))
		cpu_hazard(this_cpu(), HZ_RECLAIM);
}

uint64_t generation_enter(uint64_t gen)
{
	spin_lock(&gens.lock);
	init_locked();
	if (!gen)
		gen = gens.open;
	assert(gen >= gens.first && gen <= gens.open);
	gens.pending[gen % GENERATIONS]++;
	spin_unlock(&gens.lock);
	return gen;
}

void generation_leave(uint64_t gen)
{
	spin_lock(&gens.lock);
	assert(gens.pending[gen % GENERATIONS]);
	if (!--gens.pending[gen % GENERATIONS])
		advance_locked();
	spin_unlock(&gens.lock);
}

struct notice *notice_create(struct sm *sm)
{
	struct notice *n = slab_alloc(&notice_cache);

	if (!n)
		return NULL;
	n->sm = sm;
	sm_ref(sm);
	return n;
}

void notice_cancel(struct notice *n)
{
	sm_unref(n->sm);
	slab_free(&notice_cache, n);
}

void notice_post(struct notice *n)
{
	spin_lock(&gens.lock);
	init_locked();
	list_add_tail(&gens.notices[gens.open % GENERATIONS], &n->link);
	close_locked();
	advance_locked();
	spin_unlock(&gens.lock);
}

/* Who is told must find all memory back: that of the notice, too. */
static void tell(struct notice *n)
{
	struct sm *sm = n->sm;

	slab_free(&notice_cache, n);
	sm_up(sm);
	sm_unref(sm);
}

bool notices_tell(unsigned max)
{
	struct list *l = NULL;

	while (max--) {
		spin_lock(&gens.lock);
		l = gens.open ? list_pop(&gens.due) : NULL;
		spin_unlock(&gens.lock);
		if (!l)
			return false;
		tell(list_entry(l, struct notice, link));
	}
	return true;
}
