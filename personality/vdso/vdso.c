/* SPDX-License-Identifier: MIT */
/*
 * vdso.c - calls that need no server (vdso(7)): the time, and the CPU's number.
 *
 * Position-independent, without data of its own and without relocations. A clock that is not the TSC
 * is asked for by a system call.
 */
#include <asm/unistd_64.h>
#include <linux/time.h>
#include <stddef.h>

#include "vvar.h"

#define NS_PER_SEC	1000000000ull

extern const struct vvar vvar_page __attribute__((visibility("hidden")));

int __vdso_clock_gettime(int clock, struct timespec *ts);
int __vdso_gettimeofday(struct timeval *tv, struct timezone *tz);
__kernel_old_time_t __vdso_time(__kernel_old_time_t *out);
int __vdso_getcpu(unsigned *cpu, unsigned *node, void *unused);

static inline uint64_t monotonic(void)
{
	uint32_t low, high;

	__asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return ((unsigned __int128)((uint64_t)high << 32 | low) * vvar_page.mult >> vvar_page.shift) + 1;
}

static inline long syscall2(long nr, long a, long b)
{
	__asm__ volatile("syscall" : "+a"(nr) : "D"(a), "S"(b) : "rcx", "r11", "memory");
	return nr;
}

int __vdso_clock_gettime(int clock, struct timespec *ts)
{
	uint64_t ns = 0;

	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_TAI:
		ns = vvar_page.realtime_base;
		break;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
		break;
	default:
		return syscall2(__NR_clock_gettime, clock, (long)ts);
	}
	ns += monotonic();
	ts->tv_sec = ns / NS_PER_SEC;
	ts->tv_nsec = ns % NS_PER_SEC;
	return 0;
}

int __vdso_gettimeofday(struct timeval *tv, struct timezone *tz)
{
	uint64_t ns = monotonic() + vvar_page.realtime_base;

	if (tv) {
		tv->tv_sec = ns / NS_PER_SEC;
		tv->tv_usec = ns % NS_PER_SEC / 1000;
	}
	if (tz)
		*tz = (struct timezone){ 0, 0 };
	return 0;
}

__kernel_old_time_t __vdso_time(__kernel_old_time_t *out)
{
	__kernel_old_time_t now = (monotonic() + vvar_page.realtime_base) / NS_PER_SEC;

	if (out)
		*out = now;
	return now;
}

int __vdso_getcpu(unsigned *cpu, unsigned *node, void *unused)
{
	if (cpu)
		*cpu = vvar_page.cpu;
	if (node)
		*node = 0;
	return 0;
}

/* The names that programs may use without the prefix, as Linux has them. */
int clock_gettime(int, struct timespec *) __attribute__((weak, alias("__vdso_clock_gettime")));
int gettimeofday(struct timeval *, struct timezone *)
	__attribute__((weak, alias("__vdso_gettimeofday")));
__kernel_old_time_t time(__kernel_old_time_t *) __attribute__((weak, alias("__vdso_time")));
int getcpu(unsigned *, unsigned *, void *) __attribute__((weak, alias("__vdso_getcpu")));
