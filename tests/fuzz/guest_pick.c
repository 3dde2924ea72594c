/* SPDX-License-Identifier: MIT */
/* guest_pick.c - operands: a small pool of selectors and pages, so that threads hit each other's. */
#include "guest.h"
#include <hedron/crd.h>

uint64_t pick_edge(struct slot *g)
{
	static const uint64_t edge[] = {
		0, 1, 31, 63, 64, 0xfff, 0x1000, 0xffff, 0x10000, HEDRON_NUM_SEL - 1, HEDRON_NUM_SEL,
		HEDRON_USER_END - 0x1000, HEDRON_USER_END, ROOT_UTCB_ADDR, ROOT_HIP_ADDR,
		0x7fffffffffff, 0x800000000000, 0x7fffffffffffffff, 0x8000000000000000,
		0xffff800000000000, 0xfffffe8000000000, 0xffffff0000000000, 0xffffffff80200000,
		0xfffffffffffff000, 0xfffffffffffff, ~0ull, 0xffffffff, 0x100000000,
	};

	return edge[random_below(&g->random, sizeof(edge) / sizeof(edge[0]))] +
	       random_below(&g->random, 2);
}

uint64_t pick_sel(struct slot *g)
{
	switch (random_below(&g->random, 8)) {
	case 0:
		return random_below(&g->random, G_END);
	case 1:
		return random_one_in(&g->random, 4) ? pick_edge(g) : pick_new_sel(g);
	default:
		return random_below(&g->random, G_POOL);
	}
}

uint64_t pick_new_sel(struct slot *g)
{
	return G_NEW + random_below(&g->random, G_POOL - G_NEW);
}

const struct range kind_pd = { G_PD, 2, G_NEW_PD, G_NEW_EC - G_NEW_PD };
const struct range kind_ec = { G_EC, SLOT_COUNT, G_NEW_EC, G_NEW_SC - G_NEW_EC };
const struct range kind_handler = { G_EC + THREAD_SLOTS, HANDLER_SLOTS, G_NEW_EC, G_NEW_SC - G_NEW_EC };
const struct range kind_sc = { G_SC, THREAD_SLOTS, G_NEW_SC, G_NEW_PT - G_NEW_SC };
const struct range kind_pt = { G_PT, 2 * HANDLER_SLOTS, G_NEW_PT, G_NEW_SM - G_NEW_PT };
const struct range kind_sm = { G_SM, G_SM_COUNT, G_NEW_SM, G_POOL - G_NEW_SM };

uint64_t pick_made(struct slot *g, const struct range *r)
{
	if (random_one_in(&g->random, 16))
		return pick_sel(g);
	return r->made + random_below(&g->random, r->made_count);
}

uint64_t pick_one(struct slot *g, const struct range *r)
{
	switch (random_below(&g->random, 16)) {
	case 0:
		return pick_sel(g);
	case 1: case 2: case 3: case 4: case 5: case 6:
		return pick_made(g, r);
	default:
		return r->given + random_below(&g->random, r->given_count);
	}
}

uint64_t pick_page(struct slot *g)
{
	switch (random_below(&g->random, 64)) {
	case 0:
		return pick_edge(g) >> HEDRON_PAGE_SHIFT;
	case 1:
		return (ARENA >> HEDRON_PAGE_SHIFT) + random_below(&g->random, 2 * SLOT_COUNT);
	case 2:
		return (UTCBS >> HEDRON_PAGE_SHIFT) + random_below(&g->random, SLOT_COUNT);
	case 3:		/* far from all else: page tables come and go */
		return random_below(&g->random, 64) << 27 | random_below(&g->random, 64) << 9;
	case 4:
		return random64(&g->random) >> 12;
	default:
		return (PLAY >> HEDRON_PAGE_SHIFT) + random_below(&g->random, PLAY_PAGES);
	}
}

/* Small mostly. */
static unsigned pick_order(struct slot *g, unsigned usual)
{
	if (random_one_in(&g->random, 32))
		return (unsigned)random_below(&g->random, 32);
	return (unsigned)random_below(&g->random, usual);
}

static unsigned pick_rights(struct slot *g)
{
	return random_one_in(&g->random, 4) ? (unsigned)random_below(&g->random, 32) : RIGHTS_ALL;
}

uint64_t pick_crd_obj(struct slot *g)
{
	return crd_obj(pick_sel(g), pick_order(g, 4), pick_rights(g));
}

uint64_t pick_crd_mem(struct slot *g)
{
	return crd_mem(pick_page(g), pick_order(g, 5), pick_rights(g));
}

uint64_t pick_crd(struct slot *g)
{
	switch (random_below(&g->random, 10)) {
	case 0:
		return random64(&g->random);
	case 1:
		return crd_pio(G_PORTS + random_below(&g->random, 12), pick_order(g, 4));
	case 2: case 3: case 4: case 5:
		return pick_crd_mem(g);
	default:
		return pick_crd_obj(g);
	}
}

uint64_t pick_xfer(struct slot *g)
{
	unsigned kind = random_one_in(&g->random, 4) ? (unsigned)random_below(&g->random, 4)
						     : XFER_DELEGATE;
	uint64_t flags = random_one_in(&g->random, 8) ? random64(&g->random) & 0xffc : 0;

	return xfer_make(kind, random_one_in(&g->random, 2) ? pick_page(g) : pick_sel(g)) | flags;
}
