/* SPDX-License-Identifier: MIT */
/* time.c - clocks and sleeping: relations between times, never times. */
#include "show.h"
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

#define MS	1000000ll

static int64_t now(clockid_t clock)
{
	struct timespec t;

	return clock_gettime(clock, &t) ? -1 : t.tv_sec * 1000 * MS + t.tv_nsec;
}

/* The same clock, by the system call and not by the vDSO. */
static int64_t now_call(clockid_t clock)
{
	struct timespec t;

	return syscall(SYS_clock_gettime, clock, &t) ? -1 : t.tv_sec * 1000 * MS + t.tv_nsec;
}

static void clocks(void)
{
	static const struct { clockid_t id; const char *name; } list[] = {
#define CLOCK(c) { c, #c }
		CLOCK(CLOCK_REALTIME), CLOCK(CLOCK_MONOTONIC), CLOCK(CLOCK_PROCESS_CPUTIME_ID),
		CLOCK(CLOCK_THREAD_CPUTIME_ID), CLOCK(CLOCK_MONOTONIC_RAW),
		CLOCK(CLOCK_REALTIME_COARSE), CLOCK(CLOCK_MONOTONIC_COARSE), CLOCK(CLOCK_BOOTTIME),
#undef CLOCK
	};

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		int64_t a = now(list[i].id), b = now_call(list[i].id), c = now(list[i].id);

		printf("%s: %s, %s\n", list[i].name, a >= 0 ? "served" : errno_name(errno),
		       a <= b && b <= c ? "in order" : "out of order");
	}
	SHOW(syscall(SYS_clock_gettime, 99, &(struct timespec){ 0 }));
	SHOW(syscall(SYS_clock_gettime, CLOCK_REALTIME, 8));
	SHOW(syscall(SYS_clock_getres, 99, NULL));
	SHOW(clock_getres(CLOCK_MONOTONIC, NULL));
}

static void agreement(void)
{
	struct timespec real;
	struct timeval tv;
	int64_t us;
	time_t t;

	clock_gettime(CLOCK_REALTIME, &real);
	gettimeofday(&tv, NULL);
	t = time(NULL);
	us = (tv.tv_sec - real.tv_sec) * 1000000ll + tv.tv_usec - real.tv_nsec / 1000;
	SHOW_IF(us >= 0 && us < 1000000);
	SHOW_IF(t - real.tv_sec >= 0 && t - real.tv_sec <= 1);
	SHOW_IF(real.tv_sec > 1700000000 && real.tv_sec < 4000000000);
	SHOW_IF(syscall(SYS_time, NULL) - t <= 1);
	SHOW(syscall(SYS_gettimeofday, NULL, NULL));
	SHOW(syscall(SYS_gettimeofday, 8, NULL));
}

static int64_t slept(int64_t start)
{
	return (now(CLOCK_MONOTONIC) - start) / MS;
}

static void sleeping(void)
{
	struct timespec t = { 0, 30 * MS }, rest = { 7, 7 };
	int64_t start = now(CLOCK_MONOTONIC);

	SHOW(nanosleep(&t, &rest));
	SHOW_IF(slept(start) >= 30);
	SHOW_IF(slept(start) < 20000);
	SHOW(rest.tv_sec);

	start = now(CLOCK_MONOTONIC);
	SHOW(clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL));
	SHOW_IF(slept(start) >= 30);

	start = now(CLOCK_MONOTONIC);
	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec += (t.tv_nsec + 30 * MS) / (1000 * MS);
	t.tv_nsec = (t.tv_nsec + 30 * MS) % (1000 * MS);
	SHOW(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &t, NULL));
	SHOW_IF(slept(start) >= 29);
	SHOW_IF(slept(start) < 20000);

	start = now(CLOCK_MONOTONIC);
	t = (struct timespec){ 1, 0 };
	SHOW(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL));	/* long past */
	SHOW(usleep(0));
	SHOW_IF(slept(start) < 20000);
}

static void refused(void)
{
	struct timespec t = { 0, 1000 * MS };

	SHOW(nanosleep(&t, NULL));
	t = (struct timespec){ 0, -1 };
	SHOW(nanosleep(&t, NULL));
	t = (struct timespec){ -1, 0 };
	SHOW(nanosleep(&t, NULL));
	SHOW(syscall(SYS_nanosleep, 8, NULL));
	SHOW(syscall(SYS_nanosleep, NULL, NULL));
	t = (struct timespec){ 0, 0 };
	SHOW(syscall(SYS_clock_nanosleep, 99, 0, &t, NULL));
	SHOW(syscall(SYS_clock_nanosleep, CLOCK_THREAD_CPUTIME_ID, 0, &t, NULL));
	SHOW(syscall(SYS_nanosleep, &t, NULL));
}

static void cpu_time(void)
{
	int64_t a = now(CLOCK_PROCESS_CPUTIME_ID), b = a, start = now(CLOCK_MONOTONIC);

	while (b <= a && slept(start) < 20000)
		b = now(CLOCK_PROCESS_CPUTIME_ID);
	SHOW_IF(b > a);
	SHOW_IF(clock() != (clock_t)-1);
}

static void calendar(void)
{
	time_t t = 1700000000;
	char text[64];
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %a", &tm);
	puts(text);
	SHOW(timegm(&tm));
}

int main(void)
{
	clocks();
	agreement();
	sleeping();
	refused();
	cpu_time();
	calendar();
	return 0;
}
