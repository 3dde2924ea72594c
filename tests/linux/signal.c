/* SPDX-License-Identifier: MIT */
/* signal.c - signal actions, masks and pending signals of a process, without handlers. */
#include "show.h"
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>

/* What the kernel knows (rt_sigaction(2)), without libc's own additions. */
struct kernel_action {
	uint64_t handler, flags, restorer, mask;
};

static long action(int signal, const void *new, void *old, size_t size)
{
	return syscall(SYS_rt_sigaction, signal, new, old, size);
}

static long mask(int how, const void *new, void *old, size_t size)
{
	return syscall(SYS_rt_sigprocmask, how, new, old, size);
}

#define BIT(signal)	(1ul << ((signal) - 1))

static void actions(void)
{
	struct kernel_action a = { 0x12345000, 0x04000000 | SA_NODEFER, 0x54321000, BIT(SIGUSR2) }, b;

	SHOW(action(SIGUSR1, NULL, &b, 8));
	SHOW_IF(b.handler == 0 && b.mask == 0);
	SHOW(action(SIGUSR1, &a, &b, 8));
	SHOW(action(SIGUSR1, NULL, &b, 8));
	SHOW_IF(!memcmp(&a, &b, sizeof(a)));
	a = (struct kernel_action){ (uint64_t)SIG_IGN, 0, 0, BIT(SIGKILL) | BIT(SIGHUP) };
	SHOW(action(SIGUSR1, &a, NULL, 8));
	SHOW(action(SIGUSR1, NULL, &b, 8));
	SHOW_IF(b.handler == (uint64_t)SIG_IGN);
	SHOW_IF(b.mask == BIT(SIGHUP));

	SHOW(action(SIGKILL, NULL, &b, 8));
	SHOW(action(SIGKILL, &a, NULL, 8));
	SHOW(action(SIGSTOP, &a, NULL, 8));
	SHOW(action(0, NULL, &b, 8));
	SHOW(action(65, NULL, &b, 8));
	SHOW(action(64, NULL, &b, 8));
	SHOW(action(-1, NULL, &b, 8));
	SHOW(action(SIGUSR1, NULL, &b, 4));
	SHOW(action(SIGUSR1, (void *)8, NULL, 8));
	SHOW(action(SIGUSR1, NULL, (void *)8, 8));
}

static void masks(void)
{
	uint64_t set = BIT(SIGUSR1) | BIT(SIGKILL) | BIT(SIGSTOP), old = 0;

	SHOW(mask(SIG_SETMASK, &set, NULL, 8));
	SHOW(mask(SIG_BLOCK, NULL, &old, 8));
	SHOW_IF(old == BIT(SIGUSR1));
	set = BIT(SIGUSR2) | BIT(64);
	SHOW(mask(SIG_BLOCK, &set, &old, 8));
	SHOW_IF(old == BIT(SIGUSR1));
	set = BIT(SIGUSR1) | BIT(64);
	SHOW(mask(SIG_UNBLOCK, &set, NULL, 8));
	SHOW(mask(77, NULL, &old, 8));
	SHOW_IF(old == BIT(SIGUSR2));
	SHOW(mask(77, &set, NULL, 8));
	SHOW(mask(SIG_BLOCK, &set, NULL, 16));
	SHOW(mask(SIG_BLOCK, (void *)8, NULL, 8));
	SHOW(mask(SIG_BLOCK, NULL, (void *)8, 8));
}

static void pending(void)
{
	uint64_t set = BIT(SIGTERM) | BIT(SIGUSR1) | BIT(SIGRTMIN), got = 1, none = 0;
	struct kernel_action ignore = { (uint64_t)SIG_IGN, 0, 0, 0 };

	SHOW(mask(SIG_SETMASK, &set, NULL, 8));
	SHOW(syscall(SYS_rt_sigpending, &got, 8));
	SHOW_IF(got == 0);
	SHOW(kill(getpid(), SIGTERM));
	SHOW(raise(SIGUSR1));
	SHOW(syscall(SYS_rt_sigpending, &got, 8));
	SHOW_IF(got == (BIT(SIGTERM) | BIT(SIGUSR1)));
	SHOW(syscall(SYS_rt_sigpending, (void *)8, 8));
	SHOW(syscall(SYS_rt_sigpending, &got, 16));

	/* To ignore a signal is to forget it. */
	SHOW(action(SIGTERM, &ignore, NULL, 8));
	SHOW(action(SIGUSR1, &ignore, NULL, 8));
	SHOW(syscall(SYS_rt_sigpending, &got, 8));
	SHOW_IF(got == 0);
	SHOW(mask(SIG_SETMASK, &none, NULL, 8));
	SHOW(kill(getpid(), SIGTERM));
}

static void killing(void)
{
	SHOW(kill(getpid(), 0));
	SHOW(kill(getpid(), 65));
	SHOW(kill(getpid(), -1));
	SHOW(kill(999999, 0));
	SHOW(kill(getpid(), SIGCHLD));
	SHOW(kill(getpid(), SIGURG));
	SHOW(kill(getpid(), SIGWINCH));
	SHOW(kill(getpid(), SIGCONT));
	SHOW(syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), 0));
	SHOW(syscall(SYS_tgkill, getpid(), 999999, 0));
	SHOW(syscall(SYS_tgkill, -1, 1, 0));
	SHOW(syscall(SYS_tgkill, getpid(), 0, 0));
	SHOW(syscall(SYS_tkill, syscall(SYS_gettid), 0));
	SHOW(syscall(SYS_tkill, 0, 0));
}

static void stacks(void)
{
	static char memory[65536];
	stack_t s = { .ss_sp = memory, .ss_size = sizeof(memory) }, old;

	SHOW(sigaltstack(NULL, &old));
	SHOW_IF(old.ss_flags == SS_DISABLE);
	SHOW(sigaltstack(&s, &old));
	SHOW(sigaltstack(NULL, &old));
	SHOW_IF(old.ss_sp == memory && old.ss_size == sizeof(memory) && old.ss_flags == 0);
	s.ss_size = 100;
	SHOW(syscall(SYS_sigaltstack, &s, NULL));
	s.ss_size = sizeof(memory);
	s.ss_flags = 0x100;
	SHOW(syscall(SYS_sigaltstack, &s, NULL));
	s.ss_flags = SS_DISABLE;
	SHOW(sigaltstack(&s, NULL));
	SHOW(sigaltstack(NULL, &old));
	SHOW_IF(old.ss_flags == SS_DISABLE);
	SHOW(syscall(SYS_sigaltstack, 8, NULL));
	SHOW(syscall(SYS_sigaltstack, NULL, 8));
}

int main(void)
{
	actions();
	masks();
	pending();
	killing();
	stacks();
	return 0;
}
