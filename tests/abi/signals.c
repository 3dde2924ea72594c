/* SPDX-License-Identifier: MIT */
/*
 * signals.c - signal semaphores: a value and a count that arrive at a base semaphore (ABI reference 3.8,
 * 10.4), also from interrupts (3.15).
 */
#include "check.h"
#include "env.h"
#include "make.h"
#include "regs.h"
#include "thread.h"

static cap_sel signal_at(cap_sel base, uint64_t value)
{
	cap_sel sel = sel_alloc();

	MUST(hedron_hc(HC_CREATE_SM, 0, sel, ROOT_SEL_PD, value, base, 0));
	return sel;
}

struct report {
	enum hedron_status status;
	uint64_t value, count;
};

/* Down on `base`; `until` 0 waits. */
static struct report take(cap_sel base, unsigned flags, uint64_t until)
{
	struct report r = { .value = until >> 32, .count = until & 0xffffffff };
	uint64_t a4 = 0;

	r.status = hedron_hypercall(HC_SM_CTRL | (HC_SM_DOWN | flags) << HC_FLAGS_SHIFT |
				    base << HC_SEL_SHIFT, &r.value, &r.count, &a4, 0);
	return r;
}

static void expect(cap_sel base, uint64_t value, uint64_t count)
{
	struct report r = take(base, 0, deadline_ms(2000));

	CHECK_STATUS(r.status, HEDRON_SUCCESS);
	CHECK_EQ(r.value, value);
	CHECK_EQ(r.count, count);
}

static void expect_none(cap_sel base)
{
	CHECK_STATUS(take(base, 0, 1).status, HEDRON_TIMEOUT);
}

static void count_starts_anew(void)
{
	cap_sel base = make_sm(0), signal = signal_at(base, 7);

	for (unsigned n = 1; n < 5; n++) {
		for (unsigned i = 0; i < n; i++)
			CHECK_OK(hedron_sm_up(signal));
		expect(base, 7, n);
		expect_none(base);
	}
}

static void value_has_64_bits(void)
{
	cap_sel base = make_sm(0), signal = signal_at(base, 0xfedcba9876543210);

	CHECK_OK(hedron_sm_up(signal));
	expect(base, 0xfedcba9876543210, 1);
}

static void signals_queue_in_order(void)
{
	cap_sel base = make_sm(0), a = signal_at(base, 1), b = signal_at(base, 2);
	cap_sel c = signal_at(base, 3);

	CHECK_OK(hedron_sm_up(b));
	CHECK_OK(hedron_sm_up(c));
	CHECK_OK(hedron_sm_up(a));
	CHECK_OK(hedron_sm_up(b));		/* queued already: counts */
	expect(base, 2, 2);
	expect(base, 3, 1);
	expect(base, 1, 1);
	expect_none(base);
}

static void bases_are_independent(void)
{
	cap_sel one = make_sm(0), two = make_sm(0);
	cap_sel a = signal_at(one, 1), b = signal_at(two, 2);

	CHECK_OK(hedron_sm_up(a));
	expect_none(two);
	CHECK_OK(hedron_sm_up(b));
	expect(two, 2, 1);
	expect(one, 1, 1);
}

static cap_sel wait_base;
static volatile uint64_t got_value, got_count;

static void do_wait(void *arg)
{
	struct report r = take(wait_base, 0, 0);

	CHECK_STATUS(r.status, HEDRON_SUCCESS);
	got_value = r.value;
	got_count = r.count;
}

static void waiter_is_woken_with_the_value(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_wait });
	cap_sel signal;

	wait_base = make_sm(0);
	signal = signal_at(wait_base, 0xabc);
	got_value = 0;
	thread_start(t, PRIO_HIGH);
	CHECK(!t->finished);
	CHECK_OK(hedron_sm_up(signal));
	CHECK(thread_wait(t));
	CHECK_EQ(got_value, 0xabc);
	CHECK_EQ(got_count, 1);
	expect_none(wait_base);
}

static void up_needs_the_right(void)
{
	cap_sel base = make_sm(0), signal = signal_at(base, 1);

	CHECK_STATUS(hedron_sm_up(make_copy(signal, SM_DOWN)), HEDRON_BAD_CAP);
	expect_none(base);
	CHECK_OK(hedron_sm_up(make_copy(signal, SM_UP)));
	expect(base, 1, 1);
}

static void signal_has_its_rights(void)
{
	cap_sel signal = signal_at(make_sm(0), 1);

	CHECK_EQ(obj_at(signal), crd_obj(signal, 0, SM_UP | SM_DOWN));
}

static void down_on_a_signal(void)
{
	cap_sel signal = signal_at(make_sm(0), 1);

	CHECK_STATUS(take(signal, 0, 1).status, HEDRON_BAD_CAP);
	CHECK_STATUS(take(signal, HC_SM_ZERO, 0).status, HEDRON_BAD_CAP);
	CHECK_STATUS(take(make_copy(signal, SM_DOWN), 0, 0).status, HEDRON_BAD_CAP);
}

static void base_needs_right_0(void)
{
	cap_sel base = make_sm(0);

	CHECK_OK(hedron_hc(HC_CREATE_SM, 0, sel_alloc(), ROOT_SEL_PD, 0, make_copy(base, SM_UP), 0));
	CHECK_STATUS(hedron_hc(HC_CREATE_SM, 0, sel_alloc(), ROOT_SEL_PD, 0,
			       make_copy(base, SM_DOWN), 0), HEDRON_BAD_CAP);
}

/* ---- interrupts ----------------------------------------------------------------------------- */

#define PIT_DATA	0x40
#define PIT_COMMAND	0x43
#define PIT_MODE_0	0x30
#define PIT_GSI		2

static cap_sel pit_sm(void)
{
	const hedron_crd ports = crd_pio(PIT_DATA, 2);
	cap_sel sel = sel_alloc();

	hedron_delegate(ROOT_SEL_PD, ROOT_SEL_PD, ports, XFER_DELEGATE | XFER_HYPERVISOR, ports);
	MUST(transfer_own(crd_obj(HV_SEL_GSI + PIT_GSI, 0, RIGHTS_ALL),
			  XFER_DELEGATE | XFER_HYPERVISOR, crd_obj(sel, 0, RIGHTS_ALL)).status);
	return sel;
}

static void pit_start(uint16_t ticks)
{
	outb(PIT_COMMAND, PIT_MODE_0);
	outb(PIT_DATA, (uint8_t)ticks);
	outb(PIT_DATA, (uint8_t)(ticks >> 8));
}

static enum hedron_status assign(cap_sel gsi, cap_sel signal)
{
	return hedron_hc(HC_ASSIGN_GSI, 0, gsi, 0, env.cpu, signal, 0);
}

static void drain(cap_sel sm)
{
	while (hedron_sm_down_zero(sm, deadline_ms(1)) == HEDRON_SUCCESS)
		;
}

/* What a down on the interrupt semaphore does meanwhile is not stated, and not asked. */
static void interrupt_is_redirected(void)
{
	cap_sel gsi = pit_sm(), base = make_sm(0), signal = signal_at(base, 0x1a);

	pit_start(0xffff);
	REQUIRE_OK(assign(gsi, signal));
	while (take(base, 0, deadline_ms(1)).status == HEDRON_SUCCESS)
		;
	for (unsigned i = 0; i < 3; i++) {
		pit_start(1000);
		expect(base, 0x1a, 1);
	}
	pit_start(0xffff);
	CHECK_OK(assign(gsi, gsi));
}

static void redirection_ends(void)
{
	cap_sel gsi = pit_sm(), base = make_sm(0), signal = signal_at(base, 0x1b);

	pit_start(0xffff);
	REQUIRE_OK(assign(gsi, signal));
	REQUIRE_OK(assign(gsi, gsi));
	drain(gsi);
	pit_start(1000);
	CHECK_OK(hedron_sm_down(gsi, deadline_ms(2000)));
	expect_none(base);
	pit_start(0xffff);
}

static void unsuitable_targets(void)
{
	cap_sel gsi = pit_sm();

	CHECK_STATUS(assign(gsi, sel_alloc()), HEDRON_BAD_CAP);
	CHECK_STATUS(assign(gsi, ROOT_SEL_EC), HEDRON_BAD_CAP);
	CHECK_OK(assign(gsi, ~0ull));
}

static const struct abi_case cases[] = {
	{ "10.4 down on the base reports the ups since the last report", count_starts_anew },
	{ "10.4 the value has 64 bits", value_has_64_bits },
	{ "10.4 signals queue at the base once each, in order", signals_queue_in_order },
	{ "10.4 bases are independent", bases_are_independent },
	{ "10.4 a waiter at the base is woken with value and count",
	  waiter_is_woken_with_the_value },
	{ "10.4 up on a signal needs right 0", up_needs_the_right },
	{ "3.8 create_sm: a signal semaphore has rights 0x03", signal_has_its_rights },
	{ "3.14 sm_ctrl: down on a signal answers BAD_CAP whatever the flags", down_on_a_signal },
	{ "3.8 create_sm: a base without right 0 answers BAD_CAP", base_needs_right_0 },
	{ "3.15 assign_gsi redirects an interrupt to a signal", interrupt_is_redirected },
	{ "3.15 assign_gsi with the semaphore itself ends the redirection", redirection_ends },
	{ "3.15 assign_gsi: an unsuitable target answers BAD_CAP", unsuitable_targets },
};
SUITE(signals, cases);
