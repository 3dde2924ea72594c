/* SPDX-License-Identifier: MIT */
/*
 * wait.c - threads that wait.
 *
 * A handler that cannot go on puts its thread on one or more queues, perhaps with a deadline, and
 * returns LX_PARK. Whatever happens first takes the thread off all of them and ups its semaphore; the
 * call then runs again from its registers and looks for itself. So a wake-up may be spurious, and
 * it is never lost: the state is THREAD_PARKED before the answer that lets the thread sleep, and a
 * thread that is woken while its call still runs is marked, and does not sleep (server.c).
 *
 * A thread is on no queue while it runs: the handler takes it off when its message comes.
 */
#include "wait.h"

#include <stdlib.h>

#include <asm/errno.h>
#include <hedron/native.h>

#include "process.h"
#include "thread.h"
#include "timer.h"

void wait_queue_init(struct wait_queue *q)
{
	list_init(&q->waiters);
}

static bool is_inline(const struct thread *t, const struct wait_entry *e)
{
	return e >= t->wait_inline && e < t->wait_inline + THREAD_INLINE_WAITS;
}

static struct wait_entry *entry_new(struct thread *t)
{
	for (unsigned i = 0; i < THREAD_INLINE_WAITS; i++)
		if (!t->wait_inline[i].thread)
			return &t->wait_inline[i];
	return malloc(sizeof(struct wait_entry));
}

long wait_on(struct thread *t, struct wait_queue *q)
{
	struct wait_entry *e = entry_new(t);

	if (!e)
		return -ENOMEM;
	e->thread = t;
	e->next = t->waits;
	t->waits = e;
	list_add_tail(&q->waiters, &e->on_queue);
	return 0;
}

void wait_until(struct thread *t, uint64_t deadline_ns)
{
	timer_set(t, deadline_ns);
}

long wait_yield(struct thread *t)
{
	t->woken = true;		/* so it does not sleep (server.c) */
	return LX_PARK;
}

void wait_cancel(struct thread *t)
{
	struct wait_entry *e;

	while ((e = t->waits)) {
		t->waits = e->next;
		list_remove(&e->on_queue);
		e->thread = NULL;
		if (!is_inline(t, e))
			free(e);
	}
	timer_clear(t);
}

void wake_thread(struct thread *t)
{
	wait_cancel(t);
	t->woken = true;
	if (t->state != THREAD_PARKED)
		return;
	t->state = THREAD_RUNNING;
	hedron_sm_up(thread_semaphore(t));
}

struct thread *wake_one(struct wait_queue *q)
{
	struct thread *t;

	if (list_empty(&q->waiters))
		return NULL;
	t = LIST_ITEM(q->waiters.next, struct wait_entry, on_queue)->thread;
	wake_thread(t);
	return t;
}

void wake_all(struct wait_queue *q)
{
	while (wake_one(q))
		;
}
