/* SPDX-License-Identifier: MIT */
/*
 * smp.c - several CPUs: who runs where, who may call whom (ABI reference 1.5, 10.5). Skipped on one, as
 * are smp_objects.c, smp_memory.c, smp_time.c.
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "portal.h"
#include "regs.h"
#include "runner.h"
#include "smp.h"

static volatile uint32_t apic_id;

static void read_apic_id(void *arg)
{
	uint32_t eax = 1, ebx, ecx = 0, edx;

	__asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	apic_id = ebx >> 24;
}

static void thread_runs_on_its_cpu(void)
{
	struct thread *t = thread_run(&(struct thread_spec){ .fn = read_apic_id, .on_cpu2 = true });

	CHECK(t->finished);
	CHECK_EQ(apic_id, env.hip->cpu[env.cpu2].lapic[0] >> 24);
	CHECK(apic_id != env.hip->cpu[env.cpu].lapic[0] >> 24);
}

static cap_sel ping, pong;

static void do_ping_pong(void *arg)
{
	for (unsigned i = 0; i < 100; i++) {
		CHECK_OK(hedron_sm_down(ping, 0));
		CHECK_OK(hedron_sm_up(pong));
	}
}

static void semaphores_work_across(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_ping_pong, .on_cpu2 = true });

	ping = make_sm(0);
	pong = make_sm(0);
	thread_start(t, PRIO_LOW);
	for (unsigned i = 0; i < 100; i++) {
		CHECK_OK(hedron_sm_up(ping));
		REQUIRE_OK(hedron_sm_down(pong, deadline_ms(2000)));
	}
	CHECK(thread_wait(t));
}

static volatile bool running, stop;

static void do_spin(void *arg)
{
	running = true;
	while (!stop)
		;
}

static bool react_recall(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event == EVENT_RECALL)
		stop = true;
	return event == EVENT_RECALL;
}

static void recall_reaches_the_other_cpu(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_spin, .on_cpu2 = true,
							     .react = react_recall });

	running = stop = false;
	MUST(hedron_create_sc(t->sc, ROOT_SEL_PD, t->ec, PRIO_LOW, 1000000));
	CHECK(spin_until(&running));
	CHECK_OK(hedron_recall(t->ec));
	CHECK(spin_until(&stop));
	CHECK(thread_wait(t));
	thread_only_event(t, EVENT_RECALL);
}

static void do_read_for_ever(void *arg)
{
	for (;;) {
		*(volatile char *)arg;
		running = true;
	}
}

static void unmapping_reaches_the_other_cpu(void)
{
	char *page = pool_alloc(0);
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_read_for_ever, .arg = page,
							     .on_cpu2 = true });

	running = false;
	thread_start(t, PRIO_LOW);
	CHECK(spin_until(&running));
	CHECK_OK(hedron_revoke(crd_mem(page_of(page), 0, RIGHTS_ALL), 1));
	CHECK(thread_wait(t));
	CHECK_EQ(thread_only_event(t, EVENT_PF)->qual[1], (uint64_t)page);
}

static void event_portal_of_another_cpu_kills(void)
{
	struct thread *here = thread_new(&(struct thread_spec){ .fn = do_spin });
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_spin, .on_cpu2 = true });
	cap_sel startup = t->events + EVENT_STARTUP;

	MUST(hedron_revoke(crd_obj(startup, 0, RIGHTS_ALL), 1));
	MUST(transfer_own(crd_obj(here->events + EVENT_STARTUP, 0, RIGHTS_ALL), XFER_DELEGATE,
			  crd_obj(startup, 0, RIGHTS_ALL)).status);
	running = false;
	thread_start(t, PRIO_HIGH);
	sleep_ms(10);
	CHECK(!running);
}

static struct cpu_regs call_regs;

static void do_foreign(void *arg)
{
	raw_syscall(&call_regs);
}

static bool react_foreign(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_FOREIGN)
		return false;
	u->state.rip = u->state.rcx;
	u->state.rsp = u->state.r11;
	u->state.rax = 77;
	u->state.mtd = MTD_RIP | MTD_RSP | MTD_ACDB;
	return true;
}

static void foreign_portal_per_cpu(void)
{
	struct thread *t;

	call_regs = (struct cpu_regs){ .rflags = USER_RFLAGS };
	t = thread_run(&(struct thread_spec){ .fn = do_foreign, .react = react_foreign,
					      .child = child_new_foreign(), .on_cpu2 = true });
	CHECK(t->finished);
	thread_only_event(t, EVENT_FOREIGN);
	CHECK_EQ(call_regs.rax, 77);
}

static void idle_sc_of_each_cpu(void)
{
	const unsigned cpu[] = { env.cpu, env.cpu2 };

	for (unsigned i = 0; i < 2; i++) {
		cap_sel sel = sel_alloc();
		uint64_t us = 0;

		MUST(hedron_delegate(ROOT_SEL_PD, ROOT_SEL_PD, crd_obj(cpu[i], 0, RIGHTS_ALL),
				     XFER_DELEGATE | XFER_HYPERVISOR,
				     crd_obj(sel, 0, RIGHTS_ALL)));
		CHECK_OK(hedron_sc_time(sel, &us));
	}
}

/* ---- every CPU ------------------------------------------------------------------------------ */

static bool online(unsigned cpu)
{
	return env.hip->cpu[cpu].flags & HIP_CPU_ONLINE;
}

static void threads_on_every_cpu(void)
{
	for (unsigned cpu = 0; cpu < HEDRON_NUM_CPU; cpu++) {
		if (!online(cpu))
			continue;
		apic_id = 0xffff;
		thread_run(&(struct thread_spec){ .fn = read_apic_id, .on_cpu = ON_CPU(cpu) });
		CHECK_EQ(apic_id, env.hip->cpu[cpu].lapic[0] >> 24);
	}
}

static void ecs_on_online_cpus_only(void)
{
	for (unsigned cpu = 0; cpu < HEDRON_NUM_CPU; cpu++)
		CHECK_STATUS(hedron_create_ec(sel_alloc(), ROOT_SEL_PD, 0, cpu, 0, 0, EVENTS_NONE),
			     online(cpu) ? HEDRON_SUCCESS : HEDRON_BAD_CPU);
}

static void descriptors_differ(void)
{
	for (unsigned a = 0; a < HEDRON_NUM_CPU; a++) {
		for (unsigned b = 0; b < a && online(a); b++) {
			CHECK(env.hip->cpu[a].lapic[0] >> 24 != env.hip->cpu[b].lapic[0] >> 24);
			CHECK(env.hip->cpu[a].acpi_id != env.hip->cpu[b].acpi_id);
		}
	}
}

static void offline_descriptors_are_zero(void)
{
	static const struct hip_cpu zero;

	for (unsigned cpu = 0; cpu < HEDRON_NUM_CPU; cpu++)
		if (!online(cpu))
			CHECK(!memcmp(&env.hip->cpu[cpu], &zero, sizeof(zero)));
}

static volatile uint64_t tsc_there;

static void read_tsc(void *arg)
{
	tsc_there = rdtsc();
}

/* Not exact, but within what a program can live with (1.5). */
static void tsc_started_together(void)
{
	uint64_t before = rdtsc(), slack = 2000ull * env.hip->tsc_khz;

	run_there(read_tsc, 0);
	CHECK(tsc_there + slack > before);
	CHECK(tsc_there < rdtsc() + slack);
}

/* ---- calls ---------------------------------------------------------------------------------- */

static cap_sel serve_add(struct portal *p)
{
	p->handler->utcb->word[0] += (uint64_t)p->arg;
	return 0;
}

struct client {
	cap_sel pt;
	struct hedron_utcb *utcb;
	volatile enum hedron_status status;
	volatile uint64_t word;
};

static void do_call(void *arg)
{
	struct client *c = arg;

	c->utcb->word[0] = 40;
	c->utcb->items = utcb_items(1, 0);
	c->status = hedron_call(c->pt);
	c->word = c->utcb->word[0];
}

/* A thread of cpu2 calls `p`. */
static struct client call_there(const struct portal *p)
{
	struct client c = { .pt = p->sel, .status = HEDRON_OOM };
	struct thread *t = new_there(do_call, &c);

	c.utcb = t->utcb;
	thread_start(t, PRIO_LOW);
	CHECK(thread_wait(t));
	return c;
}

static void call_on_the_other_cpu(void)
{
	struct client c = call_there(portal_new(handler_new(ROOT_SEL_PD, env.cpu2), serve_add,
						(void *)2, 0));

	CHECK_STATUS(c.status, HEDRON_SUCCESS);
	CHECK_EQ(c.word, 42);
}

static void call_from_the_other_cpu(void)
{
	struct client c = call_there(service_new(serve_add, (void *)2));

	CHECK_STATUS(c.status, HEDRON_BAD_CPU);
	CHECK_EQ(c.word, 40);
}

static void nonblocking_call_across(void)
{
	struct portal *p = portal_new(handler_new(ROOT_SEL_PD, env.cpu2), serve_add, 0, 0);

	runner_utcb()->items = 0;
	CHECK_STATUS(hedron_call_nonblock(p->sel), HEDRON_BAD_CPU);
}

static cap_sel serve_fault(struct portal *p)
{
	__asm__ volatile("ud2");
	return 0;
}

static void handler_dies_there(void)
{
	struct portal *p = portal_new(handler_new(ROOT_SEL_PD, env.cpu2), serve_fault, 0, 0);

	CHECK_STATUS(call_there(p).status, HEDRON_ABORT);
	CHECK_STATUS(call_there(p).status, HEDRON_TIMEOUT);
}

static void handlers_of_one_pd_on_both(void)
{
	const struct child *c = child_new();
	struct portal *here = portal_new(handler_new(c->pd, env.cpu), serve_add, (void *)1, 0);
	struct portal *there = portal_new(handler_new(c->pd, env.cpu2), serve_add, (void *)2, 0);

	runner_utcb()->word[0] = 1;
	runner_utcb()->items = utcb_items(1, 0);
	CHECK_OK(hedron_call(here->sel));
	CHECK_EQ(runner_utcb()->word[0], 2);
	CHECK_EQ(call_there(there).word, 42);
}

static void all_words_travel_there(void)
{
	struct portal *p = portal_new(handler_new(ROOT_SEL_PD, env.cpu2), serve_add, (void *)1, 0);

	for (unsigned i = 0; i < 50; i++)
		CHECK_EQ(call_there(p).word, 41);
}

/* ---- events --------------------------------------------------------------------------------- */

static void do_ud2(void *arg)
{
	__asm__ volatile("ud2");
}

static void exception_on_the_other_cpu(void)
{
	struct thread *t = run_there(do_ud2, 0);

	thread_only_event(t, EVENT_UD);
}

static void set_then_ud2(void *arg)
{
	*(volatile bool *)arg = true;
	__asm__ volatile("ud2");
}

static void exception_portal_of_another_cpu_kills(void)
{
	struct thread *here = thread_new(&(struct thread_spec){ .fn = do_ud2 });
	volatile bool ran = false;
	struct thread *t = new_there(set_then_ud2, (void *)&ran);
	cap_sel ud = t->events + EVENT_UD;

	MUST(hedron_revoke(crd_obj(ud, 0, RIGHTS_ALL), 1));
	MUST(transfer_own(crd_obj(here->events + EVENT_UD, 0, RIGHTS_ALL), XFER_DELEGATE,
			  crd_obj(ud, 0, RIGHTS_ALL)).status);
	thread_start(t, PRIO_HIGH);
	CHECK(spin_until(&ran));
	sleep_ms(10);
	CHECK_EQ(here->count, 0);
	CHECK(!t->finished);
}

static void events_on_both_at_once(void)
{
	for (unsigned i = 0; i < 10; i++) {
		struct thread *there = start_there(do_ud2, 0);
		struct thread *here = thread_run_fn(do_ud2);

		CHECK(thread_wait(there));
		thread_only_event(here, EVENT_UD);
		thread_only_event(there, EVENT_UD);
	}
}

/* ---- foreign calls -------------------------------------------------------------------------- */

static void foreign_base_counts_cpus(void)
{
	const struct child *c = child_new_foreign();
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_foreign, .on_cpu2 = true,
							     .react = react_foreign, .child = c });

	CHECK_OK(hedron_revoke_remote(c->pd, crd_obj(FOREIGN_BASE + env.cpu2, 0, RIGHTS_ALL), 1));
	thread_start(t, PRIO_HIGH);
	sleep_ms(10);
	CHECK_EQ(t->count, 0);
	CHECK(!t->finished);
}

static void foreign_threads_on_both_cpus(void)
{
	const struct child *c = child_new_foreign();
	struct thread *t[2];

	for (unsigned i = 0; i < 2; i++)
		t[i] = thread_new(&(struct thread_spec){ .fn = do_foreign, .on_cpu2 = i,
							 .react = react_foreign, .child = c });
	call_regs = (struct cpu_regs){ .rflags = USER_RFLAGS };
	for (unsigned i = 0; i < 2; i++) {
		thread_start(t[i], PRIO_HIGH);
		CHECK(thread_wait(t[i]));
		CHECK(t[i]->finished);
		thread_only_event(t[i], EVENT_FOREIGN);
	}
}

static const struct abi_case cases[] = {
	{ "10.5 a thread runs on the CPU of its EC", thread_runs_on_its_cpu, CASE_SMP },
	{ "10.2 semaphores work across CPUs", semaphores_work_across, CASE_SMP },
	{ "10.5 recall reaches a thread that runs on another CPU", recall_reaches_the_other_cpu,
	  CASE_SMP },
	{ "4.4 unmapping reaches other CPUs before the hypercall returns",
	  unmapping_reaches_the_other_cpu, CASE_SMP },
	{ "7.2 an event portal of another CPU kills the EC", event_portal_of_another_cpu_kills,
	  CASE_SMP },
	{ "8.2 foreign calls go to the portal of their CPU", foreign_portal_per_cpu, CASE_SMP },
	{ "1.5 threads run on every online CPU", threads_on_every_cpu, CASE_SMP },
	{ "2 ECs can be created on online CPUs and no other", ecs_on_online_cpus_only, CASE_SMP },
	{ "2 CPU descriptors differ in APIC and ACPI id", descriptors_differ, CASE_SMP },
	{ "2 descriptors of CPUs that are not there are 0", offline_descriptors_are_zero, CASE_SMP },
	{ "1.5 the time stamp counters start together", tsc_started_together, CASE_SMP },
	{ "10.5 a call on the other CPU to a handler there", call_on_the_other_cpu, CASE_SMP },
	{ "3.2 call: from the other CPU to a handler here answers BAD_CPU",
	  call_from_the_other_cpu, CASE_SMP },
	{ "3.2 call: non-blocking to another CPU answers BAD_CPU", nonblocking_call_across,
	  CASE_SMP },
	{ "9.4 a handler killed on the other CPU: ABORT, later TIMEOUT", handler_dies_there,
	  CASE_SMP },
	{ "10.5 a PD has handlers on two CPUs", handlers_of_one_pd_on_both, CASE_SMP },
	{ "9.1 fifty calls from fifty threads of the other CPU", all_words_travel_there, CASE_SMP },
	{ "10.5 exceptions go to the handler of their CPU", exception_on_the_other_cpu, CASE_SMP },
	{ "7.2 an exception portal of another CPU kills the EC",
	  exception_portal_of_another_cpu_kills, CASE_SMP },
	{ "10.5 events on both CPUs at once", events_on_both_at_once, CASE_SMP },
	{ "8.2 without a portal at base + CPU of its own CPU the EC is killed",
	  foreign_base_counts_cpus, CASE_SMP },
	{ "8.2 a foreign PD has threads on two CPUs", foreign_threads_on_both_cpus, CASE_SMP },
	{ "1.4 each CPU has an idle SC", idle_sc_of_each_cpu, CASE_SMP },
};
SUITE(smp, cases);
