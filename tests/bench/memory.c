/* SPDX-License-Identifier: MIT */
/*
 * memory.c - rows: delegation and revocation of memory. Other PDs are not loaded on any CPU, the
 * roottask's own is.
 */
#include "bench.h"

#define BIG		9		/* order of a big range: 512 pages of 4 KiB, no large page */
#define RUNS		128

static cap_sel pd;
static uint64_t from, to;		/* page numbers */
static unsigned order;

static void give(void)
{
	hedron_delegate(ROOT_SEL_PD, pd, crd_mem(from, order, MEM_R | MEM_W),
			xfer_make(XFER_DELEGATE, 0), crd_mem(to, order, MEM_R | MEM_W));
}

static void take(void)			{ hedron_revoke_remote(pd, crd_mem(to, order, RIGHTS_ALL), 1); }

static void setup_one(void)
{
	pd = make_pd();
	from = page_of(pool_alloc(0));
	to = va_alloc(0) >> HEDRON_PAGE_SHIFT;
	order = 0;
}

/* Frames whose physical alignment is that of one page. */
static void setup_big(void)
{
	uint64_t frames = pool_page(pool_alloc(BIG + 1)) + 1;

	pd = make_pd();
	from = va_alloc(BIG) >> HEDRON_PAGE_SHIFT;
	to = va_alloc(BIG) >> HEDRON_PAGE_SHIFT;
	order = BIG;
	map_pages(ROOT_SEL_PD, ROOT_SEL_PD, frames, from, 1 << BIG, MEM_R | MEM_W, XFER_HYPERVISOR);
}

/* A thread on the other CPU keeps the roottask's space loaded there, and the page in its TLB. */
static volatile bool reading;

static void read_for_ever(void *arg)
{
	for (;;) {
		*(volatile char *)arg;
		reading = true;
	}
}

static void setup_shared(void)
{
	uint64_t other = va_alloc(0);

	setup_one();
	pd = ROOT_SEL_PD;
	map_pages(ROOT_SEL_PD, pd, from, other >> HEDRON_PAGE_SHIFT, 1, MEM_R | MEM_W, 0);
	thread_start(thread_new(&(struct thread_spec){ .fn = read_for_ever, .arg = (void *)other,
						       .on_cpu2 = true }), PRIO_RUNNER);
}

static void give_and_wait(void)
{
	give();
	reading = false;
	while (!reading)
		__asm__ volatile("pause");
}

static const struct bench rows[] = {
	{ "give_1", "delegate one page to another PD", setup_one, .op = give, .after = take,
	  .runs = RUNS },
	{ "take_1", "revoke one page in another PD", setup_one, give, take, .runs = RUNS },
	{ "give_512", "delegate 512 pages of 4 KiB", setup_big, .op = give, .after = take,
	  .runs = RUNS },
	{ "take_512", "revoke 512 pages of 4 KiB", setup_big, give, take, .runs = RUNS },
	{ "shootdown", "revoke one page of a space that two CPUs have loaded", setup_shared,
	  give_and_wait, take, .runs = RUNS, .needs = NEEDS_CPU2 },
};
BENCH_LIST(memory, rows);
