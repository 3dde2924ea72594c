/* SPDX-License-Identifier: MIT */
/*
 * worst.c - rows: the longest operations there are, for the measurement of interrupts off
 * (tests/bench/irqsoff). Each is run once, but for one that asks what that means for others.
 *
 * Large ranges of memory consist of 4 KiB pages: their frames are 512 and repeat, misaligned by a page.
 */
#include "bench.h"
#include "handlers.h"

#define GIB		18		/* order of 1 GiB */
#define CAPS		100000
#define CAPS_ORDER	17		/* selectors for so many */
#define CAPS_BASE	0x200000	/* in the object space of the PD that holds them */
#define SLEEP_TICKS	100000
#define ITEM_ORDER	12		/* of each of 254 typed items */

static cap_sel pd, first, portal;
static uint64_t from, to;		/* page numbers */

/* Reserve 1 GiB of addresses, and map it in pieces that all have the same 512 frames. */
static void map_gib(void)
{
	uint64_t frames = pool_page(pool_alloc(10)) + 1;

	from = va_alloc(GIB) >> HEDRON_PAGE_SHIFT;
	to = va_alloc(GIB) >> HEDRON_PAGE_SHIFT;
	for (uint64_t at = 0; at < 1 << GIB; at += 512) {
		if (!at)
			map_pages(ROOT_SEL_PD, ROOT_SEL_PD, frames, from, 512, MEM_R | MEM_W,
				  XFER_HYPERVISOR);
		else
			map_pages(ROOT_SEL_PD, ROOT_SEL_PD, from, from + at, 512, MEM_R | MEM_W, 0);
	}
}

static void give(void)
{
	hedron_delegate(ROOT_SEL_PD, pd, crd_mem(from, GIB, MEM_R | MEM_W),
			xfer_make(XFER_DELEGATE, 0), crd_mem(to, GIB, MEM_R | MEM_W));
}

static void take(void)			{ hedron_revoke_remote(pd, crd_mem(to, GIB, RIGHTS_ALL), 1); }

static void setup_give(void)
{
	pd = make_pd();
	map_gib();
}

static void setup_take(void)
{
	setup_give();
	give();
}

static void setup_take_own(void)
{
	pd = ROOT_SEL_PD;
	map_gib();
	to = from;
}

/* ---- typed items ---------------------------------------------------------------------------- */

static void setup_items(void)
{
	struct handler *h = handler_new(ROOT_SEL_PD, env.cpu);

	map_gib();
	portal = portal_make(sel_alloc(), h, serve_empty, 0);
	h->utcb->del_window = crd_mem(to & ~0x7fffffffull, CRD_ORDER_MAX, RIGHTS_ALL);
}

static void call_items(void)
{
	struct hedron_utcb *u = bench_utcb();

	u->items = utcb_items(0, UTCB_TYPED_MAX);
	for (unsigned i = 0; i < UTCB_TYPED_MAX; i++)
		*utcb_item(u, i) = (struct hedron_typed){
			crd_mem(from + ((uint64_t)i % 64 << ITEM_ORDER), ITEM_ORDER, MEM_R | MEM_W),
			xfer_make(XFER_DELEGATE, to + ((uint64_t)i % 64 << ITEM_ORDER)) };
	hedron_call(portal);
}

static void setup_fault_gib(void)
{
	map_gib();
	setup_fault(crd_mem(from, GIB, MEM_R | MEM_W));
}

/* ---- capabilities --------------------------------------------------------------------------- */

static void give_cap(cap_sel src_pd, cap_sel src, cap_sel dst)
{
	hedron_delegate(src_pd, pd, crd_obj(src, 0, RIGHTS_ALL), xfer_make(XFER_DELEGATE, 0),
			crd_obj(dst, 0, RIGHTS_ALL));
}

/* All derived from one. */
static void setup_fan(void)
{
	pd = make_pd();
	first = make_sm(0);
	for (unsigned i = 0; i < CAPS; i++)
		give_cap(ROOT_SEL_PD, first, CAPS_BASE + i);
}

/* Each derived from the one before. */
static void setup_chain(void)
{
	pd = make_pd();
	first = make_sm(0);
	give_cap(ROOT_SEL_PD, first, CAPS_BASE);
	for (unsigned i = 1; i < CAPS; i++)
		give_cap(pd, CAPS_BASE + i - 1, CAPS_BASE + i);
}

static void revoke_first(void)		{ hedron_revoke(crd_obj(first, 0, RIGHTS_ALL), 1); }

static void revoke_range(void)
{
	hedron_revoke_remote(pd, crd_obj(CAPS_BASE, CAPS_ORDER, RIGHTS_ALL), 1);
}

/* 100,000 capabilities to another PD in one call. */
static cap_sel pd2;

static void setup_range(void)
{
	setup_fan();
	pd2 = make_pd();
}

static void give_range(void)
{
	hedron_crd range = crd_obj(CAPS_BASE, CAPS_ORDER, RIGHTS_ALL);

	hedron_delegate(pd, pd2, range, xfer_make(XFER_DELEGATE, 0), range);
}

static void create_pd_with_caps(void)
{
	hedron_create_pd(sel_alloc(), ROOT_SEL_PD, crd_obj(0, CAPS_ORDER, RIGHTS_ALL), 0);
}

/* ---- objects -------------------------------------------------------------------------------- */

static void setup_big_pd(void)
{
	setup_fan();
	map_gib();
	give();
}

static void destroy_pd(void)		{ hedron_revoke(crd_obj(pd, 0, RIGHTS_ALL), 1); }

/* A thousand semaphores and portals at consecutive selectors. */
static void setup_objects(void)
{
	cap_sel ec = make_local_ec();

	first = sels_alloc(11);
	for (unsigned i = 1; i < 2048; i++) {
		if (i % 512 == 0)
			continue;
		if (i % 2)
			hedron_create_sm(first + i, ROOT_SEL_PD, 0);
		else
			hedron_create_pt(first + i, ROOT_SEL_PD, ec, 0, 0x1000);
	}
}

static void revoke_objects(void)	{ hedron_revoke(crd_obj(first, 11, RIGHTS_ALL), 1); }

/* ---- how long a more urgent thread waits ---------------------------------------------------- */

static cap_sel alarm;

static void give_for_ever(void *arg)
{
	for (;;)
		give();
}

static void setup_urgent(void)
{
	setup_give();
	alarm = make_sm(0);
	thread_start(thread_new(&(struct thread_spec){ .fn = give_for_ever }), PRIO_LOW);
}

static void sleep_a_little(void)	{ hedron_sm_down(alarm, rdtsc() + SLEEP_TICKS); }

/* ---- nothing, in large amounts -------------------------------------------------------------- */

static void setup_empty(void)		{ pd = make_pd(); }

static void revoke_no_caps(void)
{
	hedron_revoke_remote(pd, crd_obj(0, 26, RIGHTS_ALL), 1);
}

static void give_no_caps(void)
{
	hedron_crd all = crd_obj(0, 26, RIGHTS_ALL);

	hedron_delegate(pd, pd, all, xfer_make(XFER_DELEGATE, 0), all);
}

static void give_no_memory(void)
{
	hedron_crd all = crd_mem(0, CRD_ORDER_MAX, MEM_R);

	hedron_delegate(pd, pd, all, xfer_make(XFER_DELEGATE, 0), all);
}

static void give_own_memory(void)
{
	hedron_crd all = crd_mem(0, CRD_ORDER_MAX, RIGHTS_ALL);

	hedron_delegate(ROOT_SEL_PD, pd, all, xfer_make(XFER_DELEGATE, 0), all);
}

static void take_no_memory(void)
{
	hedron_revoke_remote(pd, crd_mem(0, CRD_ORDER_MAX, RIGHTS_ALL), 1);
}

#define WORST	.runs = 1, .needs = NEEDS_PATIENCE

static const struct bench rows[] = {
	{ "give_gib", "delegate 1 GiB of 4 KiB pages", setup_give, .op = give, WORST },
	{ "take_gib", "revoke 1 GiB of 4 KiB pages in another PD", setup_take, .op = take, WORST },
	{ "take_own_gib", "the same in one's own PD", setup_take_own, .op = take, WORST },
	{ "items", "call with 254 typed items of 16 MiB", setup_items, .op = call_items, WORST },
	{ "fault_gib", "page fault, 1 GiB mapped by reply", setup_fault_gib, .op = touch_next,
	  WORST },
	{ "fan", "revoke 100,000 capabilities derived from one", setup_fan, .op = revoke_first,
	  WORST },
	{ "chain", "revoke 100,000 capabilities derived from each other", setup_chain,
	  .op = revoke_first, WORST },
	{ "range", "revoke 100,000 capabilities of a range", setup_fan, .op = revoke_range, WORST },
	{ "give_range", "delegate 100,000 capabilities", setup_range, .op = give_range, WORST },
	{ "create_range", "create a PD with all capabilities", .op = create_pd_with_caps, WORST },
	{ "big_pd", "destroy a PD with 100,000 capabilities and 1 GiB", setup_big_pd,
	  .op = destroy_pd, WORST },
	{ "objects", "destroy 2,000 semaphores and portals", setup_objects, .op = revoke_objects,
	  WORST },
	{ "urgent", "sleep 100,000 ticks while a less urgent thread delegates 1 GiB", setup_urgent,
	  .op = sleep_a_little, .runs = 8, .needs = NEEDS_PATIENCE },
	{ "no_caps", "revoke 2^26 empty selectors", setup_empty, .op = revoke_no_caps, WORST },
	{ "give_no_caps", "delegate 2^26 empty selectors", setup_empty, .op = give_no_caps, WORST },
	{ "give_no_mem", "delegate 2^31 pages that are not there", setup_empty,
	  .op = give_no_memory, WORST },
	{ "give_all_mem", "delegate all memory, most of it not there, to an empty PD", setup_empty,
	  .op = give_own_memory, WORST },
	{ "take_no_mem", "revoke 2^31 pages that are not there", setup_empty,
	  .op = take_no_memory, WORST },
};
BENCH_LIST(worst, rows);
