/* SPDX-License-Identifier: MIT */
/*
 * sched.c - priorities, quanta, helping, accounting (ABI reference 3.6, 9.3, 10.1).
 */
#include "check.h"
#include "env.h"
#include "make.h"
#include "regs.h"
#include "runner.h"
#include "thread.h"

static void set_flag(void *arg)
{
	*(volatile bool *)arg = true;
}

struct spinner {
	volatile bool stop;
	volatile uint64_t spins;
	struct thread *thread;
};

static void do_spin(void *arg)
{
	struct spinner *s = arg;

	while (!s->stop)
		s->spins++;
}

static void start_spinner(struct spinner *s, unsigned prio, uint32_t quantum_us)
{
	s->stop = false;
	s->spins = 0;
	s->thread = thread_new(&(struct thread_spec){ .fn = do_spin, .arg = s });
	MUST(hedron_create_sc(s->thread->sc, ROOT_SEL_PD, s->thread->ec, prio, quantum_us));
}

static void stop_spinner(struct spinner *s)
{
	s->stop = true;
	CHECK(thread_wait(s->thread));
}

/* ---- priorities ----------------------------------------------------------------------------- */

static void higher_priority_runs_at_once(void)
{
	volatile bool ran = false;
	struct thread *t = thread_new(&(struct thread_spec){ .fn = set_flag, .arg = (void *)&ran });

	thread_start(t, PRIO_HIGH);
	CHECK(ran);
	CHECK(thread_wait(t));
}

static void lower_priority_waits(void)
{
	volatile bool ran = false;
	struct thread *t = thread_new(&(struct thread_spec){ .fn = set_flag, .arg = (void *)&ran });
	uint64_t until = deadline_ms(30);

	thread_start(t, PRIO_LOW);
	while (rdtsc() < until)
		CHECK(!ran);
	CHECK(thread_wait(t));
	CHECK(ran);
}

static void higher_level_starves_lower(void)
{
	struct spinner low, high;

	start_spinner(&low, PRIO_LOW, 1000);
	start_spinner(&high, PRIO_LOW + 1, 1000);
	CHECK(EVENTUALLY(high.spins > 0));
	sleep_ms(30);
	CHECK_EQ(low.spins, 0);
	stop_spinner(&high);
	stop_spinner(&low);
	CHECK_EQ(low.spins, 0);
}

static void round_robin_in_a_level(void)
{
	struct spinner s[3];
	uint64_t first;

	for (unsigned i = 0; i < 3; i++)
		start_spinner(&s[i], PRIO_LOW, 2000);
	for (unsigned i = 0; i < 3; i++)
		CHECK(EVENTUALLY(s[i].spins > 0));
	first = s[0].spins;
	CHECK(EVENTUALLY(s[0].spins > first));
	for (unsigned i = 0; i < 3; i++)
		stop_spinner(&s[i]);
}

static void wake_up_preempts(void)
{
	struct spinner s;
	uint64_t until;

	start_spinner(&s, PRIO_LOW, 60000000);
	until = deadline_ms(5);
	CHECK_STATUS(hedron_sm_down(make_sm(0), until), HEDRON_TIMEOUT);
	CHECK(rdtsc() < until + 10000ull * env.hip->tsc_khz);	/* not the quantum's end */
	stop_spinner(&s);
}

/* ---- SCs ------------------------------------------------------------------------------------ */

static void second_sc_is_accepted(void)
{
	struct spinner s;
	cap_sel second = sel_alloc();

	start_spinner(&s, PRIO_LOW, 1000);
	CHECK_OK(hedron_create_sc(second, ROOT_SEL_PD, s.thread->ec, PRIO_LOW, 1000));
	CHECK(EVENTUALLY(s.spins > 0));
	stop_spinner(&s);
}

static uint64_t sc_time(cap_sel sc)
{
	uint64_t us = 0;

	MUST(hedron_sc_time(sc, &us));
	return us;
}

static void time_is_accounted(void)
{
	uint64_t start = rdtsc(), us;
	struct spinner s;

	start_spinner(&s, PRIO_LOW, 1000);
	CHECK(EVENTUALLY(sc_time(s.thread->sc) >= 10000));
	us = sc_time(s.thread->sc);
	CHECK(us <= (rdtsc() - start) / (env.hip->tsc_khz / 1000));
	stop_spinner(&s);
}

static void idle_time_is_accounted(void)
{
	cap_sel idle = sel_alloc();
	uint64_t before;

	MUST(hedron_delegate(ROOT_SEL_PD, ROOT_SEL_PD, crd_obj(env.cpu, 0, RIGHTS_ALL),
			     XFER_DELEGATE | XFER_HYPERVISOR, crd_obj(idle, 0, RIGHTS_ALL)));
	before = sc_time(idle);
	CHECK(EVENTUALLY(sc_time(idle) >= before + 5000));
}

/* ---- portals -------------------------------------------------------------------------------- */

static cap_sel serve_spin(struct portal *p)
{
	uint64_t until = deadline_ms(20);

	while (rdtsc() < until)
		;
	p->handler->utcb->items = 0;
	return 0;
}

static void do_call(void *arg)
{
	CHECK_OK(hedron_call((cap_sel)arg));
}

static void handler_runs_on_the_callers_time(void)
{
	struct portal *p = service_new(serve_spin, 0);
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_call,
							     .arg = (void *)p->sel });

	thread_start(t, PRIO_LOW);
	CHECK(thread_wait(t));
	CHECK(sc_time(t->sc) >= 10000);
}

static volatile bool in_handler, leave_handler;

/* Serve until told to leave. */
static cap_sel serve_until_told(struct portal *p)
{
	in_handler = true;
	while (!leave_handler)
		;
	p->handler->utcb->items = 0;
	return 0;
}

/*
 * A client of low priority is inside the handler and does not run, because a spinner of medium
 * priority does. A caller of high priority must not wait for the spinner: it helps the handler.
 */
static void high_caller_helps_the_handler(void)
{
	struct portal *p = service_new(serve_until_told, 0);
	struct thread *low = thread_new(&(struct thread_spec){ .fn = do_call,
							       .arg = (void *)p->sel });
	struct thread *high = thread_new(&(struct thread_spec){ .fn = do_call,
								.arg = (void *)p->sel });
	struct spinner middle;

	in_handler = leave_handler = false;
	thread_start(low, PRIO_LOW - 10);
	CHECK(EVENTUALLY(in_handler));
	start_spinner(&middle, PRIO_LOW, 1000);
	leave_handler = true;
	sleep_ms(5);
	CHECK(!low->finished);
	thread_start(high, PRIO_HIGH);
	CHECK(thread_wait(high));
	CHECK(high->finished);
	CHECK(!low->finished);		/* its call is over, but it is not its turn */
	stop_spinner(&middle);
	CHECK(thread_wait(low));
}

static cap_sel serve_blocked(struct portal *p)
{
	CHECK_OK(hedron_sm_down((cap_sel)p->arg, 0));
	p->handler->utcb->items = 0;
	return 0;
}

static void blocked_handler_blocks_its_callers(void)
{
	cap_sel sm = make_sm(0);
	struct portal *p = service_new(serve_blocked, (void *)sm);
	struct thread *a = thread_new(&(struct thread_spec){ .fn = do_call,
							     .arg = (void *)p->sel });
	struct thread *b = thread_new(&(struct thread_spec){ .fn = do_call,
							     .arg = (void *)p->sel });

	thread_start(a, PRIO_HIGH);
	thread_start(b, PRIO_HIGH);
	sleep_ms(2);
	CHECK(!a->finished);
	CHECK(!b->finished);
	CHECK_OK(hedron_sm_up(sm));
	CHECK(thread_wait(a));
	CHECK(!b->finished);
	CHECK_OK(hedron_sm_up(sm));
	CHECK(thread_wait(b));
}

static const struct abi_case cases[] = {
	{ "3.6 a new SC of higher priority runs before create_sc returns",
	  higher_priority_runs_at_once },
	{ "10.1 a lower priority waits while a higher one runs", lower_priority_waits },
	{ "10.1 a runnable SC starves lower levels", higher_level_starves_lower },
	{ "10.1 round robin inside a level", round_robin_in_a_level },
	{ "10.1 a wake-up of higher priority preempts", wake_up_preempts },
	{ "3.6 a second SC for an EC is accepted", second_sc_is_accepted },
	{ "3.12 consumed time is accounted", time_is_accounted },
	{ "10.1 the idle SC counts idle time", idle_time_is_accounted },
	{ "9.3 a handler runs on its caller's time", handler_runs_on_the_callers_time },
	{ "9.3 a caller of high priority helps a busy handler", high_caller_helps_the_handler },
	{ "9.3 a blocked handler blocks all its callers", blocked_handler_blocks_its_callers },
};
SUITE(sched, cases);
