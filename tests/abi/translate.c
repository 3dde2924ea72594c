/* SPDX-License-Identifier: MIT */
/*
 * translate.c - translation: under which selector the receiver holds what the sender means (ABI
 * reference 4.5).
 *
 * Senders and receivers are PDs side by side: the roottask delegates, then asks for a transfer
 * between two of them, or from one of them to itself.
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "regs.h"

static const hedron_crd everything = CRD_OBJ | 31ull << 7 | RIGHTS_ALL << 2;

static hedron_crd one(cap_sel sel)	{ return crd_obj(sel, 0, RIGHTS_ALL); }

static hedron_crd translate(const struct child *from, hedron_crd crd, cap_sel to, hedron_crd window)
{
	struct transfer t = transfer(from->pd, to, crd, XFER_TRANSLATE, window);

	CHECK_STATUS(t.status, HEDRON_SUCCESS);
	return t.crd;
}

static void grandchild_to_grandparent(void)
{
	const struct child *a = child_new(), *b = child_new();
	cap_sel sm = make_sm(0);

	child_give_at(a, sm, 5, 0);
	MUST(transfer(a->pd, b->pd, one(5), XFER_DELEGATE, one(9)).status);
	CHECK_EQ(crd_base(translate(b, one(9), ROOT_SEL_PD, everything)), sm);
	CHECK_EQ(crd_base(translate(b, one(9), a->pd, everything)), 5);
}

static void parent_to_child_fails(void)
{
	const struct child *c = child_new();
	cap_sel sm = make_sm(0);

	child_give_at(c, sm, 5, 0);
	CHECK_EQ(transfer(ROOT_SEL_PD, c->pd, one(sm), XFER_TRANSLATE, everything).crd, 0);
}

static void siblings_do_not_know_each_other(void)
{
	const struct child *a = child_new(), *b = child_new();
	cap_sel sm = make_sm(0);

	child_give_at(a, sm, 5, 0);
	child_give_at(b, sm, 6, 0);
	CHECK_EQ(translate(a, one(5), b->pd, everything), 0);
	CHECK_EQ(translate(b, one(6), a->pd, everything), 0);
}

static void nearest_ancestor_is_meant(void)
{
	const struct child *c = child_new();
	cap_sel sm = make_sm(0), copy = make_copy(sm, SM_UP | SM_DOWN);

	child_give_at(c, copy, 5, 0);
	CHECK_EQ(crd_base(translate(c, one(5), ROOT_SEL_PD, everything)), copy);
}

static void window_may_choose_a_farther_ancestor(void)
{
	const struct child *c = child_new();
	cap_sel sm = make_sm(0), copy = make_copy(sm, SM_UP | SM_DOWN);

	child_give_at(c, copy, 5, 0);
	CHECK_EQ(crd_base(translate(c, one(5), ROOT_SEL_PD, one(sm))), sm);
}

static void rights_are_the_senders(void)
{
	const struct child *c = child_new();
	cap_sel sm = make_sm(0);

	MUST(transfer(ROOT_SEL_PD, c->pd, crd_obj(sm, 0, SM_UP), XFER_DELEGATE, one(5)).status);
	CHECK_EQ(translate(c, one(5), ROOT_SEL_PD, everything), crd_obj(sm, 0, SM_UP));
	CHECK_EQ(translate(c, crd_obj(5, 0, SM_DOWN), ROOT_SEL_PD, everything) &
		 ~(uint64_t)(RIGHTS_ALL << 2), crd_obj(sm, 0, 0));
}

static void nothing_comes_into_existence(void)
{
	const struct child *c = child_new();
	cap_sel sm = make_sm(0);
	hedron_crd before = obj_at(sm);

	child_give_at(c, sm, 5, 0);
	translate(c, one(5), ROOT_SEL_PD, everything);
	CHECK_EQ(obj_at(sm), before);
	CHECK_OK(hedron_revoke(one(sm), 0));
	CHECK_EQ(translate(c, one(5), ROOT_SEL_PD, everything), 0);
}

static void revoked_ancestor_is_forgotten(void)
{
	const struct child *c = child_new();
	cap_sel sm = make_sm(0);

	child_give_at(c, sm, 5, 0);
	CHECK_OK(hedron_revoke(one(sm), 1));
	CHECK_EQ(translate(c, one(5), ROOT_SEL_PD, everything), 0);
}

static void null_window(void)
{
	const struct child *c = child_new();
	cap_sel sm = make_sm(0);

	child_give_at(c, sm, 5, 0);
	CHECK_EQ(translate(c, one(5), ROOT_SEL_PD, 0), 0);
}

static void null_crd(void)
{
	CHECK_EQ(translate(child_new(), 0, ROOT_SEL_PD, everything), 0);
}

static void ports_are_translated(void)
{
	const struct child *c = child_new();
	const hedron_crd ports = crd_pio(0x390, 2);
	const hedron_crd all = crd_make(CRD_PIO, 0, 16, RIGHTS_ALL);
	hedron_crd got;

	MUST(transfer_own(ports, XFER_DELEGATE | XFER_HYPERVISOR, ports).status);
	MUST(transfer(ROOT_SEL_PD, c->pd, ports, XFER_DELEGATE, ports).status);
	got = translate(c, ports, ROOT_SEL_PD, all);
	CHECK_EQ(crd_type(got), CRD_PIO);
	CHECK_EQ(crd_base(got), 0x390);
	CHECK_EQ(crd_order(got), 2);
	CHECK_EQ(translate(c, crd_pio(0x398, 0), ROOT_SEL_PD, all), 0);
	CHECK_OK(hedron_revoke(ports, 1));
}

static void kind_2_prefers_translation(void)
{
	const struct child *c = child_new();
	cap_sel sm = make_sm(0);
	struct transfer t;

	child_give_at(c, sm, 5, 0);
	t = transfer(c->pd, ROOT_SEL_PD, one(5), XFER_EITHER, everything);
	CHECK_EQ(crd_base(t.crd), sm);
	CHECK_EQ(t.xfer & XFER_KIND_MASK, XFER_EITHER);
}

static void kind_2_delegates_downwards(void)
{
	const struct child *c = child_new();
	cap_sel sm = make_sm(0), back = sel_alloc();
	struct transfer t = transfer(ROOT_SEL_PD, c->pd, one(sm), XFER_EITHER, one(12));

	CHECK_EQ(crd_base(t.crd), 12);
	CHECK_EQ(t.xfer & XFER_KIND_MASK, XFER_EITHER | XFER_DELEGATE);
	MUST(transfer(c->pd, ROOT_SEL_PD, one(12), XFER_DELEGATE, one(back)).status);
	CHECK_OK(hedron_sm_up(back));
	CHECK_OK(hedron_sm_down(sm, 1));
}

static void kind_2_of_nothing(void)
{
	cap_sel to = sel_alloc();

	CHECK_OK(transfer(child_new()->pd, ROOT_SEL_PD, one(77), XFER_EITHER, one(to)).status);
	CHECK_EQ(obj_at(to), 0);
}

static void hotspot_bits_are_not_returned(void)
{
	const struct child *c = child_new();
	cap_sel sm = make_sm(0);
	struct transfer t;

	child_give_at(c, sm, 5, 0);
	t = transfer(c->pd, ROOT_SEL_PD, one(5), xfer_make(XFER_TRANSLATE, 0x123), everything);
	CHECK_EQ(t.xfer, XFER_TRANSLATE);
	t = transfer(c->pd, ROOT_SEL_PD, one(5), xfer_make(XFER_EITHER | XFER_NOT_HOST, 0x123),
		     everything);
	CHECK_EQ(t.xfer, XFER_EITHER | XFER_NOT_HOST);
}

static const struct abi_case cases[] = {
	{ "4.5 any ancestor in the receiver's space is found", grandchild_to_grandparent },
	{ "4.5 a descendant is no ancestor", parent_to_child_fails },
	{ "4.5 siblings do not know each other's capability", siblings_do_not_know_each_other },
	{ "4.5 the nearest ancestor is meant", nearest_ancestor_is_meant },
	{ "4.5 the window may choose a farther one", window_may_choose_a_farther_ancestor },
	{ "4.5 the rights are those of the sender's capability", rights_are_the_senders },
	{ "4.5 nothing comes into existence", nothing_comes_into_existence },
	{ "4.5 a revoked ancestor is forgotten", revoked_ancestor_is_forgotten },
	{ "4.5 a null window translates nothing", null_window },
	{ "4.5 a null CRD is not translated", null_crd },
	{ "4.5 ports are translated", ports_are_translated },
	{ "4.5 kind 2 prefers translation", kind_2_prefers_translation },
	{ "4.5 kind 2 delegates what cannot be translated", kind_2_delegates_downwards },
	{ "4.5 kind 2 of an empty selector gives nothing", kind_2_of_nothing },
	{ "3.10 delegate: the hotspot is not returned", hotspot_bits_are_not_returned },
};
SUITE(translate, cases);
