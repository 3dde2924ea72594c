/* SPDX-License-Identifier: MIT */
/*
 * wait.h - threads that wait: queues, deadlines, clocks. The rules of use are at the head of wait.c.
 *
 *	long lx_example(struct thread *t, const uint64_t *a)
 *	{
 *		if (ready())
 *			return result();
 *		if (t->call.timed_out)
 *			return -ETIMEDOUT;
 *		if (signal_pending(t))
 *			return -EINTR;
 *		if (wait_on(t, &queue))
 *			return -ENOMEM;
 *		wait_until(t, t->call.deadline_ns);
 *		return LX_PARK;
 *	}
 */
#pragma once
#include "list.h"
#include <linux/time.h>
#include <stdint.h>

struct thread;

struct wait_queue {
	struct list waiters;		/* struct wait_entry.on_queue, oldest first */
};

/* One thread on one queue. */
struct wait_entry {
	struct list on_queue;
	struct wait_entry *next;	/* of the same thread */
	struct thread *thread;
};

#define WAIT_QUEUE_INIT(q)	{ { &(q).waiters, &(q).waiters } }

void wait_queue_init(struct wait_queue *q);

/* Before LX_PARK: a wake-up of `q` ends the wait. 0 or -ENOMEM. Several queues are possible. */
long wait_on(struct thread *t, struct wait_queue *q);

/* Before LX_PARK: the wait ends at this time (monotonic_ns); the call then finds call.timed_out. */
void wait_until(struct thread *t, uint64_t deadline_ns);

/* `return wait_yield(t)`: lets others be served before the call goes on. What it has done so far it
 * keeps in t->call. For calls that would hold the handler for long. */
long wait_yield(struct thread *t);

/* Make all waiters run their calls again; the oldest one; this thread, whatever it waits for. */
void wake_all(struct wait_queue *q);
struct thread *wake_one(struct wait_queue *q);
void wake_thread(struct thread *t);

/* Take the thread off all queues and forget its deadline. */
void wait_cancel(struct thread *t);

/* Clocks (time.c). Deadlines are kept in monotonic_ns. */
#define NS_PER_SEC	1000000000ull
uint64_t monotonic_ns(void);			/* since the personality knows the time; never 0 */
uint64_t realtime_ns(void);			/* since 1970-01-01 UTC */

/* A time span or point in a program's memory. -EFAULT; -EINVAL: negative or nanoseconds out of
 * range. Saturates instead of overflowing. */
struct mm;
long copy_in_timespec(struct mm *mm, uint64_t *ns, uint64_t uaddr);
long copy_out_timespec(struct mm *mm, uint64_t uaddr, uint64_t ns);
uint64_t ns_add(uint64_t a, uint64_t b);	/* saturating */
