/* SPDX-License-Identifier: MIT */
/*
 * smp.c - several CPUs (ABI reference 1.5, 10.5). Skipped on one.
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "regs.h"
#include "thread.h"

/* Threads of cpu2 run while the runner waits or spins. */
static bool spin_until(volatile bool *flag)
{
	uint64_t until = deadline_ms(2000);

	while (!*flag && rdtsc() < until)
		__asm__ volatile("pause");
	return *flag;
}

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
	{ "1.4 each CPU has an idle SC", idle_sc_of_each_cpu, CASE_SMP },
};
SUITE(smp, cases);
