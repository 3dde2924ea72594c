/* SPDX-License-Identifier: MIT */
/*
 * states.c - recall of a thread in each state it can be in, and what its handlers may be doing (ABI
 * reference 3.11, 7.3, 7.4, 11.3).
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "portal.h"
#include "regs.h"
#include "runner.h"
#include "thread.h"

static bool react_go_on(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	return event == EVENT_RECALL;
}

static volatile unsigned progress;
static cap_sel wait_sm;
static uint64_t wait_until;
static volatile enum hedron_status status;

static void do_wait(void *arg)
{
	progress = 1;
	status = hedron_sm_down(wait_sm, wait_until);
	progress = 2;
}

static struct thread *waiter(uint64_t until)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_wait, .react = react_go_on });

	wait_sm = make_sm(0);
	wait_until = until;
	progress = 0;
	thread_start(t, PRIO_HIGH);
	CHECK_EQ(progress, 1);
	return t;
}

/* ---- before it runs ------------------------------------------------------------------------- */

static void do_progress(void *arg)
{
	progress = 2;
}

static void before_its_sc(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_progress,
							     .react = react_go_on });

	progress = 0;
	CHECK_OK(hedron_recall(t->ec));
	thread_start(t, PRIO_HIGH);
	CHECK(thread_wait(t));
	CHECK_EQ(progress, 2);
	thread_only_event(t, EVENT_RECALL);
	CHECK_EQ(t->startup.event, EVENT_STARTUP);
}

static void ready_but_not_running(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_progress,
							     .react = react_go_on });

	progress = 0;
	thread_start(t, PRIO_LOW);		/* we are above it */
	CHECK_OK(hedron_recall(t->ec));
	CHECK_EQ(t->count, 0);
	CHECK(thread_wait(t));
	CHECK_EQ(progress, 2);
	thread_only_event(t, EVENT_RECALL);
}

static void do_recall(void *arg)
{
	CHECK_OK(hedron_recall((cap_sel)arg));
}

static void itself(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_recall,
							     .react = react_go_on });

	t->arg = (void *)t->ec;
	thread_start(t, PRIO_HIGH);
	CHECK(thread_wait(t));
	CHECK(t->finished);
	thread_only_event(t, EVENT_RECALL);
	CHECK_EQ(t->log[0].state.rdi, HEDRON_SUCCESS);
}

/* ---- waiting -------------------------------------------------------------------------------- */

static void in_a_timed_down(void)
{
	struct thread *t = waiter(deadline_ms(30));

	CHECK_OK(hedron_recall(t->ec));
	CHECK_EQ(t->count, 0);
	CHECK(thread_wait(t));
	CHECK_STATUS(status, HEDRON_TIMEOUT);
	thread_only_event(t, EVENT_RECALL);
	CHECK_EQ(t->log[0].state.rdi, HEDRON_TIMEOUT);
}

static void in_a_down_whose_semaphore_dies(void)
{
	struct thread *t = waiter(0);

	CHECK_OK(hedron_recall(t->ec));
	CHECK_OK(hedron_revoke(crd_obj(wait_sm, 0, RIGHTS_ALL), 1));
	CHECK(EVENTUALLY(t->finished));
	CHECK_STATUS(status, HEDRON_BAD_CAP);
	thread_only_event(t, EVENT_RECALL);
}

static void many_while_it_waits(void)
{
	struct thread *t = waiter(0);

	for (unsigned i = 0; i < 20; i++)
		CHECK_OK(hedron_recall(t->ec));
	CHECK_OK(hedron_sm_up(wait_sm));
	CHECK(thread_wait(t));
	thread_only_event(t, EVENT_RECALL);
}

static bool react_redirect(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_RECALL)
		return false;
	u->state.rip = (uint64_t)raw_ud2;	/* rdi is no address: #PF */
	u->state.rdi = 0x10;
	u->state.rsp = (uint64_t)t->stack_top - 64;
	u->state.mtd = MTD_RIP | MTD_BSD | MTD_RSP;
	return true;
}

static void redirected_out_of_a_down(void)
{
	struct thread *t = waiter(0);

	t->react = react_redirect;
	CHECK_OK(hedron_recall(t->ec));
	CHECK_OK(hedron_sm_up(wait_sm));
	CHECK(thread_wait(t));
	CHECK_EQ(progress, 1);			/* it never came back from the down */
	CHECK_EQ(t->count, 2);
	CHECK_EQ(t->log[1].event, EVENT_PF);
}

/* ---- in a call ------------------------------------------------------------------------------ */

static cap_sel serve_hold(struct portal *p)
{
	CHECK_OK(hedron_sm_down((cap_sel)p->arg, 0));
	p->handler->utcb->items = 0;
	return 0;
}

static void do_call(void *arg)
{
	status = hedron_call((cap_sel)arg);
	progress = 2;
}

static struct thread *caller(const struct portal *p)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_call, .arg = (void *)p->sel,
							     .react = react_go_on });

	progress = 0;
	status = HEDRON_OOM;
	thread_start(t, PRIO_HIGH);
	return t;
}

static void in_a_call(void)
{
	cap_sel sm = make_sm(0);
	struct thread *t = caller(service_new(serve_hold, (void *)sm));

	CHECK_OK(hedron_recall(t->ec));
	sleep_ms(2);
	CHECK_EQ(t->count, 0);
	CHECK_OK(hedron_sm_up(sm));
	CHECK(thread_wait(t));
	CHECK_STATUS(status, HEDRON_SUCCESS);
	thread_only_event(t, EVENT_RECALL);
}

static void helping_a_busy_handler(void)
{
	cap_sel sm = make_sm(0);
	struct portal *p = service_new(serve_hold, (void *)sm);
	struct thread *a = caller(p), *b = caller(p);

	CHECK_OK(hedron_recall(b->ec));
	sleep_ms(2);
	CHECK_EQ(b->count, 0);
	CHECK_OK(hedron_sm_up(sm));
	CHECK(thread_wait(a));
	CHECK_OK(hedron_sm_up(sm));
	CHECK(thread_wait(b));
	CHECK_EQ(a->count, 0);
	thread_only_event(b, EVENT_RECALL);
}

/* ---- in an event ---------------------------------------------------------------------------- */

static cap_sel hold_sm;

static bool react_hold(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event == EVENT_RECALL)
		return true;
	if (event != EVENT_UD)
		return false;
	u->state.rip += UD2_LEN;
	u->state.mtd = MTD_RIP;
	if (t->count == 1 && hold_sm)
		CHECK_OK(hedron_sm_down(hold_sm, 0));
	return true;
}

static void do_ud2(void *arg)
{
	progress = 1;
	__asm__ volatile("ud2");
	progress = 2;
}

static void while_its_event_is_served(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_ud2, .react = react_hold });

	hold_sm = make_sm(0);
	thread_start(t, PRIO_HIGH);
	CHECK_EQ(progress, 1);
	CHECK_OK(hedron_recall(t->ec));
	CHECK_EQ(t->count, 1);
	CHECK_OK(hedron_sm_up(hold_sm));
	CHECK(thread_wait(t));
	CHECK_EQ(progress, 2);
	CHECK_EQ(t->count, 2);
	CHECK_EQ(t->log[1].event, EVENT_RECALL);
	CHECK_EQ(t->log[1].state.rip, t->log[0].state.rip + UD2_LEN);
}

static bool react_recall_self(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event == EVENT_UD)
		CHECK_OK(hedron_recall(t->ec));
	hold_sm = 0;
	return react_hold(t, event, u);
}

static void by_its_own_handler(void)
{
	struct thread *t = thread_run(&(struct thread_spec){ .fn = do_ud2,
							     .react = react_recall_self });

	CHECK(t->finished);
	CHECK_EQ(t->count, 2);
	CHECK_EQ(t->log[1].event, EVENT_RECALL);
}

static bool react_recall_again(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event == EVENT_RECALL && t->count < 4)
		CHECK_OK(hedron_recall(t->ec));
	return event == EVENT_RECALL;
}

static void recalled_in_its_recall(void)
{
	struct thread *t = waiter(0);

	t->react = react_recall_again;
	CHECK_OK(hedron_recall(t->ec));
	CHECK_OK(hedron_sm_up(wait_sm));
	CHECK(thread_wait(t));
	CHECK_EQ(t->count, 4);
	CHECK_EQ(progress, 2);
}

/* ---- in a foreign call ---------------------------------------------------------------------- */

static struct cpu_regs foreign_regs;

static void do_foreign(void *arg)
{
	raw_syscall(&foreign_regs);
}

static bool react_park(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event == EVENT_RECALL)
		return true;
	if (event != EVENT_FOREIGN)
		return false;
	u->state.rip = u->state.rcx;
	u->state.rsp = u->state.r11;
	u->state.rflags = USER_RFLAGS;
	u->state.rax = 0x900d;
	u->state.mtd = MTD_ACDB | MTD_RIP | MTD_RSP | MTD_RFLAGS;
	t->sleep_on = hold_sm;
	return true;
}

static void parked_in_a_foreign_call(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_foreign, .react = react_park,
							     .child = child_new_foreign() });

	hold_sm = make_sm(0);
	regs_mark(&foreign_regs, 0x40);
	thread_start(t, PRIO_HIGH);
	CHECK_OK(hedron_recall(t->ec));
	CHECK_EQ(t->count, 1);
	CHECK_OK(hedron_sm_up(hold_sm));
	CHECK(thread_wait(t));
	CHECK_EQ(t->count, 2);
	CHECK_EQ(t->log[1].event, EVENT_RECALL);
	CHECK_EQ(t->log[1].state.rax, 0x900d);
	CHECK_EQ(foreign_regs.rax, 0x900d);
}

/* ---- preemption, faults and recall together --------------------------------------------------- */

static volatile bool stop;

static void do_spin(void *arg)
{
	while (!stop)
		;
}

static bool react_count(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	return event == EVENT_RECALL;
}

static void many_recalls_of_a_spinner(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_spin,
							     .react = react_count });

	stop = false;
	thread_start(t, PRIO_LOW);
	for (unsigned i = 1; i <= 30; i++) {
		CHECK_OK(hedron_recall(t->ec));
		CHECK(EVENTUALLY(t->count == i));
	}
	stop = true;
	CHECK(thread_wait(t));
	CHECK_EQ(t->count, 30);
}

static const struct abi_case cases[] = {
	{ "3.11 recall before the first SC: startup, then event 31", before_its_sc },
	{ "3.11 recall of a thread that is ready: event 31 when it runs", ready_but_not_running },
	{ "3.11 recall of itself: behind the hypercall, RDI = status", itself },
	{ "7.3 recall during a timed down: after the TIMEOUT", in_a_timed_down },
	{ "7.3 recall during a down on a semaphore that dies", in_a_down_whose_semaphore_dies },
	{ "3.11 twenty recalls of a waiter are one", many_while_it_waits },
	{ "11.3 a reply to a recall leads out of a down", redirected_out_of_a_down },
	{ "11.3 recall during a call: after the reply", in_a_call },
	{ "11.3 recall of one that waits for a busy handler", helping_a_busy_handler },
	{ "3.11 recall while its exception is served: after the reply", while_its_event_is_served },
	{ "3.11 recall by the handler of its exception", by_its_own_handler },
	{ "3.11 recall by the handler of its recall comes again", recalled_in_its_recall },
	{ "11.3 recall of one that is parked in a foreign call", parked_in_a_foreign_call },
	{ "3.11 thirty recalls of a running thread, one after the other",
	  many_recalls_of_a_spinner },
};
SUITE(states, cases);
