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

struct notice {
	struct list link;		/* g  of its generation, or due */
	struct sm *sm;			/* I  holds a reference */
};

struct generations gens;

static struct slab_cache notice_cache = SLAB_CACHE(notice_cache, sizeof(struct notice), 8);

/* The number 0 means "none", so counting starts at 1. */
void generation_init(void)
{
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

void generation_advance_locked(void)
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
	list_add_tail(&gens.notices[gens.open % GENERATIONS], &n->link);
	close_locked();
	generation_advance_locked();
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

bool notices_tell_due(unsigned max)
{
	struct list *l = NULL;

	while (max--) {
		spin_lock(&gens.lock);
		l = list_pop(&gens.due);
		spin_unlock(&gens.lock);
		if (!l)
			return false;
		tell(list_entry(l, struct notice, link));
	}
	return true;
}
