/* SPDX-License-Identifier: MIT */
/*
 * recall.c - recall: event 31, and what a reply to it can do (ABI reference 3.11, 7.3, 11.3).
 */
#include "check.h"
#include "env.h"
#include "make.h"
#include "regs.h"
#include "thread.h"

static struct cpu_regs body_regs;
static struct hedron_utcb message;	/* as the reaction found it */

static volatile bool stop_spinning;
static volatile uint64_t spins;

static void do_spin(void *arg)
{
	while (!stop_spinning)
		spins++;
}

static bool react_resume_recall(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_RECALL)
		return false;
	message = *u;
	stop_spinning = true;
	return true;
}

static void start_spinner(struct thread *t)
{
	stop_spinning = false;
	spins = 0;
	thread_start(t, PRIO_LOW);
	CHECK(EVENTUALLY(spins > 0));
}

static void recall_of_a_spinner(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_spin,
							     .react = react_resume_recall });

	start_spinner(t);
	CHECK_OK(hedron_recall(t->ec));
	CHECK(thread_wait(t));
	CHECK(t->finished);
	thread_only_event(t, EVENT_RECALL);
	CHECK(t->log[0].state.rip - (uint64_t)do_spin < 64);
}

static void recalls_collapse(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_spin,
							     .react = react_resume_recall });

	start_spinner(t);
	for (unsigned i = 0; i < 5; i++)
		CHECK_OK(hedron_recall(t->ec));
	CHECK(thread_wait(t));
	thread_only_event(t, EVENT_RECALL);
}

static bool react_redirect(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_RECALL)
		return false;
	u->state.rip = (uint64_t)raw_ud2;
	u->state.rsp = (uint64_t)t->stack_top - 8;
	u->state.rdi = (uint64_t)&body_regs;
	u->state.mtd = MTD_RIP | MTD_RSP | MTD_BSD;
	return true;
}

static void recall_redirects(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_spin,
							     .react = react_redirect });

	regs_mark(&body_regs, 0xabc);
	start_spinner(t);
	CHECK_OK(hedron_recall(t->ec));
	CHECK(thread_wait(t));
	CHECK(!t->finished);
	CHECK_EQ(t->count, 2);
	CHECK_EQ(t->log[0].event, EVENT_RECALL);
	CHECK_EQ(t->log[1].event, EVENT_UD);
	CHECK_EQ(t->log[1].state.r9, body_regs.r9);
}

struct sleeper {
	cap_sel sm;
	volatile enum hedron_status status;
};

static void do_sleep(void *arg)
{
	struct sleeper *s = arg;

	s->status = hedron_sm_down(s->sm, 0);
}

static void recall_does_not_wake(void)
{
	struct sleeper s = { make_sm(0), HEDRON_OOM };
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_sleep, .arg = &s,
							     .react = react_resume_recall });

	thread_start(t, PRIO_HIGH);
	CHECK_OK(hedron_recall(t->ec));
	sleep_ms(5);
	CHECK_EQ(t->count, 0);
	CHECK_OK(hedron_sm_up(s.sm));
	CHECK(thread_wait(t));
	CHECK_EQ(t->count, 1);
	CHECK_EQ(t->log[0].event, EVENT_RECALL);
	CHECK_STATUS(s.status, HEDRON_SUCCESS);
}

static void recall_behind_a_hypercall(void)
{
	struct sleeper s = { make_sm(0), HEDRON_OOM };
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_sleep, .arg = &s,
							     .react = react_resume_recall });
	const struct hedron_state *r = &t->log[0].state;

	thread_start(t, PRIO_HIGH);
	CHECK_OK(hedron_recall(t->ec));
	CHECK_OK(hedron_sm_up(s.sm));
	CHECK(thread_wait(t));
	CHECK_EQ(r->rip - (uint64_t)do_sleep < 64, 1);
	CHECK_EQ(r->rcx, r->rip);
	CHECK_EQ(r->r11, r->rsp);
	CHECK_EQ(r->rdi, HEDRON_SUCCESS);
}

static void recall_qual_is_zero(void)
{
	recall_of_a_spinner();
	CHECK_EQ(message.state.qual[0], 0);
	CHECK_EQ(message.state.qual[1], 0);
}

/* The thread calls a portal whose handler recalls it. */
static cap_sel recall_target;

static cap_sel serve_recall(struct portal *p)
{
	CHECK_OK(hedron_recall(recall_target));
	CHECK_EQ(((struct thread *)p->arg)->count, 0);
	p->handler->utcb->items = 0;
	return 0;
}

static void do_call(void *arg)
{
	CHECK_OK(hedron_call((cap_sel)arg));
}

static void recall_inside_a_call(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_call,
							     .react = react_resume_recall });

	t->arg = (void *)service_new(serve_recall, t)->sel;
	recall_target = t->ec;
	thread_start(t, PRIO_HIGH);
	CHECK(thread_wait(t));
	CHECK(t->finished);
	thread_only_event(t, EVENT_RECALL);
}

static const struct abi_case cases[] = {
	{ "7.1 recall is event 31, the state exact", recall_of_a_spinner },
	{ "3.11 several recalls collapse into one", recalls_collapse },
	{ "11.3 the reply to a recall redirects the thread", recall_redirects },
	{ "3.11 recall does not wake a blocked EC", recall_does_not_wake },
	{ "7.3 recall behind a hypercall: RCX = RIP, R11 = RSP, RDI = status",
	  recall_behind_a_hypercall },
	{ "7.3 recall: qual is 0", recall_qual_is_zero,
	  OURS("7.3: qual of a recall may hold a kernel address") },
	{ "11.3 a thread inside a portal call is recalled after the reply", recall_inside_a_call },
};
SUITE(recall, cases);
