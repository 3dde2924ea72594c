/* SPDX-License-Identifier: MIT */
/* handler.c - signal handlers: what they are told, what they may change, what survives them. */
#include "show.h"
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <ucontext.h>

static volatile sig_atomic_t got, depth, max_depth;
static sigjmp_buf out;
static char alternate[65536];

static void handle(int sig, int flags, void (*fn)(int, siginfo_t *, void *))
{
	struct sigaction sa = { .sa_sigaction = fn, .sa_flags = flags | SA_SIGINFO };

	sigemptyset(&sa.sa_mask);
	sigaction(sig, &sa, NULL);
}

static void count(int sig, siginfo_t *info, void *uc)
{
	got++;
}

/* ---- what is told -------------------------------------------------------------------------------- */

static void tell(int sig, siginfo_t *info, void *uc)
{
	printf("signal %d, code %d, from us: %s\n", sig, info->si_code,
	       info->si_pid == getpid() ? "yes" : "no");
}

static void tell_fault(int sig, siginfo_t *info, void *uc)
{
	const ucontext_t *c = uc;

	printf("signal %d, code %d, address %p, error %lld\n", sig, info->si_code, info->si_addr,
	       (long long)c->uc_mcontext.gregs[REG_ERR]);
	siglongjmp(out, 1);
}

static void told(void)
{
	handle(SIGUSR1, 0, tell);
	kill(getpid(), SIGUSR1);
	raise(SIGUSR1);
	handle(SIGSEGV, 0, tell_fault);
	if (!sigsetjmp(out, 1))
		*(volatile int *)0x1230 = 1;
	if (!sigsetjmp(out, 1))
		(void)*(volatile int *)0x1234;
	if (!sigsetjmp(out, 1))
		((void (*)(void))0x4000)();
	if (!sigsetjmp(out, 1))
		*(volatile char *)"text" = 1 == 1 ? 'x' : 0;
	handle(SIGFPE, 0, count);
	SHOW(raise(SIGFPE));
	SHOW_IF(got == 1);
}

/* ---- what survives ------------------------------------------------------------------------------- */

static void use_registers(int sig, siginfo_t *info, void *uc)
{
	volatile double x = 355.0;
	volatile long double y = 113.0L;

	got = x / (double)y * 1000;
	__asm__ volatile("pxor %%xmm0, %%xmm0; pxor %%xmm7, %%xmm7; pcmpeqd %%xmm15, %%xmm15"
			 : : : "xmm0", "xmm7", "xmm15");
}

/* Values in registers of all kinds, across a signal by which the thread does not notice it. */
static void survives(void)
{
	uint64_t in[2] = { 0x1122334455667788, 0x99aabbccddeeff00 }, sse[2], general;
	uint32_t mxcsr = 0x7f80, mxcsr_after;
	double x87;
	long result;

	handle(SIGUSR2, 0, use_registers);
	__asm__ volatile("ldmxcsr %[mxcsr]\n\t"
			 "movups %[in], %%xmm7\n\t"
			 "fldpi\n\t"
			 "mov $0x123456789abc, %%r12\n\t"
			 "syscall\n\t"
			 "movups %%xmm7, %[sse]\n\t"
			 "fstpl %[x87]\n\t"
			 "stmxcsr %[after]\n\t"
			 "mov %%r12, %[general]"
			 : [sse] "=m"(sse), [x87] "=m"(x87), [after] "=m"(mxcsr_after),
			   [general] "=m"(general), "=a"(result)
			 : [mxcsr] "m"(mxcsr), [in] "m"(in), "a"(62), "D"(getpid()), "S"(SIGUSR2)
			 : "rcx", "r11", "r12", "xmm7", "memory");
	SHOW(result);
	SHOW_IF(got == 3141);
	SHOW_IF(sse[0] == in[0] && sse[1] == in[1]);
	SHOW_IF(x87 > 3.14 && x87 < 3.15);
	SHOW_IF(mxcsr_after == mxcsr);
	SHOW_IF(general == 0x123456789abc);
	mxcsr = 0x1f80;
	__asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
}

/* ---- what a handler may change ------------------------------------------------------------------- */

static void skip(int sig, siginfo_t *info, void *uc)
{
	ucontext_t *c = uc;

	c->uc_mcontext.gregs[REG_RIP] += 2;	/* ud2 */
	c->uc_mcontext.gregs[REG_RAX] = 77;
}

static void block(int sig, siginfo_t *info, void *uc)
{
	sigaddset(&((ucontext_t *)uc)->uc_sigmask, SIGUSR2);
}

static void changes(void)
{
	sigset_t now;
	long rax;

	handle(SIGILL, 0, skip);
	__asm__ volatile("ud2" : "=a"(rax));
	SHOW(rax);
	handle(SIGUSR1, 0, block);
	raise(SIGUSR1);
	sigprocmask(SIG_BLOCK, NULL, &now);
	SHOW(sigismember(&now, SIGUSR2));
	SHOW(sigismember(&now, SIGUSR1));
	sigdelset(&now, SIGUSR2);
	sigprocmask(SIG_SETMASK, &now, NULL);
}

/* ---- masks, stacks, flags ------------------------------------------------------------------------ */

static void nest(int sig, siginfo_t *info, void *uc)
{
	if (++depth > max_depth)
		max_depth = depth;
	if (++got < 3)
		raise(sig);
	depth--;
}

static void where(int sig, siginfo_t *info, void *uc)
{
	char here;
	stack_t s;

	sigaltstack(NULL, &s);
	printf("on the alternate stack: %s, flags %d\n",
	       &here >= alternate && &here < alternate + sizeof(alternate) ? "yes" : "no", s.ss_flags);
}

static void flags(void)
{
	stack_t s = { .ss_sp = alternate, .ss_size = sizeof(alternate) };
	struct sigaction sa;

	got = depth = max_depth = 0;
	handle(SIGUSR1, 0, nest);
	raise(SIGUSR1);
	printf("one after the other: %d, %d deep\n", got, max_depth);
	got = depth = max_depth = 0;
	handle(SIGUSR1, SA_NODEFER, nest);
	raise(SIGUSR1);
	printf("one in the other: %d, %d deep\n", got, max_depth);

	SHOW(sigaltstack(&s, NULL));
	handle(SIGUSR1, SA_ONSTACK, where);
	raise(SIGUSR1);
	handle(SIGUSR1, SA_RESETHAND, where);
	raise(SIGUSR1);
	sigaction(SIGUSR1, NULL, &sa);
	SHOW_IF(sa.sa_handler == SIG_DFL);
}

static void waits(void)
{
	sigset_t block_it, none, pending;

	got = 0;
	handle(SIGUSR2, 0, count);
	sigemptyset(&none);
	sigemptyset(&block_it);
	sigaddset(&block_it, SIGUSR2);
	sigprocmask(SIG_BLOCK, &block_it, NULL);
	raise(SIGUSR2);
	raise(SIGUSR2);
	sigpending(&pending);
	printf("blocked: %d handled, pending %d\n", got, sigismember(&pending, SIGUSR2));
	SHOW(sigsuspend(&none));
	printf("then: %d handled\n", got);
	sigpending(&pending);
	SHOW(sigismember(&pending, SIGUSR2));
	sigprocmask(SIG_UNBLOCK, &block_it, NULL);
	SHOW_IF(got == 1);
}

/* ---- a stack that has run out -------------------------------------------------------------------- */

static void overflowed(int sig, siginfo_t *info, void *uc)
{
	where(sig, info, uc);
	exit(3);
}

static int endless(volatile char *p)
{
	volatile char frame[1024];

	frame[0] = *p;
	return endless(frame) + frame[0];
}

int main(void)
{
	told();
	survives();
	changes();
	flags();
	waits();
	handle(SIGSEGV, SA_ONSTACK, overflowed);
	return endless(alternate);
}
