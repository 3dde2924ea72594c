/* SPDX-License-Identifier: MIT */
/*
 * lifecycle.c - stopping and destroying threads and other objects (ABI reference 11).
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "regs.h"
#include "runner.h"
#include "thread.h"

static hedron_crd one(cap_sel sel)	{ return crd_obj(sel, 0, RIGHTS_ALL); }

/* Revoke, and wait until the objects are gone. */
static void revoke_and_wait(cap_sel sel)
{
	cap_sel done = make_sm(0);
	bool told = false;

	CHECK_OK(hedron_revoke_notify(one(sel), 1, done));
	CHECK(EVENTUALLY(told || (told = hedron_sm_down(done, 1) == HEDRON_SUCCESS)));
}

static volatile uint64_t spins;
static volatile bool stop_spinning;

static void do_spin(void *arg)
{
	while (!stop_spinning)
		spins++;
}

static bool moves(void)
{
	uint64_t before = spins;

	sleep_ms(10);
	return spins != before;
}

static struct thread *start_spinner(react_fn react, const struct child *child)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_spin, .react = react,
							     .child = child });

	stop_spinning = false;
	spins = 0;
	thread_start(t, PRIO_LOW);
	CHECK(EVENTUALLY(moves()));
	return t;
}

/* ---- stopping ------------------------------------------------------------------------------- */

static cap_sel sleep_sm;

static bool react_sleep_on_recall(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_RECALL)
		return false;
	t->sleep_on = sleep_sm;
	return true;
}

static void suspend_and_resume(void)
{
	struct thread *t;

	sleep_sm = make_sm(0);
	t = start_spinner(react_sleep_on_recall, 0);
	CHECK_OK(hedron_recall(t->ec));
	CHECK(EVENTUALLY(!moves()));
	CHECK_OK(hedron_sm_up(sleep_sm));
	CHECK(EVENTUALLY(moves()));
	stop_spinning = true;
	CHECK(thread_wait(t));
}

static bool react_bury(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_RECALL)
		return false;
	thread_bury(t);
	return true;
}

static void kill_by_graveyard(void)
{
	struct thread *t = start_spinner(react_bury, 0);

	CHECK_OK(hedron_recall(t->ec));
	CHECK(EVENTUALLY(!moves()));
	revoke_and_wait(t->sc);
	CHECK_OK(hedron_revoke(one(t->ec), 1));
	CHECK(!moves());
}

static void kill_by_sc_and_recall(void)
{
	struct thread *t = start_spinner(0, 0);

	t->react = react_sleep_on_recall;
	sleep_sm = 0;
	revoke_and_wait(t->sc);
	hedron_recall(t->ec);
	CHECK(EVENTUALLY(!moves()));
	CHECK(!t->finished);
}

static void do_sleep(void *arg)
{
	hedron_sm_down((cap_sel)arg, 0);
	spins = 1;
}

static void kill_a_waiter(void)
{
	cap_sel sm = make_sm(0);
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_sleep, .arg = (void *)sm });

	spins = 0;
	thread_start(t, PRIO_HIGH);
	revoke_and_wait(t->sc);
	hedron_sm_up(sm);
	sleep_ms(2);
	CHECK_EQ(spins, 0);
	CHECK(!t->finished);
}

static void continue_with_a_new_sc(void)
{
	cap_sel sm = make_sm(0);
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_spin,
							     .react = react_sleep_on_recall });

	sleep_sm = sm;
	stop_spinning = false;
	thread_start(t, PRIO_LOW);
	sleep_ms(2);
	CHECK_OK(hedron_recall(t->ec));
	sleep_ms(2);
	revoke_and_wait(t->sc);
	CHECK_OK(hedron_sm_up(sm));		/* taken by the thread, which is dropped */
	CHECK(!moves());
	CHECK_OK(hedron_create_sc(t->sc, ROOT_SEL_PD, t->ec, PRIO_LOW, 1000));
	CHECK(EVENTUALLY(moves()));
	stop_spinning = true;
	CHECK(thread_wait(t));
}

/* ---- destruction really ends threads -------------------------------------------------------- */

static void revoked_sc_and_ec_end_the_thread(void)
{
	struct thread *t = start_spinner(0, 0);

	CHECK_OK(hedron_revoke(one(t->sc), 1));
	revoke_and_wait(t->ec);
	CHECK(EVENTUALLY(!moves()));
}

static void revoked_pd_ends_its_threads(void)
{
	const struct child *c = child_new();
	struct thread *t = start_spinner(0, c);

	CHECK_OK(hedron_revoke(one(t->sc), 1));
	CHECK_OK(hedron_revoke(one(t->ec), 1));
	revoke_and_wait(c->pd);
	CHECK(EVENTUALLY(!moves()));
}

static void revoked_pd_finds_no_portals(void)
{
	const struct child *c = child_new();
	struct thread *t = start_spinner(0, c);

	CHECK_OK(hedron_revoke(one(c->pd), 1));
	hedron_recall(t->ec);			/* its next event kills it */
	CHECK(EVENTUALLY(!moves()));
	CHECK_EQ(t->count, 0);
}

static cap_sel serve_blocked(struct portal *p)
{
	hedron_sm_down((cap_sel)p->arg, 0);
	p->handler->utcb->items = 0;
	return 0;
}

static volatile enum hedron_status call_status;

static void do_call(void *arg)
{
	call_status = hedron_call((cap_sel)arg);
}

/* A handler that is destroyed while it serves must not keep its caller for ever. */
static void destroyed_handler_frees_its_caller(void)
{
	cap_sel sm = make_sm(0);
	struct portal *p = service_new(serve_blocked, (void *)sm);
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_call,
							     .arg = (void *)p->sel });

	call_status = HEDRON_OOM;
	thread_start(t, PRIO_HIGH);
	CHECK(!t->finished);
	CHECK_OK(hedron_revoke(one(p->sel), 1));
	CHECK_OK(hedron_revoke(one(p->handler->ec), 1));
	CHECK(EVENTUALLY(t->finished));
	CHECK_STATUS(call_status, HEDRON_ABORT);
}

/* A caller that is destroyed while its handler works: the handler ends its work and is free. */
static void destroyed_caller_leaves_the_handler(void)
{
	cap_sel sm = make_sm(0);
	struct portal *p = service_new(serve_blocked, (void *)sm);
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_call,
							     .arg = (void *)p->sel });

	thread_start(t, PRIO_HIGH);
	CHECK_OK(hedron_revoke(one(t->sc), 1));
	revoke_and_wait(t->ec);
	CHECK_OK(hedron_sm_up(sm));
	CHECK_OK(hedron_sm_up(sm));
	runner_utcb()->items = 0;
	CHECK_OK(hedron_call(p->sel));
	CHECK(!t->finished);
}

/* ---- memory of the kernel ------------------------------------------------------------------- */

static void churn(unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		cap_sel pd = make_pd(), ec = sel_alloc(), pt = sel_alloc();
		uint64_t utcb = va_alloc(0);

		MUST(hedron_create_ec(ec, pd, 0, env.cpu, utcb, 0, 0));
		MUST(hedron_create_pt(pt, ROOT_SEL_PD, ec, 0, 0x1000));
		MUST(hedron_revoke(one(pt), 1));
		MUST(hedron_revoke(one(ec), 1));
		MUST(hedron_revoke(one(pd), 1));
	}
}

static void objects_are_reclaimed(void)
{
	for (unsigned i = 0; i < 3; i++) {
		churn(300);
		revoke_and_wait(make_sm(0));
	}
}

/* Create ECs until the kernel's memory is exhausted, then remove them all. Returns how many. */
static unsigned exhaust(void)
{
	enum hedron_status status = HEDRON_SUCCESS;
	cap_sel pd = make_pd(), first = sel_alloc(), sel = first;
	unsigned n;

	for (n = 0; n < 200000 && status == HEDRON_SUCCESS; n++) {
		sel = sel_alloc();
		status = hedron_create_ec(sel, pd, 0, env.cpu, va_alloc(0), 0, 0);
	}
	CHECK_STATUS(status, HEDRON_OOM);
	CHECK_EQ(obj_at(sel), 0);
	for (cap_sel s = first; s < sel; s++)
		if (s % 512)
			hedron_revoke(one(s), 1);
	hedron_revoke(one(pd), 1);
	revoke_and_wait(make_sm(0));
	return n;
}

static void memory_ends_with_a_status(void)
{
	exhaust();
	CHECK_OK(hedron_create_ec(sel_alloc(), ROOT_SEL_PD, 0, env.cpu, va_alloc(0), 0, 0));
}

/* What the first round leaves behind is room in the object space, less than 1 % of all. */
static void memory_comes_back(void)
{
	unsigned first = exhaust(), second = exhaust();

	CHECK(second + first / 100 >= first);
}

static const struct abi_case cases[] = {
	{ "11.3 recall and a semaphore suspend a thread, up resumes it", suspend_and_resume },
	{ "11.3 a thread on a graveyard semaphore can lose SC and EC", kill_by_graveyard },
	{ "11.3 without SC a thread is dropped at its next event", kill_by_sc_and_recall },
	{ "11.3 a waiter without SC is gone when it is upped", kill_a_waiter },
	{ "3.6 an EC whose SC is gone continues with a new one", continue_with_a_new_sc },
	{ "4.6 the threads of a revoked PD find no portals", revoked_pd_finds_no_portals },
	{ "11.3 a thread without SC and EC capabilities ends", revoked_sc_and_ec_end_the_thread,
	  OURS("11.3: the thread runs on") },
	{ "11.3 the threads of a PD without capabilities end", revoked_pd_ends_its_threads,
	  OURS("11.3: the threads run on") },
	{ "9.4 a handler destroyed while it serves: the caller gets ABORT",
	  destroyed_handler_frees_its_caller,
	  OURS("11.3: the handler lives as long as its call") },
	{ "9.4 a caller destroyed during its call leaves the handler usable",
	  destroyed_caller_leaves_the_handler,
	  OURS("11.3: the caller lives as long as its call") },
	{ "11.1 memory of destroyed objects is used again", objects_are_reclaimed },
	{ "11.4 the end of kernel memory is a status", memory_ends_with_a_status,
	  OURS("11.1: exhaustion stops the machine") },
	{ "11.1 after exhaustion all memory comes back", memory_comes_back,
	  OURS("11.1: exhaustion stops the machine") },
};
SUITE(lifecycle, cases);
