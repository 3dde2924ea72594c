/* SPDX-License-Identifier: MIT */
/*
 * guest_utcb.c - messages with anything in them. All UTCBs of a PD are visible to all its threads, so
 * what the kernel reads may change while it does.
 */
#include "guest.h"
#include <hedron/crd.h>
#include <hedron/mtd.h>

static volatile struct hedron_utcb *own(struct slot *g)
{
	return slot_utcb(g->index % SLOT_COUNT);
}

void guest_arm(struct slot *g)
{
	if (g->flags & SLOT_FOREIGN)
		own(g)->flags = UTCB_NSCT;
}

static uint32_t pick_items(struct slot *g)
{
	switch (random_below(&g->random, 8)) {
	case 0:
		return (uint32_t)random64(&g->random);
	case 1:
		return utcb_items(UTCB_WORDS_MAX + (unsigned)random_below(&g->random, 4), 0);
	case 2:
		return utcb_items(0, (unsigned)random_below(&g->random, UTCB_TYPED_MAX + 4));
	case 3: case 4:
		return utcb_items((unsigned)random_below(&g->random, 80), 0);
	default:
		return utcb_items((unsigned)random_below(&g->random, 16),
				  (unsigned)random_below(&g->random, 5));
	}
}

static uint64_t pick_window(struct slot *g)
{
	switch (random_below(&g->random, 6)) {
	case 0:
		return pick_crd(g);
	case 1:
		return crd_obj(G_NEW & ~3ull, 2 + (unsigned)random_below(&g->random, 4), RIGHTS_ALL);
	case 2:
		return crd_mem(PLAY >> HEDRON_PAGE_SHIFT, 6, RIGHTS_ALL);
	case 3:
		return crd_obj(0, CRD_ORDER_MAX, RIGHTS_ALL);
	case 4:
		return crd_mem(0, CRD_ORDER_MAX, RIGHTS_ALL);
	default:
		return 0;
	}
}

static void fill_typed(struct slot *g, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct hedron_typed *t = utcb_item((struct hedron_utcb *)own(g), i);

		t->crd = pick_crd(g);
		t->xfer = pick_xfer(g);
	}
}

void guest_message(struct slot *g)
{
	volatile struct hedron_utcb *u = own(g);

	u->items = pick_items(g);
	u->xlate_window = pick_window(g);
	u->del_window = pick_window(g);
	fill_typed(g, (unsigned)random_below(&g->random, 6));
	u->word[random_below(&g->random, UTCB_WORDS_MAX)] = random64(&g->random);
}

/* State for an event caller: enough to go on, or anything. */
void guest_answer(struct slot *g)
{
	volatile struct hedron_utcb *u = own(g);
	volatile struct hedron_state *s = &u->state;

	if (random_one_in(&g->random, 4))
		guest_message(g);
	else
		u->items = utcb_items((unsigned)random_below(&g->random, 80), 0);
	if (random_one_in(&g->random, 8)) {
		s->rip = random_one_in(&g->random, 2) ? pick_edge(g) : random64(&g->random);
		s->rsp = pick_edge(g);
		s->fs_base = pick_edge(g);
		s->gs_base = random64(&g->random);
		s->mtd = random64(&g->random);
	} else {
		unsigned i = (unsigned)random_below(&g->random, SLOT_COUNT);

		s->rip = (uint64_t)guest_enter;
		s->rdi = (uint64_t)slot_at(i);
		s->mtd = MTD_RIP | MTD_BSD | (random64(&g->random) & ~(uint64_t)MTD_FS_GS);
	}
	s->rflags = random64(&g->random);
}

void guest_scribble(struct slot *g)
{
	volatile struct hedron_utcb *u = slot_utcb((unsigned)random_below(&g->random, SLOT_COUNT));

	for (unsigned n = (unsigned)random_below(&g->random, 200); n; n--) {
		switch (random_below(&g->random, 8)) {
		case 0:
			u->items = pick_items(g);
			break;
		case 1:
			u->del_window = pick_window(g);
			break;
		case 2:
			u->xlate_window = pick_window(g);
			break;
		case 3:
			u->flags = (uint32_t)random_below(&g->random, 2);
			break;
		case 4:
			u->state.mtd = random64(&g->random);
			break;
		case 5: case 6:
			((volatile uint64_t *)u)[512 - 1 - random_below(&g->random, 12)] = pick_crd(g);
			break;
		default:
			u->word[random_below(&g->random, UTCB_WORDS_MAX)] = pick_edge(g);
		}
	}
}
