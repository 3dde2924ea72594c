/* SPDX-License-Identifier: MIT */
/* process.c - ids, limits, names, scheduling, random numbers: what a process may ask about itself. */
#include "show.h"
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

static void ids(void)
{
	uid_t r, e, s;

	SHOW_IF(getpid() > 0);
	SHOW_IF(syscall(SYS_gettid) == getpid());
	SHOW_IF(syscall(SYS_set_tid_address, NULL) == getpid());
	SHOW_IF(getppid() != getpid());
	SHOW_IF(getuid() == geteuid());
	SHOW_IF(getgid() == getegid());
	SHOW(getresuid(&r, &e, &s));
	SHOW_IF(r == getuid() && e == r && s == r);
	SHOW(getresgid(&r, &e, &s));
	SHOW_IF(r == getgid() && e == r && s == r);
	/* 0 is Linux's word for a group or session led from outside the PID namespace, as in a container. */
	SHOW_IF(getpgrp() >= 0);
	SHOW_IF(getpgid(0) == getpgrp());
	SHOW_IF(getsid(0) == getsid(getpid()) && getsid(0) >= 0);
	SHOW(getpgid(999999));
	SHOW_OK(getgroups(0, NULL));
	SHOW(getgroups(-1, NULL));
	SHOW(syscall(SYS_getresuid, 8, 8, 8));
}

static void limits(void)
{
	struct rlimit l, same;

	SHOW(getrlimit(RLIMIT_NOFILE, &l));
	SHOW_IF(l.rlim_cur >= 64 && l.rlim_cur <= l.rlim_max);
	SHOW(getrlimit(RLIMIT_STACK, &l));
	SHOW_IF(l.rlim_cur >= 1 << 20);
	l.rlim_cur = 1 << 22;
	SHOW(setrlimit(RLIMIT_STACK, &l));
	SHOW(getrlimit(RLIMIT_STACK, &same));
	SHOW_IF(same.rlim_cur == 1 << 22);
	SHOW(getrlimit(RLIMIT_NOFILE, &l));
	l.rlim_cur = 10;
	SHOW(setrlimit(RLIMIT_NOFILE, &l));
	for (int i = 3; i < 12; i++)
		SHOW(dup(0));
	SHOW(dup2(0, 10));
	l.rlim_cur = l.rlim_max + 1;
	if (l.rlim_max != RLIM_INFINITY)
		SHOW(setrlimit(RLIMIT_NOFILE, &l));
	l.rlim_cur = 2;
	l.rlim_max = 1;
	SHOW(setrlimit(RLIMIT_CORE, &l));
	SHOW(getrlimit(99, &l));
	SHOW(syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, 8));
	SHOW(syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, 8, NULL));
	SHOW(syscall(SYS_prlimit64, 999999, RLIMIT_NOFILE, NULL, &l));
	SHOW(syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, NULL));
}

static void names(void)
{
	struct utsname u;
	struct sysinfo i;

	SHOW(uname(&u));
	printf("%s, %s\n", u.sysname, u.machine);
	SHOW_IF(atoi(u.release) >= 4);
	SHOW_IF(strlen(u.version) > 0);
	SHOW_IF(strlen(u.nodename) > 0);
	SHOW(syscall(SYS_uname, 8));
	SHOW(sysinfo(&i));
	SHOW_IF(i.mem_unit > 0 && i.totalram > i.freeram);
	SHOW_IF(i.procs > 0);
	SHOW(syscall(SYS_sysinfo, 8));
}

static void scheduling(void)
{
	cpu_set_t set;
	unsigned cpu = 99, node = 99;
	struct sched_param p;

	SHOW(sched_yield());
	CPU_ZERO(&set);
	SHOW(sched_getaffinity(0, sizeof(set), &set));
	SHOW_IF(CPU_COUNT(&set) >= 1);
	SHOW_IF(syscall(SYS_sched_getaffinity, 0, sizeof(set), &set) >= 8);
	SHOW(syscall(SYS_sched_getaffinity, 0, 4, &set));
	SHOW(syscall(SYS_sched_getaffinity, 0, 0, &set));
	SHOW(syscall(SYS_sched_getaffinity, 999999, sizeof(set), &set));
	SHOW(syscall(SYS_sched_getaffinity, 0, sizeof(set), 8));
	SHOW(syscall(SYS_getcpu, &cpu, &node, NULL));
	SHOW_IF(cpu < 64 && node < 64);
	SHOW_IF(sched_getcpu() >= 0);
	SHOW(syscall(SYS_sched_getscheduler, 0));
	SHOW(syscall(SYS_sched_getparam, 0, &p));
	SHOW(p.sched_priority);
	SHOW(getpriority(PRIO_PROCESS, 0));
}

static unsigned distinct(const unsigned char *bytes, size_t n)
{
	unsigned char seen[256] = { 0 };
	unsigned count = 0;

	for (size_t i = 0; i < n; i++)
		count += !seen[bytes[i]]++;
	return count;
}

static void randomness(void)
{
	static unsigned char a[4096], b[4096];

	SHOW(getrandom(a, sizeof(a), 0));
	SHOW(getrandom(b, sizeof(b), GRND_NONBLOCK));
	SHOW_IF(memcmp(a, b, sizeof(a)) != 0);
	SHOW(distinct(a, sizeof(a)));
	SHOW(getrandom(a, 0, 0));
	SHOW(getrandom(a, 16, 0x100));
	SHOW(getrandom(a, 16, GRND_RANDOM));
	SHOW(getrandom((void *)8, 16, 0));
}

static void odds(void)
{
	char name[17] = "";

	SHOW(prctl(PR_SET_NAME, "a name that is too long"));
	SHOW(prctl(PR_GET_NAME, name));
	puts(name);
	SHOW(prctl(12345));
	SHOW(syscall(SYS_arch_prctl, 0x7777, 0));
	SHOW(syscall(SYS_arch_prctl, 0x1002, 1ul << 63));	/* ARCH_SET_FS, not canonical */
	SHOW(syscall(SYS_set_robust_list, NULL, 24));
	SHOW(syscall(SYS_set_robust_list, NULL, 23));
}

int main(void)
{
	syscall(SYS_close_range, 3, ~0u, 0);	/* what a test harness left open */
	ids();
	names();
	scheduling();
	randomness();
	odds();
	limits();
	return 0;
}
