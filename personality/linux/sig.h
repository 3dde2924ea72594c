/* SPDX-License-Identifier: MIT */
/* sig.h - signals; the story is at the head of signal.c. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct process;
struct thread;

#define LX_SIGNALS	64		/* 1..64 */

typedef uint64_t sig_set;		/* bit n - 1: signal n */
static inline sig_set sig_bit(int sig)	{ return 1ull << (sig - 1); }

/* struct sigaction of the kernel interface. */
struct sig_action {
	uint64_t handler;		/* SIG_DFL, SIG_IGN or an address */
	uint64_t flags;			/* SA_* */
	uint64_t restorer;
	sig_set mask;
};

struct sig_process {
	struct sig_action action[LX_SIGNALS];
	sig_set pending;
};

struct sig_thread {
	sig_set blocked;
	sig_set pending;
	uint64_t stack, stack_size;	/* sigaltstack(2) */
	int stack_flags;
	sig_set saved;			/* mask to return to after sigsuspend, ppoll, pselect */
	bool restore;
};

/*
 * signal_send - as kill(2) by the kernel itself (SIGPIPE for a write, ...). If its action is to end
 * the process, the process has ended when this returns.
 */
void signal_send(struct thread *t, int sig);

/* A call that waits must give up with -EINTR. */
bool signal_pending(const struct thread *t);

/*
 * signal_mask_for_call - another mask while the call runs (ppoll, pselect6, rt_sigsuspend): `uaddr`
 * points to the mask, 0 is none; size must be 8.  0, -EINVAL, -EFAULT.  The old mask comes back when
 * the call has its result. Does nothing when the call runs again.
 */
long signal_mask_for_call(struct thread *t, uint64_t uaddr, uint64_t size);

/* `si_code` and `si_addr` of a fault; ends the process unless it handles the signal. */
void signal_fault(struct thread *t, int sig, int code, uint64_t addr);

/* "SIGSEGV", ... */
const char *signal_name(int sig);
