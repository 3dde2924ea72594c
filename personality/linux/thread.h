/* SPDX-License-Identifier: MIT */
/* thread.h - the kernel objects behind processes and threads; the story is at the head of thread.c. */
#pragma once
#include "process.h"

#define THREAD_PRIO	16	/* of all Linux threads */

/* The portals and the reaper. False: no memory or no right. */
bool thread_init(void);

/* thread_of_caller - whose event this is, by the portal's id and the EC's badge; NULL: nobody's. */
struct thread *thread_of_caller(uint64_t id, uint64_t badge);

/* A thread of `p` in a free slot, with no EC yet. NULL: no memory. */
struct thread *thread_new(struct process *p);
void thread_free(struct thread *t);		/* it never ran, or is reaped */

/* PD of a process, with the portals that the kernel wants to find there. */
long process_make_pd(struct process *p);
long thread_start(struct thread *t);		/* runs from t->regs */

cap_sel thread_semaphore(const struct thread *t);
cap_sel thread_ec(const struct thread *t);
cap_sel thread_sc(const struct thread *t);

/* It must not run on: it is stopped where it is, or will come by to be ended. */
void thread_stop(struct thread *t);

/* The thread was told to sleep for ever; the last one takes its process along. */
void thread_ended(struct thread *t);

/* process.c: the last thread has; tells the roottask. */
void process_ended(struct process *p);

/* Free the kernel's objects and the memory of a process whose threads have all ended. */
void process_reap(struct process *p);
