/* SPDX-License-Identifier: MIT */
/*
 * sm.c - semaphores (ABI reference 3.14, 10.2, 10.4).
 */
#include "check.h"
#include "env.h"
#include "make.h"
#include "regs.h"
#include "thread.h"

static unsigned count_of(cap_sel sm)
{
	unsigned n = 0;

	while (hedron_sm_down(sm, 1) == HEDRON_SUCCESS)
		n++;
	return n;
}

/* ---- counter -------------------------------------------------------------------------------- */

static void ups_are_counted(void)
{
	cap_sel sm = make_sm(0);

	for (unsigned i = 0; i < 5; i++)
		CHECK_OK(hedron_sm_up(sm));
	CHECK_EQ(count_of(sm), 5);
}

static void zero_flag_takes_all(void)
{
	cap_sel sm = make_sm(7);

	CHECK_OK(hedron_sm_down_zero(sm, 1));
	CHECK_STATUS(hedron_sm_down(sm, 1), HEDRON_TIMEOUT);
	CHECK_STATUS(hedron_sm_down_zero(sm, 1), HEDRON_TIMEOUT);
}

static void zero_flag_is_ignored_for_up(void)
{
	cap_sel sm = make_sm(2);

	CHECK_OK(hedron_hc(HC_SM_CTRL, HC_SM_ZERO, sm, 0, 0, 0, 0));
	CHECK_EQ(count_of(sm), 3);
}

static void flags_10_and_11_are_ignored(void)
{
	cap_sel sm = make_sm(0);

	CHECK_OK(hedron_hc(HC_SM_CTRL, 0xc, sm, 0, 0, 0, 0));
	CHECK_OK(hedron_hc(HC_SM_CTRL, 0xc | HC_SM_DOWN, sm, 0, 1, 0, 0));
	CHECK_EQ(count_of(sm), 0);
}

static void counter_has_64_bits(void)
{
	cap_sel sm = make_sm(1ull << 40);

	CHECK_OK(hedron_sm_down(sm, 1));
	CHECK_OK(hedron_sm_down_zero(sm, 1));
	CHECK_STATUS(hedron_sm_down(sm, 1), HEDRON_TIMEOUT);
}

/* ---- deadlines ------------------------------------------------------------------------------ */

static void deadline_passes(void)
{
	cap_sel sm = make_sm(0);
	uint64_t until = deadline_ms(10);

	CHECK_STATUS(hedron_sm_down(sm, until), HEDRON_TIMEOUT);
	CHECK(rdtsc() >= until);
	CHECK(rdtsc() < until + 10000ull * env.hip->tsc_khz);
}

static void deadline_in_the_past(void)
{
	CHECK_STATUS(hedron_sm_down(make_sm(0), 1), HEDRON_TIMEOUT);
	CHECK_STATUS(hedron_sm_down(make_sm(0), rdtsc() - 1), HEDRON_TIMEOUT);
}

static void counter_wins_over_deadline(void)
{
	CHECK_OK(hedron_sm_down(make_sm(1), 1));
}

static void deadline_in_one_register(void)
{
	cap_sel sm = make_sm(0);
	uint64_t until = deadline_ms(5);

	CHECK_STATUS(hedron_hc(HC_SM_CTRL, HC_SM_DOWN, sm, 0, until, 0, 0), HEDRON_TIMEOUT);
	CHECK(rdtsc() >= until);
}

static void timed_out_waiter_is_gone(void)
{
	cap_sel sm = make_sm(0);

	CHECK_STATUS(hedron_sm_down(sm, deadline_ms(2)), HEDRON_TIMEOUT);
	CHECK_OK(hedron_sm_up(sm));
	CHECK_EQ(count_of(sm), 1);
}

/* ---- waiters -------------------------------------------------------------------------------- */

struct waiter {
	cap_sel sm;
	uint64_t until;
	unsigned number;
	volatile enum hedron_status status;
};

static unsigned order[8], woken;

static void do_wait(void *arg)
{
	struct waiter *w = arg;

	w->status = hedron_sm_down(w->sm, w->until);
	order[woken++ % 8] = w->number;
}

static struct thread *start_waiter(struct waiter *w, unsigned prio)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_wait, .arg = w });

	w->status = HEDRON_OOM;
	thread_start(t, prio);
	return t;
}

static void waiter_runs_at_once(void)
{
	struct waiter w = { .sm = make_sm(0) };
	struct thread *t = start_waiter(&w, PRIO_HIGH);

	CHECK(!t->finished);
	CHECK_OK(hedron_sm_up(w.sm));
	CHECK(t->finished);
	CHECK_STATUS(w.status, HEDRON_SUCCESS);
	CHECK_EQ(count_of(w.sm), 0);
}

static void waiters_wake_in_order(void)
{
	cap_sel sm = make_sm(0);
	struct waiter w[3];
	struct thread *t[3];

	woken = 0;
	for (unsigned i = 0; i < 3; i++) {	/* the last has the highest priority */
		w[i] = (struct waiter){ .sm = sm, .number = i };
		t[i] = start_waiter(&w[i], PRIO_HIGH + i);
	}
	for (unsigned i = 0; i < 3; i++) {
		CHECK_OK(hedron_sm_up(sm));
		CHECK_EQ(woken, i + 1);
		CHECK(thread_wait(t[i]));
		CHECK_EQ(order[i], i);
	}
}

static void deadlines_come_in_order(void)
{
	static const unsigned ms[] = { 300, 100, 200 };
	const uint64_t now = rdtsc(), tsc_ms = env.hip->tsc_khz;
	static const unsigned want[] = { 1, 2, 0 };
	struct waiter w[3];
	struct thread *t[3];

	woken = 0;
	for (unsigned i = 0; i < 3; i++) {
		w[i] = (struct waiter){ .sm = make_sm(0), .number = i, .until = now + ms[i] * tsc_ms };
		t[i] = start_waiter(&w[i], PRIO_HIGH);
	}
	for (unsigned i = 0; i < 3; i++) {
		CHECK(thread_wait(t[i]));
		CHECK_STATUS(w[i].status, HEDRON_TIMEOUT);
	}
	for (unsigned i = 0; i < 3; i++)
		CHECK_EQ(order[i], want[i]);
}

static void up_before_the_deadline(void)
{
	struct waiter w = { .sm = make_sm(0), .until = deadline_ms(1000) };
	struct thread *t = start_waiter(&w, PRIO_HIGH);

	CHECK_OK(hedron_sm_up(w.sm));
	CHECK_STATUS(w.status, HEDRON_SUCCESS);
	CHECK(thread_wait(t));
	CHECK(rdtsc() < w.until);
}

static void destruction_wakes_waiters(void)
{
	cap_sel sm = make_sm(0);
	struct waiter w[2] = { { .sm = sm }, { .sm = sm } };
	struct thread *a = start_waiter(&w[0], PRIO_HIGH), *b = start_waiter(&w[1], PRIO_HIGH);

	CHECK_OK(hedron_revoke(crd_obj(sm, 0, RIGHTS_ALL), 1));
	CHECK(EVENTUALLY(a->finished && b->finished));
	CHECK_STATUS(w[0].status, HEDRON_BAD_CAP);
	CHECK_STATUS(w[1].status, HEDRON_BAD_CAP);
}

static void destruction_wakes_timed_waiters(void)
{
	cap_sel sm = make_sm(0);
	struct waiter w[2] = { { .sm = sm, .until = deadline_ms(100000) }, { .sm = sm } };
	struct thread *a = start_waiter(&w[0], PRIO_HIGH), *b = start_waiter(&w[1], PRIO_HIGH);

	CHECK_OK(hedron_revoke(crd_obj(sm, 0, RIGHTS_ALL), 1));
	CHECK(EVENTUALLY(a->finished && b->finished));
	CHECK_STATUS(w[0].status, HEDRON_BAD_CAP);
	CHECK_STATUS(w[1].status, HEDRON_BAD_CAP);
}

/* ---- signal semaphores ---------------------------------------------------------------------- */

static cap_sel make_signal(cap_sel base, uint64_t value)
{
	cap_sel sel = sel_alloc();

	MUST(hedron_hc(HC_CREATE_SM, 0, sel, ROOT_SEL_PD, value, base, 0));
	return sel;
}

static void signals_report_value_and_count(void)
{
	cap_sel base = make_sm(0);
	cap_sel a = make_signal(base, 0xaaaa), b = make_signal(base, 0xbbbb);
	uint64_t value = 0, count = 1, a4 = 0;

	for (unsigned i = 0; i < 3; i++)
		CHECK_OK(hedron_sm_up(a));
	CHECK_OK(hedron_sm_up(b));
	CHECK_OK(hedron_hypercall(HC_SM_CTRL | HC_SM_DOWN << HC_FLAGS_SHIFT | base << HC_SEL_SHIFT,
				  &value, &count, &a4, 0));
	CHECK_EQ(value, 0xaaaa);
	CHECK_EQ(count, 3);
	value = 0;
	count = 1;
	CHECK_OK(hedron_hypercall(HC_SM_CTRL | HC_SM_DOWN << HC_FLAGS_SHIFT | base << HC_SEL_SHIFT,
				  &value, &count, &a4, 0));
	CHECK_EQ(value, 0xbbbb);
	CHECK_EQ(count, 1);
	CHECK_STATUS(hedron_sm_down(base, 1), HEDRON_TIMEOUT);
}

static void no_down_on_a_signal(void)
{
	cap_sel base = make_sm(0), signal = make_signal(base, 1);

	CHECK_STATUS(hedron_sm_down(signal, 1), HEDRON_BAD_CAP);
	CHECK_OK(hedron_sm_up(signal));
	CHECK_STATUS(hedron_sm_down(signal, 1), HEDRON_BAD_CAP);
}

static const struct abi_case cases[] = {
	{ "10.2 ups are counted", ups_are_counted },
	{ "3.14 down with the zero flag takes all", zero_flag_takes_all },
	{ "3.14 up ignores the zero flag", zero_flag_is_ignored_for_up },
	{ "3.14 bits 10 and 11 are ignored", flags_10_and_11_are_ignored },
	{ "10.2 the counter has 64 bits", counter_has_64_bits },
	{ "10.2 TIMEOUT when the deadline passes, not before", deadline_passes },
	{ "10.2 a deadline in the past answers TIMEOUT", deadline_in_the_past },
	{ "10.2 an available count wins over the deadline", counter_wins_over_deadline },
	{ "3.14 the deadline may stand in ARG3 alone", deadline_in_one_register },
	{ "10.2 who timed out does not take a later up", timed_out_waiter_is_gone },
	{ "10.2 a woken waiter of higher priority runs at once", waiter_runs_at_once },
	{ "10.2 waiters wake in the order in which they came", waiters_wake_in_order },
	{ "10.2 deadlines pass in their own order", deadlines_come_in_order },
	{ "10.2 an up before the deadline answers SUCCESS", up_before_the_deadline },
	{ "10.2 destruction: all waiters get BAD_CAP", destruction_wakes_waiters },
	{ "10.2 destruction: waiters with a deadline too", destruction_wakes_timed_waiters,
	  OURS("10.2: one waiter gets SUCCESS, the others stay") },
	{ "10.4 a signal reports its value and count at the base",
	  signals_report_value_and_count },
	{ "10.4 down on a signal semaphore answers BAD_CAP", no_down_on_a_signal },
};
SUITE(sm, cases);
