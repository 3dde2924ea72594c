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

/* What a handler is told: the parts of siginfo_t that we ever fill. */
struct sig_info {
	int code;			/* SI_USER, SEGV_*, ... */
	int pid;			/* SI_USER, SI_TKILL: who sent it */
	uint32_t uid;
	uint64_t addr;			/* faults */
};

/* Signals that wait for delivery: of each number one, the first (signal(7)). */
struct sig_pending {
	sig_set set;
	struct sig_info info[LX_SIGNALS];
};

struct sig_process {
	struct sig_action action[LX_SIGNALS];
	struct sig_pending pending;
};

struct sig_thread {
	sig_set blocked;
	struct sig_pending pending;
	uint64_t stack, stack_size;	/* sigaltstack(2) */
	uint32_t stack_flags;		/* SS_DISABLE, SS_AUTODISARM */
	sig_set saved;			/* mask from before signal_mask_for_call() ... */
	bool restore;			/* ... which is to come back */
	uint32_t restart;		/* 1 + number of the call that said EINTR, if it can be repeated */
	uint64_t trap_number, trap_error, trap_addr;	/* of the last exception, for the frame */
};

void signal_init_thread(struct thread *t);

/*
 * signal_send - to this thread, by the system itself (SIGPIPE for a write, ...). It is delivered, or
 * ends the process, when the call that is being served has its result.
 */
void signal_send(struct thread *t, int sig);

/* A signal waits that is not blocked: a call that waits must give up with -EINTR. */
bool signal_pending(const struct thread *t);

/*
 * signal_mask_for_call - another mask while the call runs (ppoll, pselect6, rt_sigsuspend): `uaddr`
 * points to the mask, 0 is none; size must be 8.  0, -EINVAL, -EFAULT.  The old mask comes back when
 * the call has its result. Does nothing when the call runs again.
 */
long signal_mask_for_call(struct thread *t, uint64_t uaddr, uint64_t size);

/* An exception of the thread, or a page fault without a page: to be delivered at once. */
void signal_fault(struct thread *t, int sig, int code, uint64_t addr);

/* server.c: turns t->regs to the handler of a pending signal, or ends the process. */
void signal_deliver(struct thread *t);
/* server.c: call `nr` has its result: takes back the mask of signal_mask_for_call(). */
void signal_call_done(struct thread *t, uint64_t nr, long result);

/* "SIGSEGV", ...; "signal 77" if there is none such. */
const char *signal_name(int sig);
