/* SPDX-License-Identifier: MIT */
/*
 * thread.c - global ECs under observation.
 *
 * A thread has an event base of its own, 32 portals there that lead to one handler EC, and in a
 * foreign PD a portal for its foreign calls at event base + foreign base + CPU (ABI reference 8.2).
 * The handler logs every event but the startup, asks the thread's reaction, and if that has
 * nothing to say:
 *
 *   startup		the body starts: thread_main(t)
 *   anything else	the thread ends: it continues in thread_end(t)
 *
 * So a body that is to fault needs no reaction: the log tells what happened.
 * At the end of a case every thread is recalled and loses its capabilities; what still runs then
 * dies of its missing portals.
 */
#include "thread.h"
#include "check.h"
#include "child.h"
#include "env.h"

#define THREADS		24

/* Used in turn, over all cases: one that is still ending must not report to its successor. */
static struct thread threads[THREADS];
static unsigned threads_used, first_thread;
static cap_sel graveyard;		/* never upped, never revoked */

static void thread_end(struct thread *t)
{
	if (t->utcb)
		t->utcb->flags = UTCB_NSCT;
	hedron_sm_up(t->done);
	hedron_reply(0);
}

static void thread_main(struct thread *t)
{
	t->fn(t->arg);
	t->finished = true;
	thread_end(t);
}

static void set_start(struct thread *t, struct hedron_state *s, void (*fn)(struct thread *))
{
	s->rip = (uint64_t)fn;
	s->rsp = (uint64_t)t->stack_top - 8;	/* as after a call */
	s->rdi = (uint64_t)t;
	s->rsi = s->rbp = 0;
	s->rflags = USER_RFLAGS;
	s->mtd = MTD_BSD | MTD_RSP | MTD_RIP | MTD_RFLAGS;
}

void thread_bury(struct thread *t)
{
	t->sleep_on = graveyard;
}

void thread_leave(struct thread *t, struct hedron_utcb *u)
{
	if (t->child && t->child->foreign && !t->utcb) {	/* it has no hypercalls */
		hedron_sm_up(t->done);
		thread_bury(t);
	}
	set_start(t, &u->state, thread_end);
}

static void record(struct thread *t, struct portal *p, uint64_t badge,
		   const struct hedron_utcb *u)
{
	struct thread_event *e = &t->log[t->count % THREAD_LOG];

	if (p->event == EVENT_STARTUP)
		e = &t->startup;
	else
		t->count++;
	e->event = p->event;
	e->id = (uint64_t)p;
	e->badge = badge;
	e->items = u->items;
	e->state = u->state;
}

/* With RSI as it was at portal entry, which means something on kernels with badges. */
static cap_sel event_handler(struct portal *p, uint64_t rsi)
{
	struct hedron_utcb *u = p->handler->utcb;
	struct thread *t = p->arg;

	record(t, p, rsi, u);
	u->items = 0;
	u->state.mtd = 0;
	t->sleep_on = 0;
	if (t->leave)
		thread_leave(t, u);
	else if (t->react && t->react(t, p->event, u))
		return t->sleep_on;
	else if (p->event == EVENT_STARTUP)
		set_start(t, &u->state, thread_main);
	else
		thread_leave(t, u);
	return t->sleep_on;
}

/* All event portals lead to event_handler(), which takes one argument more than other portals. */
static void event_portal_init(struct thread *t, unsigned event, cap_sel sel, uint64_t mtd)
{
	struct portal *p = &t->portals[event];

	p->event = event;
	portal_init(p, sel, &t->handler, (portal_fn)(void (*)(void))event_handler, t, mtd);
}

static void portals_create(struct thread *t, cap_sel base, uint64_t mtd)
{
	for (unsigned event = 0; event < EVENT_COUNT; event++)
		event_portal_init(t, event, base + event, mtd);
}

/* The portal for foreign calls, and all portals given to the child. */
static void portals_give(struct thread *t, cap_sel base, uint64_t mtd)
{
	cap_sel foreign;

	child_give(t->child, base, 5);
	child_give(t->child, t->done, 0);
	if (!t->child->foreign)
		return;
	foreign = sel_alloc();
	event_portal_init(t, EVENT_FOREIGN, foreign, mtd);
	child_give_at(t->child, foreign, base + FOREIGN_BASE + t->cpu, 0);
}

static void thread_init(struct thread *t, const struct thread_spec *spec)
{
	t->fn = spec->fn;
	t->arg = spec->arg;
	t->react = spec->react;
	t->child = spec->child;
	t->pd = spec->child ? spec->child->pd : ROOT_SEL_PD;
	t->cpu = spec->on_cpu ? spec->on_cpu - 1 : spec->on_cpu2 ? env.cpu2 : env.cpu;
	t->utcb = spec->no_utcb ? 0 : (struct hedron_utcb *)va_alloc(0);
	MUST(hedron_create_sm(t->done, ROOT_SEL_PD, 0));
	MUST(hedron_create_ec(t->ec, t->pd, HC_EC_GLOBAL, t->cpu, (uint64_t)t->utcb,
			      (uint64_t)t->stack_top, (uint32_t)t->events));
}

struct thread *thread_new(const struct thread_spec *spec)
{
	struct thread *t = &threads[threads_used++ % THREADS];
	uint64_t mtd = spec->mtd ? spec->mtd : THREAD_MTD;

	memset(t, 0, sizeof(*t));
	t->events = sels_alloc(5);
	t->ec = sel_alloc();
	t->sc = sel_alloc();
	t->done = sel_alloc();
	t->stack_top = stack_alloc();
	thread_init(t, spec);
	handler_init(&t->handler, sel_alloc(), ROOT_SEL_PD, t->cpu, stack_alloc());
	portals_create(t, t->events, mtd);
	if (t->child)
		portals_give(t, t->events, mtd);
	return t;
}

void thread_init_permanent(struct thread *t, const struct thread_spec *spec)
{
	memset(t, 0, sizeof(*t));
	t->events = sel_permanent(5);
	t->ec = sel_permanent(0);
	t->sc = sel_permanent(0);
	t->done = sel_permanent(0);
	t->stack_top = stack_permanent();
	thread_init(t, spec);
	handler_init(&t->handler, sel_permanent(0), ROOT_SEL_PD, t->cpu, stack_permanent());
	portals_create(t, t->events, THREAD_MTD);
}

void thread_adopt(struct thread *t, react_fn react)
{
	t->pd = ROOT_SEL_PD;
	t->ec = ROOT_SEL_EC;
	t->sc = ROOT_SEL_SC;
	t->utcb = (struct hedron_utcb *)ROOT_UTCB_ADDR;
	t->stack_top = root_stack + STACK_SIZE;
	t->react = react;
	handler_init(&t->handler, sel_permanent(0), ROOT_SEL_PD, env.cpu, stack_permanent());
	portals_create(t, 0, THREAD_MTD);
}

void thread_start(struct thread *t, unsigned prio)
{
	MUST(hedron_create_sc(t->sc, ROOT_SEL_PD, t->ec, prio, QUANTUM_US));
}

bool thread_wait(struct thread *t)
{
	return hedron_sm_down(t->done, deadline_ms(5000)) == HEDRON_SUCCESS;
}

struct thread *thread_run(const struct thread_spec *spec)
{
	struct thread *t = thread_new(spec);

	thread_start(t, PRIO_HIGH);
	CHECK(thread_wait(t));
	return t;
}

struct thread *thread_run_fn(void (*fn)(void *))
{
	return thread_run(&(struct thread_spec){ .fn = fn });
}

static void do_syscall(void *arg)
{
	raw_syscall(arg);
}

struct cpu_regs child_syscall(const struct child *c, struct cpu_regs regs)
{
	regs.rflags = USER_RFLAGS;
	CHECK(thread_run(&(struct thread_spec){ .fn = do_syscall, .arg = &regs, .child = c })
		      ->finished);
	return regs;
}

enum hedron_status child_hc(const struct child *c, unsigned nr, unsigned flags, uint64_t sel,
			    uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5)
{
	struct cpu_regs regs = { .rdi = (uint64_t)nr | (uint64_t)flags << HC_FLAGS_SHIFT |
					sel << HC_SEL_SHIFT,
				 .rsi = a2, .rdx = a3, .rax = a4, .r8 = a5 };

	return (enum hedron_status)(child_syscall(c, regs).rdi & 0xff);
}

const struct hedron_state *thread_only_event(struct thread *t, unsigned event)
{
	CHECK_EQ(t->count, 1);
	CHECK_EQ(t->log[0].event, event);
	return &t->log[0].state;
}

void threads_init(void)
{
	graveyard = sel_permanent(0);
	MUST(hedron_create_sm(graveyard, ROOT_SEL_PD, 0));
}

void threads_reset(void)
{
	for (; first_thread != threads_used; first_thread++) {
		struct thread *t = &threads[first_thread % THREADS];

		t->leave = true;
		hedron_recall(t->ec);
		hedron_revoke(crd_obj(t->sc, 0, RIGHTS_ALL), 1);
	}
}
