/* SPDX-License-Identifier: MIT */
/*
 * derive.c - the tree of who got what from whom: rights on the way down, revocation over several PDs
 * (ABI reference 4.2, 4.4, 4.6).
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "portal.h"
#include "regs.h"
#include "runner.h"
#include "thread.h"

#define SM_ALL	(SM_UP | SM_DOWN)

static hedron_crd one(cap_sel sel)	{ return crd_obj(sel, 0, RIGHTS_ALL); }

/* Rights of what the child holds at `sel`, 0 = nothing: it is delegated to us to see. */
static unsigned child_rights(const struct child *c, cap_sel sel)
{
	cap_sel here = sel_alloc();

	MUST(transfer(c->pd, ROOT_SEL_PD, one(sel), XFER_DELEGATE, one(here)).status);
	return obj_rights(here);
}

/* root `sm` -> a at 5 -> b at 6 -> c at 7, with these rights on the way. */
struct line {
	cap_sel sm;
	const struct child *a, *b, *c;
};

static struct line make_line(unsigned to_a, unsigned to_b, unsigned to_c)
{
	struct line l = { make_sm(0), child_new(), child_new(), child_new() };

	MUST(transfer(ROOT_SEL_PD, l.a->pd, crd_obj(l.sm, 0, to_a), XFER_DELEGATE, one(5)).status);
	MUST(transfer(l.a->pd, l.b->pd, crd_obj(5, 0, to_b), XFER_DELEGATE, one(6)).status);
	MUST(transfer(l.b->pd, l.c->pd, crd_obj(6, 0, to_c), XFER_DELEGATE, one(7)).status);
	return l;
}

static void rights_of_the_line(const struct line *l, unsigned a, unsigned b, unsigned c)
{
	CHECK_EQ(child_rights(l->a, 5), a);
	CHECK_EQ(child_rights(l->b, 6), b);
	CHECK_EQ(child_rights(l->c, 7), c);
}

/* ---- rights on the way down ----------------------------------------------------------------- */

static void rights_only_shrink(void)
{
	struct line l = make_line(SM_ALL, SM_UP, SM_ALL);

	rights_of_the_line(&l, SM_ALL, SM_UP, SM_UP);
}

static void rights_lost_stay_lost(void)
{
	struct line l = make_line(SM_DOWN, SM_ALL, SM_ALL);
	cap_sel back = sel_alloc();

	rights_of_the_line(&l, SM_DOWN, SM_DOWN, SM_DOWN);
	MUST(transfer(l.c->pd, ROOT_SEL_PD, one(7), XFER_DELEGATE, one(back)).status);
	CHECK_STATUS(hedron_sm_up(back), HEDRON_BAD_CAP);
	CHECK_OK(hedron_sm_up(l.sm));
	CHECK_OK(hedron_sm_down(back, 1));
}

static void no_right_left_ends_the_line(void)
{
	struct line l = make_line(SM_ALL, SM_UP, SM_DOWN);

	rights_of_the_line(&l, SM_ALL, SM_UP, 0);
}

static void rights_of_each_type(void)
{
	struct { cap_sel sel; unsigned all, one; } object[] = {
		{ make_pd(), PD_CREATE, PD_CREATE },
		{ make_local_ec(), EC_CTRL | EC_BIND_SC | EC_BIND_PT, EC_BIND_PT },
		{ make_sm(0), SM_ALL, SM_DOWN },
		{ make_copy(ROOT_SEL_SC, RIGHTS_ALL), SC_CTRL, SC_CTRL },
	};

	for (unsigned i = 0; i < sizeof(object) / sizeof(object[0]); i++) {
		CHECK_EQ(obj_rights(make_copy(object[i].sel, RIGHTS_ALL)), object[i].all);
		CHECK_EQ(obj_rights(make_copy(object[i].sel, object[i].one)), object[i].one);
		CHECK_EQ(obj_at(make_copy(object[i].sel, RIGHTS_ALL & ~object[i].all)), 0);
	}
}

/* ---- revocation over three PDs -------------------------------------------------------------- */

static void from_the_top(void)
{
	struct line l = make_line(SM_ALL, SM_ALL, SM_ALL);

	CHECK_OK(hedron_revoke(one(l.sm), 0));
	rights_of_the_line(&l, 0, 0, 0);
	CHECK_EQ(obj_rights(l.sm), SM_ALL);
}

static void from_the_middle(void)
{
	struct line l = make_line(SM_ALL, SM_ALL, SM_ALL);

	CHECK_OK(hedron_revoke_remote(l.a->pd, one(5), 0));
	rights_of_the_line(&l, SM_ALL, 0, 0);
}

static void middle_with_self(void)
{
	struct line l = make_line(SM_ALL, SM_ALL, SM_ALL);

	CHECK_OK(hedron_revoke_remote(l.b->pd, one(6), 1));
	rights_of_the_line(&l, SM_ALL, 0, 0);
	CHECK_OK(hedron_sm_up(l.sm));
}

static void by_the_holder_itself(void)
{
	struct line l = make_line(SM_ALL, SM_ALL, SM_ALL);

	CHECK_STATUS(child_hc(l.a, HC_REVOKE, 0, 0, one(5), 0, 0, 0), HEDRON_SUCCESS);
	rights_of_the_line(&l, SM_ALL, 0, 0);
}

static void partial_rights_all_the_way_down(void)
{
	struct line l = make_line(SM_ALL, SM_ALL, SM_ALL);

	CHECK_OK(hedron_revoke(crd_obj(l.sm, 0, SM_UP), 0));
	rights_of_the_line(&l, SM_DOWN, SM_DOWN, SM_DOWN);
	CHECK_EQ(obj_rights(l.sm), SM_ALL);
}

static void partial_rights_from_the_middle(void)
{
	struct line l = make_line(SM_ALL, SM_ALL, SM_ALL);

	CHECK_OK(hedron_revoke_remote(l.a->pd, crd_obj(5, 0, SM_DOWN), 0));
	rights_of_the_line(&l, SM_ALL, SM_UP, SM_UP);
	CHECK_OK(hedron_revoke_remote(l.b->pd, crd_obj(6, 0, SM_UP), 1));
	rights_of_the_line(&l, SM_ALL, 0, 0);
}

static void rights_not_there_remove_nothing(void)
{
	struct line l = make_line(SM_ALL, SM_UP, SM_UP);

	CHECK_OK(hedron_revoke(crd_obj(l.sm, 0, 0x1c), 1));
	rights_of_the_line(&l, SM_ALL, SM_UP, SM_UP);
	CHECK_EQ(obj_rights(l.sm), SM_ALL);
}

static void no_rights_in_the_crd_remove_nothing(void)
{
	struct line l = make_line(SM_ALL, SM_ALL, SM_ALL);

	CHECK_OK(hedron_revoke(crd_obj(l.sm, 0, 0), 1));
	rights_of_the_line(&l, SM_ALL, SM_ALL, SM_ALL);
	CHECK_EQ(obj_rights(l.sm), SM_ALL);
}

static void branches_are_independent(void)
{
	const struct child *a = child_new(), *b = child_new();
	cap_sel sm = make_sm(0);

	child_give_at(a, sm, 5, 0);
	child_give_at(b, sm, 5, 0);
	CHECK_OK(hedron_revoke_remote(a->pd, one(5), 1));
	CHECK_EQ(child_rights(a, 5), 0);
	CHECK_EQ(child_rights(b, 5), SM_ALL);
}

static void given_again_after_revocation(void)
{
	const struct child *c = child_new();
	cap_sel sm = make_sm(0);

	for (unsigned i = 0; i < 20; i++) {
		child_give_at(c, sm, 5, 0);
		CHECK_EQ(child_rights(c, 5), SM_ALL);
		CHECK_OK(hedron_revoke(one(sm), 0));
		CHECK_EQ(child_rights(c, 5), 0);
	}
}

static void initial_objects_are_derived_too(void)
{
	cap_sel pd = sel_alloc(), sm = make_sm(0);
	const struct child *c;

	MUST(hedron_create_pd(pd, ROOT_SEL_PD, crd_obj(sm, 0, RIGHTS_ALL), 0));
	c = child_wrap(pd);
	CHECK_EQ(child_rights(c, 0), SM_ALL);
	CHECK_OK(hedron_revoke(one(sm), 0));
	CHECK_EQ(child_rights(c, 0), 0);
}

static void what_a_pd_created_is_its_own(void)
{
	const struct child *c = child_new();
	cap_sel pd = make_copy(ROOT_SEL_PD, PD_CREATE);

	child_give_at(c, pd, 5, 0);
	CHECK_STATUS(child_hc(c, HC_CREATE_SM, 0, 40, 5, 3, 0, 0), HEDRON_SUCCESS);
	CHECK_OK(hedron_revoke(one(pd), 0));		/* takes the right to create, no more */
	CHECK_EQ(child_rights(c, 5), 0);
	CHECK_EQ(child_rights(c, 40), SM_ALL);
}

/* ---- ranges --------------------------------------------------------------------------------- */

static void range_over_mixed_objects(void)
{
	cap_sel base = sels_alloc(3);

	MUST(hedron_create_sm(base + 1, ROOT_SEL_PD, 0));
	MUST(hedron_create_pd(base + 2, ROOT_SEL_PD, 0, 0));
	MUST(hedron_create_ec(base + 5, ROOT_SEL_PD, 0, env.cpu, 0, 0, EVENTS_NONE));
	MUST(hedron_create_pt(base + 7, ROOT_SEL_PD, base + 5, 0, 0x1000));
	CHECK_OK(hedron_revoke(crd_obj(base, 3, RIGHTS_ALL), 1));
	for (unsigned i = 0; i < 8; i++)
		CHECK_EQ(obj_at(base + i), 0);
}

static void range_with_one_right(void)
{
	cap_sel base = sels_alloc(2);

	MUST(hedron_create_sm(base, ROOT_SEL_PD, 0));
	MUST(hedron_create_ec(base + 1, ROOT_SEL_PD, 0, env.cpu, 0, 0, EVENTS_NONE));
	MUST(hedron_create_pd(base + 2, ROOT_SEL_PD, 0, 0));
	CHECK_OK(hedron_revoke(crd_obj(base, 2, 0x01), 1));
	CHECK_EQ(obj_rights(base), SM_DOWN);
	CHECK_EQ(obj_rights(base + 1), EC_BIND_SC | EC_BIND_PT);
	CHECK_EQ(obj_at(base + 2), 0);
}

/* ---- notification --------------------------------------------------------------------------- */

static bool told(cap_sel done)
{
	bool now = false;

	return EVENTUALLY(now || (now = hedron_sm_down(done, 1) == HEDRON_SUCCESS));
}

static void notification_of_nothing(void)
{
	cap_sel done = make_sm(0);

	CHECK_OK(hedron_revoke_notify(one(sel_alloc()), 1, done));
	CHECK(told(done));
}

static void notification_of_a_remote_revocation(void)
{
	const struct child *c = child_new();
	cap_sel done = make_sm(0), sm = make_sm(0);

	child_give_at(c, sm, 5, 0);
	CHECK_OK(hedron_hc(HC_REVOKE, HC_REVOKE_REMOTE | HC_REVOKE_SELF, done, one(5), c->pd, 0, 0));
	CHECK(told(done));
	CHECK_EQ(child_rights(c, 5), 0);
}

static void notification_needs_the_right(void)
{
	cap_sel done = make_sm(0), mute = make_copy(done, SM_DOWN);

	hedron_revoke_notify(one(make_sm(0)), 1, mute);
	for (unsigned i = 0; i < 10; i++)
		sleep_ms(5);
	CHECK_STATUS(hedron_sm_down(done, 1), HEDRON_TIMEOUT);
}

static void waiter_hears_the_notification(void)
{
	cap_sel done = make_sm(0);

	CHECK_OK(hedron_revoke_notify(one(make_pd()), 1, done));
	for (unsigned i = 0; i < 100; i++)
		if (hedron_sm_down(done, deadline_ms(20)) == HEDRON_SUCCESS)
			return;
	CHECK(!"no notification");
}

/* ---- objects in use ------------------------------------------------------------------------- */

static cap_sel serve_revoke_own_portal(struct portal *p)
{
	CHECK_OK(hedron_revoke(one(p->sel), 1));
	p->handler->utcb->word[0] = 0x900d;
	p->handler->utcb->items = utcb_items(1, 0);
	return 0;
}

static void portal_revoked_during_its_call(void)
{
	struct portal *p = service_new(serve_revoke_own_portal, 0);

	runner_utcb()->items = 0;
	CHECK_OK(hedron_call(p->sel));
	CHECK_EQ(runner_utcb()->word[0], 0x900d);
	CHECK_STATUS(hedron_call(p->sel), HEDRON_BAD_CAP);
}

static const struct abi_case cases[] = {
	{ "4.2 rights can only shrink on the way", rights_only_shrink },
	{ "4.2 a right that was lost does not come back", rights_lost_stay_lost },
	{ "4.2 without a right left nothing comes into existence", no_right_left_ends_the_line },
	{ "4.2 the rights of each type", rights_of_each_type },
	{ "4.6 revocation from the top reaches three PDs", from_the_top },
	{ "4.6 revocation in the middle leaves what is above", from_the_middle },
	{ "4.6 remote with self removes that capability and all below", middle_with_self },
	{ "4.6 a PD revokes what it gave away", by_the_holder_itself },
	{ "4.6 one right is removed all the way down", partial_rights_all_the_way_down },
	{ "4.6 one right is removed from the middle down", partial_rights_from_the_middle },
	{ "4.6 rights that are not there remove nothing", rights_not_there_remove_nothing },
	{ "4.6 a CRD without rights removes nothing", no_rights_in_the_crd_remove_nothing },
	{ "4.6 branches are independent of each other", branches_are_independent },
	{ "4.6 what was revoked can be given again", given_again_after_revocation },
	{ "3.4 what create_pd delegated can be revoked", initial_objects_are_derived_too },
	{ "4.6 what a PD created itself is not derived from its PD capability",
	  what_a_pd_created_is_its_own },
	{ "4.6 a range with objects of all types", range_over_mixed_objects },
	{ "4.6 one right of a range, whatever the types", range_with_one_right },
	{ "3.9 revoke: the semaphore is upped though nothing was revoked",
	  notification_of_nothing },
	{ "3.9 revoke: remote with notification", notification_of_a_remote_revocation },
	{ "3.9 revoke: a semaphore without right 0 is not upped", notification_needs_the_right },
	{ "3.9 revoke: who waits on the semaphore is woken", waiter_hears_the_notification },
	{ "9.4 a portal revoked during its call: the call completes",
	  portal_revoked_during_its_call },
};
SUITE(derive, cases);
