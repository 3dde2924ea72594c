/* SPDX-License-Identifier: MIT */
/*
 * guest.c - the life of a fuzz thread, and of a fuzz handler.
 *
 * A thread makes steps until its limit, then ends. Its generator's state is in the slot, and moves on
 * before each step: whatever that step does, even if the thread comes back through an exception with
 * all registers lost, it goes on with the next one. What a thread does depends on its seed and on the
 * answers; what it meets, on all others.
 */
#include "guest.h"
#include <hedron/hypercall.h>
#include "args.h"

void guest_count(struct slot *g, uint64_t kind, uint64_t status)
{
	if (kind >= HC_COUNT && (kind < COUNT_RAW || kind >= COUNT_KINDS))
		kind = COUNT_OTHER;
	if (status >= COUNT_STATUS)
		status = COUNT_STATUS - 1;
	g->count[kind][status]++;
}

static void spin(struct slot *g)
{
	for (volatile uint64_t n = random_below(&g->random, 2000); n; n--)
		;
}

static void step(struct slot *g)
{
	uint64_t kind = random_below(&g->random, 100);

	g->calls++;
	if (g->mode == MODE_RAW && kind < 70)
		kind = 85;
	if (kind == 0 && random_one_in(&g->random, 3)) {
		guest_clone(g);
	} else if (kind < 80) {
		guest_hypercall(g);
	} else if (kind < 84) {
		spin(g);
		guest_scribble(g);
	} else if (kind < 88) {
		guest_raw_call(g);
	} else if (kind < 92) {
		guest_touch(g);
	} else if (kind < 94 || !(g->flags & SLOT_FOREIGN)) {
		guest_count(g, COUNT_FAULT, 0);
		guest_fault(g);
	} else {
		guest_foreign_call(g);
	}
}

/* A message: perhaps do something, then reply, perhaps putting the caller to sleep. */
static void serve(struct slot *g)
{
	g->calls++;
	guest_arm(g);
	for (uint64_t n = random_below(&g->random, 4); n && g->calls < g->limit; n--)
		step(g);
	guest_answer(g);
	guest_arm(g);
	guest_count(g, HC_REPLY, 0);
	hedron_reply(random_one_in(&g->random, 12) ? pick_sel(g) : 0);
}

void guest_main(struct slot *g)
{
	if (g->flags & SLOT_HANDLER)
		serve(g);
	while (g->calls < g->limit) {
		if (!random_one_in(&g->random, 8))
			guest_arm(g);
		step(g);
	}
	g->ended = 1;
	guest_arm(g);
	hedron_reply(0);
}
