/* SPDX-License-Identifier: MIT */
/*
 * reply_sm.c - reply with a semaphore: how callers are put to sleep (ABI reference 3.3.1, 11.3).
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "regs.h"
#include "runner.h"
#include "thread.h"

static cap_sel sleep_sm;		/* what the reactions below reply with */
static volatile unsigned progress;

static void do_ud2(void *arg)
{
	progress = 1;
	__asm__ volatile("ud2");
	progress = 2;
}

static bool react_sleep(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_UD)
		return false;
	u->state.rip += UD2_LEN;
	u->state.mtd = MTD_RIP;
	t->sleep_on = sleep_sm;
	return true;
}

static struct thread *start_sleeper(cap_sel sm)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_ud2, .react = react_sleep });

	sleep_sm = sm;
	progress = 0;
	thread_start(t, PRIO_HIGH);
	return t;
}

static void count_lets_it_run(void)
{
	cap_sel sm = make_sm(1);
	struct thread *t = start_sleeper(sm);

	CHECK_EQ(progress, 2);
	CHECK(thread_wait(t));
	CHECK_STATUS(hedron_sm_down(sm, 1), HEDRON_TIMEOUT);
}

static void no_count_puts_it_to_sleep(void)
{
	cap_sel sm = make_sm(0);
	struct thread *t = start_sleeper(sm);

	CHECK_EQ(progress, 1);
	sleep_ms(2);
	CHECK_EQ(progress, 1);
	CHECK_OK(hedron_sm_up(sm));
	CHECK_EQ(progress, 2);			/* its priority is higher */
	CHECK(thread_wait(t));
	CHECK_STATUS(hedron_sm_down(sm, 1), HEDRON_TIMEOUT);
}

static void any_right_will_do(void)
{
	cap_sel sm = make_sm(0);
	struct thread *t = start_sleeper(make_copy(sm, SM_UP));

	CHECK_EQ(progress, 1);
	CHECK_OK(hedron_sm_up(sm));
	CHECK(thread_wait(t));
	CHECK_EQ(progress, 2);
}

static void no_semaphore_is_a_plain_reply(void)
{
	CHECK(thread_wait(start_sleeper(sel_alloc())));
	CHECK_EQ(progress, 2);
	CHECK(thread_wait(start_sleeper(ROOT_SEL_PD)));
	CHECK_EQ(progress, 2);
}

/* ---- several callers, one handler ----------------------------------------------------------- */

static unsigned order[4], woken;

static void do_number(void *arg)
{
	__asm__ volatile("ud2");
	order[woken++ % 4] = (unsigned)(uint64_t)arg;
}

/* Threads 1..3 whose invalid opcodes go to the first one's handler. */
static void start_three(struct thread *t[3], cap_sel sm)
{
	sleep_sm = sm;
	woken = 0;
	for (unsigned i = 0; i < 3; i++) {
		t[i] = thread_new(&(struct thread_spec){ .fn = do_number, .react = react_sleep,
							 .arg = (void *)(uint64_t)(i + 1) });
		if (i) {
			cap_sel ud = t[i]->events + EVENT_UD;

			MUST(hedron_revoke(crd_obj(ud, 0, RIGHTS_ALL), 1));
			MUST(transfer_own(crd_obj(t[0]->events + EVENT_UD, 0, RIGHTS_ALL),
					  XFER_DELEGATE, crd_obj(ud, 0, RIGHTS_ALL)).status);
		}
		thread_start(t[i], PRIO_HIGH);
	}
}

static void handler_is_free_meanwhile(void)
{
	struct thread *t[3];
	cap_sel sm = make_sm(0);

	start_three(t, sm);
	CHECK_EQ(t[0]->count, 3);
	CHECK_EQ(woken, 0);
	for (unsigned i = 0; i < 3; i++)
		CHECK_OK(hedron_sm_up(sm));
	for (unsigned i = 0; i < 3; i++)
		CHECK(thread_wait(t[i]));
}

static void callers_wake_in_order(void)
{
	struct thread *t[3];
	cap_sel sm = make_sm(0);

	start_three(t, sm);
	for (unsigned i = 0; i < 3; i++) {
		CHECK_EQ(woken, i);
		CHECK_OK(hedron_sm_up(sm));
	}
	for (unsigned i = 0; i < 3; i++) {
		CHECK(thread_wait(t[i]));
		CHECK_EQ(order[i], i + 1);
	}
}

/* ---- foreign and native callers ------------------------------------------------------------- */

static struct cpu_regs call_regs;

static void do_foreign(void *arg)
{
	raw_syscall(&call_regs);
}

static bool react_park(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_FOREIGN)
		return false;
	u->state.rip = u->state.rcx;
	u->state.rsp = u->state.r11;
	u->state.rflags = USER_RFLAGS;
	u->state.rax = 0x600d;
	u->state.mtd = MTD_ACDB | MTD_RSP | MTD_RIP | MTD_RFLAGS;
	t->sleep_on = sleep_sm;
	return true;
}

static void foreign_caller_continues_with_the_reply(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_foreign, .react = react_park,
							     .child = child_new_foreign() });

	sleep_sm = make_sm(0);
	call_regs = (struct cpu_regs){ .rax = 1, .rbx = 2, .rdi = 3, .r15 = 4,
				       .rflags = USER_RFLAGS };
	thread_start(t, PRIO_HIGH);
	CHECK_EQ(t->count, 1);
	sleep_ms(2);
	CHECK(!t->finished);
	CHECK_OK(hedron_sm_up(sleep_sm));
	CHECK(thread_wait(t));
	CHECK_EQ(t->count, 1);
	CHECK_EQ(call_regs.rax, 0x600d);
	CHECK_EQ(call_regs.rbx, 2);
	CHECK_EQ(call_regs.rdi, 3);
	CHECK_EQ(call_regs.r15, 4);
}

/* Parking as a personality does it: RIP back at the SYSCALL, so that the call runs again. */
static bool react_park_and_retry(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	bool parked = react_park(t, event, u);

	if (parked && t->count == 1) {
		u->state.rip -= 2;		/* SYSCALL */
		u->state.rax = 0x77;		/* the call's number, as it was */
	} else {
		t->sleep_on = 0;
	}
	return parked;
}

static void foreign_caller_calls_again(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_foreign,
							     .react = react_park_and_retry,
							     .child = child_new_foreign() });

	sleep_sm = make_sm(0);
	call_regs = (struct cpu_regs){ .rax = 0x77, .rdi = 3, .r10 = 5, .rflags = USER_RFLAGS };
	thread_start(t, PRIO_HIGH);
	CHECK_EQ(t->count, 1);
	CHECK_OK(hedron_sm_up(sleep_sm));
	CHECK(thread_wait(t));
	CHECK(t->finished);
	CHECK_EQ(t->count, 2);
	CHECK_EQ(t->log[1].state.rax, 0x77);
	CHECK_EQ(t->log[1].state.rdi, 3);
	CHECK_EQ(t->log[1].state.r10, 5);
	CHECK_EQ(call_regs.rax, 0x600d);
}

static volatile unsigned entered;

static cap_sel serve_twice(struct portal *p)
{
	p->handler->utcb->word[0] += 10;
	p->handler->utcb->items = utcb_items(1, 0);
	return entered++ ? 0 : sleep_sm;
}

static void do_native_call(void *arg)
{
	struct thread *t = arg;

	t->utcb->word[0] = 5;
	t->utcb->items = utcb_items(1, 0);
	CHECK_OK(hedron_call(t->done + 1));
}

static void native_call_is_issued_again(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_native_call });
	struct portal *p = service_new(serve_twice, 0);

	sleep_sm = make_sm(0);
	entered = 0;
	t->arg = t;
	t->done = sels_alloc(1);
	MUST(hedron_create_sm(t->done, ROOT_SEL_PD, 0));
	MUST(transfer_own(crd_obj(p->sel, 0, RIGHTS_ALL), XFER_DELEGATE,
			  crd_obj(t->done + 1, 0, RIGHTS_ALL)).status);
	thread_start(t, PRIO_HIGH);
	CHECK_EQ(entered, 1);
	CHECK(!t->finished);
	CHECK_OK(hedron_sm_up(sleep_sm));
	CHECK(thread_wait(t));
	CHECK_EQ(entered, 2);
}

/* ---- recall of a sleeper -------------------------------------------------------------------- */

static bool react_sleep_then_recall(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event == EVENT_RECALL)
		return true;			/* go on */
	return react_sleep(t, event, u);
}

static void recall_of_a_sleeper(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_ud2,
							     .react = react_sleep_then_recall });

	sleep_sm = make_sm(0);
	progress = 0;
	thread_start(t, PRIO_HIGH);
	CHECK_OK(hedron_recall(t->ec));
	sleep_ms(2);
	CHECK_EQ(t->count, 1);
	CHECK_OK(hedron_sm_up(sleep_sm));
	CHECK(thread_wait(t));
	CHECK_EQ(progress, 2);
	CHECK_EQ(t->count, 2);
	CHECK_EQ(t->log[1].event, EVENT_RECALL);
	CHECK_EQ(t->log[1].state.rip, t->log[0].state.rip + UD2_LEN);
}

static const struct abi_case cases[] = {
	{ "3.3.1 counter above 0: it is decremented, the caller runs at once",
	  count_lets_it_run },
	{ "3.3.1 counter 0: the caller sleeps until an up", no_count_puts_it_to_sleep },
	{ "3.3 no right on the semaphore is needed", any_right_will_do },
	{ "3.3 what is no semaphore is treated as 0", no_semaphore_is_a_plain_reply },
	{ "3.3.1 the handler is free while callers sleep", handler_is_free_meanwhile },
	{ "3.3.1 callers wake in the order in which they came", callers_wake_in_order },
	{ "3.3.1 a foreign caller continues with the state of the reply",
	  foreign_caller_continues_with_the_reply },
	{ "3.3.1 with RIP at the SYSCALL a foreign call runs again", foreign_caller_calls_again },
	{ "3.3.1 a native call is issued again", native_call_is_issued_again },
	{ "11.3 a sleeper is recalled before it continues, with the reply's state",
	  recall_of_a_sleeper },
};
SUITE(reply_sm, cases);
