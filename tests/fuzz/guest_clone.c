/* SPDX-License-Identifier: MIT */
/*
 * guest_clone.c - a fuzz PD makes another one like itself, and a thread in it that shares one of the
 * slots. So capabilities are passed on over several levels, and whole trees are revoked at once.
 */
#include "guest.h"
#include <hedron/hypercall.h>
#include "env.h"

#define IMAGE_ORDER	9		/* 2 MiB: text and constants */
#define ARENA_ORDER	5
#define PLAY_ORDER	6
#define SELS_ORDER	11
_Static_assert(G_END == 1 << SELS_ORDER, "all selectors");
_Static_assert(ARENA_SIZE == HEDRON_PAGE_SIZE << ARENA_ORDER, "arena");
_Static_assert(PLAY_PAGES == 1 << PLAY_ORDER, "pages to play with");

static enum hedron_status pass_on(struct slot *g, cap_sel pd, uint64_t va, unsigned order)
{
	hedron_crd crd = crd_mem(va >> HEDRON_PAGE_SHIFT, order, RIGHTS_ALL);
	enum hedron_status status = hedron_delegate(G_PD, pd, crd, XFER_DELEGATE, crd);

	guest_count(g, HC_PD_CTRL, status);
	return status;
}

void guest_clone(struct slot *g)
{
	cap_sel pd = pick_made(g, &kind_pd), ec = pick_made(g, &kind_ec), sc = pick_made(g, &kind_sc);
	unsigned i = (unsigned)random_below(&g->random, SLOT_COUNT);
	uint64_t foreign = g->flags & SLOT_FOREIGN ? PD_FOREIGN | G_FOREIGN << PD_FOREIGN_BASE_SHIFT : 0;
	enum hedron_status status;

	hedron_revoke(crd_obj(pd, 0, RIGHTS_ALL), 1);
	status = hedron_create_pd(pd, G_PD, crd_obj(0, SELS_ORDER, RIGHTS_ALL), foreign);
	guest_count(g, HC_CREATE_PD, status);
	if (status != HEDRON_SUCCESS)
		return;
	pass_on(g, pd, (uint64_t)image_text, IMAGE_ORDER);
	pass_on(g, pd, ARENA, ARENA_ORDER);
	pass_on(g, pd, PLAY, PLAY_ORDER);
	hedron_revoke(crd_obj(ec, 0, RIGHTS_ALL), 1);
	hedron_revoke(crd_obj(sc, 0, RIGHTS_ALL), 1);
	status = hedron_create_ec(ec, pd, HC_EC_GLOBAL, slot_at(i)->cpu, (uint64_t)slot_utcb(i), 0,
				  G_EVENTS + 32 * i);
	guest_count(g, HC_CREATE_EC, status);
	status = hedron_create_sc(sc, G_PD, ec, 1 + (unsigned)random_below(&g->random, 40), 1000);
	guest_count(g, HC_CREATE_SC, status);
}
