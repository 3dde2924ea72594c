/* SPDX-License-Identifier: MIT */
/*
 * delegate_mem.c - delegation of memory (ABI reference 4.2, 4.4).
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "regs.h"

#define RET_INSN	0xc3

/* One page of the pool, its first byte a RET. */
static unsigned char *make_page(void)
{
	unsigned char *page = pool_alloc(0);

	page[0] = RET_INSN;
	return page;
}

static enum hedron_status map_own(const void *from, uint64_t to, unsigned rights)
{
	return transfer_own(crd_mem(page_of(from), 0, rights), XFER_DELEGATE,
			    crd_mem(page_of((void *)to), 0, RIGHTS_ALL)).status;
}

static bool readable(uint64_t va)	{ return !probe_read((void *)va); }
static bool writable(uint64_t va)	{ return !probe_write((void *)va); }
static bool executable(uint64_t va)	{ return !probe_exec((void *)va); }

/* ---- rights --------------------------------------------------------------------------------- */

static void all_rights(void)
{
	unsigned char *page = make_page();

	for (unsigned rights = 1; rights <= 8; rights++) {
		uint64_t va = va_alloc(0);

		CHECK_OK(map_own(page, va, rights));
		CHECK(readable(va));
		CHECK_EQ(writable(va), !!(rights & MEM_W));
		CHECK_EQ(executable(va), !!(rights & MEM_X));
	}
}

static void rights_of_source_and_window(void)
{
	uint64_t va = va_alloc(0);
	struct transfer t = transfer_own(crd_mem(page_of(make_page()), 0, MEM_R | MEM_W),
					 XFER_DELEGATE,
					 crd_mem(page_of((void *)va), 0, MEM_R | MEM_X));

	CHECK_EQ(t.crd, crd_mem(page_of((void *)va), 0, MEM_R));
	CHECK(readable(va));
	CHECK(!writable(va));
	CHECK(!executable(va));
}

static void rights_of_the_source_mapping(void)
{
	uint64_t va = va_alloc(0), copy = va_alloc(0);

	CHECK_OK(map_own(image_text, va, RIGHTS_ALL));
	CHECK(readable(va));
	CHECK(!writable(va));
	CHECK_OK(map_own(make_page(), va, MEM_R));
	CHECK_OK(map_own((void *)va, copy, RIGHTS_ALL));
	CHECK(readable(copy));
	CHECK(!writable(copy));
	CHECK(!executable(copy));
}

static void rights_0_unmap(void)
{
	unsigned char *page = make_page();
	uint64_t va = va_alloc(0);

	CHECK_OK(map_own(page, va, MEM_R));
	CHECK(readable(va));
	CHECK_OK(map_own((void *)va_alloc(0), va, 0));	/* the source need not be mapped */
	CHECK(!readable(va));
}

static void rights_0_take_from_a_child(void)
{
	const struct child *c = child_new();
	unsigned char *page = make_page();
	uint64_t va = va_alloc(0), back = va_alloc(0);

	map_pages(ROOT_SEL_PD, c->pd, page_of(page), page_of((void *)va), 1, MEM_R, 0);
	map_pages(c->pd, ROOT_SEL_PD, page_of((void *)va), page_of((void *)back), 1, MEM_R, 0);
	CHECK(readable(back));
	map_pages(ROOT_SEL_PD, c->pd, page_of(page), page_of((void *)va), 1, 0, 0);
	map_pages(c->pd, ROOT_SEL_PD, page_of((void *)va), page_of((void *)back), 1, MEM_R, 0);
	CHECK(!readable(back));
	CHECK(readable((uint64_t)page));
}

static void own_rights_are_reduced_at_once(void)
{
	unsigned char *page = make_page();

	page[1] = 1;
	CHECK_OK(map_own(page, (uint64_t)page, MEM_R));
	CHECK(readable((uint64_t)page));
	CHECK(!writable((uint64_t)page));
	CHECK_OK(map_own(page, (uint64_t)page, MEM_R | MEM_W));	/* none left to give */
	CHECK(!writable((uint64_t)page));
}

/* ---- replacement, holes, snapshots ---------------------------------------------------------- */

static void mappings_are_replaced(void)
{
	unsigned char *a = make_page(), *b = make_page();
	uint64_t va = va_alloc(0);

	a[1] = 'a';
	b[1] = 'b';
	CHECK_OK(map_own(a, va, MEM_R));
	CHECK_EQ(((volatile char *)va)[1], 'a');
	CHECK_OK(map_own(b, va, MEM_R | MEM_W));
	CHECK_EQ(((volatile char *)va)[1], 'b');
	CHECK(writable(va));
}

static void holes_unmap(void)
{
	unsigned char *page = make_page();
	uint64_t from = va_alloc(1), to = va_alloc(1);

	CHECK_OK(map_own(page, to, MEM_R));
	CHECK_OK(map_own(page, to + HEDRON_PAGE_SIZE, MEM_R));
	CHECK_OK(map_own(page, from + HEDRON_PAGE_SIZE, MEM_R | MEM_W));
	CHECK_OK(transfer_own(crd_mem(page_of((void *)from), 1, RIGHTS_ALL), XFER_DELEGATE,
			      crd_mem(page_of((void *)to), 1, RIGHTS_ALL)).status);
	CHECK(!readable(to));
	CHECK(writable(to + HEDRON_PAGE_SIZE));
}

static void receiver_keeps_a_snapshot(void)
{
	unsigned char *page = make_page();
	uint64_t a = va_alloc(0), b = va_alloc(0);

	CHECK_OK(map_own(page, a, MEM_R | MEM_W));
	CHECK_OK(map_own((void *)a, b, MEM_R | MEM_W));
	CHECK_OK(map_own((void *)va_alloc(0), a, 0));
	CHECK(!readable(a));
	CHECK(writable(b));
}

static void utcbs_are_holes(void)
{
	uint64_t to = va_alloc(0), utcb = va_alloc(0);

	REQUIRE_OK(hedron_create_ec(sel_alloc(), ROOT_SEL_PD, 0, env.cpu, utcb, 0, 0));
	CHECK_OK(map_own(make_page(), to, MEM_R));
	CHECK_OK(map_own((void *)utcb, to, MEM_R));
	CHECK(!readable(to));
	CHECK(readable(utcb));
	CHECK_OK(map_own((void *)ROOT_UTCB_ADDR, to, MEM_R));
	CHECK(!readable(to));
}

static void hip_is_delegated_read_only(void)
{
	uint64_t to = va_alloc(0);

	CHECK_OK(map_own(env.hip, to, RIGHTS_ALL));
	REQUIRE(readable(to));
	CHECK_EQ(((const struct hip *)to)->signature, HIP_SIGNATURE);
	CHECK(!writable(to));
	CHECK(!executable(to));
}

/* ---- ranges --------------------------------------------------------------------------------- */

static void beyond_the_user_limit(void)
{
	static const uint64_t bad[] = { HEDRON_USER_END, 0x800000000000, 0xffff800000000000,
					0xffffffff88000000 };
	unsigned char *page = make_page();
	uint64_t to = va_alloc(0);

	CHECK_OK(map_own(page, to, MEM_R));
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_OK(map_own(page, bad[i], MEM_R | MEM_W));		/* destination */
		CHECK(!readable(bad[i]));
		CHECK_OK(map_own((void *)bad[i], to, MEM_R));		/* source: nothing happens */
		CHECK(readable(to));
	}
}

static void small_source_at_hotspot(void)
{
	unsigned char *page = make_page();
	uint64_t to = va_alloc(3);
	struct transfer t = transfer_own(crd_mem(page_of(page), 0, MEM_R),
					 xfer_make(XFER_DELEGATE, 8 + 6),
					 crd_mem(page_of((void *)to), 3, RIGHTS_ALL));

	CHECK_EQ(t.crd, crd_mem(page_of((void *)to) + 6, 0, MEM_R));
	for (unsigned i = 0; i < 8; i++)
		CHECK_EQ(readable(to + i * HEDRON_PAGE_SIZE), i == 6);
}

static void large_source_is_clipped(void)
{
	char *pages = pool_alloc(2);
	uint64_t to = va_alloc(0);

	pages[2 * HEDRON_PAGE_SIZE] = 2;
	CHECK_OK(transfer_own(crd_mem(page_of(pages), 2, MEM_R), xfer_make(XFER_DELEGATE, 2),
			      crd_mem(page_of((void *)to), 0, RIGHTS_ALL)).status);
	REQUIRE(readable(to));
	CHECK_EQ(*(char *)to, 2);
}

static void bases_are_rounded_down(void)
{
	char *pages = pool_alloc(2);
	uint64_t to = va_alloc(2);

	for (unsigned i = 0; i < 4; i++)
		pages[i * HEDRON_PAGE_SIZE] = (char)(i + 1);
	CHECK_OK(transfer_own(crd_mem(page_of(pages) + 1, 2, MEM_R), xfer_make(XFER_DELEGATE, 0),
			      crd_mem(page_of((void *)to) + 3, 2, RIGHTS_ALL)).status);
	for (unsigned i = 0; i < 4; i++) {
		REQUIRE(readable(to + i * HEDRON_PAGE_SIZE));
		CHECK_EQ(((char *)to)[i * HEDRON_PAGE_SIZE], i + 1);
	}
}

static void large_pages_are_split(void)
{
	char *pages = pool_alloc(9);
	uint64_t to = va_alloc(9), hole = to + 100 * HEDRON_PAGE_SIZE;

	pages[99 * HEDRON_PAGE_SIZE] = 1;
	pages[101 * HEDRON_PAGE_SIZE] = 2;
	CHECK_OK(transfer_own(crd_mem(page_of(pages), 9, MEM_R | MEM_W), XFER_DELEGATE,
			      crd_mem(page_of((void *)to), 9, RIGHTS_ALL)).status);
	CHECK(writable(hole));
	CHECK_OK(map_own(pages, hole, 0));
	CHECK(!readable(hole));
	CHECK_EQ(*(volatile char *)(hole - HEDRON_PAGE_SIZE), 1);
	CHECK_EQ(*(volatile char *)(hole + HEDRON_PAGE_SIZE), 2);
	CHECK(writable(to));
	CHECK(writable(to + 511 * HEDRON_PAGE_SIZE));
}

static void large_order_with_page_alignment(void)
{
	char *pages = pool_alloc(10);
	uint64_t to = va_alloc(10);

	for (unsigned i = 0; i < 1024; i++)
		*(unsigned *)(pages + i * HEDRON_PAGE_SIZE) = i;
	CHECK_OK(transfer_own(crd_mem(page_of(pages), 10, MEM_R), XFER_DELEGATE,
			      crd_mem(page_of((void *)to), 10, RIGHTS_ALL)).status);
	for (unsigned i = 0; i < 1024; i += 31)
		CHECK_EQ(*(unsigned *)(to + i * HEDRON_PAGE_SIZE), i);
}

/* ---- kinds and flags ------------------------------------------------------------------------ */

static void aliases_share_the_frame(void)
{
	unsigned char *page = make_page();
	uint64_t va = va_alloc(0);

	CHECK_OK(map_own(page, va, MEM_R | MEM_W));
	*(volatile char *)(va + 7) = 42;
	CHECK_EQ(page[7], 42);
}

static void not_into_the_host(void)
{
	uint64_t va = va_alloc(0);

	CHECK_OK(transfer_own(crd_mem(page_of(make_page()), 0, MEM_R),
			      XFER_DELEGATE | XFER_NOT_HOST,
			      crd_mem(page_of((void *)va), 0, RIGHTS_ALL)).status);
	CHECK(!readable(va));
}

static void memory_is_not_translated(void)
{
	uint64_t va = va_alloc(0);
	const hedron_crd from = crd_mem(page_of(make_page()), 0, MEM_R);
	struct transfer t = transfer_own(from, XFER_TRANSLATE, crd_mem(page_of((void *)va), 0, 31));

	CHECK_STATUS(t.status, HEDRON_SUCCESS);
	CHECK_EQ(t.crd, from);
	CHECK(!readable(va));
}

static void kind_3_is_invalid(void)
{
	uint64_t va = va_alloc(0);
	struct transfer t = transfer_own(crd_mem(page_of(make_page()), 0, MEM_R), 3,
					 crd_mem(page_of((void *)va), 0, RIGHTS_ALL));

	CHECK_STATUS(t.status, HEDRON_SUCCESS);
	CHECK_EQ(t.crd, 0);
	CHECK(!readable(va));
}

static void hypervisor_flag_needs_the_roottask(void)
{
	const struct child *c = child_new();
	unsigned char *page = make_page();
	uint64_t va = va_alloc(0);

	CHECK_OK(transfer(c->pd, ROOT_SEL_PD, crd_mem(pool_page(page), 0, MEM_R),
			  XFER_DELEGATE | XFER_HYPERVISOR,
			  crd_mem(page_of((void *)va), 0, RIGHTS_ALL)).status);
	CHECK(!readable(va));
}

static void pulled_with_any_rights(void)
{
	unsigned char *page = make_page();
	uint64_t va = va_alloc(0);

	CHECK_OK(map_own(page, (uint64_t)page, MEM_R));
	map_pages(ROOT_SEL_PD, ROOT_SEL_PD, pool_page(page), page_of((void *)va), 1,
		  MEM_R | MEM_W | MEM_X, XFER_HYPERVISOR);
	CHECK(writable(va));
	CHECK(executable(va));
}

static const struct abi_case cases[] = {
	{ "4.2 memory rights 1..8: always readable, write and exec by their bits", all_rights },
	{ "4.4 memory: rights of source CRD and window in common", rights_of_source_and_window },
	{ "4.4 memory: only rights of the source mapping are passed on",
	  rights_of_the_source_mapping },
	{ "4.4 memory: rights 0 unmap", rights_0_unmap },
	{ "4.4 memory: rights 0 take pages away from another PD", rights_0_take_from_a_child },
	{ "4.4 memory: own rights are reduced at once, and for good",
	  own_rights_are_reduced_at_once },
	{ "4.4 memory: a mapping is replaced, also by one with more rights",
	  mappings_are_replaced },
	{ "4.4 memory: holes in the source unmap", holes_unmap },
	{ "4.4 memory: the receiver keeps a snapshot", receiver_keeps_a_snapshot },
	{ "4.4 memory: UTCBs count as holes", utcbs_are_holes },
	{ "1.3 the HIP can be delegated, read-only", hip_is_delegated_read_only },
	{ "4.4 memory: beyond the user limit nothing happens, status SUCCESS",
	  beyond_the_user_limit },
	{ "4.4 memory: a smaller source is placed by the hotspot", small_source_at_hotspot },
	{ "4.4 memory: of a larger source the hotspot chooses the part", large_source_is_clipped },
	{ "4.4 memory: bases are rounded down to their order", bases_are_rounded_down },
	{ "4.4 memory: a large page is split transparently", large_pages_are_split },
	{ "4.4 memory: a large order maps every page", large_order_with_page_alignment },
	{ "4.4 memory: mappings of one frame share it", aliases_share_the_frame },
	{ "4.3 bit 8: not into the host page table", not_into_the_host },
	{ "4.5 memory is not translated: the CRD comes back, nothing is mapped",
	  memory_is_not_translated },
	{ "4.3 memory: kind 3 is invalid, result CRD 0", kind_3_is_invalid },
	{ "1.4 memory: the hypervisor flag is ignored for other sources",
	  hypervisor_flag_needs_the_roottask },
	{ "1.4 memory: physical pages can be pulled with any rights", pulled_with_any_rights },
};
SUITE(delegate_mem, cases);
