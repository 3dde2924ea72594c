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

uint64_t pick_of(struct slot *g, unsigned base, unsigned n)
{
	switch (random_below(&g->random, 16)) {
	case 0:
		return pick_sel(g);
	case 1: case 2: case 3: case 4: case 5:
		return pick_new_sel(g);
	default:
		return base + random_below(&g->random, n);
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
