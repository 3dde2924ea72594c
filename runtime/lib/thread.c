/* SPDX-License-Identifier: MIT */
/*
 * thread.c - threads: a global EC with an SC each, bound to one CPU.
 *
 * A new EC first sends event 30 to a portal of the program's own, served by one local EC on each
 * CPU, the starter. The event says where the EC's RSP points: at its struct hedron_thread, from
 * which the starter sets its registers. All other events go to the roottask's portals
 * (ROOT_EVENTS).
 *
 * A thread ends in thread.S: it ups `done` and then touches its stack no more, so whoever joins may
 * free that at once, though the EC may have two instructions left. The UTCB's address is used again
 * only after a change of address space (the call that frees the stack), because of ABI reference
 * 3.5.
 */
#include "runtime.h"

#include <string.h>

#include <hedron/mtd.h>

struct hedron_thread {
	void (*fn)(void *arg);
	void *arg;
	struct stack stack;
	uint64_t utcb;
	cap_sel ec, sc;
	cap_sel done;
};

void thread_finish(cap_sel done) __attribute__((noreturn));	/* thread.S */

static void thread_main(struct hedron_thread *t)
{
	t->fn(t->arg);
	thread_finish(t->done);
}

/* The starter's handler: event 30. */
static cap_sel start_thread(uint64_t id, struct hedron_utcb *utcb, void *arg)
{
	struct hedron_state *st = &utcb->state;
	struct hedron_thread *t = (struct hedron_thread *)st->rsp;

	st->rip = (uint64_t)thread_main;
	st->rdi = (uint64_t)t;
	st->rsi = st->rbp = 0;
	st->rsp = ((uint64_t)t & ~15ull) - 8;	/* as after a call */
	st->fs_base = (uint64_t)t->stack.tp;
	st->gs_base = t->utcb;
	st->rflags = USER_RFLAGS;
	st->mtd = MTD_RIP | MTD_RSP | MTD_BSD | MTD_RFLAGS | MTD_FS_GS;
	utcb->items = 0;
	return 0;
}

/* The event base for threads on `cpu`, its starter made if need be. */
static enum svc_status starter_for(unsigned cpu, uint32_t *base)
{
	static struct hedron_local *starter[HEDRON_NUM_CPU];	/* lock_starter */
	enum svc_status status = SVC_OK;

	hedron_mutex_lock(&lock_starter);
	if (!starter[cpu])
		status = hedron_local_create(&starter[cpu], cpu, 8192, start_thread, NULL);
	if (status == SVC_OK)
		status = events_for(cpu, base);
	if (status == SVC_OK && !hedron_lookup(crd_obj(*base + EVENT_STARTUP, 0, 0)))
		status = status_of(hedron_local_portal(starter[cpu], *base + EVENT_STARTUP, 0,
						       MTD_RSP));
	hedron_mutex_unlock(&lock_starter);
	return status;
}

static void drop(struct hedron_thread *t)
{
	const struct stack s = t->stack;
	const uint64_t utcb = t->utcb;
	const cap_sel sels[] = { t->sc, t->ec, t->done };

	stack_free(&s);
	if (utcb)
		va_give(utcb, 1);
	for (unsigned i = 0; i < 3; i++)
		if (sels[i] != HEDRON_NO_SEL)
			hedron_sel_free(sels[i], 0);
}

enum svc_status hedron_thread_create(struct hedron_thread **out, const struct hedron_thread_attr *attr,
				     void (*fn)(void *arg), void *arg)
{
	const struct hedron_thread_attr a = attr ? *attr
						 : (struct hedron_thread_attr){ .cpu = hedron_cpu() };
	const cap_sel pd = hedron_caps() + CAPS_PD;
	struct hedron_thread *t;
	struct stack s;
	uint32_t events;
	enum svc_status status;

	if (a.cpu >= HEDRON_NUM_CPU || a.prio > SC_PRIO_MAX)
		return SVC_INVALID;
	status = locks_begin();
	if (status == SVC_OK)
		status = starter_for(a.cpu, &events);
	if (status == SVC_OK)
		status = stack_new(&s, a.stack);
	if (status != SVC_OK)
		return status;

	t = (struct hedron_thread *)s.top - 1;
	*t = (struct hedron_thread){ .fn = fn, .arg = arg, .stack = s, .utcb = va_take(1, 1) };
	t->ec = hedron_sel_alloc(0);
	t->sc = hedron_sel_alloc(0);
	t->done = hedron_sm_new(0);
	status = SVC_NO_MEMORY;
	if (!t->utcb || t->ec == HEDRON_NO_SEL || t->sc == HEDRON_NO_SEL || t->done == HEDRON_NO_SEL)
		goto out_drop;
	status = status_of(hedron_create_ec(t->ec, pd, HC_EC_GLOBAL, a.cpu, t->utcb, (uint64_t)t,
					    events));
	if (status != SVC_OK)
		goto out_done;
	*out = t;
	status = status_of(hedron_create_sc(t->sc, pd, t->ec, a.prio ? a.prio : 16,
					    a.quantum_us ? a.quantum_us : 10000));
	if (status == SVC_OK)
		return SVC_OK;

	hedron_revoke(crd_obj(t->ec, 0, RIGHTS_ALL), 1);
out_done:
	hedron_revoke(crd_obj(t->done, 0, RIGHTS_ALL), 1);
out_drop:
	drop(t);
	return status;
}

void hedron_thread_join(struct hedron_thread *t)
{
	hedron_sm_down(t->done, 0);
	hedron_revoke(crd_obj(t->sc, 0, RIGHTS_ALL), 1);
	hedron_revoke(crd_obj(t->ec, 0, RIGHTS_ALL), 1);
	hedron_revoke(crd_obj(t->done, 0, RIGHTS_ALL), 1);
	drop(t);
}

cap_sel hedron_thread_ec(const struct hedron_thread *t)
{
	return t->ec;
}
