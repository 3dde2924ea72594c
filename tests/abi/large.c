/* SPDX-License-Identifier: MIT */
/*
 * large.c - memory in large orders: ranges that become 2 MiB and 1 GiB pages where physical and virtual
 * alignment allow, and that are split again (ABI reference 4.1, 4.4, 4.6).
 *
 * A gigabyte of RAM is not there to play with; physical addresses without RAM behind them can be
 * mapped as well, and reading them does no harm.
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "regs.h"

#define PAGES(n)	((uint64_t)(n) * HEDRON_PAGE_SIZE)
#define ORDER_2M	9
#define ORDER_1G	18
#define NO_RAM		(0x4000000000ull >> HEDRON_PAGE_SHIFT)	/* 256 GiB: page number */

static bool readable(uint64_t va)	{ return !probe_read((void *)va); }
static bool writable(uint64_t va)	{ return !probe_write((void *)va); }

static hedron_crd mem(uint64_t va, unsigned order, unsigned rights)
{
	return crd_mem(va >> HEDRON_PAGE_SHIFT, order, rights);
}

static void map(uint64_t from, uint64_t to, unsigned order, unsigned rights)
{
	CHECK_OK(transfer_own(mem(from, order, rights), XFER_DELEGATE, mem(to, order, RIGHTS_ALL))
			 .status);
}

/* 2^order pages of RAM, the first word of each its number; mapped again at an address whose alignment
 * is `skew` pages off. */
static uint64_t numbered_pages(unsigned order, unsigned skew)
{
	char *pages = pool_alloc(order);
	uint64_t va = va_alloc(order + 1) + PAGES(skew);

	for (unsigned i = 0; i < 1u << order; i++)
		*(uint64_t *)(pages + PAGES(i)) = i;
	map_pages(ROOT_SEL_PD, ROOT_SEL_PD, page_of(pages), va >> HEDRON_PAGE_SHIFT, 1u << order,
		  MEM_R | MEM_W, 0);
	return va;
}

static uint64_t number_at(uint64_t va, unsigned page)
{
	return *(volatile uint64_t *)(va + PAGES(page));
}

static void check_numbers(uint64_t va, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++)
		if (!CHECK(readable(va + PAGES(i))) || !CHECK_EQ(number_at(va, i), i))
			return;
}

/* ---- 2 MiB ---------------------------------------------------------------------------------- */

static void two_mib_aligned(void)
{
	check_numbers(numbered_pages(ORDER_2M, 0), 0, 512);
}

static void two_mib_skewed(void)
{
	check_numbers(numbered_pages(ORDER_2M, 5), 0, 512);
}

static void four_mib_then_one_page(void)
{
	uint64_t va = numbered_pages(10, 0);

	CHECK_OK(hedron_revoke(mem(va + PAGES(600), 0, RIGHTS_ALL), 1));
	CHECK(!readable(va + PAGES(600)));
	check_numbers(va, 0, 600);
	check_numbers(va, 601, 1024);
}

static void half_of_a_large_page_goes(void)
{
	uint64_t va = numbered_pages(ORDER_2M, 0);

	CHECK_OK(hedron_revoke(mem(va + PAGES(256), 8, RIGHTS_ALL), 1));
	check_numbers(va, 0, 256);
	for (unsigned i = 256; i < 512; i += 51)
		CHECK(!readable(va + PAGES(i)));
}

static void rights_of_one_page_in_a_large_one(void)
{
	uint64_t va = numbered_pages(ORDER_2M, 0);

	map(va + PAGES(77), va + PAGES(77), 0, MEM_R);
	CHECK(readable(va + PAGES(77)));
	CHECK(!writable(va + PAGES(77)));
	CHECK(writable(va + PAGES(76)));
	CHECK(writable(va + PAGES(78)));
	check_numbers(va, 0, 512);
}

static void large_page_over_small_ones(void)
{
	uint64_t va = va_alloc(ORDER_2M), large = numbered_pages(ORDER_2M, 0);
	char *page = pool_alloc(0);

	for (unsigned i = 0; i < 512; i += 100)
		map((uint64_t)page, va + PAGES(i), 0, MEM_R);
	map(large, va, ORDER_2M, MEM_R);
	check_numbers(va, 0, 512);
	CHECK(!writable(va + PAGES(100)));
}

static void small_page_over_a_large_one(void)
{
	uint64_t va = numbered_pages(ORDER_2M, 0);
	uint64_t *page = pool_alloc(0);

	*page = 0x5a5a;
	map((uint64_t)page, va + PAGES(300), 0, MEM_R);
	CHECK_EQ(number_at(va, 300), 0x5a5a);
	check_numbers(va, 0, 300);
	check_numbers(va, 301, 512);
}

static void part_of_a_large_page_is_given(void)
{
	const struct child *c = child_new();
	uint64_t va = numbered_pages(ORDER_2M, 0), there = va_alloc(3), back = va_alloc(3);

	CHECK_OK(transfer(ROOT_SEL_PD, c->pd, mem(va + PAGES(40), 3, MEM_R), XFER_DELEGATE,
			  mem(there, 3, RIGHTS_ALL)).status);
	CHECK_OK(transfer(c->pd, ROOT_SEL_PD, mem(there, 3, MEM_R), XFER_DELEGATE,
			  mem(back, 3, RIGHTS_ALL)).status);
	for (unsigned i = 0; i < 8; i++)
		CHECK_EQ(number_at(back, i), 40 + i);
}

static void large_page_of_a_child_is_split(void)
{
	const struct child *c = child_new();
	uint64_t va = numbered_pages(ORDER_2M, 0), there = va_alloc(ORDER_2M);
	uint64_t back = va_alloc(ORDER_2M);

	CHECK_OK(transfer(ROOT_SEL_PD, c->pd, mem(va, ORDER_2M, MEM_R), XFER_DELEGATE,
			  mem(there, ORDER_2M, RIGHTS_ALL)).status);
	CHECK_OK(hedron_revoke_remote(c->pd, mem(there + PAGES(8), 3, RIGHTS_ALL), 1));
	CHECK_OK(transfer(c->pd, ROOT_SEL_PD, mem(there, ORDER_2M, MEM_R), XFER_DELEGATE,
			  mem(back, ORDER_2M, RIGHTS_ALL)).status);
	check_numbers(back, 0, 8);
	CHECK(!readable(back + PAGES(8)));
	CHECK(!readable(back + PAGES(15)));
	check_numbers(back, 16, 512);
	check_numbers(va, 0, 512);
}

static void frames_of_a_split_page_are_shared(void)
{
	uint64_t va = numbered_pages(ORDER_2M, 0), copy = va_alloc(ORDER_2M);

	map(va, copy, ORDER_2M, MEM_R | MEM_W);
	map(va + PAGES(3), copy + PAGES(3), 0, 0);
	*(volatile uint64_t *)(copy + PAGES(4)) = 0x77;
	CHECK_EQ(number_at(va, 4), 0x77);
	check_numbers(va, 0, 4);
}

static void holes_in_a_large_range(void)
{
	uint64_t from = va_alloc(10), to = numbered_pages(10, 0);
	char *page = pool_alloc(0);

	map((uint64_t)page, from + PAGES(700), 0, MEM_R);
	map(from, to, 10, MEM_R);
	for (unsigned i = 0; i < 1024; i += 93)
		CHECK_EQ(readable(to + PAGES(i)), i == 700);
	CHECK(readable(to + PAGES(700)));
	CHECK(!readable(to + PAGES(699)));
	CHECK(!readable(to + PAGES(701)));
}

/* ---- 1 GiB ---------------------------------------------------------------------------------- */

static uint64_t gigabyte(void)
{
	uint64_t va = va_alloc(ORDER_1G);

	CHECK_OK(transfer_own(crd_mem(NO_RAM, ORDER_1G, MEM_R | MEM_W),
			      XFER_DELEGATE | XFER_HYPERVISOR, mem(va, ORDER_1G, RIGHTS_ALL)).status);
	return va;
}

static void gigabyte_is_mapped(void)
{
	uint64_t va = gigabyte();

	CHECK(readable(va));
	CHECK(readable(va + PAGES(123456)));
	CHECK(readable(va + PAGES(0x3ffff)));
	CHECK(!readable(va + PAGES(0x40000)));
	CHECK_OK(hedron_revoke(mem(va, ORDER_1G, RIGHTS_ALL), 1));
	CHECK(!readable(va));
	CHECK(!readable(va + PAGES(0x3ffff)));
}

static void gigabyte_loses_a_page(void)
{
	uint64_t va = gigabyte(), hole = va + PAGES(100000);

	CHECK_OK(hedron_revoke(mem(hole, 0, RIGHTS_ALL), 1));
	CHECK(!readable(hole));
	CHECK(readable(hole - PAGES(1)));
	CHECK(readable(hole + PAGES(1)));
	CHECK(readable(va + PAGES(200000)));
	CHECK_OK(hedron_revoke(mem(va, ORDER_1G, RIGHTS_ALL), 1));
	CHECK(!readable(hole + PAGES(1)));
}

static void gigabyte_loses_two_mib(void)
{
	uint64_t va = gigabyte(), hole = va + PAGES(512 * 37);

	CHECK_OK(hedron_revoke(mem(hole, ORDER_2M, RIGHTS_ALL), 1));
	CHECK(!readable(hole));
	CHECK(!readable(hole + PAGES(511)));
	CHECK(readable(hole - PAGES(1)));
	CHECK(readable(hole + PAGES(512)));
	CHECK_OK(hedron_revoke(mem(va, ORDER_1G, RIGHTS_ALL), 1));
}

static void gigabyte_with_a_page_of_ram(void)
{
	uint64_t va = gigabyte(), at = va + PAGES(777);
	uint64_t *page = pool_alloc(0);

	*page = 0xfeed;
	map((uint64_t)page, at, 0, MEM_R | MEM_W);
	CHECK_EQ(*(volatile uint64_t *)at, 0xfeed);
	CHECK(readable(at + PAGES(1)));
	CHECK_OK(hedron_revoke(mem(va, ORDER_1G, RIGHTS_ALL), 1));
	CHECK(!readable(at));
}

static void gigabyte_is_given_read_only(void)
{
	uint64_t va = gigabyte(), copy = va_alloc(ORDER_1G);

	map(va, copy, ORDER_1G, MEM_R);
	CHECK(readable(copy + PAGES(1000)));
	CHECK(!writable(copy + PAGES(1000)));
	CHECK(readable(copy + PAGES(0x3ffff)));
	CHECK_OK(hedron_revoke(mem(copy, ORDER_1G, RIGHTS_ALL), 1));
	CHECK(readable(va + PAGES(1000)));
	CHECK_OK(hedron_revoke(mem(va, ORDER_1G, RIGHTS_ALL), 1));
}

/* ---- windows of memory ---------------------------------------------------------------------- */

static void window_chooses_by_hotspot(void)
{
	uint64_t va = numbered_pages(6, 0), to = va_alloc(3);

	for (unsigned hot = 0; hot < 64; hot += 9) {
		struct transfer t = transfer_own(mem(va, 6, MEM_R), xfer_make(XFER_DELEGATE, hot),
						 mem(to, 3, RIGHTS_ALL));

		CHECK_EQ(t.crd, mem(to, 3, MEM_R));
		CHECK_EQ(number_at(to, 0), hot & ~7u);
		CHECK_EQ(number_at(to, 7), hot | 7);
	}
}

static void hotspot_chooses_the_place(void)
{
	uint64_t va = numbered_pages(3, 0);

	for (unsigned hot = 0; hot < 64; hot += 9) {
		uint64_t to = va_alloc(6);
		struct transfer t = transfer_own(mem(va, 3, MEM_R), xfer_make(XFER_DELEGATE, hot),
						 mem(to, 6, RIGHTS_ALL));

		CHECK_EQ(t.crd, mem(to + PAGES(hot & ~7u), 3, MEM_R));
		for (unsigned i = 0; i < 64; i += 7)
			CHECK_EQ(readable(to + PAGES(i)), i >> 3 == hot >> 3);
	}
}

static void window_of_all_memory(void)
{
	uint64_t va = numbered_pages(0, 0), to = va_alloc(0);
	struct transfer t = transfer_own(mem(va, 0, MEM_R),
					 xfer_make(XFER_DELEGATE, to >> HEDRON_PAGE_SHIFT),
					 crd_mem(0, CRD_ORDER_MAX, RIGHTS_ALL));

	/* 2^31 pages from 0: the hotspot's low bits count. */
	CHECK_EQ(crd_base(t.crd), (to >> HEDRON_PAGE_SHIFT) & 0x7fffffff);
	CHECK_EQ(crd_order(t.crd), 0);
	CHECK_OK(hedron_revoke(crd_mem(crd_base(t.crd), 0, RIGHTS_ALL), 1));
}

static void order_31_of_nothing(void)
{
	uint64_t to = va_alloc(0);

	/* The 8 TiB above what va_alloc() gives: nothing is mapped there, nothing comes over. */
	CHECK_OK(transfer_own(crd_mem(0x600000000000 >> HEDRON_PAGE_SHIFT, CRD_ORDER_MAX, MEM_R),
			      XFER_DELEGATE, mem(to, 0, RIGHTS_ALL)).status);
	CHECK(!readable(to));
}

static const struct abi_case cases[] = {
	{ "4.4 2 MiB, aligned alike", two_mib_aligned },
	{ "4.4 2 MiB, virtual and physical alignment differ", two_mib_skewed },
	{ "4.6 one page of 4 MiB goes, all others stay", four_mib_then_one_page },
	{ "4.6 half of a large page goes", half_of_a_large_page_goes },
	{ "4.4 one page in a large one loses its write right", rights_of_one_page_in_a_large_one },
	{ "4.4 a large range replaces small pages", large_page_over_small_ones },
	{ "4.4 a small page replaces part of a large one", small_page_over_a_large_one },
	{ "4.4 part of a large page is given to another PD", part_of_a_large_page_is_given },
	{ "4.6 another PD's large page is split by a revocation", large_page_of_a_child_is_split },
	{ "4.4 a split page has its frames still", frames_of_a_split_page_are_shared },
	{ "4.4 holes in a large source unmap all but what is there", holes_in_a_large_range },
	{ "4.4 1 GiB is mapped and revoked", gigabyte_is_mapped },
	{ "4.6 one page of 1 GiB goes", gigabyte_loses_a_page },
	{ "4.6 2 MiB of 1 GiB go", gigabyte_loses_two_mib },
	{ "4.4 a page of RAM replaces one of 1 GiB", gigabyte_with_a_page_of_ram },
	{ "4.4 1 GiB is given read-only", gigabyte_is_given_read_only },
	{ "4.4 the part of a larger source, for each hotspot", window_chooses_by_hotspot },
	{ "4.4 the place in a larger window, for each hotspot", hotspot_chooses_the_place },
	{ "4.1 a window of order 31 is 2^31 pages", window_of_all_memory },
	{ "4.1 a source of order 31 with nothing in it", order_31_of_nothing },
};
SUITE(large, cases);
