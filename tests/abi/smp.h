/* SPDX-License-Identifier: MIT */
/*
 * smp.h - threads on the second CPU, env.cpu2. They run while the runner waits or spins; what both
 * touch is volatile and a flag or a word.
 */
#pragma once
#include "env.h"
#include "thread.h"

/* Wait, at most five seconds, without giving up the CPU. */
static inline bool spin_until(const volatile bool *flag)
{
	uint64_t until = deadline_ms(5000);

	while (!*flag && rdtsc() < until)
		__asm__ volatile("pause");
	return *flag;
}

static inline struct thread *new_there(void (*fn)(void *), void *arg)
{
	return thread_new(&(struct thread_spec){ .fn = fn, .arg = arg, .on_cpu2 = true });
}

/* A thread there that goes on while the case does. */
static inline struct thread *start_there(void (*fn)(void *), void *arg)
{
	struct thread *t = new_there(fn, arg);

	thread_start(t, PRIO_LOW);
	return t;
}

/* Do it there, and wait for it. */
static inline struct thread *run_there(void (*fn)(void *), void *arg)
{
	return thread_run(&(struct thread_spec){ .fn = fn, .arg = arg, .on_cpu2 = true });
}
