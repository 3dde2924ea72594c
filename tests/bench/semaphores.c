/* SPDX-License-Identifier: MIT */
/*
 * semaphores.c - rows: up, down, and threads that wake each other.
 */
#include "bench.h"

#define SETTLE_TICKS	50000		/* a thread of the other CPU is asleep again by then */
#define RUNS_CPU2	256

static cap_sel ping, pong;
static volatile uint64_t awake;		/* times the sleeper has woken up */
static uint64_t seen;

static void setup_sm(void)		{ ping = make_sm(0); }
static void up(void)			{ hedron_sm_up(ping); }
static void down(void)			{ hedron_sm_down(ping, 0); }

static void answer_for_ever(void *arg)
{
	for (;;) {
		hedron_sm_down(ping, 0);
		hedron_sm_up(pong);
	}
}

static void setup_partner(bool on_cpu2)
{
	ping = make_sm(0);
	pong = make_sm(0);
	thread_start(thread_new(&(struct thread_spec){ .fn = answer_for_ever,
						       .on_cpu2 = on_cpu2 }), PRIO_RUNNER);
}

static void setup_here(void)		{ setup_partner(false); }
static void setup_there(void)		{ setup_partner(true); }

static void ping_pong(void)
{
	hedron_sm_up(ping);
	hedron_sm_down(pong, 0);
}

static void count_for_ever(void *arg)
{
	for (;;) {
		hedron_sm_down(ping, 0);
		awake++;
	}
}

static void setup_sleeper(void)
{
	ping = make_sm(0);
	seen = awake;
	thread_start(thread_new(&(struct thread_spec){ .fn = count_for_ever, .on_cpu2 = true }),
		     PRIO_RUNNER);
}

/* Let the sleeper fall asleep again. */
static void settle(void)
{
	uint64_t until;

	while (awake != seen)
		__asm__ volatile("pause");
	until = rdtsc() + SETTLE_TICKS;
	while (rdtsc() < until)
		__asm__ volatile("pause");
	seen++;
}

static void wait_awake(void)
{
	while (awake != seen)
		__asm__ volatile("pause");
}

static void wake(void)
{
	up();
	wait_awake();
}

static const struct bench rows[] = {
	{ "up", "semaphore up, no waiter", setup_sm, .op = up },
	{ "down", "semaphore down, count there", setup_sm, up, down },
	{ "ping_pong", "two threads of a CPU wake each other, round trip", setup_here,
	  .op = ping_pong },
	{ "up_cpu2", "semaphore up, waiter on another CPU: until it returns", setup_sleeper, settle,
	  up, wait_awake, .runs = RUNS_CPU2, .needs = NEEDS_CPU2 },
	{ "wake_cpu2", "the same, until the waiter runs", setup_sleeper, settle, wake,
	  .runs = RUNS_CPU2, .needs = NEEDS_CPU2 },
	{ "ping_cpu2", "threads of two CPUs wake each other, round trip", setup_there,
	  .op = ping_pong, .runs = RUNS_CPU2, .needs = NEEDS_CPU2 },
};
BENCH_LIST(semaphores, rows);
