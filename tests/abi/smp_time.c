/* SPDX-License-Identifier: MIT */
/*
 * smp_time.c - semaphores, deadlines, scheduling, recall and interrupts over CPUs (ABI reference
 * 3.11, 10.1 to 10.5). No case asks for more than that things happen within seconds: the host may be
 * busy.
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "portal.h"
#include "regs.h"
#include "smp.h"

#define PATIENCE	deadline_ms(5000)

static volatile bool running, stop;
static volatile uint64_t spins;

static void do_spin(void *arg)
{
	running = true;
	while (!stop)
		spins++;
}

static void set_running(void *arg)
{
	running = true;
}

/* ---- semaphores ----------------------------------------------------------------------------- */

static cap_sel ping, pong;
static unsigned rounds;

static void do_answer(void *arg)
{
	for (unsigned i = 0; i < rounds; i++) {
		hedron_sm_down(ping, 0);
		hedron_sm_up(pong);
	}
}

static void ping_pong(unsigned n, unsigned prio)
{
	struct thread *t = new_there(do_answer, 0);

	ping = make_sm(0);
	pong = make_sm(0);
	rounds = n;
	thread_start(t, prio);
	for (unsigned i = 0; i < n; i++) {
		CHECK_OK(hedron_sm_up(ping));
		REQUIRE_OK(hedron_sm_down(pong, PATIENCE));
	}
	CHECK(thread_wait(t));
	CHECK(t->finished);
}

static void ping_pong_long(void)		{ ping_pong(2000, PRIO_LOW); }
static void ping_pong_high(void)		{ ping_pong(500, PRIO_HIGH); }

static void ping_pong_timed(void)
{
	struct thread *t = new_there(do_answer, 0);

	ping = make_sm(0);
	pong = make_sm(0);
	rounds = 200;
	thread_start(t, PRIO_LOW);
	for (unsigned i = 0; i < 200; i++) {
		unsigned tries = 0;

		CHECK_OK(hedron_sm_up(ping));
		while (hedron_sm_down(pong, rdtsc() + 1000) != HEDRON_SUCCESS && tries++ < 1000000)
			;
		REQUIRE(tries < 1000000);	/* deadlines and ups race, no up is lost */
	}
	CHECK(thread_wait(t));
}

static void do_many_ups(void *arg)
{
	running = true;
	for (unsigned i = 0; i < 2000; i++)
		hedron_sm_up((cap_sel)arg);
}

static void ups_of_both_are_counted(void)
{
	cap_sel sm = make_sm(0);
	struct thread *t;
	unsigned n = 0;

	running = false;
	t = start_there(do_many_ups, (void *)sm);
	CHECK(spin_until(&running));
	for (unsigned i = 0; i < 2000; i++)
		hedron_sm_up(sm);
	CHECK(thread_wait(t));
	while (hedron_sm_down(sm, 1) == HEDRON_SUCCESS)
		n++;
	CHECK_EQ(n, 4000);
}

static volatile unsigned taken_there;

static void do_take(void *arg)
{
	running = true;
	while (hedron_sm_down((cap_sel)arg, 1) == HEDRON_SUCCESS)
		taken_there++;
}

static void each_count_is_taken_once(void)
{
	cap_sel sm = make_sm(3000);
	unsigned taken_here = 0;
	struct thread *t;

	running = false;
	taken_there = 0;
	t = start_there(do_take, (void *)sm);
	CHECK(spin_until(&running));
	while (hedron_sm_down(sm, 1) == HEDRON_SUCCESS)
		taken_here++;
	CHECK(thread_wait(t));
	CHECK_EQ(taken_here + taken_there, 3000);
}

static cap_sel queue_sm;
static volatile unsigned order[4], woken;
static cap_sel woken_sm;

static void do_queue(void *arg)
{
	hedron_sm_down(queue_sm, 0);
	order[woken++ % 4] = (unsigned)(uint64_t)arg;
	hedron_sm_up(woken_sm);
}

static void queue_is_fifo_over_cpus(void)
{
	struct thread *t[4];

	queue_sm = make_sm(0);
	woken_sm = make_sm(0);
	woken = 0;
	for (unsigned i = 0; i < 4; i++) {
		t[i] = thread_new(&(struct thread_spec){ .fn = do_queue, .on_cpu2 = i % 2,
							 .arg = (void *)(uint64_t)i });
		thread_start(t[i], PRIO_HIGH);
		sleep_ms(100);		/* until it waits */
	}
	for (unsigned i = 0; i < 4; i++) {
		CHECK_OK(hedron_sm_up(queue_sm));
		REQUIRE_OK(hedron_sm_down(woken_sm, PATIENCE));
		CHECK_EQ(order[i], i);
		CHECK(thread_wait(t[i]));
	}
}

static void wake_up_preempts_there(void)
{
	struct thread *low, *high;

	running = stop = false;
	low = start_there(do_spin, 0);
	CHECK(spin_until(&running));
	queue_sm = make_sm(0);
	woken_sm = make_sm(0);
	woken = 0;
	high = new_there(do_queue, 0);
	thread_start(high, PRIO_HIGH);
	sleep_ms(20);
	CHECK_OK(hedron_sm_up(queue_sm));
	CHECK_OK(hedron_sm_down(woken_sm, PATIENCE));
	stop = true;
	CHECK(thread_wait(high));
	CHECK(thread_wait(low));
}

static void signal_across_cpus(void)
{
	cap_sel base = make_sm(0), signal = sel_alloc();
	uint64_t value = 0, count = 0, a4 = 0;

	MUST(hedron_hc(HC_CREATE_SM, 0, signal, ROOT_SEL_PD, 0x5e1f, base, 0));
	running = false;
	CHECK(run_there(do_many_ups, (void *)signal)->finished);
	CHECK_OK(hedron_hypercall(HC_SM_CTRL | HC_SM_DOWN << HC_FLAGS_SHIFT | base << HC_SEL_SHIFT,
				  &value, &count, &a4, 0));
	CHECK_EQ(value, 0x5e1f);
	CHECK_EQ(count, 2000);
}

/* ---- deadlines ------------------------------------------------------------------------------ */

struct timed {
	cap_sel sm;
	uint64_t until;
	volatile uint64_t end;
	volatile enum hedron_status status;
};

static void do_timed(void *arg)
{
	struct timed *w = arg;

	running = true;
	w->status = hedron_sm_down(w->sm, w->until);
	w->end = rdtsc();
}

static void deadline_passes_there(void)
{
	struct timed w = { .sm = make_sm(0), .until = deadline_ms(30) };

	run_there(do_timed, &w);
	CHECK_STATUS(w.status, HEDRON_TIMEOUT);
	CHECK(w.end >= w.until);
}

static void past_deadline_there(void)
{
	struct timed w = { .sm = make_sm(0), .until = 1 };

	run_there(do_timed, &w);
	CHECK_STATUS(w.status, HEDRON_TIMEOUT);
}

static void up_before_the_deadline_there(void)
{
	struct timed w = { .sm = make_sm(0), .until = deadline_ms(100000) };
	struct thread *t;

	running = false;
	t = start_there(do_timed, &w);
	CHECK(spin_until(&running));
	sleep_ms(20);
	CHECK_OK(hedron_sm_up(w.sm));
	CHECK(thread_wait(t));
	CHECK_STATUS(w.status, HEDRON_SUCCESS);
}

static void deadlines_on_both(void)
{
	struct timed w = { .sm = make_sm(0), .until = deadline_ms(40) };
	struct thread *t = start_there(do_timed, &w);
	uint64_t until = deadline_ms(20);

	CHECK_STATUS(hedron_sm_down(make_sm(0), until), HEDRON_TIMEOUT);
	CHECK(rdtsc() >= until);
	CHECK(thread_wait(t));
	CHECK_STATUS(w.status, HEDRON_TIMEOUT);
	CHECK(w.end >= w.until);
}

static void deadline_while_the_other_is_busy(void)
{
	struct thread *t;

	running = stop = false;
	t = start_there(do_spin, 0);
	CHECK(spin_until(&running));
	for (unsigned i = 0; i < 5; i++)
		CHECK_STATUS(hedron_sm_down(make_sm(0), deadline_ms(5)), HEDRON_TIMEOUT);
	stop = true;
	CHECK(thread_wait(t));
}

/* ---- scheduling ----------------------------------------------------------------------------- */

static void cpus_do_not_starve_each_other(void)
{
	struct thread *t = new_there(do_spin, 0);

	running = stop = false;
	spins = 0;
	MUST(hedron_create_sc(t->sc, ROOT_SEL_PD, t->ec, SC_PRIO_MAX, 1000000));
	CHECK(spin_until(&running));		/* our priority is lower, and we run */
	sleep_ms(10);
	stop = true;
	CHECK(thread_wait(t));
}

static volatile bool flag[3];

static void do_spin_flagged(void *arg)
{
	*(volatile bool *)arg = true;
	while (!stop)
		;
}

static void round_robin_there(void)
{
	struct thread *t[3];

	stop = false;
	for (unsigned i = 0; i < 3; i++) {
		flag[i] = false;
		t[i] = new_there(do_spin_flagged, (void *)&flag[i]);
		MUST(hedron_create_sc(t[i]->sc, ROOT_SEL_PD, t[i]->ec, PRIO_LOW, 2000));
	}
	for (unsigned i = 0; i < 3; i++)
		CHECK(spin_until(&flag[i]));
	stop = true;
	for (unsigned i = 0; i < 3; i++)
		CHECK(thread_wait(t[i]));
}

static cap_sel idle_sc(unsigned cpu)
{
	cap_sel sel = sel_alloc();

	MUST(transfer_own(crd_obj(HV_SEL_IDLE_SC + cpu, 0, RIGHTS_ALL),
			  XFER_DELEGATE | XFER_HYPERVISOR, crd_obj(sel, 0, RIGHTS_ALL)).status);
	return sel;
}

static uint64_t time_of(cap_sel sc)
{
	uint64_t us = 0;

	MUST(hedron_sc_time(sc, &us));
	return us;
}

/* Time counts up to the last switch, so something has to run there before one looks. */
static void idle_time_grows_on_each_cpu(void)
{
	for (unsigned cpu = 0; cpu < HEDRON_NUM_CPU; cpu++) {
		cap_sel idle;
		uint64_t before;

		if (!(env.hip->cpu[cpu].flags & HIP_CPU_ONLINE))
			continue;
		idle = idle_sc(cpu);
		thread_run(&(struct thread_spec){ .fn = set_running, .on_cpu = ON_CPU(cpu) });
		before = time_of(idle);
		sleep_ms(20);
		thread_run(&(struct thread_spec){ .fn = set_running, .on_cpu = ON_CPU(cpu) });
		CHECK(time_of(idle) > before + 1000);
	}
}

static void busy_cpu_is_not_idle(void)
{
	cap_sel idle = idle_sc(env.cpu2);
	struct thread *t;
	uint64_t before, start;

	running = stop = false;
	t = start_there(do_spin, 0);
	CHECK(spin_until(&running));
	before = time_of(idle);
	start = rdtsc();
	sleep_ms(50);
	CHECK_EQ(time_of(idle), before);
	CHECK(rdtsc() > start);
	stop = true;
	CHECK(thread_wait(t));
}

/* ---- recall --------------------------------------------------------------------------------- */

static bool react_go_on(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	return event == EVENT_RECALL;
}

static void recall_of_a_waiter_there(void)
{
	struct timed w = { .sm = make_sm(0), .status = HEDRON_OOM };
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_timed, .arg = &w,
							     .react = react_go_on,
							     .on_cpu2 = true });

	running = false;
	thread_start(t, PRIO_LOW);
	CHECK(spin_until(&running));
	sleep_ms(20);
	CHECK_OK(hedron_recall(t->ec));
	sleep_ms(20);
	CHECK_EQ(t->count, 0);
	CHECK_OK(hedron_sm_up(w.sm));
	CHECK(thread_wait(t));
	CHECK_STATUS(w.status, HEDRON_SUCCESS);
	thread_only_event(t, EVENT_RECALL);
}

static void many_recalls_there(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_spin, .react = react_go_on,
							     .on_cpu2 = true });

	running = stop = false;
	spins = 0;
	thread_start(t, PRIO_LOW);
	CHECK(spin_until(&running));
	for (unsigned i = 0; i < 200; i++) {
		unsigned before = t->count;
		uint64_t until = PATIENCE;

		CHECK_OK(hedron_recall(t->ec));
		while (t->count == before && rdtsc() < until)
			;
		REQUIRE(t->count != before);
	}
	stop = true;
	CHECK(thread_wait(t));
	CHECK(t->finished);
}

static cap_sel park_sm;
static volatile unsigned progress;

static bool react_park(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event == EVENT_RECALL)
		return true;
	if (event != EVENT_UD)
		return false;
	u->state.rip += UD2_LEN;
	u->state.mtd = MTD_RIP;
	t->sleep_on = park_sm;
	running = true;
	return true;
}

static void do_ud2(void *arg)
{
	__asm__ volatile("ud2");
	progress = 1;
}

static struct thread *parked_there(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_ud2, .react = react_park,
							     .on_cpu2 = true });

	park_sm = make_sm(0);
	progress = 0;
	running = false;
	thread_start(t, PRIO_LOW);
	CHECK(spin_until(&running));
	sleep_ms(20);
	CHECK_EQ(progress, 0);
	return t;
}

static void parked_thread_is_woken_from_here(void)
{
	struct thread *t = parked_there();

	CHECK_OK(hedron_sm_up(park_sm));
	CHECK(thread_wait(t));
	CHECK_EQ(progress, 1);
}

static void parked_thread_is_recalled_from_here(void)
{
	struct thread *t = parked_there();

	CHECK_OK(hedron_recall(t->ec));
	sleep_ms(10);
	CHECK_EQ(t->count, 1);
	CHECK_OK(hedron_sm_up(park_sm));
	CHECK(thread_wait(t));
	CHECK_EQ(t->count, 2);
	CHECK_EQ(t->log[1].event, EVENT_RECALL);
}

static cap_sel serve_hold(struct portal *p)
{
	running = true;
	hedron_sm_down((cap_sel)p->arg, 0);
	p->handler->utcb->items = 0;
	return 0;
}

static void do_call(void *arg)
{
	CHECK_OK(hedron_call((cap_sel)arg));
}

static void handler_there_is_freed_from_here(void)
{
	cap_sel sm = make_sm(0);
	struct portal *p = portal_new(handler_new(ROOT_SEL_PD, env.cpu2), serve_hold, (void *)sm, 0);
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_call, .react = react_go_on,
							     .arg = (void *)p->sel,
							     .on_cpu2 = true });

	running = false;
	thread_start(t, PRIO_LOW);
	CHECK(spin_until(&running));
	CHECK_OK(hedron_recall(t->ec));
	sleep_ms(10);
	CHECK_EQ(t->count, 0);			/* inside a call: after the reply */
	CHECK_OK(hedron_sm_up(sm));
	CHECK(thread_wait(t));
	CHECK(t->finished);
	thread_only_event(t, EVENT_RECALL);
}

/* ---- interrupts ----------------------------------------------------------------------------- */

#define PIT_DATA	0x40
#define PIT_COMMAND	0x43
#define PIT_MODE_0	0x30
#define PIT_GSI		2

static cap_sel gsi_sm(unsigned gsi)
{
	const hedron_crd ports = crd_pio(PIT_DATA, 2);
	cap_sel sel = sel_alloc();

	hedron_delegate(ROOT_SEL_PD, ROOT_SEL_PD, ports, XFER_DELEGATE | XFER_HYPERVISOR, ports);
	MUST(transfer_own(crd_obj(HV_SEL_GSI + gsi, 0, RIGHTS_ALL), XFER_DELEGATE | XFER_HYPERVISOR,
			  crd_obj(sel, 0, RIGHTS_ALL)).status);
	return sel;
}

static void pit_start(uint16_t ticks)
{
	outb(PIT_COMMAND, PIT_MODE_0);
	outb(PIT_DATA, (uint8_t)ticks);
	outb(PIT_DATA, (uint8_t)(ticks >> 8));
}

static cap_sel pit_on(unsigned cpu, uint64_t mode)
{
	cap_sel sm = gsi_sm(PIT_GSI);

	pit_start(0xffff);
	MUST(hedron_hc(HC_ASSIGN_GSI, HC_GSI_USE_MODE, sm, 0, cpu | mode, ~0ull, 0));
	while (hedron_sm_down_zero(sm, deadline_ms(1)) == HEDRON_SUCCESS)
		;
	return sm;
}

static void interrupt_on_the_other_cpu(void)
{
	cap_sel sm = pit_on(env.cpu2, 0);

	for (unsigned i = 0; i < 5; i++) {
		pit_start(1000);
		CHECK_OK(hedron_sm_down(sm, PATIENCE));
	}
	pit_start(0xffff);
	CHECK_OK(hedron_assign_gsi(sm, env.cpu));
}

static void interrupt_moves_between_cpus(void)
{
	cap_sel sm = pit_on(env.cpu2, 0);

	for (unsigned i = 0; i < 6; i++) {
		pit_start(0xffff);
		CHECK_OK(hedron_assign_gsi(sm, i % 2 ? env.cpu2 : env.cpu));
		pit_start(1000);
		CHECK_OK(hedron_sm_down(sm, PATIENCE));
	}
	pit_start(0xffff);
	CHECK_OK(hedron_assign_gsi(sm, env.cpu));
}

static void interrupt_here_waiter_there(void)
{
	struct timed w = { .sm = pit_on(env.cpu, 0), .until = PATIENCE };
	struct thread *t;

	running = false;
	t = start_there(do_timed, &w);
	CHECK(spin_until(&running));
	sleep_ms(10);
	pit_start(1000);
	CHECK(thread_wait(t));
	CHECK_STATUS(w.status, HEDRON_SUCCESS);
	pit_start(0xffff);
}

static void level_interrupt_on_the_other_cpu(void)
{
	cap_sel sm = pit_on(env.cpu2, GSI_LEVEL);

	pit_start(300);				/* high, and stays so */
	CHECK_OK(hedron_sm_down(sm, PATIENCE));
	CHECK_OK(hedron_sm_down(sm, PATIENCE));	/* unmasks over there: again */
	pit_start(0xffff);
	while (hedron_sm_down_zero(sm, deadline_ms(2)) == HEDRON_SUCCESS)
		;
	CHECK_OK(hedron_hc(HC_ASSIGN_GSI, HC_GSI_USE_MODE, sm, 0, env.cpu, ~0ull, 0));
}

static void msi_names_the_cpu(void)
{
	const unsigned cpu[] = { env.cpu, env.cpu2 };

	if (!env.hip->hpet)
		return;
	for (unsigned i = 0; i < 2; i++) {
		uint64_t addr = 0;
		uint32_t data = 0;

		REQUIRE_OK(hedron_assign_msi(gsi_sm(120), cpu[i],
					     phys_map(env.hip->hpet, HEDRON_PAGE_SIZE), &addr,
					     &data));
		CHECK_EQ(addr >> 12 & 0xff, env.hip->cpu[cpu[i]].lapic[0] >> 24);
		CHECK_EQ(data & 0xff, 32 + 120);
	}
}

static void gsi_of_a_cpu_that_is_not_there(void)
{
	cap_sel sm = gsi_sm(9);

	for (unsigned cpu = 0; cpu < HEDRON_NUM_CPU; cpu++)
		if (!(env.hip->cpu[cpu].flags & HIP_CPU_ONLINE))
			CHECK_STATUS(hedron_assign_gsi(sm, cpu), HEDRON_BAD_CPU);
	CHECK_OK(hedron_assign_gsi(sm, env.cpu2));
}

static const struct abi_case cases[] = {
	{ "10.2 2000 rounds of ping-pong with another CPU", ping_pong_long, CASE_SMP },
	{ "10.2 ping-pong with a higher priority on another CPU", ping_pong_high, CASE_SMP },
	{ "10.2 an up that races with a deadline is not lost", ping_pong_timed, CASE_SMP },
	{ "10.2 ups of two CPUs are all counted", ups_of_both_are_counted, CASE_SMP },
	{ "10.2 downs of two CPUs take each count once", each_count_is_taken_once, CASE_SMP },
	{ "10.2 waiters of several CPUs wake in order", queue_is_fifo_over_cpus, CASE_SMP },
	{ "10.2 a waiter of higher priority preempts on its own CPU", wake_up_preempts_there,
	  CASE_SMP },
	{ "10.4 a signal semaphore upped on another CPU", signal_across_cpus, CASE_SMP },
	{ "10.2 a deadline passes on another CPU", deadline_passes_there, CASE_SMP },
	{ "10.2 a deadline in the past on another CPU", past_deadline_there, CASE_SMP },
	{ "10.2 an up from here before a deadline there", up_before_the_deadline_there, CASE_SMP },
	{ "10.2 deadlines on two CPUs", deadlines_on_both, CASE_SMP },
	{ "10.2 deadlines while another CPU is busy", deadline_while_the_other_is_busy, CASE_SMP },
	{ "10.1 priorities count on their own CPU only", cpus_do_not_starve_each_other, CASE_SMP },
	{ "10.1 round robin on another CPU", round_robin_there, CASE_SMP },
	{ "10.1 idle time grows on each CPU", idle_time_grows_on_each_cpu, CASE_SMP },
	{ "10.1 no idle time on a busy CPU", busy_cpu_is_not_idle, CASE_SMP },
	{ "3.11 recall does not wake a waiter of another CPU", recall_of_a_waiter_there, CASE_SMP },
	{ "10.5 200 recalls of a thread that runs on another CPU", many_recalls_there, CASE_SMP },
	{ "3.3.1 a caller parked on another CPU is woken from here",
	  parked_thread_is_woken_from_here, CASE_SMP },
	{ "11.3 a caller parked on another CPU is recalled from here",
	  parked_thread_is_recalled_from_here, CASE_SMP },
	{ "11.3 a thread in a call on another CPU is recalled after the reply",
	  handler_there_is_freed_from_here, CASE_SMP },
	{ "10.3 an interrupt is routed to another CPU", interrupt_on_the_other_cpu, CASE_SMP },
	{ "10.3 an interrupt moves between CPUs", interrupt_moves_between_cpus, CASE_SMP },
	{ "10.3 any CPU may wait for an interrupt", interrupt_here_waiter_there, CASE_SMP },
	{ "10.3 a level interrupt on another CPU is unmasked from here",
	  level_interrupt_on_the_other_cpu, CASE_SMP },
	{ "3.15 assign_gsi: the MSI address names the CPU, the data the vector 32 + GSI",
	  msi_names_the_cpu, CASE_SMP },
	{ "3.15 assign_gsi: BAD_CPU for each CPU that is not online",
	  gsi_of_a_cpu_that_is_not_there, CASE_SMP },
};
SUITE(smp_time, cases);
