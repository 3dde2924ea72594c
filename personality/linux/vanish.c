/* SPDX-License-Identifier: MIT */
/*
 * vanish.c - threads that are gone without a word.
 *
 * A plain program may set NSCT and end its thread natively: by a reply, or by revoking the portals
 * where its next event would go. The kernel tells nobody, and the process would stay for ever. What
 * gives it away is that it does not run:
 *
 *	A plain thread that we let run (THREAD_RUNNING) can wait for nothing, since it holds nothing
 *	to wait on. It is ready on its CPU, or in the handler. So when a thread that is less urgent
 *	than all of them gets to run, and the handler is idle, none of them is left.
 *
 * The watcher is that thread: the lowest priority there is, on the handler's CPU, once a second. It
 * reads the count of messages, which is odd while one is served, and then asks the handler to look; the
 * handler looks only if no other message came in between, so that nobody was let run since.
 *
 * Not for hybrid programs: they may sleep natively for as long as they like.
 */
#include "vanish.h"

#include <asm/signal.h>
#include <hedron/native.h>

#include "process.h"
#include "server.h"
#include "thread.h"

#define WATCH_STACK	(16 * 1024)
#define WATCH_US	1000000

static struct thread *find_gone(void)
{
	struct list *pos, *th;

	LIST_EACH(pos, &processes) {
		struct process *p = LIST_ITEM(pos, struct process, all);

		if (p->hybrid)
			continue;
		LIST_EACH(th, &p->threads) {
			struct thread *t = LIST_ITEM(th, struct thread, of_process);

			if (t->state == THREAD_RUNNING)
				return t;
		}
	}
	return NULL;
}

/* Its end takes the process along, as any end that a program does not survive. */
static void bury(struct thread *t)
{
	struct process *p = t->process;

	hedron_log("%s[%d]: a thread ended itself by a hypercall; killed", p->name, p->pid);
	process_exit(p, PROGRAM_KILLED, SIGKILL);
	thread_ended(t);
}

/* In the handler; `arg`: the count of messages when the watcher ran. */
static void look(void *arg)
{
	struct thread *t;

	if (server_messages != (uint64_t)arg + 1)
		return;
	while ((t = find_gone()))
		bury(t);
}

static void watch(void *arg)
{
	cap_sel never = (cap_sel)arg;

	for (;;) {
		uint64_t seen;

		hedron_sm_down(never, hedron_deadline(WATCH_US));
		seen = server_messages;
		if (!(seen & 1))
			server_call(look, (void *)seen);
	}
}

bool vanish_init(void)
{
	const struct hedron_thread_attr attr = {
		.cpu = hedron_cpu(), .prio = SC_PRIO_MIN, .stack = WATCH_STACK,
	};
	cap_sel never = hedron_sm_new(0);
	struct hedron_thread *thread;

	_Static_assert(SC_PRIO_MIN < THREAD_PRIO, "less urgent than any Linux thread");
	return never != HEDRON_NO_SEL &&
	       hedron_thread_create(&thread, &attr, watch, (void *)never) == SVC_OK;
}
