/* SPDX-License-Identifier: MIT */
/*
 * hypercalls.c - rows: the way into the kernel and back, with as little as possible in between.
 */
#include "bench.h"
#include "handlers.h"

static cap_sel sel;

static void setup_portal(void)		{ sel = service_make(ROOT_SEL_PD, serve_echo); }
static void setup_empty(void)		{ sel = sel_alloc(); }
static void set_id(void)		{ hedron_pt_set_id(sel, 1); }
static void look_up(void)		{ hedron_lookup(crd_obj(sel, 0, RIGHTS_ALL)); }

static const struct bench rows[] = {
	{ "pt_ctrl", "empty hypercall (pt_ctrl)", setup_portal, .op = set_id },
	{ "bad_cap", "failing hypercall (pt_ctrl: BAD_CAP)", setup_empty, .op = set_id },
	{ "lookup", "lookup of a capability", setup_portal, .op = look_up },
};
BENCH_LIST(hypercalls, rows);
