/* SPDX-License-Identifier: MIT */
/*
 * oom.c - exhausted kernel memory is a status, and nothing is half done (ABI reference 11.1; ours).
 *
 * Each operation is tried with no free page at all, then with one, two, and so on, until it succeeds:
 * so every allocation in it fails once. After each failure the free memory is what it was before,
 * and the destination as empty as it was.
 */
#include "check.h"
#include "env.h"
#include "make.h"
#include "regs.h"

#define HOGS_ORDER	15		/* PDs that fill the memory: a page and a bit each */
#define TRIES		64
#define RETRIES		5

static cap_sel hogs, hog_count;
static enum hedron_status (*fill_more)(cap_sel sel);	/* takes what is left in half used pages */
static cap_sel pause, probe;		/* made while there is memory */
static cap_sel target, fresh;		/* a PD; 2048 selectors never used before */
static uint64_t va;			/* 2 GiB never mapped before */

static uint64_t free_memory(void)
{
	uint64_t free, all;

	MUST(hedron_kernel_memory(&free, &all));
	return free;
}

/* What is destroyed goes a bit later; waiting must not need memory. */
static bool free_memory_becomes(uint64_t least)
{
	uint64_t end = deadline_ms(10000), free;

	while ((free = free_memory()) < least && rdtsc() < end)
		hedron_sm_down(pause, deadline_ms(1));
	return free >= least;
}

static hedron_crd one(cap_sel sel)	{ return crd_obj(sel, 0, RIGHTS_ALL); }

static bool is_hog(cap_sel n)		{ return (hogs + n) % 512; }	/* env.c has its own there */

static void fill(void)
{
	enum hedron_status status = HEDRON_SUCCESS;

	for (; hog_count < 1 << HOGS_ORDER && status == HEDRON_SUCCESS; hog_count++)
		if (is_hog(hog_count))
			status = hedron_create_pd(hogs + hog_count, ROOT_SEL_PD, 0, 0);
	CHECK_STATUS(status, HEDRON_OOM);
	hog_count--;
	status = HEDRON_SUCCESS;
	for (cap_sel n = hog_count; n < 1 << HOGS_ORDER && status == HEDRON_SUCCESS; n++)
		if (is_hog(n))
			status = fill_more(hogs + n);
	CHECK_STATUS(status, HEDRON_OOM);
}

static void free_a_page(void)
{
	uint64_t before = free_memory();

	do {
		hog_count--;
	} while (!is_hog(hog_count));
	hedron_revoke(one(hogs + hog_count), 1);
	CHECK(free_memory_becomes(before + HEDRON_PAGE_SIZE));
}

static void release(void)
{
	CHECK_OK(hedron_revoke(crd_obj(hogs, HOGS_ORDER, RIGHTS_ALL), 1));
}

/*
 * Tries `op` with the memory there is. `is_clean` looks at what a failure must not have changed. If there is
 * more memory afterwards, the rest of a hog came back meanwhile, and says nothing about `op`: once more.
 */
static enum hedron_status try_once(enum hedron_status (*op)(void), bool (*is_clean)(void))
{
	for (unsigned i = 0; i < RETRIES; i++) {
		uint64_t before = free_memory();
		enum hedron_status status = op();

		if (status != HEDRON_OOM)
			return status;
		CHECK(is_clean());
		CHECK(free_memory_becomes(before));
		if (free_memory() == before)
			return status;
	}
	CHECK(!"free memory stays the same");
	return HEDRON_OOM;
}

/* Tries `op` with more and more memory. */
static void try(enum hedron_status (*op)(void), bool (*is_clean)(void))
{
	enum hedron_status status = HEDRON_OOM;
	unsigned failures;

	hogs = sels_alloc(HOGS_ORDER);
	hog_count = 0;
	fill();
	for (failures = 0; failures < TRIES; failures++) {
		status = try_once(op, is_clean);
		if (status != HEDRON_OOM)
			break;
		free_a_page();
	}
	CHECK_OK(status);
	CHECK(failures);
	release();
}

static enum hedron_status more_sm(cap_sel sel);

static void begin(void)
{
	fresh = sels_alloc(11);
	va = va_alloc(19);
	target = make_pd();
	pause = make_sm(0);
	probe = sel_alloc();
	fill_more = more_sm;
}

/* `fresh` is in use nowhere but in the roottask, by env.c; in `target` all is empty. */
static bool target_is_empty(void)
{
	for (unsigned i = 0; i < 2048; i += 511) {
		hedron_delegate(target, ROOT_SEL_PD, one(fresh + i), XFER_DELEGATE, one(probe));
		if (obj_at(probe))
			return false;
	}
	return true;
}

static bool own_is_empty(void)		{ return !obj_at(fresh + 1); }

static enum hedron_status create_pd(void)
{
	return hedron_create_pd(fresh + 1, ROOT_SEL_PD, crd_obj(ROOT_SEL_PD, 6, RIGHTS_ALL), 0);
}

static enum hedron_status create_ec(void)
{
	return hedron_create_ec(fresh + 1, target, 0, env.cpu, va, 0, 0);
}

static enum hedron_status create_sm(void)	{ return hedron_create_sm(fresh + 1, ROOT_SEL_PD, 0); }

static cap_sel ec;

static enum hedron_status create_sc(void)
{
	return hedron_create_sc(fresh + 1, ROOT_SEL_PD, ec, 1, 1000);
}

static enum hedron_status create_pt(void)
{
	return hedron_create_pt(fresh + 1, ROOT_SEL_PD, ec, 0, 0x1000);
}

static enum hedron_status give_objects(void)
{
	hedron_crd crd = crd_obj(fresh, 11, RIGHTS_ALL);

	return hedron_delegate(ROOT_SEL_PD, target, crd, XFER_DELEGATE, crd);
}

/* Pages that are no 2 MiB pages at the receiver: tables of all levels. */
static enum hedron_status give_memory(void)
{
	return hedron_delegate(ROOT_SEL_PD, target, crd_mem(0x400 + 1, 10, MEM_R), XFER_DELEGATE | XFER_HYPERVISOR,
			       crd_mem((va >> HEDRON_PAGE_SHIFT), 10, MEM_R));
}

static enum hedron_status give_ports(void)
{
	hedron_crd crd = crd_pio(0x80, 0);

	return hedron_delegate(ROOT_SEL_PD, target, crd, XFER_DELEGATE | XFER_HYPERVISOR, crd);
}

/* One page out of a large one: it is split, at two levels. */
static enum hedron_status take_a_page(void)
{
	return hedron_revoke_remote(target, crd_mem((va >> HEDRON_PAGE_SHIFT) + 5, 0, RIGHTS_ALL), 1);
}

static enum hedron_status take_with_notice(void)
{
	return hedron_revoke_notify(one(fresh + 1), 1, ec);
}

static enum hedron_status more_sm(cap_sel sel)	{ return hedron_create_sm(sel, ROOT_SEL_PD, 0); }

static enum hedron_status more_sc(cap_sel sel)
{
	return hedron_create_sc(sel, ROOT_SEL_PD, ec, 1, 1000);
}

static enum hedron_status more_pt(cap_sel sel)
{
	return hedron_create_pt(sel, ROOT_SEL_PD, ec, 0, 0x1000);
}

static bool not_taken(void)	{ return obj_at(fresh + 1); }
static bool always(void)	{ return true; }

static void pd_is_whole_or_not_there(void)	{ begin(); try(create_pd, own_is_empty); }
static void ec_is_whole_or_not_there(void)	{ begin(); try(create_ec, own_is_empty); }
static void sm_is_whole_or_not_there(void)	{ begin(); try(create_sm, own_is_empty); }

static void sc_is_whole_or_not_there(void)
{
	begin();
	ec = make_global_ec();
	fill_more = more_sc;
	try(create_sc, own_is_empty);
}

static void pt_is_whole_or_not_there(void)
{
	begin();
	ec = make_local_ec();
	fill_more = more_pt;
	try(create_pt, own_is_empty);
}

static void objects_are_given_all_or_none(void)
{
	begin();
	for (unsigned i = 1; i < 2048; i += 51)
		hedron_create_sm(fresh + i, ROOT_SEL_PD, 0);
	try(give_objects, target_is_empty);
}

static void memory_is_given_all_or_none(void)	{ begin(); try(give_memory, always); }
static void ports_are_given_all_or_none(void)	{ begin(); try(give_ports, always); }

static void a_large_page_stays_or_is_split(void)
{
	begin();
	MUST(hedron_delegate(ROOT_SEL_PD, target, crd_mem(0x40000, 18, MEM_R),
			     XFER_DELEGATE | XFER_HYPERVISOR,
			     crd_mem(va >> HEDRON_PAGE_SHIFT, 18, MEM_R)));
	try(take_a_page, always);
}

static void a_notice_is_promised_or_nothing_taken(void)
{
	begin();
	ec = make_sm(0);
	MUST(hedron_create_sm(fresh + 1, ROOT_SEL_PD, 0));
	try(take_with_notice, not_taken);
	CHECK_OK(hedron_sm_down(ec, deadline_ms(2000)));
}

static const struct abi_case cases[] = {
	{ "11.1 create_pd without memory: OOM, nothing half done", pd_is_whole_or_not_there, CASE_OURS },
	{ "11.1 create_ec without memory: OOM, nothing half done", ec_is_whole_or_not_there, CASE_OURS },
	{ "11.1 create_sc without memory: OOM, nothing half done", sc_is_whole_or_not_there, CASE_OURS },
	{ "11.1 create_pt without memory: OOM, nothing half done", pt_is_whole_or_not_there, CASE_OURS },
	{ "11.1 create_sm without memory: OOM, nothing half done", sm_is_whole_or_not_there, CASE_OURS },
	{ "11.1 objects are delegated all or none", objects_are_given_all_or_none, CASE_OURS },
	{ "11.1 memory is delegated all or none", memory_is_given_all_or_none, CASE_OURS },
	{ "11.1 ports are delegated all or none", ports_are_given_all_or_none, CASE_OURS },
	{ "11.1 a large page is split or left", a_large_page_stays_or_is_split, CASE_OURS },
	{ "11.1 a notice is promised, or nothing is revoked", a_notice_is_promised_or_nothing_taken,
	  CASE_OURS },
};
SUITE(oom, cases);
