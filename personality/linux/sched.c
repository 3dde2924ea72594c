/* SPDX-License-Identifier: MIT */
/* sched.c - system calls about scheduling. Programs run on one CPU, that of the handler. */
#include <asm/errno.h>
#include <linux/membarrier.h>
#include <linux/sched.h>
#include <hedron/native.h>

#include "calls.h"
#include "process.h"
#include "usermem.h"

/* sched_yield(2). Limit: the kernel switches when a quantum ends; a thread cannot give its own up. */
long lx_sched_yield(struct thread *t, const uint64_t *a)
{
	return 0;
}

static struct thread *find_thread(struct thread *t, int tid)
{
	struct list *pos, *th;

	if (!tid)
		return t;
	LIST_EACH(pos, &processes)
		LIST_EACH(th, &LIST_ITEM(pos, struct process, all)->threads) {
			struct thread *found = LIST_ITEM(th, struct thread, of_process);

			if (found->tid == tid)
				return found;
		}
	return NULL;
}

/* sched_getaffinity(2): the system call returns the bytes it wrote. */
long lx_sched_getaffinity(struct thread *t, const uint64_t *a)
{
	uint64_t mask = 1ull << hedron_cpu();

	if ((uint32_t)a[1] < sizeof(mask) || a[1] % sizeof(mask))
		return -EINVAL;
	if (!find_thread(t, a[0]))
		return -ESRCH;
	return copy_out(t->process->mm, a[2], &mask, sizeof(mask)) ? -EFAULT : (long)sizeof(mask);
}

/* sched_setaffinity(2): the CPU we have must be among them. */
long lx_sched_setaffinity(struct thread *t, const uint64_t *a)
{
	uint64_t mask = 0;
	size_t len = (uint32_t)a[1] < sizeof(mask) ? (uint32_t)a[1] : sizeof(mask);

	if (copy_in(t->process->mm, &mask, a[2], len))
		return -EFAULT;
	if (!find_thread(t, a[0]))
		return -ESRCH;
	return mask & 1ull << hedron_cpu() ? 0 : -EINVAL;
}

/* sched_setscheduler(2) */
long lx_sched_getscheduler(struct thread *t, const uint64_t *a)
{
	if ((int)a[0] < 0)
		return -EINVAL;
	return find_thread(t, a[0]) ? SCHED_NORMAL : -ESRCH;
}

/* sched_setparam(2) */
long lx_sched_getparam(struct thread *t, const uint64_t *a)
{
	int priority = 0;

	if ((int)a[0] < 0 || !a[1])
		return -EINVAL;
	if (!find_thread(t, a[0]))
		return -ESRCH;
	return copy_out(t->process->mm, a[1], &priority, sizeof(priority));
}

static long priority_of(int policy, long real_time)
{
	switch (policy) {
	case SCHED_FIFO:
	case SCHED_RR:
		return real_time;
	case SCHED_NORMAL:
	case SCHED_BATCH:
	case SCHED_IDLE:
	case SCHED_DEADLINE:
		return 0;
	}
	return -EINVAL;
}

/* sched_get_priority_max(2) */
long lx_sched_get_priority_max(struct thread *t, const uint64_t *a)	{ return priority_of(a[0], 99); }
/* sched_get_priority_max(2) */
long lx_sched_get_priority_min(struct thread *t, const uint64_t *a)	{ return priority_of(a[0], 1); }

/* getcpu(2) */
long lx_getcpu(struct thread *t, const uint64_t *a)
{
	uint32_t cpu = hedron_cpu(), node = 0;

	if (a[0] && copy_out(t->process->mm, a[0], &cpu, sizeof(cpu)))
		return -EFAULT;
	return a[1] && copy_out(t->process->mm, a[1], &node, sizeof(node)) ? -EFAULT : 0;
}

/* membarrier(2): on one CPU every message is a barrier for all threads. */
long lx_membarrier(struct thread *t, const uint64_t *a)
{
	const uint64_t known = MEMBARRIER_CMD_GLOBAL | MEMBARRIER_CMD_GLOBAL_EXPEDITED |
			       MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED |
			       MEMBARRIER_CMD_PRIVATE_EXPEDITED |
			       MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED;
	int command = a[0];

	if (a[1])
		return -EINVAL;
	if (command == MEMBARRIER_CMD_QUERY)
		return known;
	return command > 0 && !(command & (command - 1)) && command & known ? 0 : -EINVAL;
}
