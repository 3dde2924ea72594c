/* SPDX-License-Identifier: MIT */
/* limits.c - resource limits and usage: getrlimit, prlimit, getrusage, times, priorities. */
#include <asm/errno.h>
#include <linux/resource.h>
#include <linux/times.h>
#include <string.h>

#include "calls.h"
#include "mm.h"
#include "process.h"
#include "usermem.h"

#define TICK_NS		(NS_PER_SEC / 100)	/* clock_t: USER_HZ */

_Static_assert(sizeof(struct lx_rlimit) == sizeof(struct rlimit64), "UAPI linux/resource.h");

static long set_limit(struct process *p, unsigned resource, const struct lx_rlimit *new)
{
	struct lx_rlimit *old = &p->rlimit[resource];

	if (new->soft > new->hard)
		return -EINVAL;
	if (new->hard > old->hard && p->euid != 0)
		return -EPERM;
	*old = *new;
	return 0;
}

static long prlimit(struct thread *t, struct process *p, uint32_t resource, uint64_t new, uint64_t old)
{
	struct lx_rlimit in, out;
	long err = 0;

	if (resource >= LX_RLIMITS)
		return -EINVAL;
	if (new && copy_in(t->process->mm, &in, new, sizeof(in)))
		return -EFAULT;
	out = p->rlimit[resource];
	if (new)
		err = set_limit(p, resource, &in);
	if (err)
		return err;
	return old && copy_out(t->process->mm, old, &out, sizeof(out)) ? -EFAULT : 0;
}

/* getrlimit(2) */
long lx_prlimit64(struct thread *t, const uint64_t *a)
{
	struct process *p = (int)a[0] ? process_find(a[0]) : t->process;

	return p ? prlimit(t, p, a[1], a[2], a[3]) : -ESRCH;
}

/* getrlimit(2) */
long lx_getrlimit(struct thread *t, const uint64_t *a)
{
	return a[1] ? prlimit(t, t->process, a[0], 0, a[1]) : -EFAULT;
}

/* getrlimit(2) */
long lx_setrlimit(struct thread *t, const uint64_t *a)
{
	return a[1] ? prlimit(t, t->process, a[0], a[1], 0) : -EFAULT;
}

/* ---- usage ----------------------------------------------------------------------------------- */

/* getrusage(2). Time in the personality counts as user time: the kernel does not part them. */
long lx_getrusage(struct thread *t, const uint64_t *a)
{
	uint64_t ns = process_time_ns(t->process);
	struct rusage usage;

	memset(&usage, 0, sizeof(usage));
	switch ((int)a[0]) {
	case RUSAGE_SELF:
	case RUSAGE_THREAD:
		usage.ru_utime.tv_sec = ns / NS_PER_SEC;
		usage.ru_utime.tv_usec = ns % NS_PER_SEC / 1000;
		usage.ru_maxrss = t->process->mm->present_pages * (PAGE_SIZE / 1024);
		break;
	case RUSAGE_CHILDREN:
		break;
	default:
		return -EINVAL;
	}
	return copy_out(t->process->mm, a[1], &usage, sizeof(usage));
}

/* times(2) */
long lx_times(struct thread *t, const uint64_t *a)
{
	struct tms tms = { .tms_utime = process_time_ns(t->process) / TICK_NS };

	if (a[0] && copy_out(t->process->mm, a[0], &tms, sizeof(tms)))
		return -EFAULT;
	return monotonic_ns() / TICK_NS;
}

/* ---- priorities: all programs have the same one ---------------------------------------------- */

static long check_who(struct thread *t, int which, int who)
{
	switch (which) {
	case PRIO_PROCESS:
		return !who || process_find(who) ? 0 : -ESRCH;
	case PRIO_PGRP:
		return !who || who == t->process->pgid ? 0 : -ESRCH;
	case PRIO_USER:
		return !who || who == (int)t->process->uid ? 0 : -ESRCH;
	}
	return -EINVAL;
}

/* getpriority(2): the system call tells 20 - nice. */
long lx_getpriority(struct thread *t, const uint64_t *a)
{
	long err = check_who(t, a[0], a[1]);

	return err ? err : 20;
}

/* setpriority(2): only nice 0 can be had. */
long lx_setpriority(struct thread *t, const uint64_t *a)
{
	long err = check_who(t, a[0], a[1]);

	return err ? err : (int)a[2] == 0 ? 0 : -EACCES;
}
