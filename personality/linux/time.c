/* SPDX-License-Identifier: MIT */
/* time.c - system calls that tell the time and that sleep. */
#include <asm/errno.h>
#include <linux/time.h>
#include <linux/timex.h>
#include <hedron/native.h>

#include "calls.h"
#include "process.h"
#include "thread.h"
#include "usermem.h"

#define NS_PER_US	1000ull
#define COARSE_NS	4000000ull	/* resolution told for the coarse clocks: CONFIG_HZ 250 */

#ifndef CLOCK_REALTIME_ALARM
#error "linux/time.h without the clocks of Linux"
#endif

long copy_in_timespec(struct mm *mm, uint64_t *ns, uint64_t uaddr)
{
	struct timespec ts;

	if (copy_in(mm, &ts, uaddr, sizeof(ts)))
		return -EFAULT;
	if (ts.tv_sec < 0 || ts.tv_nsec < 0 || (uint64_t)ts.tv_nsec >= NS_PER_SEC)
		return -EINVAL;
	if ((uint64_t)ts.tv_sec >= UINT64_MAX / NS_PER_SEC)
		*ns = UINT64_MAX;
	else
		*ns = ts.tv_sec * NS_PER_SEC + ts.tv_nsec;
	return 0;
}

long copy_out_timespec(struct mm *mm, uint64_t uaddr, uint64_t ns)
{
	struct timespec ts = { .tv_sec = ns / NS_PER_SEC, .tv_nsec = ns % NS_PER_SEC };

	return copy_out(mm, uaddr, &ts, sizeof(ts));
}

/* ---- clocks ---------------------------------------------------------------------------------- */

static uint64_t thread_time(const struct thread *t)
{
	uint64_t us = 0;

	if (hedron_sc_time(thread_sc(t), &us) != HEDRON_SUCCESS)
		return 0;
	return us * NS_PER_US;
}

uint64_t process_time_ns(const struct process *p)
{
	const struct list *pos;
	uint64_t ns = 0;

	LIST_EACH(pos, &p->threads)
		ns += thread_time(LIST_ITEM(pos, struct thread, of_process));
	return ns;
}

/* Negative clock ids are CPU times: ~pid in [31:3], 4 for a thread, kind in [1:0] (clock_getcpuclockid(3)). */
static long cpu_clock(const struct thread *t, int clock, uint64_t *ns)
{
	int id = ~(clock >> 3);
	bool per_thread = clock & 4;

	if ((clock & 3) == 3)
		return -EINVAL;
	if (id && id != (per_thread ? t->tid : t->process->pid))
		return -EINVAL;
	*ns = per_thread ? thread_time(t) : process_time_ns(t->process);
	return 0;
}

/* What a clock says; -EINVAL: there is none such. */
static long read_clock(const struct thread *t, int clock, uint64_t *ns)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_REALTIME_ALARM:
	case CLOCK_TAI:
		*ns = realtime_ns();
		return 0;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
	case CLOCK_BOOTTIME_ALARM:
		*ns = monotonic_ns();
		return 0;
	case CLOCK_PROCESS_CPUTIME_ID:
		*ns = process_time_ns(t->process);
		return 0;
	case CLOCK_THREAD_CPUTIME_ID:
		*ns = thread_time(t);
		return 0;
	}
	return clock < 0 ? cpu_clock(t, clock, ns) : -EINVAL;
}

/* clock_gettime(2) */
long lx_clock_gettime(struct thread *t, const uint64_t *a)
{
	uint64_t ns;
	long err = read_clock(t, a[0], &ns);

	return err ? err : copy_out_timespec(t->process->mm, a[1], ns);
}

/* clock_getres(2) */
long lx_clock_getres(struct thread *t, const uint64_t *a)
{
	int clock = a[0];
	bool coarse = clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE;
	uint64_t ns;
	long err = read_clock(t, clock, &ns);

	if (err || !a[1])
		return err;
	return copy_out_timespec(t->process->mm, a[1], coarse ? COARSE_NS : 1);
}

/* clock_settime(2): no process has the capability CAP_SYS_TIME. */
long lx_clock_settime(struct thread *t, const uint64_t *a)
{
	uint64_t ns;
	long err;

	if ((int)a[0] != CLOCK_REALTIME)
		return -EINVAL;
	err = copy_in_timespec(t->process->mm, &ns, a[1]);
	return err ? err : -EPERM;
}

/* gettimeofday(2) */
long lx_gettimeofday(struct thread *t, const uint64_t *a)
{
	uint64_t ns = realtime_ns();
	struct timeval tv = { ns / NS_PER_SEC, ns % NS_PER_SEC / NS_PER_US };
	struct timezone zone = { 0, 0 };

	if (a[0] && copy_out(t->process->mm, a[0], &tv, sizeof(tv)))
		return -EFAULT;
	if (a[1] && copy_out(t->process->mm, a[1], &zone, sizeof(zone)))
		return -EFAULT;
	return 0;
}

/* time(2) */
long lx_time(struct thread *t, const uint64_t *a)
{
	int64_t now = realtime_ns() / NS_PER_SEC;

	if (a[0] && copy_out(t->process->mm, a[0], &now, sizeof(now)))
		return -EFAULT;
	return now;
}

/* ---- sleeping -------------------------------------------------------------------------------- */

/* Until call.deadline_ns. `rest`: where to tell what is left after a signal, 0: nowhere. */
static long sleep_on(struct thread *t, uint64_t rest)
{
	uint64_t now = monotonic_ns();

	if (now >= t->call.deadline_ns)
		return 0;
	if (signal_pending(t)) {
		if (rest && copy_out_timespec(t->process->mm, rest, t->call.deadline_ns - now))
			return -EFAULT;
		return -EINTR;
	}
	wait_until(t, t->call.deadline_ns);
	return LX_PARK;
}

/* nanosleep(2) */
long lx_nanosleep(struct thread *t, const uint64_t *a)
{
	uint64_t ns;
	long err;

	if (!t->call.again) {
		err = copy_in_timespec(t->process->mm, &ns, a[0]);
		if (err)
			return err;
		t->call.deadline_ns = ns_add(monotonic_ns(), ns);
	}
	return sleep_on(t, a[1]);
}

static long sleep_clock(const struct thread *t, int clock)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_TAI:
	case CLOCK_MONOTONIC:
	case CLOCK_BOOTTIME:
		return 0;
	case CLOCK_THREAD_CPUTIME_ID:
	case CLOCK_PROCESS_CPUTIME_ID:	/* Limit: sleeping by CPU time */
	case CLOCK_REALTIME_ALARM:
	case CLOCK_BOOTTIME_ALARM:
		return -EOPNOTSUPP;
	}
	return -EINVAL;
}

/* clock_nanosleep(2) */
long lx_clock_nanosleep(struct thread *t, const uint64_t *a)
{
	bool absolute = a[1] & TIMER_ABSTIME;
	uint64_t ns, now;
	long err;

	if (!t->call.again) {
		err = sleep_clock(t, a[0]);
		if (!err)
			err = copy_in_timespec(t->process->mm, &ns, a[2]);
		if (err)
			return err;
		if (absolute) {
			read_clock(t, a[0], &now);
			ns = ns > now ? ns - now : 0;
		}
		t->call.deadline_ns = ns_add(monotonic_ns(), ns);
	}
	return sleep_on(t, absolute ? 0 : a[3]);
}
