/* SPDX-License-Identifier: MIT */
/*
 * lifecycle.c - stopping and destroying, and input that an enemy would choose (ABI reference 4.7,
 * 11).
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "regs.h"
#include "runner.h"
#include "thread.h"

#define NON_CANONICAL	0x8000000000000000ull

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
	CHECK(moves());
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
	sleep_ms(2);
	CHECK(!moves());
	CHECK_OK(hedron_sm_up(sleep_sm));
	CHECK(moves());
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
	sleep_ms(2);
	CHECK(!moves());
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
	sleep_ms(2);
	CHECK(!moves());
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
	CHECK(moves());
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
	sleep_ms(5);
	CHECK(!moves());
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
	for (unsigned i = 0; i < 20; i++) {
		churn(50);
		revoke_and_wait(make_sm(0));
	}
}

static void memory_ends_with_a_status(void)
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
	revoke_and_wait(make_sm(0));
	CHECK(EVENTUALLY(hedron_create_ec(sel_alloc(), pd, 0, env.cpu, va_alloc(0), 0, 0) ==
			 HEDRON_SUCCESS));
}

/* ---- hostile input -------------------------------------------------------------------------- */

static struct hedron_state poison;

static void do_ud2(void *arg)
{
	__asm__ volatile("ud2");
}

static bool react_poison(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_UD)
		return false;
	u->state.rip = poison.rip ? poison.rip : u->state.rip + UD2_LEN;
	u->state.rsp = poison.rsp ? poison.rsp : u->state.rsp;
	u->state.fs_base = poison.fs_base;
	u->state.gs_base = poison.gs_base;
	u->state.mtd = poison.mtd;
	return true;
}

/* Whatever becomes of the thread, the others run on. */
static void run_poisoned(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_ud2, .react = react_poison });

	thread_start(t, PRIO_HIGH);
	sleep_ms(2);
	CHECK(t->count >= 1);
}

static void non_canonical_rip(void)
{
	poison = (struct hedron_state){ .mtd = MTD_RIP, .rip = NON_CANONICAL };
	run_poisoned();
	poison.rip = 0x800000000000;
	run_poisoned();
	poison.rip = ~0ull;
	run_poisoned();
}

static void non_canonical_rsp(void)
{
	poison = (struct hedron_state){ .mtd = MTD_RIP | MTD_RSP, .rsp = NON_CANONICAL };
	run_poisoned();
}

static void non_canonical_bases(void)
{
	poison = (struct hedron_state){ .mtd = MTD_RIP | MTD_FS_GS, .fs_base = NON_CANONICAL };
	run_poisoned();
	poison = (struct hedron_state){ .mtd = MTD_RIP | MTD_FS_GS, .gs_base = 0x800000000000 };
	run_poisoned();
}

static void kernel_rip(void)
{
	poison = (struct hedron_state){ .mtd = MTD_RIP, .rip = 0xffffffff88000000 };
	run_poisoned();
}

static void non_canonical_entry(void)
{
	cap_sel ec = sel_alloc(), pt = sel_alloc();

	MUST(hedron_create_ec(ec, ROOT_SEL_PD, 0, env.cpu, 0, (uint64_t)stack_alloc(), EVENTS_NONE));
	if (hedron_create_pt(pt, ROOT_SEL_PD, ec, 0, NON_CANONICAL) != HEDRON_SUCCESS)
		return;
	runner_utcb()->items = 0;
	CHECK_STATUS(hedron_call(pt), HEDRON_ABORT);
}

static cap_sel serve_nothing(struct portal *p)
{
	p->handler->utcb->items = 0;
	return 0;
}

static void recall_of_a_local_ec(void)
{
	struct portal *p = service_new(serve_nothing, 0), *q = service_new(serve_nothing, 0);

	hedron_recall(p->handler->ec);
	runner_utcb()->items = 0;
	hedron_call(p->sel);		/* whatever it answers */
	runner_utcb()->items = 0;
	CHECK_OK(hedron_call(q->sel));
}

static void empty_selector_page(void)
{

	cap_sel sel = HEDRON_NUM_SEL - 1000;	/* nobody has been there */

	CHECK_STATUS(hedron_sm_up(sel), HEDRON_BAD_CAP);
	REQUIRE_OK(hedron_create_sm(sel, ROOT_SEL_PD, 0));
	CHECK_OK(hedron_sm_up(sel));
	CHECK_OK(hedron_sm_down(sel, 1));
	CHECK_OK(hedron_revoke(one(sel), 1));
}

static const struct abi_case cases[] = {
	{ "11.3 recall and a semaphore suspend a thread, up resumes it", suspend_and_resume },
	{ "11.3 a thread on a graveyard semaphore can lose SC and EC", kill_by_graveyard },
	{ "11.3 without SC a thread is dropped at its next event", kill_by_sc_and_recall },
	{ "11.3 a waiter without SC is gone when it is upped", kill_a_waiter },
	{ "3.6 an EC whose SC is gone continues with a new one", continue_with_a_new_sc },
	{ "4.6 the threads of a revoked PD find no portals", revoked_pd_finds_no_portals },
	{ "11.3 a thread without SC and EC capabilities ends", revoked_sc_and_ec_end_the_thread,
	  CASE_OURS },
	{ "11.3 the threads of a PD without capabilities end", revoked_pd_ends_its_threads,
	  CASE_OURS },
	{ "9.4 a handler destroyed while it serves: the caller gets ABORT",
	  destroyed_handler_frees_its_caller, CASE_OURS },
	{ "9.4 a caller destroyed during its call leaves the handler usable",
	  destroyed_caller_leaves_the_handler, CASE_OURS },
	{ "11.1 memory of destroyed objects is used again", objects_are_reclaimed },
	{ "11.4 a reply with a non-canonical RIP harms only its thread", non_canonical_rip,
	  CASE_OURS },
	{ "11.4 a reply with a non-canonical RSP harms only its thread", non_canonical_rsp,
	  CASE_OURS },
	{ "11.4 a reply with a non-canonical FS or GS base harms only its thread",
	  non_canonical_bases, CASE_OURS },
	{ "11.4 a reply with RIP in the kernel harms only its thread", kernel_rip },
	{ "11.4 a portal with a non-canonical entry harms only its handler", non_canonical_entry,
	  CASE_OURS },
	{ "11.4 recall of a local EC harms nobody", recall_of_a_local_ec, CASE_OURS },
	{ "4.7 a selector can be looked up before its page is used", empty_selector_page,
	  CASE_OURS },
	{ "11.4 the end of kernel memory is a status", memory_ends_with_a_status, CASE_OURS },
};
SUITE(lifecycle, cases);
