/* SPDX-License-Identifier: MIT */
/*
 * hybrid-signal - a signal between setting NSCT and the hypercall: the handler's system calls are
 * Linux's, and the interrupted code goes on with the flag set and all its registers.
 */
#define _GNU_SOURCE
#include <hedron/hybrid.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#define UD2_LENGTH	2
#define NOBODY		77777ul		/* a selector without a capability */

static int flag_in_handler = -1;
static pid_t pid_in_handler;

static void handler(int sig, siginfo_t *info, void *uc)
{
	flag_in_handler = hedron_utcb()->flags & UTCB_NSCT;
	pid_in_handler = getpid();
	((ucontext_t *)uc)->uc_mcontext.gregs[REG_RIP] += UD2_LENGTH;
}

/* Set the flag, run into an exception, and make the hypercall `up` behind it. */
static unsigned interrupted_up(uint64_t sel, uint64_t *keep, uint64_t *red_zone)
{
	uint64_t rdi = sel << HC_SEL_SHIFT | HC_SM_CTRL, rsi = 0, rdx = 0, rax = 0;

	__asm__ volatile("mov $0x1122334455667788, %%r12\n\t"
			 "mov %%r12, -64(%%rsp)\n\t"
			 "movl $1, %%gs:0\n\t"
			 "ud2\n\t"
			 "syscall\n\t"
			 "movl $0, %%gs:0\n\t"
			 "mov %%r12, %[keep]\n\t"
			 "mov -64(%%rsp), %%r12\n\t"
			 "mov %%r12, %[zone]"
			 : "+D"(rdi), "+S"(rsi), "+d"(rdx), "+a"(rax), [keep] "=m"(*keep),
			   [zone] "=m"(*red_zone)
			 :
			 : "rcx", "r8", "r11", "r12", "memory", "cc");
	return rdi & 0xff;
}

int main(void)
{
	struct sigaction sa = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };
	uint64_t keep = 0, red_zone = 0;
	unsigned status;

	if (!hedron_present()) {
		puts("not on Hedron");
		return 0;
	}
	sigaction(SIGILL, &sa, NULL);
	status = interrupted_up(NOBODY, &keep, &red_zone);
	printf("in the handler: NSCT %d, a Linux call works: %s\n", flag_in_handler,
	       pid_in_handler == getpid() ? "yes" : "no");
	printf("hypercall behind it: %s\n", hedron_status_name(status));
	printf("register and red zone kept: %s\n",
	       keep == 0x1122334455667788 && red_zone == keep ? "yes" : "no");
	return 0;
}
