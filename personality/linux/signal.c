/* SPDX-License-Identifier: MIT */
/*
 * signal.c - signals (signal(7)): actions, masks, sending, and what happens on delivery.
 *
 * A signal is entered as pending with a thread or a process. It is acted upon when a message of the
 * thread is answered: the action is taken, or the registers are turned to the handler (sigframe.c).
 * A parked thread is woken for it; its call finds signal_pending() and says -EINTR. A thread that
 * runs is recalled, so that a message of it comes.
 *
 * Limits: real-time signals are not queued; stop signals are ignored (there is no one to continue).
 */
#include "sig.h"

#include <stdio.h>

#include <asm/errno.h>
#include <asm/unistd_64.h>
#include <linux/signal.h>
#include <hedron/native.h>

#include "calls.h"
#include "process.h"
#include "server.h"
#include "sigframe.h"
#include "thread.h"
#include "trace.h"
#include "usermem.h"

#define MASK_SIZE	8			/* sigsetsize, the only one allowed */
#define UNBLOCKABLE	(sig_bit(SIGKILL) | sig_bit(SIGSTOP))
#define ACTION_DEFAULT	((uint64_t)SIG_DFL)
#define ACTION_IGNORE	((uint64_t)SIG_IGN)

/* Default action is to do nothing; stop signals are among them, see above. */
#define IGNORED		(sig_bit(SIGCHLD) | sig_bit(SIGURG) | sig_bit(SIGWINCH) | sig_bit(SIGCONT) | \
			 sig_bit(SIGSTOP) | sig_bit(SIGTSTP) | sig_bit(SIGTTIN) | sig_bit(SIGTTOU))

/* What exceptions lead to. */
#define FAULTS		(sig_bit(SIGSEGV) | sig_bit(SIGBUS) | sig_bit(SIGILL) | sig_bit(SIGFPE) | \
			 sig_bit(SIGTRAP) | sig_bit(SIGSYS))

const char *signal_name(int sig)
{
	static const char *const names[] = {
		[SIGHUP] = "SIGHUP", [SIGINT] = "SIGINT", [SIGQUIT] = "SIGQUIT",
		[SIGILL] = "SIGILL", [SIGTRAP] = "SIGTRAP", [SIGABRT] = "SIGABRT",
		[SIGBUS] = "SIGBUS", [SIGFPE] = "SIGFPE", [SIGKILL] = "SIGKILL",
		[SIGUSR1] = "SIGUSR1", [SIGSEGV] = "SIGSEGV", [SIGUSR2] = "SIGUSR2",
		[SIGPIPE] = "SIGPIPE", [SIGALRM] = "SIGALRM", [SIGTERM] = "SIGTERM",
		[SIGSTKFLT] = "SIGSTKFLT", [SIGCHLD] = "SIGCHLD", [SIGCONT] = "SIGCONT",
		[SIGSTOP] = "SIGSTOP", [SIGTSTP] = "SIGTSTP", [SIGTTIN] = "SIGTTIN",
		[SIGTTOU] = "SIGTTOU", [SIGURG] = "SIGURG", [SIGXCPU] = "SIGXCPU",
		[SIGXFSZ] = "SIGXFSZ", [SIGVTALRM] = "SIGVTALRM", [SIGPROF] = "SIGPROF",
		[SIGWINCH] = "SIGWINCH", [SIGIO] = "SIGIO", [SIGPWR] = "SIGPWR",
		[SIGSYS] = "SIGSYS",
	};
	static char other[24];

	if (sig > 0 && sig < (int)ARRAY_SIZE(names) && names[sig])
		return names[sig];
	if (sig >= SIGRTMIN && sig <= LX_SIGNALS)
		snprintf(other, sizeof(other), "SIGRT_%d", sig - SIGRTMIN);
	else
		snprintf(other, sizeof(other), "signal %d", sig);
	return other;
}

void signal_init_thread(struct thread *t)
{
	t->sig = (struct sig_thread){ .stack_flags = SS_DISABLE };
}

/* ---- pending --------------------------------------------------------------------------------- */

bool signal_pending(const struct thread *t)
{
	return (t->sig.pending.set | t->process->sig.pending.set) & ~t->sig.blocked;
}

static void enter(struct sig_pending *to, int sig, const struct sig_info *info)
{
	if (to->set & sig_bit(sig))
		return;
	to->set |= sig_bit(sig);
	to->info[sig - 1] = *info;
}

/* Would nobody notice it? */
static bool is_ignored(const struct process *p, int sig)
{
	uint64_t handler = p->sig.action[sig - 1].handler;

	return handler == ACTION_IGNORE || (handler == ACTION_DEFAULT && IGNORED & sig_bit(sig));
}

/* Makes the thread come by. */
static void notify(struct thread *t)
{
	if (!signal_pending(t))
		return;
	if (t->state == THREAD_PARKED)
		wake_thread(t);
	else if (t->state == THREAD_RUNNING && t != server_current)
		hedron_recall(thread_ec(t));
}

static void kill_process(struct thread *t, int sig, const struct sig_info *info);

static void send_thread(struct thread *t, int sig, const struct sig_info *info)
{
	if (is_ignored(t->process, sig) && !(t->sig.blocked & sig_bit(sig)))
		return;
	if (sig == SIGKILL) {
		kill_process(t, sig, info);
		return;
	}
	enter(&t->sig.pending, sig, info);
	notify(t);
}

static void send_process(struct process *p, int sig, const struct sig_info *info)
{
	struct thread *to = process_thread(p);
	struct list *pos;

	if (is_ignored(p, sig))
		return;
	if (sig == SIGKILL) {
		kill_process(to, sig, info);
		return;
	}
	enter(&p->sig.pending, sig, info);
	LIST_EACH(pos, &p->threads) {
		struct thread *t = LIST_ITEM(pos, struct thread, of_process);

		if (!(t->sig.blocked & sig_bit(sig))) {
			to = t;
			break;
		}
	}
	notify(to);
}

void signal_send(struct thread *t, int sig)
{
	struct sig_info info = { .code = SI_KERNEL };

	send_thread(t, sig, &info);
}

/* ---- what a signal does ---------------------------------------------------------------------- */

static const char *cause(int sig, const struct sig_info *info)
{
	if (info->code == SI_USER || info->code == SI_TKILL)
		return "sent by a process";
	if (sig == SIGKILL)
		return "out of memory";
	return FAULTS & sig_bit(sig) ? "exception" : "by the system";
}

static void kill_process(struct thread *t, int sig, const struct sig_info *info)
{
	struct process *p = t->process;

	hedron_log("%s[%d]: killed by %s (%s, code %d), rip %#llx, rsp %#llx, address %#llx", p->name,
		   p->pid, signal_name(sig), cause(sig, info), info->code,
		   (unsigned long long)t->regs.rip, (unsigned long long)t->regs.rsp,
		   (unsigned long long)info->addr);
	if (p->trace)
		trace_event(t, "+++ killed by %s +++", signal_name(sig));
	process_exit(p, PROGRAM_KILLED, sig);
}

void signal_fault(struct thread *t, int sig, int code, uint64_t addr)
{
	struct sig_info info = { .code = code, .addr = addr };
	struct sig_action *action = &t->process->sig.action[sig - 1];

	if (t->process->trace)
		trace_event(t, "--- %s {si_code=%d, si_addr=%#llx} ---", signal_name(sig), code,
			    (unsigned long long)addr);
	if (t->sig.blocked & sig_bit(sig) || action->handler == ACTION_IGNORE)
		action->handler = ACTION_DEFAULT;	/* it cannot go on without */
	t->sig.blocked &= ~sig_bit(sig);
	t->sig.pending.set &= ~sig_bit(sig);
	enter(&t->sig.pending, sig, &info);
	if (action->handler == ACTION_DEFAULT)
		kill_process(t, sig, &info);
}

/* The next signal to act upon, out of the pending ones; 0: none. Faults come first. */
static int take_pending(struct thread *t, struct sig_info *info)
{
	struct sig_pending *from = &t->sig.pending;
	sig_set set = from->set & ~t->sig.blocked;
	int sig;

	if (!set) {
		from = &t->process->sig.pending;
		set = from->set & ~t->sig.blocked;
	}
	if (!set)
		return 0;
	sig = __builtin_ctzll(set & FAULTS ? set & FAULTS : set) + 1;
	from->set &= ~sig_bit(sig);
	*info = from->info[sig - 1];
	return sig;
}

/* Runs the handler of `sig`, by turning t->regs to it. */
static void call_handler(struct thread *t, int sig, const struct sig_info *info)
{
	struct sig_action action = t->process->sig.action[sig - 1];
	sig_set mask = t->sig.restore ? t->sig.saved : t->sig.blocked;

	if (t->sig.restart && action.flags & SA_RESTART) {
		t->regs.rax = t->sig.restart - 1;
		t->regs.rip -= SYSCALL_LENGTH;
	}
	t->sig.restart = 0;
	if (!sigframe_push(t, sig, info, &action, mask)) {
		kill_process(t, SIGSEGV, &(struct sig_info){ .code = SI_KERNEL, .addr = t->regs.rsp });
		return;
	}
	t->sig.restore = false;
	t->sig.blocked |= action.mask;
	if (!(action.flags & SA_NODEFER))
		t->sig.blocked |= sig_bit(sig);
	if (action.flags & SA_RESETHAND)
		t->process->sig.action[sig - 1].handler = ACTION_DEFAULT;
}

static void take_back_mask(struct thread *t)
{
	if (t->sig.restore)
		t->sig.blocked = t->sig.saved;
	t->sig.restore = false;
}

void signal_deliver(struct thread *t)
{
	struct sig_info info;
	int sig;

	while (!t->process->ending && (sig = take_pending(t, &info))) {
		uint64_t handler = t->process->sig.action[sig - 1].handler;

		if (is_ignored(t->process, sig))
			continue;
		if (handler == ACTION_DEFAULT)
			kill_process(t, sig, &info);
		else
			call_handler(t, sig, &info);
	}
	take_back_mask(t);
}

/* Calls that a handler with SA_RESTART does not interrupt (signal(7)): those that wait for input, a
 * lock or a child; not those that wait for time or for one of many things. */
static bool can_restart(uint64_t nr)
{
	switch (nr) {
	case __NR_read:
	case __NR_readv:
	case __NR_write:
	case __NR_writev:
	case __NR_ioctl:
	case __NR_open:
	case __NR_openat:
	case __NR_fcntl:
	case __NR_flock:
	case __NR_futex:
	case __NR_getrandom:
		return true;
	}
	return false;
}

void signal_call_done(struct thread *t, uint64_t nr, long result)
{
	t->sig.restart = result == -EINTR && can_restart(nr) ? nr + 1 : 0;
	if (!signal_pending(t))
		take_back_mask(t);
}

long signal_mask_for_call(struct thread *t, uint64_t uaddr, uint64_t size)
{
	sig_set mask;

	if (!uaddr || t->call.again)
		return 0;
	if (size != MASK_SIZE)
		return -EINVAL;
	if (copy_in(t->process->mm, &mask, uaddr, sizeof(mask)))
		return -EFAULT;
	t->sig.saved = t->sig.blocked;
	t->sig.restore = true;
	t->sig.blocked = mask & ~UNBLOCKABLE;
	return 0;
}

/* ---- system calls: actions and masks --------------------------------------------------------- */

/* rt_sigaction(2) */
long lx_rt_sigaction(struct thread *t, const uint64_t *a)
{
	struct sig_action *action, new;
	int sig = a[0];

	if (a[3] != MASK_SIZE || sig < 1 || sig > LX_SIGNALS)
		return -EINVAL;
	if (a[1] && UNBLOCKABLE & sig_bit(sig))
		return -EINVAL;
	if (a[1] && copy_in(t->process->mm, &new, a[1], sizeof(new)))
		return -EFAULT;
	action = &t->process->sig.action[sig - 1];
	if (a[2] && copy_out(t->process->mm, a[2], action, sizeof(*action)))
		return -EFAULT;
	if (!a[1])
		return 0;
	new.mask &= ~UNBLOCKABLE;
	*action = new;
	if (is_ignored(t->process, sig)) {
		t->process->sig.pending.set &= ~sig_bit(sig);
		t->sig.pending.set &= ~sig_bit(sig);
	}
	return 0;
}

/* rt_sigprocmask(2) */
long lx_rt_sigprocmask(struct thread *t, const uint64_t *a)
{
	sig_set old = t->sig.blocked, set;

	if (a[3] != MASK_SIZE)
		return -EINVAL;
	if (a[1]) {
		if (copy_in(t->process->mm, &set, a[1], sizeof(set)))
			return -EFAULT;
		set &= ~UNBLOCKABLE;
		switch ((int)a[0]) {
		case SIG_BLOCK:
			t->sig.blocked |= set;
			break;
		case SIG_UNBLOCK:
			t->sig.blocked &= ~set;
			break;
		case SIG_SETMASK:
			t->sig.blocked = set;
			break;
		default:
			return -EINVAL;
		}
	}
	return a[2] && copy_out(t->process->mm, a[2], &old, sizeof(old)) ? -EFAULT : 0;
}

/* sigpending(2) */
long lx_rt_sigpending(struct thread *t, const uint64_t *a)
{
	sig_set set = (t->sig.pending.set | t->process->sig.pending.set) & t->sig.blocked;

	if (a[1] > MASK_SIZE)
		return -EINVAL;
	return copy_out(t->process->mm, a[0], &set, a[1]) ? -EFAULT : 0;
}

/* sigsuspend(2) */
long lx_rt_sigsuspend(struct thread *t, const uint64_t *a)
{
	long err;

	if (a[1] != MASK_SIZE)
		return -EINVAL;
	err = a[0] ? signal_mask_for_call(t, a[0], a[1]) : -EFAULT;
	if (err)
		return err;
	return signal_pending(t) ? -EINTR : LX_PARK;
}

/* pause(2) */
long lx_pause(struct thread *t, const uint64_t *a)
{
	return signal_pending(t) ? -EINTR : LX_PARK;
}

static bool on_alternate_stack(const struct thread *t)
{
	return t->regs.rsp - t->sig.stack - 1 < t->sig.stack_size;
}

/* sigaltstack(2) */
long lx_sigaltstack(struct thread *t, const uint64_t *a)
{
	struct sig_thread *s = &t->sig;
	stack_t new, old = {
		.ss_sp = (void *)s->stack, .ss_size = s->stack_size,
		.ss_flags = s->stack_flags | (s->stack_size && on_alternate_stack(t) ? SS_ONSTACK : 0),
	};
	int mode;

	if (a[0]) {
		if (copy_in(t->process->mm, &new, a[0], sizeof(new)))
			return -EFAULT;
		mode = new.ss_flags & ~SS_AUTODISARM;
		if (s->stack_size && on_alternate_stack(t))
			return -EPERM;
		if (mode != SS_DISABLE && mode != SS_ONSTACK && mode != 0)
			return -EINVAL;
		if (mode != SS_DISABLE && new.ss_size < MINSIGSTKSZ)
			return -ENOMEM;
		s->stack = mode == SS_DISABLE ? 0 : (uint64_t)new.ss_sp;
		s->stack_size = mode == SS_DISABLE ? 0 : new.ss_size;
		s->stack_flags = mode == SS_DISABLE ? SS_DISABLE : new.ss_flags & SS_AUTODISARM;
	}
	return a[1] && copy_out(t->process->mm, a[1], &old, sizeof(old)) ? -EFAULT : 0;
}

/* rt_sigreturn(2) */
long lx_rt_sigreturn(struct thread *t, const uint64_t *a)
{
	if (!sigframe_pop(t))
		signal_fault(t, SIGSEGV, SI_KERNEL, t->regs.rsp);
	return LX_REGS;
}

/* ---- system calls: sending ------------------------------------------------------------------- */

static struct sig_info info_of_sender(const struct thread *t, int code)
{
	return (struct sig_info){ .code = code, .pid = t->process->pid, .uid = t->process->uid };
}

static bool is_signal(int sig)	{ return sig >= 0 && sig <= LX_SIGNALS; }

/* kill(2) */
long lx_kill(struct thread *t, const uint64_t *a)
{
	struct sig_info info = info_of_sender(t, SI_USER);
	struct list *pos, *after;
	int pid = a[0], sig = a[1], found = 0;
	int group = pid == 0 ? t->process->pgid : pid < -1 ? -pid : 0;

	if (!is_signal(sig))
		return -EINVAL;
	LIST_EACH_SAFE(pos, after, &processes) {	/* SIGKILL takes a process out */
		struct process *p = LIST_ITEM(pos, struct process, all);

		if (p->ending || (pid > 0 && p->pid != pid) || (group && p->pgid != group) ||
		    (pid == -1 && p == t->process))
			continue;
		found++;
		if (sig)
			send_process(p, sig, &info);
	}
	return found ? 0 : -ESRCH;
}

static long kill_thread(struct thread *t, int pid, int tid, int sig)
{
	struct sig_info info = info_of_sender(t, SI_TKILL);
	struct list *pos, *th;

	LIST_EACH(pos, &processes) {
		struct process *p = LIST_ITEM(pos, struct process, all);

		if (p->ending || (pid && p->pid != pid))
			continue;
		LIST_EACH(th, &p->threads) {
			struct thread *to = LIST_ITEM(th, struct thread, of_process);

			if (to->tid != tid)
				continue;
			if (sig)
				send_thread(to, sig, &info);
			return 0;
		}
	}
	return -ESRCH;
}

/* tgkill(2) */
long lx_tgkill(struct thread *t, const uint64_t *a)
{
	int pid = a[0], tid = a[1], sig = a[2];

	if (pid <= 0 || tid <= 0 || !is_signal(sig))
		return -EINVAL;
	return kill_thread(t, pid, tid, sig);
}

/* tkill(2) */
long lx_tkill(struct thread *t, const uint64_t *a)
{
	int tid = a[0], sig = a[1];

	if (tid <= 0 || !is_signal(sig))
		return -EINVAL;
	return kill_thread(t, 0, tid, sig);
}
