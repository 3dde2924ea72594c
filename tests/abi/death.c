/* SPDX-License-Identifier: MIT */
/*
 * death.c - objects go away in whatever state they are (HIP_FEAT_DEATH), their partners learn it, and
 * the kernel gets all its memory back. Other kernels keep what is in use, so all cases are CASE_OURS.
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "regs.h"
#include "runner.h"
#include "thread.h"

static hedron_crd one(cap_sel sel)	{ return crd_obj(sel, 0, RIGHTS_ALL); }

/* Everything that was revoked before is gone. Takes no memory for good, as sleep_ms() does. */
static void settle_by(cap_sel done)
{
	CHECK_OK(hedron_revoke_notify(0, 1, done));
	CHECK_OK(hedron_sm_down(done, deadline_ms(10000)));
}

static void settle(void)
{
	settle_by(make_sm(0));
}

static void destroy(cap_sel sel)
{
	CHECK_OK(hedron_revoke(one(sel), 1));
}

static void destroy_thread(struct thread *t)
{
	destroy(t->sc);
	destroy(t->ec);
	settle();
}

static uint64_t free_memory(void)
{
	uint64_t free, all;

	MUST(hedron_kernel_memory(&free, &all));
	return free;
}

/* ---- partners: a handler that blocks, and callers ---------------------------------------------- */

static volatile enum hedron_status status[3];
static volatile unsigned served, steps;
static cap_sel gate;			/* the handler waits there */

static cap_sel serve_at_gate(struct portal *p)
{
	hedron_sm_down(gate, 0);
	served++;
	p->handler->utcb->items = 0;
	return 0;
}

static struct portal *gate_service(void)
{
	gate = make_sm(0);
	served = 0;
	return service_new(serve_at_gate, 0);
}

struct call {
	cap_sel portal;
	unsigned nr;
};
static struct call calls[3];

static void do_call(void *arg)
{
	struct call *c = arg;

	status[c->nr] = hedron_call(c->portal);
}

static struct thread *start_caller(unsigned nr, cap_sel portal, unsigned prio)
{
	struct thread *t;

	calls[nr] = (struct call){ portal, nr };
	status[nr] = HEDRON_OOM;
	t = thread_new(&(struct thread_spec){ .fn = do_call, .arg = &calls[nr] });
	thread_start(t, prio);
	return t;
}

/* The handler is idle again, and answers. */
static void check_serves(struct portal *p)
{
	CHECK_OK(hedron_sm_up(gate));
	runner_utcb()->items = 0;
	CHECK_OK(hedron_call(p->sel));
}

static void in_a_call(void)
{
	struct portal *p = gate_service();
	struct thread *t = start_caller(0, p->sel, PRIO_HIGH);

	destroy_thread(t);
	CHECK_OK(hedron_sm_up(gate));		/* the reply goes nowhere */
	check_serves(p);
	CHECK(!t->finished);
}

static void serving_a_call(void)
{
	struct portal *p = gate_service();
	struct thread *t = start_caller(0, p->sel, PRIO_HIGH);

	destroy(p->sel);
	destroy(p->handler->ec);
	CHECK(thread_wait(t));
	CHECK_STATUS(status[0], HEDRON_ABORT);
	CHECK_OK(hedron_sm_up(gate));		/* nobody takes it */
	CHECK_OK(hedron_sm_down(gate, 1));
}

/* A chain: the first caller waits for a handler that waits for another one. */
static cap_sel inner;
static volatile enum hedron_status inner_status;

static cap_sel serve_by_call(struct portal *p)
{
	p->handler->utcb->items = 0;
	inner_status = hedron_call(inner);
	p->handler->utcb->items = 0;
	return 0;
}

static void at_the_end_of_a_chain(void)
{
	struct portal *p = gate_service(), *outer = service_new(serve_by_call, 0);
	struct thread *t;

	inner = p->sel;
	t = start_caller(0, outer->sel, PRIO_HIGH);
	destroy(p->sel);
	destroy(p->handler->ec);
	CHECK(thread_wait(t));
	CHECK_STATUS(inner_status, HEDRON_ABORT);
	CHECK_STATUS(status[0], HEDRON_SUCCESS);
}

static void in_the_middle_of_a_chain(void)
{
	struct portal *p = gate_service(), *outer = service_new(serve_by_call, 0);
	struct thread *t;

	inner = p->sel;
	t = start_caller(0, outer->sel, PRIO_HIGH);
	destroy(outer->sel);
	destroy(outer->handler->ec);
	CHECK(thread_wait(t));
	CHECK_STATUS(status[0], HEDRON_ABORT);
	CHECK_OK(hedron_sm_up(gate));
	check_serves(p);
}

/* The same while the one in the middle wants a handler that serves somebody else, and a third caller wants it. */
static void in_the_middle_of_helping(void)
{
	struct portal *p = gate_service(), *outer = service_new(serve_by_call, 0);
	struct thread *first = start_caller(0, p->sel, PRIO_HIGH), *second, *third;

	inner = p->sel;
	second = start_caller(1, outer->sel, PRIO_HIGH);
	third = start_caller(2, outer->sel, PRIO_HIGH);
	destroy(outer->handler->ec);
	destroy(outer->sel);
	CHECK(thread_wait(second));
	CHECK_STATUS(status[1], HEDRON_ABORT);
	CHECK(thread_wait(third));
	CHECK(status[2] == HEDRON_TIMEOUT || status[2] == HEDRON_BAD_CAP);
	CHECK_EQ(served, 0);
	CHECK_OK(hedron_sm_up(gate));
	CHECK(thread_wait(first));
	CHECK_STATUS(status[0], HEDRON_SUCCESS);
}

/* ---- events ------------------------------------------------------------------------------------ */

static void do_ud2(void *arg)
{
	steps = 1;
	__asm__ volatile("ud2");
	steps = 2;
}

static bool react_at_gate(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_UD)
		return false;
	hedron_sm_down(gate, 0);
	served++;
	u->state.rip += UD2_LEN;
	u->state.mtd = MTD_RIP;
	return true;
}

static struct thread *start_event_at_gate(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_ud2, .react = react_at_gate });

	gate = make_sm(0);
	steps = served = 0;
	thread_start(t, PRIO_HIGH);
	CHECK_EQ(steps, 1);
	return t;
}

static void in_an_event(void)
{
	struct thread *t = start_event_at_gate();

	destroy_thread(t);
	CHECK_OK(hedron_sm_up(gate));
	CHECK_EQ(steps, 1);
	destroy(t->handler.ec);
	settle();
}

static void serving_an_event(void)
{
	struct thread *t = start_event_at_gate();

	CHECK_OK(hedron_revoke(crd_obj(t->events, 5, RIGHTS_ALL), 1));
	destroy(t->handler.ec);
	settle();
	CHECK_OK(hedron_sm_up(gate));
	CHECK_EQ(served, 0);
	CHECK_EQ(steps, 1);			/* killed: IPC Abort */
	CHECK(!t->finished);
}

/* ---- semaphores -------------------------------------------------------------------------------- */

static volatile uint64_t until;

static void do_down(void *arg)
{
	steps = 1;
	status[0] = hedron_sm_down((cap_sel)arg, until);
	steps = 2;
}

static void on_a_semaphore_until(uint64_t deadline)
{
	cap_sel sm = make_sm(0);
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_down, .arg = (void *)sm });

	until = deadline;
	steps = 0;
	thread_start(t, PRIO_HIGH);
	CHECK_EQ(steps, 1);
	destroy_thread(t);
	CHECK_OK(hedron_sm_up(sm));		/* it does not take the count */
	CHECK_OK(hedron_sm_down(sm, 1));
	if (deadline)
		sleep_ms(500);
	CHECK_EQ(steps, 1);
}

static void on_a_semaphore(void)		{ on_a_semaphore_until(0); }
static void on_a_semaphore_with_deadline(void)	{ on_a_semaphore_until(deadline_ms(400)); }

static cap_sel park_sm;

static bool react_park(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_UD)
		return false;
	u->state.rip += UD2_LEN;
	u->state.mtd = MTD_RIP;
	t->sleep_on = park_sm;
	return true;
}

static void parked_by_an_event(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_ud2, .react = react_park });

	park_sm = make_sm(0);
	steps = 0;
	thread_start(t, PRIO_HIGH);
	CHECK_EQ(steps, 1);
	destroy_thread(t);
	CHECK_OK(hedron_sm_up(park_sm));
	CHECK_OK(hedron_sm_down(park_sm, 1));
	CHECK_EQ(steps, 1);
}

static cap_sel serve_park(struct portal *p)
{
	served++;
	p->handler->utcb->items = 0;
	return park_sm;
}

static void parked_by_a_call(void)
{
	struct portal *p = service_new(serve_park, 0);
	struct thread *t;

	park_sm = make_sm(0);
	served = 0;
	t = start_caller(0, p->sel, PRIO_HIGH);
	CHECK_EQ(served, 1);
	destroy_thread(t);
	CHECK_OK(hedron_sm_up(park_sm));
	CHECK_OK(hedron_sm_down(park_sm, 1));
	CHECK_EQ(served, 1);
}

static void semaphore_of_a_parked_one(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_ud2, .react = react_park });

	park_sm = make_sm(0);
	steps = 0;
	thread_start(t, PRIO_HIGH);
	destroy(park_sm);
	settle();
	CHECK_EQ(steps, 2);			/* it goes on as its reply said */
	CHECK(thread_wait(t));
}

static void signal_before_its_base(void)
{
	cap_sel base = make_sm(0), sig = sel_alloc();

	MUST(hedron_hc(HC_CREATE_SM, 0, sig, ROOT_SEL_PD, 7, base, 0));
	CHECK_OK(hedron_sm_up(sig));
	destroy(sig);
	settle();
	CHECK_STATUS(hedron_sm_down(base, 1), HEDRON_TIMEOUT);
	CHECK_OK(hedron_sm_up(base));
	CHECK_OK(hedron_sm_down(base, 1));
}

static void base_before_its_signal(void)
{
	cap_sel base = make_sm(0), sig = sel_alloc();
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_down, .arg = (void *)base });

	MUST(hedron_hc(HC_CREATE_SM, 0, sig, ROOT_SEL_PD, 7, base, 0));
	until = 0;
	thread_start(t, PRIO_HIGH);
	destroy(base);
	CHECK(thread_wait(t));
	CHECK_STATUS(status[0], HEDRON_BAD_CAP);
	CHECK_OK(hedron_sm_up(sig));
	destroy(sig);
	settle();
}

/* GSI 23 is free on q35: what matters is only where its interrupts would go. */
static void redirection_to_a_destroyed_one(void)
{
	cap_sel irq = sel_alloc(), base = make_sm(0), sig = sel_alloc();
	uint64_t before;

	MUST(hedron_delegate(ROOT_SEL_PD, ROOT_SEL_PD, one(HV_SEL_GSI + 23),
			     XFER_DELEGATE | XFER_HYPERVISOR, one(irq)));
	settle();
	before = free_memory();
	MUST(hedron_hc(HC_CREATE_SM, 0, sig, ROOT_SEL_PD, 7, base, 0));
	CHECK_OK(hedron_hc(HC_ASSIGN_GSI, 0, irq, 0, env.cpu, sig, 0));
	destroy(sig);
	destroy(base);
	settle();
	CHECK(free_memory() >= before);		/* nobody keeps them */
	CHECK_OK(hedron_hc(HC_ASSIGN_GSI, 0, irq, 0, env.cpu, irq, 0));
}

/* ---- helping ------------------------------------------------------------------------------------ */

static void helping_a_busy_handler(void)
{
	struct portal *p = gate_service();
	struct thread *a = start_caller(0, p->sel, PRIO_HIGH);
	struct thread *b = start_caller(1, p->sel, PRIO_HIGH + 1);

	destroy_thread(b);
	CHECK_OK(hedron_sm_up(gate));
	CHECK(thread_wait(a));
	CHECK_EQ(served, 1);
	check_serves(p);
	CHECK(!b->finished);
}

static void being_helped(void)
{
	struct portal *p = gate_service();
	struct thread *a = start_caller(0, p->sel, PRIO_HIGH);
	struct thread *b = start_caller(1, p->sel, PRIO_HIGH + 1);

	destroy_thread(a);
	CHECK_OK(hedron_sm_up(gate));
	CHECK_OK(hedron_sm_up(gate));
	CHECK(thread_wait(b));
	CHECK_EQ(served, 2);
	CHECK_OK(status[1]);
	CHECK(!a->finished);
}

static void helped_handler(void)
{
	struct portal *p = gate_service();
	struct thread *a = start_caller(0, p->sel, PRIO_HIGH);
	struct thread *b = start_caller(1, p->sel, PRIO_HIGH + 1);

	destroy(p->sel);
	destroy(p->handler->ec);
	CHECK(thread_wait(a));
	CHECK(thread_wait(b));
	CHECK_STATUS(status[0], HEDRON_ABORT);
	CHECK_STATUS(status[1], HEDRON_BAD_CAP);	/* its portal is gone, too */
}

/* ---- scheduling --------------------------------------------------------------------------------- */

static void do_steps(void *arg)
{
	for (;;)
		steps++;
}

static void in_the_run_queue(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_steps });

	steps = 0;
	thread_start(t, PRIO_LOW);
	destroy_thread(t);
	sleep_ms(3);
	CHECK_EQ(steps, 0);
}

static void not_started(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_steps });

	destroy(t->ec);
	settle();
	CHECK_STATUS(hedron_recall(t->ec), HEDRON_BAD_CAP);
}

static void sc_of_a_caller(void)
{
	struct portal *p = gate_service();
	struct thread *t = start_caller(0, p->sel, PRIO_HIGH);

	destroy(t->sc);
	settle();
	CHECK_OK(hedron_sm_up(gate));
	CHECK(thread_wait(t));			/* the SC goes at its next event or wake-up */
	CHECK_OK(status[0]);
}

static void running_elsewhere(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_steps, .on_cpu2 = true });
	unsigned before;

	steps = 0;
	thread_start(t, PRIO_LOW);
	CHECK(EVENTUALLY(steps));
	destroy_thread(t);
	before = steps;
	sleep_ms(2);
	CHECK_EQ(steps, before);
}

static void waiting_elsewhere(void)
{
	cap_sel sm = make_sm(0);
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_down, .arg = (void *)sm,
							     .on_cpu2 = true });

	until = 0;
	steps = 0;
	thread_start(t, PRIO_LOW);
	CHECK(EVENTUALLY(steps));
	sleep_ms(2);
	destroy_thread(t);
	CHECK_OK(hedron_sm_up(sm));
	CHECK_OK(hedron_sm_down(sm, 1));
}

/* ---- protection domains -------------------------------------------------------------------------- */

static void pd_of_a_running_thread(void)
{
	const struct child *c = child_new();
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_steps, .child = c });
	unsigned before;

	steps = 0;
	thread_start(t, PRIO_LOW);
	CHECK(EVENTUALLY(steps));
	destroy(c->pd);
	settle();
	before = steps;
	sleep_ms(3);
	CHECK_EQ(steps, before);		/* its code is gone, and there is no portal */
	CHECK_EQ(t->count, 0);
}

static void pd_of_a_handler_that_serves(void)
{
	const struct child *c = child_new();
	struct handler *h = handler_new(c->pd, env.cpu);
	struct portal *p = portal_new(h, serve_at_gate, 0, 0);
	struct thread *t;

	gate = make_sm(0);
	served = 0;
	child_give(c, gate, 0);
	t = start_caller(0, p->sel, PRIO_HIGH);
	destroy(c->pd);
	settle();
	CHECK_OK(hedron_sm_up(gate));		/* it goes on, into nothing */
	CHECK(thread_wait(t));
	CHECK_STATUS(status[0], HEDRON_ABORT);
	CHECK_EQ(served, 0);
}

static void handler_and_pd_together(void)
{
	const struct child *c = child_new();
	struct handler *h = handler_new(c->pd, env.cpu);
	struct portal *p = portal_new(h, serve_at_gate, 0, 0);
	struct thread *t;

	gate = make_sm(0);
	child_give(c, gate, 0);
	t = start_caller(0, p->sel, PRIO_HIGH);
	destroy(c->pd);
	destroy(p->sel);
	destroy(h->ec);
	CHECK(thread_wait(t));
	CHECK_STATUS(status[0], HEDRON_ABORT);
	settle();
}

static void nothing_gets_into_a_destroyed_pd(void)
{
	const struct child *c = child_new();
	cap_sel copy = make_copy(c->pd, RIGHTS_ALL);

	destroy(c->pd);
	CHECK_EQ(obj_at(copy), 0);
	CHECK_STATUS(hedron_create_ec(sel_alloc(), c->pd, 0, env.cpu, 0, 0, 0), HEDRON_BAD_CAP);
}

/* ---- long operations ------------------------------------------------------------------------------ */

#define MANY_ORDER	15

static cap_sel many;

/* Capabilities derived from one, 2^MANY_ORDER of them. */
static void make_many(void)
{
	cap_sel sm = make_sm(0);

	many = sels_alloc(MANY_ORDER + 1);
	many = (many + (1 << MANY_ORDER)) & ~((1ull << MANY_ORDER) - 1);
	MUST(hedron_delegate(ROOT_SEL_PD, ROOT_SEL_PD, one(sm), XFER_DELEGATE, one(many)));
	for (unsigned order = 0; order < MANY_ORDER; order++)
		MUST(hedron_delegate(ROOT_SEL_PD, ROOT_SEL_PD, crd_obj(many, order, RIGHTS_ALL),
				     XFER_DELEGATE, crd_obj(many + (1 << order), order, RIGHTS_ALL)));
}

static void do_revoke_many(void *arg)
{
	steps = 1;
	hedron_revoke(one(many), 0);
	steps = 2;
}

/* A revocation is interrupted by more urgent threads, and may end with its thread. */
static void in_a_revocation(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_revoke_many });
	uint64_t end = deadline_ms(2000);
	cap_sel pause = make_sm(0);

	make_many();
	steps = 0;
	thread_start(t, PRIO_LOW);
	while (!steps && rdtsc() < end)
		hedron_sm_down(pause, rdtsc() + 1000);
	CHECK_EQ(steps, 1);
	destroy_thread(t);
	CHECK_EQ(steps, 1);
	destroy(many);				/* the rest goes */
	settle();
	for (unsigned i = 0; i < 1 << MANY_ORDER; i++)
		REQUIRE(i % 512 == 0 || !obj_at(many + i));	/* env.c has its own there */
}

static void each_notice_comes_once(void)
{
	cap_sel done[8], sm;

	for (unsigned i = 0; i < 8; i++)
		done[i] = make_sm(0);
	for (unsigned i = 0; i < 8; i++) {
		sm = make_sm(0);
		CHECK_OK(hedron_revoke_notify(one(sm), 1, done[i]));
		CHECK_OK(hedron_revoke_notify(one(sm), 1, done[0]));
	}
	settle();
	for (unsigned i = 0; i < 8; i++) {
		for (unsigned n = i ? 1 : 9; n; n--)
			CHECK_OK(hedron_sm_down(done[i], 1));
		CHECK_STATUS(hedron_sm_down(done[i], 1), HEDRON_TIMEOUT);
	}
}

/* A thread may have any number of SCs, and lives as long as one can be named. */
static void do_down_twice(void *arg)
{
	hedron_sm_down((cap_sel)arg, 0);
	steps = 1;
	hedron_sm_down((cap_sel)arg, 0);
	steps = 2;
}

static void thread_with_many_scs(void)
{
	cap_sel sm = make_sm(0), scs = sels_alloc(9);
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_down_twice, .arg = (void *)sm });

	steps = 0;
	thread_start(t, PRIO_HIGH);
	for (unsigned i = 1; i < 512; i++)
		MUST(hedron_create_sc(scs + i, ROOT_SEL_PD, t->ec, PRIO_HIGH, QUANTUM_US));
	destroy_thread(t);
	CHECK_OK(hedron_sm_up(sm));
	CHECK_EQ(steps, 1);			/* on one of the others */
	CHECK_OK(hedron_revoke(crd_obj(scs, 9, RIGHTS_ALL), 1));
	settle();
	CHECK_OK(hedron_sm_up(sm));		/* it does not take the count */
	CHECK_OK(hedron_sm_down(sm, 1));
	CHECK_EQ(steps, 1);
}

/* ---- memory ---------------------------------------------------------------------------------------- */

enum { PD, EC, LOCAL, SC, PT, SM, CYCLE_SELS };

static void cycle(cap_sel s, uint64_t va)
{
	MUST(hedron_create_pd(s + PD, ROOT_SEL_PD, crd_obj(s + SM, 0, RIGHTS_ALL), 0));
	MUST(hedron_create_sm(s + SM, ROOT_SEL_PD, 0));
	MUST(hedron_create_ec(s + EC, s + PD, HC_EC_GLOBAL, env.cpu, va, 0, 0));
	MUST(hedron_create_sc(s + SC, ROOT_SEL_PD, s + EC, PRIO_HIGH, 1000));	/* dies at once */
	MUST(hedron_create_ec(s + LOCAL, s + PD, 0, env.cpu, va + HEDRON_PAGE_SIZE, 0, 0));
	MUST(hedron_create_pt(s + PT, ROOT_SEL_PD, s + LOCAL, 0, 0x1000));
	MUST(hedron_delegate(ROOT_SEL_PD, s + PD, crd_obj(s, 3, RIGHTS_ALL), XFER_DELEGATE,
			     crd_obj(s, 3, RIGHTS_ALL)));
	runner_utcb()->items = 0;
	CHECK_STATUS(hedron_call(s + PT), HEDRON_ABORT);	/* no code, no portal: killed */
	MUST(hedron_revoke(crd_obj(s, 3, RIGHTS_ALL), 1));
}

static void cycles_leave_no_trace(void)
{
	cap_sel s = sels_alloc(3);
	cap_sel done = make_sm(0);
	uint64_t va = va_alloc(1), before;

	for (unsigned i = 0; i < 50; i++)
		cycle(s, va);
	settle_by(done);
	before = free_memory();
	for (unsigned i = 0; i < 2000; i++)
		cycle(s, va);
	settle_by(done);
	CHECK_EQ(free_memory(), before);
}

static const struct abi_case cases[] = {
	{ "9.4 a caller dies: the handler's reply goes nowhere", in_a_call, CASE_OURS },
	{ "9.4 a handler dies: its caller gets ABORT, no count is lost", serving_a_call, CASE_OURS },
	{ "9.4 a handler at the end of a chain dies: the one before it gets ABORT",
	  at_the_end_of_a_chain, CASE_OURS },
	{ "9.4 a handler in the middle of a chain dies: both sides go on", in_the_middle_of_a_chain,
	  CASE_OURS },
	{ "9.4 a handler that wants a busy one dies: its callers do not wait for that",
	  in_the_middle_of_helping, CASE_OURS },
	{ "7.2 a thread dies during its event", in_an_event, CASE_OURS },
	{ "7.2 a handler dies while it serves an event: the thread is killed", serving_an_event,
	  CASE_OURS },
	{ "10.2 a waiter dies, and takes no count", on_a_semaphore, CASE_OURS },
	{ "10.2 a waiter with a deadline dies before it", on_a_semaphore_with_deadline, CASE_OURS },
	{ "3.3.1 a thread parked by the reply to its event dies", parked_by_an_event, CASE_OURS },
	{ "3.3.1 a thread parked by the reply to its call dies", parked_by_a_call, CASE_OURS },
	{ "3.3.1 the semaphore of a parked thread goes: it continues as replied",
	  semaphore_of_a_parked_one, CASE_OURS },
	{ "10.4 a signal semaphore with ups goes before its base", signal_before_its_base, CASE_OURS },
	{ "10.4 a base goes before its signal semaphore", base_before_its_signal, CASE_OURS },
	{ "3.15 an interrupt keeps no destroyed semaphore", redirection_to_a_destroyed_one, CASE_OURS },
	{ "9.3 a helper dies", helping_a_busy_handler, CASE_OURS },
	{ "9.3 a caller whose handler is being helped dies", being_helped, CASE_OURS },
	{ "9.3 a helped handler dies", helped_handler, CASE_OURS },
	{ "11.3 a thread lives as long as one of 512 SCs", thread_with_many_scs, CASE_OURS },
	{ "10.1 a thread in the run queue dies", in_the_run_queue, CASE_OURS },
	{ "3.5 a thread that never started dies", not_started, CASE_OURS },
	{ "11.3 the SC of a caller goes: the call completes", sc_of_a_caller, CASE_OURS },
	{ "10.5 a thread dies while it runs on another CPU", running_elsewhere, OURS_SMP("11.3: the thread lives on") },
	{ "10.5 a thread dies while it waits on another CPU", waiting_elsewhere, OURS_SMP("11.3: the thread lives on") },
	{ "4.6 the PD of a running thread goes, and its memory", pd_of_a_running_thread, CASE_OURS },
	{ "4.6 the PD of a handler goes during a call: ABORT", pd_of_a_handler_that_serves, CASE_OURS },
	{ "4.6 PD, portal and handler go during a call: ABORT", handler_and_pd_together, CASE_OURS },
	{ "4.6 nothing gets into a destroyed PD", nothing_gets_into_a_destroyed_pd, CASE_OURS },
	{ "4.6 a thread dies in the middle of a revocation", in_a_revocation, CASE_OURS },
	{ "3.9 each notice of a revocation comes once", each_notice_comes_once, CASE_OURS },
	{ "11.1 2,000 times all kinds of objects: all memory comes back", cycles_leave_no_trace,
	  CASE_OURS },
};
SUITE(death, cases);
