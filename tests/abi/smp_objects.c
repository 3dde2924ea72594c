/* SPDX-License-Identifier: MIT */
/*
 * smp_objects.c - objects created, used, given and revoked from another CPU (ABI reference 10.5:
 * "create_*, revoke, delegate, sm_ctrl, recall, sc_ctrl: from any CPU").
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "portal.h"
#include "regs.h"
#include "runner.h"
#include "smp.h"

static hedron_crd one(cap_sel sel)	{ return crd_obj(sel, 0, RIGHTS_ALL); }

static volatile bool ran, stop;
static volatile uint64_t spins;

static void set_ran(void *arg)
{
	ran = true;
}

static void do_spin(void *arg)
{
	ran = true;
	while (!stop)
		spins++;
}

static bool moves(void)
{
	uint64_t before = spins;

	sleep_ms(10);
	return spins != before;
}

static struct thread *start_spinner_there(const struct child *c)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_spin, .child = c,
							     .on_cpu2 = true });

	stop = ran = false;
	thread_start(t, PRIO_LOW);
	CHECK(spin_until(&ran));
	return t;
}

/* ---- create --------------------------------------------------------------------------------- */

static cap_sel made[5];

static void make_one_of_each(void *arg)
{
	for (unsigned i = 0; i < 5; i++)
		made[i] = sel_alloc();
	CHECK_OK(hedron_create_pd(made[0], ROOT_SEL_PD, 0, 0));
	CHECK_OK(hedron_create_ec(made[1], made[0], 0, env.cpu, va_alloc(0), 0, EVENTS_NONE));
	CHECK_OK(hedron_create_pt(made[2], ROOT_SEL_PD, made[1], 0, 0x1000));
	CHECK_OK(hedron_create_sm(made[3], ROOT_SEL_PD, 3));
	CHECK_OK(hedron_create_ec(made[4], made[0], HC_EC_GLOBAL, env.cpu2, 0, 0, EVENTS_NONE));
}

static void objects_are_created_there(void)
{
	CHECK(run_there(make_one_of_each, 0)->finished);
	CHECK_EQ(obj_rights(made[0]), PD_CREATE);
	CHECK_EQ(obj_rights(made[1]), EC_CTRL | EC_BIND_SC | EC_BIND_PT);
	CHECK_EQ(obj_rights(made[2]), PT_CTRL | PT_CALL);
	for (unsigned i = 0; i < 3; i++)
		CHECK_OK(hedron_sm_down(made[3], 1));
	CHECK_STATUS(hedron_sm_down(made[3], 1), HEDRON_TIMEOUT);
}

static void errors_are_the_same_there(void *arg)
{
	CHECK_STATUS(hedron_create_sm(made[3], ROOT_SEL_PD, 0), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_create_ec(sel_alloc(), ROOT_SEL_PD, 0, 63, 0, 0, 0), HEDRON_BAD_CPU);
	CHECK_STATUS(hedron_create_ec(sel_alloc(), ROOT_SEL_PD, 0, env.cpu, HEDRON_USER_END, 0, 0),
		     HEDRON_BAD_PAR);
	CHECK_STATUS(hedron_sm_up(sel_alloc()), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_hc(HC_COUNT, 0, 0, 0, 0, 0, 0), HEDRON_BAD_HYP);
}

static void hypercall_errors_there(void)
{
	run_there(make_one_of_each, 0);
	CHECK(run_there(errors_are_the_same_there, 0)->finished);
}

static void bind_sc(void *arg)
{
	struct thread *t = arg;

	CHECK_OK(hedron_create_sc(t->sc, ROOT_SEL_PD, t->ec, PRIO_HIGH, QUANTUM_US));
}

static void thread_here_started_there(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = set_ran });

	ran = false;
	run_there(bind_sc, t);
	CHECK(thread_wait(t));
	CHECK(ran);
}

static void thread_there_preempts_there(void)
{
	struct thread *low = start_spinner_there(0), *high = new_there(set_ran, 0);

	ran = false;
	MUST(hedron_create_sc(high->sc, ROOT_SEL_PD, high->ec, PRIO_HIGH, QUANTUM_US));
	CHECK(spin_until(&ran));
	stop = true;
	CHECK(thread_wait(low));
	CHECK(thread_wait(high));
}

static cap_sel serve_word(struct portal *p)
{
	p->handler->utcb->word[0] = 0x600d;
	p->handler->utcb->items = utcb_items(1, 0);
	return 0;
}

static struct portal *made_portal;

static void make_service(void *arg)
{
	made_portal = portal_new(handler_new(ROOT_SEL_PD, env.cpu), serve_word, 0, 0);
}

static void portal_made_there_is_called_here(void)
{
	run_there(make_service, 0);
	runner_utcb()->items = 0;
	REQUIRE_OK(hedron_call(made_portal->sel));
	CHECK_EQ(runner_utcb()->word[0], 0x600d);
}

/* ---- control -------------------------------------------------------------------------------- */

static void set_id_to_7(void *arg)
{
	CHECK_OK(hedron_pt_set_id((cap_sel)arg, 7));
}

static void id_set_there(void)
{
	cap_sel ec = sel_alloc(), pt = sel_alloc();

	MUST(hedron_create_ec(ec, ROOT_SEL_PD, 0, env.cpu, 0, (uint64_t)stack_alloc(), EVENTS_NONE));
	MUST(hedron_create_pt(pt, ROOT_SEL_PD, ec, 0, (uint64_t)spy_entry));
	run_there(set_id_to_7, (void *)pt);
	runner_utcb()->items = 0;
	CHECK_OK(hedron_call(pt));
	CHECK_EQ(spy_regs.rdi, 7);
}

static uint64_t time_of(cap_sel sc)
{
	uint64_t us = 0;

	MUST(hedron_sc_time(sc, &us));
	return us;
}

static void time_of_a_thread_there(void)
{
	struct thread *t = start_spinner_there(0);
	struct thread *other = new_there(do_spin, 0);

	MUST(hedron_create_sc(other->sc, ROOT_SEL_PD, other->ec, PRIO_LOW, 1000));
	CHECK(EVENTUALLY(time_of(t->sc) > 5000));
	stop = true;
	CHECK(thread_wait(t));
	CHECK(thread_wait(other));
}

static void do_recall(void *arg)
{
	CHECK_OK(hedron_recall((cap_sel)arg));
}

static bool react_stop(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	stop |= event == EVENT_RECALL;
	return event == EVENT_RECALL;
}

static void recall_from_there(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_spin, .react = react_stop });

	stop = ran = false;
	thread_start(t, PRIO_LOW);
	CHECK(EVENTUALLY(ran));
	run_there(do_recall, (void *)t->ec);
	CHECK(thread_wait(t));
	thread_only_event(t, EVENT_RECALL);
}

/* ---- give and revoke ------------------------------------------------------------------------ */

static void do_revoke(void *arg)
{
	CHECK_OK(hedron_revoke(one((cap_sel)arg), 1));
}

static void revoked_there_gone_here(void)
{
	cap_sel sm = make_sm(0), copy = make_copy(sm, SM_UP);

	run_there(do_revoke, (void *)sm);
	CHECK_EQ(obj_at(sm), 0);
	CHECK_EQ(obj_at(copy), 0);
	CHECK_STATUS(hedron_sm_up(copy), HEDRON_BAD_CAP);
	CHECK_OK(hedron_create_sm(sm, ROOT_SEL_PD, 0));
}

static volatile enum hedron_status status_there;

static void up_until_refused(void *arg)
{
	ran = true;
	do
		status_there = hedron_sm_up((cap_sel)arg);
	while (status_there == HEDRON_SUCCESS && !stop);
}

static void revoked_here_gone_there(void)
{
	cap_sel sm = make_sm(0), copy = make_copy(sm, SM_UP);
	struct thread *t;

	ran = stop = false;
	t = start_there(up_until_refused, (void *)copy);
	CHECK(spin_until(&ran));
	CHECK_OK(hedron_revoke(one(sm), 0));
	CHECK(thread_wait(t));
	CHECK_STATUS(status_there, HEDRON_BAD_CAP);
	stop = true;
}

struct gift {
	const struct child *to;
	cap_sel sel;
};

static void do_give(void *arg)
{
	const struct gift *g = arg;

	CHECK_OK(transfer(ROOT_SEL_PD, g->to->pd, one(g->sel), XFER_DELEGATE, one(9)).status);
}

static void given_there(void)
{
	struct gift g = { child_new(), make_sm(5) };
	cap_sel back = sel_alloc();

	run_there(do_give, &g);
	CHECK_OK(transfer(g.to->pd, ROOT_SEL_PD, one(9), XFER_DELEGATE, one(back)).status);
	CHECK_OK(hedron_sm_down(back, 1));
	CHECK_OK(hedron_revoke(one(g.sel), 0));
	CHECK_EQ(obj_at(back), 0);
}

static void do_notify(void *arg)
{
	const cap_sel *sel = arg;

	CHECK_OK(hedron_revoke_notify(one(sel[0]), 1, sel[1]));
}

static void notification_from_there(void)
{
	cap_sel sel[2] = { make_sm(0), make_sm(0) };
	bool told = false;

	run_there(do_notify, sel);
	CHECK(EVENTUALLY(told || (told = hedron_sm_down(sel[1], 1) == HEDRON_SUCCESS)));
	CHECK_STATUS(hedron_sm_down(sel[1], 1), HEDRON_TIMEOUT);
}

static void do_wait(void *arg)
{
	ran = true;
	status_there = hedron_sm_down((cap_sel)arg, 0);
}

static void destruction_frees_waiters_there(void)
{
	cap_sel sm = make_sm(0);
	struct thread *t;

	status_there = HEDRON_OOM;
	ran = false;
	t = start_there(do_wait, (void *)sm);
	CHECK(spin_until(&ran));
	sleep_ms(5);
	CHECK_OK(hedron_revoke(one(sm), 1));
	CHECK(EVENTUALLY(t->finished));
	CHECK_STATUS(status_there, HEDRON_BAD_CAP);
}

/* ---- both at once --------------------------------------------------------------------------- */

#define ROUNDS	300

static volatile bool failed_there;

/* Copy one semaphore into own selectors and take the copies back, again and again. */
static void copy_and_revoke(cap_sel sm, cap_sel to)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		cap_sel at = to + i % 8;

		if (hedron_delegate(ROOT_SEL_PD, ROOT_SEL_PD, one(sm), XFER_DELEGATE, one(at)) ||
		    hedron_sm_up(at) || hedron_revoke(one(at), 1) || obj_at(at))
			failed_there = true;
	}
}

struct pair {
	cap_sel sm, to;
};

static void do_copy_and_revoke(void *arg)
{
	const struct pair *p = arg;

	ran = true;
	copy_and_revoke(p->sm, p->to);
}

static void copies_on_both(void)
{
	cap_sel sm = make_sm(0);
	struct pair p = { sm, sels_alloc(3) };
	cap_sel mine = sels_alloc(3);
	struct thread *t;
	unsigned n = 0;

	ran = failed_there = false;
	t = start_there(do_copy_and_revoke, &p);
	CHECK(spin_until(&ran));
	copy_and_revoke(sm, mine);
	CHECK(thread_wait(t));
	CHECK(!failed_there);
	while (hedron_sm_down(sm, 1) == HEDRON_SUCCESS)
		n++;
	CHECK_EQ(n, 2 * ROUNDS);
}

static void create_and_revoke(cap_sel at)
{
	for (unsigned i = 0; i < ROUNDS; i++)
		if (hedron_create_sm(at, ROOT_SEL_PD, i) || hedron_sm_up(at) ||
		    hedron_revoke(one(at), 1))
			failed_there = true;
}

static void do_create_and_revoke(void *arg)
{
	ran = true;
	create_and_revoke((cap_sel)arg);
}

static void creation_on_both(void)
{
	cap_sel here = sel_alloc(), there = sel_alloc();
	struct thread *t;

	ran = failed_there = false;
	t = start_there(do_create_and_revoke, (void *)there);
	CHECK(spin_until(&ran));
	create_and_revoke(here);
	CHECK(thread_wait(t));
	CHECK(!failed_there);
}

static void do_create_until_taken(void *arg)
{
	ran = true;
	while (!stop)
		if (hedron_create_sm((cap_sel)arg, ROOT_SEL_PD, 0) == HEDRON_SUCCESS)
			spins++;
}

/* Both create at one selector and this CPU takes it away: never do both succeed. */
static void one_selector_wanted_by_both(void)
{
	cap_sel sel = sel_alloc();
	struct thread *t;
	uint64_t taken = 0;

	ran = stop = false;
	spins = 0;
	t = start_there(do_create_until_taken, (void *)sel);
	CHECK(spin_until(&ran));
	for (unsigned i = 0; i < ROUNDS; i++) {
		taken += hedron_create_sm(sel, ROOT_SEL_PD, 0) == HEDRON_SUCCESS;
		CHECK_OK(hedron_revoke(one(sel), 1));
	}
	stop = true;
	CHECK(thread_wait(t));
	CHECK(taken + spins >= 1);
	CHECK(taken + spins <= 2 * ROUNDS + 1);
}

/* ---- death over CPUs ------------------------------------------------------------------------ */

static void running_thread_there_ends(void)
{
	struct thread *t = start_spinner_there(0);

	CHECK_OK(hedron_revoke(one(t->sc), 1));
	CHECK_OK(hedron_revoke(one(t->ec), 1));
	CHECK(EVENTUALLY(!moves()));
}

static void pd_with_threads_on_both_ends(void)
{
	const struct child *c = child_new();
	struct thread *there = start_spinner_there(c);
	struct thread *here = thread_new(&(struct thread_spec){ .fn = do_spin, .child = c });

	thread_start(here, PRIO_LOW);
	for (unsigned i = 0; i < 2; i++) {
		struct thread *t = i ? here : there;

		CHECK_OK(hedron_revoke(one(t->sc), 1));
		CHECK_OK(hedron_revoke(one(t->ec), 1));
	}
	CHECK_OK(hedron_revoke(one(c->pd), 1));
	CHECK(EVENTUALLY(!moves()));
}

static cap_sel serve_blocked(struct portal *p)
{
	ran = true;
	hedron_sm_down((cap_sel)p->arg, 0);
	p->handler->utcb->items = 0;
	return 0;
}

static void do_call(void *arg)
{
	status_there = hedron_call((cap_sel)arg);
}

static void handler_destroyed_there(void)
{
	struct portal *p = portal_new(handler_new(ROOT_SEL_PD, env.cpu2), serve_blocked,
				      (void *)make_sm(0), 0);
	struct thread *t;

	ran = false;
	status_there = HEDRON_OOM;
	t = start_there(do_call, (void *)p->sel);
	CHECK(spin_until(&ran));
	sleep_ms(5);
	CHECK_OK(hedron_revoke(one(p->sel), 1));
	CHECK_OK(hedron_revoke(one(p->handler->ec), 1));
	CHECK(EVENTUALLY(t->finished));
	CHECK_STATUS(status_there, HEDRON_ABORT);
}

static const struct abi_case cases[] = {
	{ "10.5 objects are created on another CPU and used here", objects_are_created_there,
	  CASE_SMP },
	{ "10.5 errors are the same on every CPU", hypercall_errors_there, CASE_SMP },
	{ "10.5 a thread of this CPU is started from another", thread_here_started_there, CASE_SMP },
	{ "10.5 a new SC preempts a lower one on its own CPU", thread_there_preempts_there,
	  CASE_SMP },
	{ "10.5 a portal created on another CPU is called here", portal_made_there_is_called_here,
	  CASE_SMP },
	{ "3.13 pt_ctrl from another CPU", id_set_there, CASE_SMP },
	{ "3.12 sc_ctrl of an SC of another CPU", time_of_a_thread_there, CASE_SMP },
	{ "3.11 recall from another CPU", recall_from_there, CASE_SMP },
	{ "4.6 what another CPU revokes is gone here at once", revoked_there_gone_here, CASE_SMP },
	{ "4.6 what is revoked here is gone on the other CPU", revoked_here_gone_there, CASE_SMP },
	{ "3.10 delegate from another CPU", given_there, CASE_SMP },
	{ "3.9 revoke with notification from another CPU", notification_from_there, CASE_SMP },
	{ "10.2 destruction frees waiters of another CPU", destruction_frees_waiters_there,
	  CASE_SMP },
	{ "4.6 both CPUs copy and revoke one capability", copies_on_both, CASE_SMP },
	{ "10.5 both CPUs create and revoke", creation_on_both, CASE_SMP },
	{ "3.8 a selector that both want goes to one", one_selector_wanted_by_both, CASE_SMP },
	{ "11.3 a thread that runs on another CPU ends with SC and EC", running_thread_there_ends,
	  OURS_SMP("11.3: the thread runs on") },
	{ "11.3 a PD with threads on two CPUs ends", pd_with_threads_on_both_ends,
	  OURS_SMP("11.3: the threads run on") },
	{ "9.4 a handler destroyed on another CPU: its caller gets ABORT", handler_destroyed_there,
	  OURS_SMP("9.4: the caller waits for ever") },
};
SUITE(smp_objects, cases);
