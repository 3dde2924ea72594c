/* SPDX-License-Identifier: MIT */
/*
 * sched.c - which SC runs, and which EC it runs.
 *
 * SCs of a CPU: strictly by priority, round robin inside a level. An SC with time left goes to the
 * head of its level, one that used up its quantum to the tail with a fresh one. A wake-up preempts
 * lower levels only: one of the same level would interrupt handlers in the middle of their work.
 *
 * An SC runs its own EC, or, if that waits for a handler, the handler, and so on: resolve() follows
 * the chain. So a call passes the caller's priority and time on, and an SC whose EC wants a busy
 * handler helps: it runs what the handler's present work needs until the handler is free. An SC that
 * ends at an EC waiting for a semaphore is queued there. Call and reply do not come here: they know
 * who is next (ipc.c), unless the SC is helping.
 *
 * kernel_exit() is the general way out of the kernel; the short ones (leave.h) lead to an EC that is
 * ready, when no hazard asks for more, and the SC goes on.
 */
#include "sched.h"
#include "assert.h"
#include "cpu.h"
#include "ec.h"
#include "event.h"
#include "hypercall.h"
#include "grace.h"
#include "ipc.h"
#include "irqsoff.h"
#include "items.h"
#include "leave.h"
#include "sc.h"
#include "tlb.h"
#include "x86.h"

void sched_init(struct cpu *cpu)
{
	for (unsigned i = 0; i <= SC_PRIO_MAX; i++)
		list_init(&cpu->rq.level[i]);
	cpu->sc_start = rdtsc();
	cpu->rq.running = RQ_NOTHING;
}

/* An SC was taken out of that level. */
static void level_left_locked(struct run_queue *rq, unsigned prio)
{
	struct list *level = &rq->level[prio];

	if (list_is_empty(level))
		rq->bitmap[prio >> 6] &= ~(1ull << (prio & 63));
}

static int best_level(const struct run_queue *rq)
{
	for (int i = 1; i >= 0; i--)
		if (rq->bitmap[i])
			return i * 64 + 63 - __builtin_clzll(rq->bitmap[i]);
	return RQ_NOTHING;
}

WARM void sched_ready(struct sc *sc)
{
	struct run_queue *rq = &sc->cpu->rq;
	unsigned prio = sc->prio;
	struct list *level = &rq->level[prio];
	bool urgent;

	spin_lock(&rq->lock);
	if (sc->forbidden) {		/* a wake-up on another CPU came too late */
		spin_unlock(&rq->lock);
		return;
	}
	assert(list_is_empty(&sc->link));
	sc->state = SC_READY;
	if (sc->left > 0) {
		list_add_head(level, &sc->link);
	} else {
		sc->left = sc->quantum;
		list_add_tail(level, &sc->link);
	}
	rq->bitmap[prio >> 6] |= 1ull << (prio & 63);
	urgent = (int)prio > rq->running;	/* else it is found when that SC stops */
	spin_unlock(&rq->lock);
	if (urgent)
		cpu_hazard(sc->cpu, HZ_SCHED);
}

void sched_forbid(struct sc *sc)
{
	struct run_queue *rq = &sc->cpu->rq;

	spin_lock(&rq->lock);
	sc->forbidden = true;
	spin_unlock(&rq->lock);
}

bool sched_is_idle(void)
{
	struct cpu *cpu = this_cpu();

	return !cpu->sc && best_level(&cpu->rq) < 0;
}

void sched_remove(struct sc *sc)
{
	struct run_queue *rq = &sc->cpu->rq;

	if (sc->state == SC_READY) {
		spin_lock(&rq->lock);
		list_del(&sc->link);
		level_left_locked(rq, sc->prio);
		spin_unlock(&rq->lock);
	} else if (sc->state == SC_BLOCKED) {
		spin_lock(&sc->blocked_on->lock);
		list_del(&sc->link);
		spin_unlock(&sc->blocked_on->lock);
	}
}

static struct sc *take_best(struct run_queue *rq)
{
	struct sc *sc = NULL;
	struct list *first;
	int prio;

	spin_lock(&rq->lock);
	prio = rq->running = best_level(rq);
	if (likely(prio >= 0)) {
		first = rq->level[prio].next;
		list_del(first);
		level_left_locked(rq, prio);
		sc = list_entry(first, struct sc, link);
	}
	spin_unlock(&rq->lock);
	return sc;
}

static void charge(struct cpu *cpu)
{
	ticks now = rdtsc(), used = now - cpu->sc_start;
	struct sc *sc = cpu->sc;

	sc->used += used;
	sc->left -= used;
	cpu->sc_start = now;
}

WARM void sched_leave(void)
{
	struct cpu *cpu = this_cpu();

	charge(cpu);
	cpu->sc = NULL;
	cpu->current = NULL;
}

WARM void sched_wake(struct ec *ec, struct list *l)
{
	struct sc *sc = list_entry(l, struct sc, link);

	if (unlikely(sc->ec == ec && !sc->obj.caps))
		sc_drop(sc);			/* a wake-up ends an SC nobody can name */
	else
		sched_ready(sc);
}

void sched_wake_all(struct ec *ec)
{
	struct list *l;

	for (;;) {
		spin_lock(&ec->lock);
		l = list_pop(&ec->blocked);
		spin_unlock(&ec->lock);
		if (!l)
			return;
		sched_wake(ec, l);
	}
}

/* Another SC is ready that may be more urgent, or the quantum is over. */
static void preempt(struct cpu *cpu)
{
	struct sc *sc = cpu->sc;

	if (!sc)
		return;
	if (best_level(&cpu->rq) <= sc->prio && rdtsc() < cpu->quantum_end)
		return;
	sched_leave();
	sched_ready(sc);
}

static void idle(struct cpu *cpu)
{
	ticks start = rdtsc();

	timer_update();
	for (;;) {
		grace_pause();
		if (best_level(&cpu->rq) >= 0 || READ_ONCE(cpu->hazards))
			break;
		lock_assert_none();
		irqsoff_end();
		sti_hlt_cli();		/* an interrupt may end the pause */
		irqsoff_window_closed();
	}
	grace_resume();
	cpu->sc_start = rdtsc();
	cpu->idle_sc->used += cpu->sc_start - start;
}

static void choose(struct cpu *cpu)
{
	struct sc *sc = take_best(&cpu->rq);

	if (!sc) {
		idle(cpu);
		return;
	}
	sc->state = SC_RUNNING;
	cpu->sc = sc;
	cpu->quantum_end = cpu->sc_start + sc->left;
	if (unlikely(cpu->quantum_end < cpu->timer_at))	/* nor is a deadline earlier than that */
		timer_update();
	/* What most SCs run is their own thread; acquire: see resolve(). */
	if (likely(__atomic_load_n(&sc->ec->state, __ATOMIC_ACQUIRE) == EC_READY)) {
		cpu->helping = false;
		cpu->current = sc->ec;
	}
}

/* Queues the running SC on an EC that waits for a semaphore; nothing if an up came first. */
static WARM void block_on(struct cpu *cpu, struct ec *ec)
{
	struct sc *sc = cpu->sc;

	spin_lock(&ec->lock);
	if (ec->state == EC_ON_SM) {
		sched_leave();
		sc->state = SC_BLOCKED;
		sc->blocked_on = ec;
		list_add_tail(&ec->blocked, &sc->link);
	}
	spin_unlock(&ec->lock);
}

WARM void sched_blocks(struct ec *ec)
{
	struct cpu *cpu = this_cpu();

	if (likely(cpu->sc && cpu->sc->ec == ec))
		block_on(cpu, ec);
}

/* Does what `ec` must do before it runs. The handler, if that is busy; else NULL. */
static struct ec *retry(struct ec *ec)
{
	switch ((enum ec_retry)ec->retry) {
	case RETRY_CALL:
		return ipc_retry(ec);
	case RETRY_EVENT:
		return event_send(ec, ec->event_sel);
	case RETRY_ITEMS:
		irqsoff_continues(ec);
		items_continue(ec);
		break;
	case RETRY_HYPERCALL:
		hypercall_continue(ec);
		break;
	}
	return NULL;
}

/* Finds the EC that the running SC runs; or the SC stops, or is to be looked at again. */
static void resolve(struct cpu *cpu)
{
	struct ec *ec = cpu->sc->ec, *busy;

	unsigned helped = 0;

	cpu->helping = false;
	for (;;) {
		/* acquire: pairs with the release in ec_unblock() */
		switch ((enum ec_state)__atomic_load_n(&ec->state, __ATOMIC_ACQUIRE)) {
		case EC_READY:
			cpu->current = ec;
			return;
		case EC_IN_CALL:
			ec = ec->callee;
			continue;
		case EC_ON_SM:
			block_on(cpu, ec);
			return;
		case EC_IDLE:
		case EC_DEAD:
			sc_drop(cpu->sc);
			return;
		case EC_RETRY:
			break;
		}
		busy = retry(ec);
		if (!busy) {
			cpu->current = NULL;	/* the chain is another now */
			return;
		}
		if (++helped > HELP_MAX) {
			ec_kill(ec, "Livelock");
			return;
		}
		cpu->helping = true;
		ec = busy;
	}
}

static void hazards_handle(struct cpu *cpu)
{
	uint32_t hz = __atomic_exchange_n(&cpu->hazards, 0, __ATOMIC_ACQ_REL);

	if (hz & HZ_TLB)
		tlb_answer();
	if (hz & HZ_WINDOW) {
		lock_assert_none();
		irqsoff_end();
		sti_nop_cli();
		irqsoff_window_closed();
	}
	if (hz & HZ_GRACE)
		grace_quiescent();
	if (hz & HZ_RECLAIM) {
		irqsoff_reclaims();
		kobj_reclaim();
	}
	if (hz & HZ_SCHED)
		preempt(cpu);
}

WARM struct ec *kernel_exit(void)
{
	struct cpu *cpu = this_cpu();

	for (;;) {
		if (unlikely(cpu->hazards))
			hazards_handle(cpu);
		else if (unlikely(!cpu->sc))
			choose(cpu);
		else if (unlikely(!cpu->current))
			resolve(cpu);
		else if (unlikely(cpu->current->recall))
			event_recall(cpu->current);
		else
			break;
	}
	if (cpu->loaded != cpu->current)
		ec_load(cpu->current);
	lock_assert_none();
	irqsoff_end();
	return cpu->current;
}
