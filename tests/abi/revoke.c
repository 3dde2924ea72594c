/* SPDX-License-Identifier: MIT */
/*
 * revoke.c - revocation of objects and memory (ABI reference 3.9, 4.6).
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "regs.h"
#include "thread.h"

#define SM_ALL	(SM_UP | SM_DOWN)

static hedron_crd one(cap_sel sel)	{ return crd_obj(sel, 0, RIGHTS_ALL); }

/* Does the child hold something at `sel`?  It is delegated to us to see. */
static bool child_has(const struct child *c, cap_sel sel)
{
	cap_sel here = sel_alloc();

	MUST(transfer(c->pd, ROOT_SEL_PD, one(sel), XFER_DELEGATE, one(here)).status);
	return obj_at(here);
}

/* ---- objects -------------------------------------------------------------------------------- */

static void copies_go_the_original_stays(void)
{
	cap_sel sm = make_sm(0), a = make_copy(sm, SM_ALL), b = make_copy(sm, SM_UP);

	CHECK_OK(hedron_revoke(one(sm), 0));
	CHECK_EQ(obj_at(a), 0);
	CHECK_EQ(obj_at(b), 0);
	CHECK_EQ(obj_at(sm), crd_obj(sm, 0, SM_ALL));
	CHECK_OK(hedron_sm_up(sm));
}

static void self_goes_too(void)
{
	cap_sel sm = make_sm(0), a = make_copy(sm, SM_ALL);

	CHECK_OK(hedron_revoke(one(sm), 1));
	CHECK_EQ(obj_at(sm), 0);
	CHECK_EQ(obj_at(a), 0);
	CHECK_STATUS(hedron_sm_up(sm), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_sm_up(a), HEDRON_BAD_CAP);
}

static void selector_can_be_used_at_once(void)
{
	cap_sel sel = make_sm(0);

	CHECK_OK(hedron_revoke(one(sel), 1));
	CHECK_OK(hedron_create_sm(sel, ROOT_SEL_PD, 5));
	CHECK_OK(hedron_sm_down(sel, 1));
	CHECK_OK(hedron_revoke(one(sel), 1));
	CHECK_OK(hedron_create_pd(sel, ROOT_SEL_PD, 0, 0));
	CHECK_EQ(obj_at(sel), crd_obj(sel, 0, PD_CREATE));
}

static void recursive(void)
{
	cap_sel sm = make_sm(0), a = make_copy(sm, SM_ALL), b = make_copy(a, SM_ALL);
	cap_sel c = make_copy(b, SM_ALL), sibling = make_copy(sm, SM_ALL);

	CHECK_OK(hedron_revoke(one(a), 0));
	CHECK_EQ(obj_at(a), crd_obj(a, 0, SM_ALL));
	CHECK_EQ(obj_at(b), 0);
	CHECK_EQ(obj_at(c), 0);
	CHECK_EQ(obj_at(sibling), crd_obj(sibling, 0, SM_ALL));
	CHECK_EQ(obj_at(sm), crd_obj(sm, 0, SM_ALL));
}

static void through_domains(void)
{
	const struct child *a = child_new(), *b = child_new();
	cap_sel sm = make_sm(0);

	child_give_at(a, sm, 7, 0);
	MUST(transfer(a->pd, b->pd, one(7), XFER_DELEGATE, one(8)).status);
	CHECK(child_has(a, 7));
	CHECK(child_has(b, 8));
	CHECK_OK(hedron_revoke(one(sm), 0));
	CHECK(!child_has(a, 7));
	CHECK(!child_has(b, 8));
	CHECK_OK(hedron_sm_up(sm));
}

static void some_rights_only(void)
{
	cap_sel sm = make_sm(1), copy = make_copy(sm, SM_ALL), below = make_copy(copy, SM_ALL);

	CHECK_OK(hedron_revoke(crd_obj(sm, 0, SM_DOWN), 0));
	CHECK_EQ(obj_at(sm), crd_obj(sm, 0, SM_ALL));
	CHECK_EQ(obj_at(copy), crd_obj(copy, 0, SM_UP));
	CHECK_EQ(obj_at(below), crd_obj(below, 0, SM_UP));
	CHECK_STATUS(hedron_sm_down(copy, 1), HEDRON_BAD_CAP);
	CHECK_OK(hedron_sm_up(below));
	CHECK_OK(hedron_revoke(crd_obj(sm, 0, SM_UP), 0));
	CHECK_EQ(obj_at(copy), 0);
	CHECK_EQ(obj_at(below), 0);
}

static void own_rights(void)
{
	cap_sel sm = make_sm(1);

	CHECK_OK(hedron_revoke(crd_obj(sm, 0, SM_UP), 1));
	CHECK_EQ(obj_at(sm), crd_obj(sm, 0, SM_DOWN));
	CHECK_STATUS(hedron_sm_up(sm), HEDRON_BAD_CAP);
	CHECK_OK(hedron_sm_down(sm, 1));
}

static void range(void)
{
	cap_sel base = sels_alloc(2);

	for (unsigned i = 0; i < 4; i++)
		MUST(hedron_create_sm(base + i, ROOT_SEL_PD, 0));
	CHECK_OK(hedron_revoke(crd_obj(base, 1, RIGHTS_ALL), 1));
	CHECK_EQ(obj_at(base), 0);
	CHECK_EQ(obj_at(base + 1), 0);
	CHECK_EQ(obj_at(base + 2), crd_obj(base + 2, 0, SM_ALL));
	CHECK_EQ(obj_at(base + 3), crd_obj(base + 3, 0, SM_ALL));
}

static void remote(void)
{
	const struct child *c = child_new();
	cap_sel sm = make_sm(0);

	child_give_at(c, sm, 7, 0);
	child_give_at(c, sm, 8, 0);
	CHECK_OK(hedron_revoke_remote(c->pd, one(7), 1));
	CHECK(!child_has(c, 7));
	CHECK(child_has(c, 8));
	CHECK_EQ(obj_at(sm), crd_obj(sm, 0, SM_ALL));
}

static void copy_keeps_the_object(void)
{
	const struct child *c = child_new();
	cap_sel sm = make_sm(2), back = sel_alloc();

	child_give_at(c, sm, 7, 0);
	MUST(transfer(c->pd, ROOT_SEL_PD, one(7), XFER_DELEGATE, one(back)).status);
	CHECK_OK(hedron_sm_down(back, 1));
	CHECK_OK(hedron_sm_down(sm, 1));
	CHECK_STATUS(hedron_sm_down(back, 1), HEDRON_TIMEOUT);
}

static void notification(void)
{
	cap_sel done = make_sm(0), sm = make_sm(0);
	bool told = false;

	CHECK_OK(hedron_revoke_notify(one(sm), 1, done));
	CHECK_EQ(obj_at(sm), 0);
	CHECK(EVENTUALLY(told || (told = hedron_sm_down(done, 1) == HEDRON_SUCCESS)));
	CHECK_STATUS(hedron_sm_down(done, 1), HEDRON_TIMEOUT);
}

/* ---- what goes with the object -------------------------------------------------------------- */

static void ec_takes_its_utcb(void)
{
	cap_sel ec = sel_alloc();
	void *utcb = (void *)va_alloc(0);

	REQUIRE_OK(hedron_create_ec(ec, ROOT_SEL_PD, 0, env.cpu, (uint64_t)utcb, 0, 0));
	CHECK_EQ(probe_write(utcb), 0);
	CHECK_OK(hedron_revoke(one(ec), 1));
	sleep_ms(2);			/* a stale TLB entry may live until the next switch */
	CHECK(probe_read(utcb) & PROBE_FAULT);
}

static void pd_loses_its_capabilities(void)
{
	const struct child *c = child_new();
	cap_sel sm = make_sm(0), copy = make_copy(sm, SM_UP);

	child_give_at(c, sm, 7, 0);
	CHECK(child_has(c, 7));
	CHECK_OK(hedron_revoke(one(c->pd), 1));
	CHECK_STATUS(hedron_create_ec(sel_alloc(), c->pd, 0, env.cpu, 0, 0, 0), HEDRON_BAD_CAP);
	CHECK_EQ(obj_at(sm), crd_obj(sm, 0, SM_ALL));
	CHECK_EQ(obj_at(copy), crd_obj(copy, 0, SM_UP));
}

/* ---- memory --------------------------------------------------------------------------------- */

static hedron_crd page_crd(const void *va, unsigned order, unsigned rights)
{
	return crd_mem(page_of(va), order, rights);
}

static void memory_goes_with_any_rights(void)
{
	char *page = pool_alloc(0), *other = pool_alloc(0);

	CHECK_OK(hedron_revoke(page_crd(page, 0, MEM_W), 0));
	CHECK(probe_read(page) & PROBE_FAULT);
	CHECK_OK(hedron_revoke(page_crd(other, 0, RIGHTS_ALL), 1));
	CHECK(probe_read(other) & PROBE_FAULT);
}

static void memory_is_not_recursive(void)
{
	char *page = pool_alloc(0);
	uint64_t copy = va_alloc(0);

	map_pages(ROOT_SEL_PD, ROOT_SEL_PD, page_of(page), page_of((void *)copy), 1, MEM_R, 0);
	CHECK_OK(hedron_revoke(page_crd(page, 0, RIGHTS_ALL), 1));
	CHECK(probe_read(page) & PROBE_FAULT);
	CHECK_EQ(probe_read((void *)copy), 0);
}

static void memory_range(void)
{
	char *pages = pool_alloc(2);

	CHECK_OK(hedron_revoke(page_crd(pages + 2 * HEDRON_PAGE_SIZE, 1, RIGHTS_ALL), 1));
	CHECK_EQ(probe_read(pages), 0);
	CHECK_EQ(probe_read(pages + 1 * HEDRON_PAGE_SIZE), 0);
	CHECK(probe_read(pages + 2 * HEDRON_PAGE_SIZE) & PROBE_FAULT);
	CHECK(probe_read(pages + 3 * HEDRON_PAGE_SIZE) & PROBE_FAULT);
}

static void memory_must_be_aligned(void)
{
	char *pages = pool_alloc(2);

	CHECK_OK(hedron_revoke(page_crd(pages + HEDRON_PAGE_SIZE, 1, RIGHTS_ALL), 1));
	for (unsigned i = 0; i < 4; i++)
		CHECK_EQ(probe_read(pages + i * HEDRON_PAGE_SIZE), 0);
}

static void memory_remote(void)
{
	const struct child *c = child_new();
	char *page = pool_alloc(0);
	uint64_t there = va_alloc(0), back = va_alloc(0);

	map_pages(ROOT_SEL_PD, c->pd, page_of(page), page_of((void *)there), 1, MEM_R, 0);
	CHECK_OK(hedron_revoke_remote(c->pd, page_crd((void *)there, 0, RIGHTS_ALL), 1));
	map_pages(c->pd, ROOT_SEL_PD, page_of((void *)there), page_of((void *)back), 1, MEM_R, 0);
	CHECK(probe_read((void *)back) & PROBE_FAULT);
	CHECK_EQ(probe_read(page), 0);
}

static const struct abi_case cases[] = {
	{ "4.6 copies go, the original stays", copies_go_the_original_stays },
	{ "4.6 with self the capability itself goes too", self_goes_too },
	{ "4.6 the selector can be used again at once", selector_can_be_used_at_once },
	{ "4.6 revocation is recursive, siblings stay", recursive },
	{ "4.6 revocation reaches all PDs", through_domains },
	{ "4.6 some rights alone can be removed from the copies", some_rights_only },
	{ "4.6 with self, some rights alone can be removed from the capability", own_rights },
	{ "4.6 a range is revoked, its neighbours stay", range },
	{ "3.9 remote works on the other PD's space", remote },
	{ "4.6 copies name the same object", copy_keeps_the_object },
	{ "3.9 the semaphore gets an up after the grace period", notification },
	{ "4.6 an EC's capability takes the UTCB mapping with it", ec_takes_its_utcb },
	{ "4.6 a revoked PD cannot be used, what it was given stays",
	  pd_loses_its_capabilities },
	{ "4.6 memory is removed whatever rights and self say", memory_goes_with_any_rights },
	{ "4.6 memory is not revoked from receivers", memory_is_not_recursive },
	{ "4.6 a range of memory is removed", memory_range },
	{ "4.6 an unaligned memory range does nothing", memory_must_be_aligned },
	{ "3.9 remote works on the other PD's memory", memory_remote },
};
SUITE(revoke, cases);
