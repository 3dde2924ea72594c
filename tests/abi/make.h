/* SPDX-License-Identifier: MIT */
/* make.h - objects for cases that do not care how they came about. */
#pragma once
#include "check.h"
#include "env.h"

static inline cap_sel make_sm(uint64_t count)
{
	cap_sel sel = sel_alloc();

	MUST(hedron_create_sm(sel, ROOT_SEL_PD, count));
	return sel;
}

static inline cap_sel make_pd(void)
{
	cap_sel sel = sel_alloc();

	MUST(hedron_create_pd(sel, ROOT_SEL_PD, 0, 0));
	return sel;
}

/* ECs without UTCB in the roottask; should one run, it dies of its first event. */
static inline cap_sel make_ec(unsigned flags)
{
	cap_sel sel = sel_alloc();

	MUST(hedron_create_ec(sel, ROOT_SEL_PD, flags, env.cpu, 0, 0, EVENTS_NONE));
	return sel;
}

static inline cap_sel make_local_ec(void)	{ return make_ec(0); }
static inline cap_sel make_global_ec(void)	{ return make_ec(HC_EC_GLOBAL); }

/* The same object at a fresh selector, with fewer rights. */
static inline cap_sel make_copy(cap_sel of, unsigned rights)
{
	cap_sel sel = sel_alloc();

	MUST(hedron_delegate(ROOT_SEL_PD, ROOT_SEL_PD, crd_obj(of, 0, rights), XFER_DELEGATE,
			     crd_obj(sel, 0, RIGHTS_ALL)));
	return sel;
}

/* Delegate with all operands, and look at the results. */
struct transfer {
	enum hedron_status status;
	hedron_crd crd;			/* OUT3 */
	uint64_t xfer;			/* OUT4 */
};

static inline struct transfer transfer(cap_sel src, cap_sel dst, hedron_crd from, uint64_t xfer,
				       hedron_crd to)
{
	struct transfer t = { .crd = from, .xfer = xfer };

	t.status = hedron_hypercall(HC_PD_CTRL | PD_CTRL_DELEGATE << HC_FLAGS_SHIFT |
				    src << HC_SEL_SHIFT, &dst, &t.crd, &t.xfer, to);
	return t;
}

/* The same inside the roottask. */
static inline struct transfer transfer_own(hedron_crd from, uint64_t xfer, hedron_crd to)
{
	return transfer(ROOT_SEL_PD, ROOT_SEL_PD, from, xfer, to);
}
