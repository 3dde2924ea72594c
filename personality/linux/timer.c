/* SPDX-License-Identifier: MIT */
/*
 * timer.c - deadlines of waiting threads.
 *
 * A binary heap by deadline, the earliest first; a thread knows its place in it (timer_index). One
 * thread of the personality sleeps on a semaphore until the earliest deadline, then has the handler
 * wake whose time has come. A new earliest deadline ups the semaphore, so that it sleeps anew.
 *
 * The heap grows before a deadline is set; if there is no memory, the thread is woken at once and
 * finds its time come: a call then returns too early rather than never.
 */
#include "timer.h"

#include <stdlib.h>

#include <hedron/native.h>

#include "clock.h"
#include "server.h"

#define TIMER_PRIO	64		/* above the programs */
#define TIMER_STACK	(16 * 1024)

static struct thread **heap;
static size_t count, room;
static cap_sel alarm;
static uint64_t next_tsc;		/* what the timer thread waits for; 0: nothing */

static void put(size_t i, struct thread *t)
{
	heap[i] = t;
	t->timer_index = i;
}

static void sift_up(size_t i)
{
	struct thread *t = heap[i];

	while (i && heap[(i - 1) / 2]->wake_ns > t->wake_ns) {
		put(i, heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	put(i, t);
}

static void sift_down(size_t i)
{
	struct thread *t = heap[i];

	for (;;) {
		size_t child = 2 * i + 1;

		if (child + 1 < count && heap[child + 1]->wake_ns < heap[child]->wake_ns)
			child++;
		if (child >= count || heap[child]->wake_ns >= t->wake_ns)
			break;
		put(i, heap[child]);
		i = child;
	}
	put(i, t);
}

static bool grow(void)
{
	struct thread **grown;

	if (count < room)
		return true;
	grown = realloc(heap, (room + 64) * sizeof(*heap));
	if (!grown)
		return false;
	heap = grown;
	room += 64;
	return true;
}

void timer_set(struct thread *t, uint64_t deadline_ns)
{
	timer_clear(t);
	if (!grow()) {
		t->call.timed_out = true;
		t->woken = true;
		return;
	}
	t->wake_ns = deadline_ns ? deadline_ns : 1;
	heap[count] = t;
	sift_up(count++);
	if (heap[0] == t)
		hedron_sm_up(alarm);
}

void timer_clear(struct thread *t)
{
	size_t i = t->timer_index;
	struct thread *last;

	if (!t->wake_ns)
		return;
	t->wake_ns = 0;
	last = heap[--count];
	if (last == t)
		return;
	put(i, last);
	sift_up(i);
	sift_down(last->timer_index);
}

static void wake_due(void *arg)
{
	while (count && heap[0]->wake_ns <= monotonic_ns()) {
		struct thread *t = heap[0];

		t->call.timed_out = true;
		wake_thread(t);
	}
	next_tsc = count ? tsc_of_monotonic(heap[0]->wake_ns) : 0;
}

static void timer_thread(void *arg)
{
	for (;;) {
		hedron_sm_down_zero(alarm, next_tsc);
		server_call(wake_due, NULL);
	}
}

bool timer_init(void)
{
	struct hedron_thread_attr attr = {
		.cpu = hedron_cpu(), .prio = TIMER_PRIO, .stack = TIMER_STACK,
	};
	struct hedron_thread *thread;

	alarm = hedron_sm_new(0);
	return alarm != HEDRON_NO_SEL &&
	       hedron_thread_create(&thread, &attr, timer_thread, NULL) == SVC_OK;
}
