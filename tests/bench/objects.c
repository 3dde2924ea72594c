/* SPDX-License-Identifier: MIT */
/*
 * objects.c - rows: creation and destruction of each object. Destruction is the revocation of the
 * last capability; a kernel may do the work later, then it is not in the figure.
 */
#include "bench.h"

#define RUNS		128
#define PRIO_NEVER	1		/* below the measuring thread: does not run meanwhile */

static cap_sel sel, ec;
static uint64_t utcb;

static void destroy(void)		{ hedron_revoke(crd_obj(sel, 0, RIGHTS_ALL), 1); }

static void create_pd(void)		{ hedron_create_pd(sel, ROOT_SEL_PD, 0, 0); }
static void create_ec(void)		{ hedron_create_ec(sel, ROOT_SEL_PD, 0, env.cpu, utcb, 0, 0); }
static void create_pt(void)		{ hedron_create_pt(sel, ROOT_SEL_PD, ec, 0, 0x1000); }
static void create_sm(void)		{ hedron_create_sm(sel, ROOT_SEL_PD, 0); }
static void create_sc(void)
{
	hedron_create_sc(sel, ROOT_SEL_PD, ec, PRIO_NEVER, QUANTUM_US);
}

static void setup(void)			{ sel = sel_alloc(); }

static void setup_ec(void)
{
	setup();
	utcb = va_alloc(0);
}

static void setup_sc(void)
{
	setup();
	ec = sel_alloc();
	MUST(hedron_create_ec(ec, ROOT_SEL_PD, HC_EC_GLOBAL, env.cpu, 0, 0, EVENTS_NONE));
}

static void setup_pt(void)
{
	setup();
	ec = make_local_ec();
}

#define ROWS(kind, name, setup) \
	{ "create_" #kind, "create " name, setup, .op = create_##kind, .after = destroy, .runs = RUNS }, \
	{ "destroy_" #kind, "destroy " name, setup, create_##kind, destroy, .runs = RUNS }

static const struct bench rows[] = {
	ROWS(pd, "a PD", setup),
	ROWS(ec, "an EC with UTCB", setup_ec),
	ROWS(sc, "an SC", setup_sc),
	ROWS(pt, "a portal", setup_pt),
	ROWS(sm, "a semaphore", setup),
};
BENCH_LIST(objects, rows);
