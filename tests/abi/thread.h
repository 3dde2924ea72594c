/* SPDX-License-Identifier: MIT */
/*
 * thread.h - global ECs under observation; see thread.c.
 */
#pragma once
#include <stdbool.h>
#include <hedron/hypercall.h>
#include <hedron/mtd.h>
#include "portal.h"
#include "regs.h"

#define EVENT_FOREIGN	EVENT_COUNT	/* in the log: a foreign system call */
#define THREAD_LOG	16
#define THREAD_MTD	(MTD_GPR | MTD_RIP | MTD_RFLAGS | MTD_FS_GS | MTD_QUAL)

/* Priorities: the runner stands between the two. */
#define PRIO_LOW	40
#define PRIO_RUNNER	50
#define PRIO_HIGH	60
#define QUANTUM_US	10000

#define ON_CPU(n)	((n) + 1)

struct thread;

/* Answers an event. u->state is the message and becomes the reply; items and mtd, which are the
 * reply's already, are 0. True: done; false: the default, see thread.c. */
typedef bool (*react_fn)(struct thread *t, unsigned event, struct hedron_utcb *u);

struct thread_event {
	unsigned event;
	uint64_t id;			/* portal id delivered with it */
	uint64_t badge;			/* RSI at the handler's entry */
	uint32_t items;
	struct hedron_state state;
};

struct thread_spec {
	void (*fn)(void *);		/* body */
	void *arg;
	react_fn react;
	uint64_t mtd;			/* of its event portals; 0 = THREAD_MTD */
	const struct child *child;	/* PD; 0 = roottask */
	bool on_cpu2;
	unsigned on_cpu;		/* ON_CPU(n); 0 = the boot CPU, or cpu2 */
	bool no_utcb;
};

struct thread {
	cap_sel pd, ec, sc;
	cap_sel done;			/* up when the body has returned, or by the default reaction */
	cap_sel events;			/* event base in its PD */
	unsigned cpu;
	struct hedron_utcb *utcb;	/* in its PD; 0 = none */
	void *stack_top;
	struct handler handler;
	struct portal portals[EVENT_COUNT + 1];
	const struct child *child;
	void (*fn)(void *);
	void *arg;
	react_fn react;
	volatile bool finished;		/* the body returned */
	volatile bool leave;		/* end it at its next event */
	cap_sel sleep_on;		/* set by react: reply with this semaphore */
	volatile unsigned count;	/* events seen, startup not included */
	struct thread_event startup;
	struct thread_event log[THREAD_LOG];
};

struct thread *thread_new(const struct thread_spec *spec);
void thread_start(struct thread *t, unsigned prio);
bool thread_wait(struct thread *t);	/* until it is done; false after five seconds */

/* The common sequence: new, start at PRIO_HIGH, wait; the case fails if it does not end. */
struct thread *thread_run(const struct thread_spec *spec);

/* A thread of the child executes `syscall` with these registers: what it has behind it. The child may
 * not be foreign. */
struct cpu_regs child_syscall(const struct child *c, struct cpu_regs regs);

/* The same for a hypercall; its status. */
enum hedron_status child_hc(const struct child *c, unsigned nr, unsigned flags, uint64_t sel,
			    uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5);

/* thread_run() of body `fn` without argument, in the roottask. */
struct thread *thread_run_fn(void (*fn)(void *));

/* Make the thread end instead of going on: to be used in a reaction. */
void thread_leave(struct thread *t, struct hedron_utcb *u);

/* End the machine's part of thread `t` for ever: it sleeps on a semaphore that nobody ups. */
void thread_bury(struct thread *t);

/* The only event of the thread: checks number and count. */
const struct hedron_state *thread_only_event(struct thread *t, unsigned event);

/* For those that live longer than a case. */
void thread_init_permanent(struct thread *t, const struct thread_spec *spec);
void thread_adopt(struct thread *t, react_fn react);	/* the first EC, event base 0 */

void threads_init(void);
void threads_reset(void);
