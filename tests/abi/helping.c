/* SPDX-License-Identifier: MIT */
/*
 * helping.c - who runs on whose time when handlers call handlers: chains, busy and blocked ones, and the
 * priorities of those that wait (ABI reference 9.3, 10.1).
 */
#include "check.h"
#include "env.h"
#include "make.h"
#include "portal.h"
#include "regs.h"
#include "runner.h"
#include "thread.h"

static volatile bool inside, leave, stop;
static volatile unsigned order[8], done;

static cap_sel serve_until_told(struct portal *p)
{
	inside = true;
	while (!leave)
		;
	p->handler->utcb->items = 0;
	return 0;
}

static cap_sel serve_forward(struct portal *p)
{
	CHECK_OK(hedron_call((cap_sel)p->arg));
	p->handler->utcb->items = 0;
	return 0;
}

static cap_sel serve_blocked(struct portal *p)
{
	inside = true;
	CHECK_OK(hedron_sm_down((cap_sel)p->arg, 0));
	p->handler->utcb->items = 0;
	return 0;
}

static cap_sel serve_fault(struct portal *p)
{
	__asm__ volatile("ud2");
	return 0;
}

struct caller {
	cap_sel pt;
	unsigned number;
	struct thread *thread;
	volatile enum hedron_status status;
};

static void do_call(void *arg)
{
	struct caller *c = arg;

	c->status = hedron_call(c->pt);
	order[done++ % 8] = c->number;
}

static void start_caller(struct caller *c, cap_sel pt, unsigned number, unsigned prio)
{
	*c = (struct caller){ .pt = pt, .number = number, .status = HEDRON_OOM };
	c->thread = thread_new(&(struct thread_spec){ .fn = do_call, .arg = c });
	thread_start(c->thread, prio);
}

static void do_spin(void *arg)
{
	while (!stop)
		;
}

static struct thread *start_spinner(unsigned prio)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_spin });

	stop = false;
	thread_start(t, prio);
	return t;
}

/* Portals p[0] -> p[1] -> ... -> p[n - 1], the last one served by `fn`. */
static void make_chain(cap_sel *p, unsigned n, portal_fn fn, void *arg)
{
	inside = leave = false;
	done = 0;
	p[n - 1] = service_new(fn, arg)->sel;
	while (--n)
		p[n - 1] = service_new(serve_forward, (void *)p[n])->sel;
}

/*
 * A client of low priority is at the end of a chain and does not run, because a spinner does. A caller of
 * high priority enters the chain at `at` and must get through.
 */
static void help_through_the_chain(unsigned length, unsigned at)
{
	cap_sel p[6];
	struct caller low, high;
	struct thread *middle;

	make_chain(p, length, serve_until_told, 0);
	start_caller(&low, p[0], 1, PRIO_LOW - 10);
	CHECK(EVENTUALLY(inside));
	middle = start_spinner(PRIO_LOW);
	leave = true;
	sleep_ms(5);
	CHECK(!low.thread->finished);
	start_caller(&high, p[at], 2, PRIO_HIGH);
	CHECK(thread_wait(high.thread));
	CHECK_STATUS(high.status, HEDRON_SUCCESS);
	CHECK(!low.thread->finished);
	stop = true;
	CHECK(thread_wait(middle));
	CHECK(thread_wait(low.thread));
	CHECK_STATUS(low.status, HEDRON_SUCCESS);
	CHECK_EQ(order[0], 2);
}

static void chain_of_3_from_the_front(void)	{ help_through_the_chain(3, 0); }
static void chain_of_3_from_the_middle(void)	{ help_through_the_chain(3, 1); }
static void chain_of_3_at_the_end(void)		{ help_through_the_chain(3, 2); }
static void chain_of_6_from_the_front(void)	{ help_through_the_chain(6, 0); }

/* Both wait for one busy handler; the higher one is served first, though it came last. */
static void higher_waiter_is_served_first(void)
{
	cap_sel p, sm = make_sm(0);
	struct caller low, middle, high;

	make_chain(&p, 1, serve_blocked, (void *)sm);
	start_caller(&low, p, 1, PRIO_HIGH);
	CHECK(inside);
	start_caller(&middle, p, 2, PRIO_HIGH + 1);
	start_caller(&high, p, 3, PRIO_HIGH + 2);
	for (unsigned i = 0; i < 3; i++)
		CHECK_OK(hedron_sm_up(sm));
	CHECK(thread_wait(low.thread));
	CHECK(thread_wait(middle.thread));
	CHECK(thread_wait(high.thread));
	CHECK_EQ(done, 3);
	CHECK(order[0] == 3 || order[1] == 3);
	CHECK(order[2] != 3);
}

static void blocked_at_the_end_of_a_chain(void)
{
	cap_sel p[3], sm = make_sm(0);
	struct caller a, b, c;

	make_chain(p, 3, serve_blocked, (void *)sm);
	start_caller(&a, p[0], 1, PRIO_HIGH);
	start_caller(&b, p[1], 2, PRIO_HIGH);
	start_caller(&c, p[2], 3, PRIO_HIGH);
	sleep_ms(2);
	CHECK_EQ(done, 0);
	for (unsigned i = 0; i < 3; i++)
		CHECK_OK(hedron_sm_up(sm));
	CHECK(thread_wait(a.thread));
	CHECK(thread_wait(b.thread));
	CHECK(thread_wait(c.thread));
	CHECK_STATUS(a.status, HEDRON_SUCCESS);
	CHECK_STATUS(b.status, HEDRON_SUCCESS);
	CHECK_STATUS(c.status, HEDRON_SUCCESS);
}

static void nonblocking_in_a_chain(void)
{
	cap_sel p[3], sm = make_sm(0);
	struct caller a;

	make_chain(p, 3, serve_blocked, (void *)sm);
	start_caller(&a, p[0], 1, PRIO_HIGH);
	for (unsigned i = 0; i < 3; i++) {
		runner_utcb()->items = 0;
		CHECK_STATUS(hedron_call_nonblock(p[i]), HEDRON_TIMEOUT);
	}
	CHECK_OK(hedron_sm_up(sm));
	CHECK(thread_wait(a.thread));
}

static cap_sel death_sm;

static cap_sel serve_wait_then_fault(struct portal *p)
{
	hedron_sm_down(death_sm, 0);
	return serve_fault(p);
}

static void death_frees_all_that_wait(void)
{
	cap_sel p;
	struct caller a, b, c;

	make_chain(&p, 1, serve_wait_then_fault, 0);
	death_sm = make_sm(0);
	start_caller(&a, p, 1, PRIO_HIGH);
	start_caller(&b, p, 2, PRIO_HIGH);
	start_caller(&c, p, 3, PRIO_HIGH);
	CHECK_OK(hedron_sm_up(death_sm));
	CHECK(thread_wait(a.thread));
	CHECK(thread_wait(b.thread));
	CHECK(thread_wait(c.thread));
	CHECK_STATUS(a.status, HEDRON_ABORT);
	CHECK_STATUS(b.status, HEDRON_TIMEOUT);
	CHECK_STATUS(c.status, HEDRON_TIMEOUT);
}

static cap_sel serve_status(struct portal *p)
{
	struct hedron_utcb *u = p->handler->utcb;

	u->items = 0;
	u->word[0] = hedron_call((cap_sel)p->arg);
	u->items = utcb_items(1, 0);
	return 0;
}

/* a -> b -> dies: b is told and answers a. */
static void death_at_the_end_of_a_chain(void)
{
	struct portal *dies = service_new(serve_fault, 0);
	struct portal *b = service_new(serve_status, (void *)dies->sel);
	struct portal *a = service_new(serve_forward, (void *)b->sel);

	runner_utcb()->items = 0;
	CHECK_OK(hedron_call(a->sel));
	CHECK_OK(hedron_call(a->sel));
	CHECK_OK(hedron_call(b->sel));
	CHECK_EQ(runner_utcb()->word[0], HEDRON_TIMEOUT);
}

/* ---- accounting and quanta ------------------------------------------------------------------ */

static uint64_t time_of(cap_sel sc)
{
	uint64_t us = 0;

	MUST(hedron_sc_time(sc, &us));
	return us;
}

static cap_sel serve_20_ms(struct portal *p)
{
	uint64_t until = deadline_ms(20);

	while (rdtsc() < until)
		;
	p->handler->utcb->items = 0;
	return 0;
}

static void chain_runs_on_the_callers_time(void)
{
	cap_sel p[3];
	struct caller c;

	make_chain(p, 3, serve_20_ms, 0);
	start_caller(&c, p[0], 1, PRIO_LOW);
	CHECK(thread_wait(c.thread));
	CHECK(time_of(c.thread->sc) >= 10000);
}

static void waiting_costs_no_time(void)
{
	cap_sel p, sm = make_sm(0);
	struct caller c;
	uint64_t before;

	make_chain(&p, 1, serve_blocked, (void *)sm);
	start_caller(&c, p, 1, PRIO_HIGH);
	before = time_of(c.thread->sc);
	sleep_ms(50);
	CHECK(time_of(c.thread->sc) - before < 5000);
	CHECK_OK(hedron_sm_up(sm));
	CHECK(thread_wait(c.thread));
}

struct spinner {
	volatile bool stop;
	volatile uint64_t spins;
};

static void do_count(void *arg)
{
	struct spinner *s = arg;

	while (!s->stop)
		s->spins++;
}

static void quantum_gives_the_share(void)
{
	struct spinner s[2] = { { 0 } };
	struct thread *t[2];

	for (unsigned i = 0; i < 2; i++) {
		t[i] = thread_new(&(struct thread_spec){ .fn = do_count, .arg = &s[i] });
		MUST(hedron_create_sc(t[i]->sc, ROOT_SEL_PD, t[i]->ec, PRIO_LOW,
				      i ? 1000 : 20000));
	}
	CHECK(EVENTUALLY(s[1].spins > 0));
	sleep_ms(300);
	CHECK(EVENTUALLY(s[0].spins > s[1].spins));	/* 20 : 1 without a busy host */
	s[0].stop = s[1].stop = true;
	CHECK(thread_wait(t[0]));
	CHECK(thread_wait(t[1]));
}

static void lower_sc_does_not_preempt(void)
{
	struct caller c;
	cap_sel p = service_new(serve_20_ms, 0)->sel;

	done = 0;
	start_caller(&c, p, 1, PRIO_LOW);
	CHECK_EQ(done, 0);
	CHECK(thread_wait(c.thread));
}

static void levels_run_from_the_top(void)
{
	struct caller c[4];
	cap_sel p;

	make_chain(&p, 1, serve_20_ms, 0);
	for (unsigned i = 0; i < 4; i++)		/* all below us: ready, none runs */
		start_caller(&c[i], p, i, PRIO_LOW - 10 + i);
	for (unsigned i = 0; i < 4; i++)
		CHECK(thread_wait(c[i].thread));
	for (unsigned i = 0; i < 4; i++)
		CHECK_EQ(order[i], 3 - i);
}

static const struct abi_case cases[] = {
	{ "9.3 helping through a chain of three, from its front", chain_of_3_from_the_front },
	{ "9.3 helping through a chain of three, from its middle", chain_of_3_from_the_middle },
	{ "9.3 helping the end of a chain of three", chain_of_3_at_the_end },
	{ "9.3 helping through a chain of six", chain_of_6_from_the_front },
	{ "9.3 of those that wait for a handler the higher one is not last",
	  higher_waiter_is_served_first },
	{ "9.3 a handler that blocks at the end of a chain blocks all",
	  blocked_at_the_end_of_a_chain },
	{ "3.2 call: non-blocking answers TIMEOUT for each busy handler of a chain",
	  nonblocking_in_a_chain },
	{ "9.4 a handler dies: its caller gets ABORT, those that wait TIMEOUT",
	  death_frees_all_that_wait },
	{ "9.4 a death at the end of a chain is told to the one before it",
	  death_at_the_end_of_a_chain },
	{ "9.3 a chain runs on its caller's time", chain_runs_on_the_callers_time },
	{ "3.12 waiting inside a call costs no time", waiting_costs_no_time },
	{ "10.1 inside a level the quantum gives the share", quantum_gives_the_share },
	{ "3.6 a new SC of lower priority does not preempt", lower_sc_does_not_preempt },
	{ "10.1 levels run from the top", levels_run_from_the_top },
};
SUITE(helping, cases);
