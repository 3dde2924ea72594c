/* SPDX-License-Identifier: MIT */
/*
 * sigframe.c - a signal handler's frame on the program's stack, laid out as Linux does.
 *
 *	fpstate		processor state in XSAVE format, 64-byte aligned (struct _xstate); in FXSAVE
 *			format (struct _fpstate_64) on a CPU without XSAVE
 *	rt_sigframe	return address (sa_restorer), struct ucontext, siginfo
 *
 * The registers that a message brings are written here. The FPU's, and the flags word of the UTCB
 * with NSCT, only the thread itself can save: it enters the handler through a stub in the vDSO. On
 * the way back the FPU registers are loaded here, in the handler EC, after they were checked, and go
 * to the thread with the answer; NSCT is set again by a second stub, in the one case that it was.
 *
 * So a signal between "flag set" and the hypercall of a hybrid program is harmless (hypercall.h).
 */
#include "sigframe.h"

#include <stddef.h>
#include <string.h>

#include <cpuid.h>
#include <linux/signal.h>
#include <asm/sigcontext.h>
#include <asm/ucontext.h>
#include <hedron/utcb.h>

#include "../vdso/vvar.h"
#include "mm.h"
#include "process.h"
#include "server.h"
#include "usermem.h"
#include "vdso.h"

#define RED_ZONE	128
#define XSTATE_ALIGN	64
#define XSTATE_HEADER	512		/* Intel SDM vol. 1, 13.4.2 */
#define XSTATE_HEADER_SIZE 64
#define LX_USER_CS	0x33		/* what Linux's frames say */
#define LX_USER_SS	0x2b
#define FLAGS_FIXED	0x202ull
#define FLAGS_USER	0x244dd5ull	/* AC OF DF TF SF ZF AF PF CF ID: what a program may set */

struct rt_sigframe {
	uint64_t pretcode;
	struct ucontext uc;
	siginfo_t info;
};
_Static_assert(offsetof(struct rt_sigframe, uc) == 8, "the handler's return address comes first");
_Static_assert(sizeof(struct sigcontext) == 256, "UAPI asm/sigcontext.h");

static uint64_t xcr0(void)
{
	uint32_t low, high;

	__asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return (uint64_t)high << 32 | low;
}

/* Bytes of processor state: in XSAVE format with what is enabled, or in FXSAVE format. */
static uint32_t xstate_size(void)
{
	static uint32_t size;
	unsigned a, b = 0, c, d;

	if (size)
		return size;
	if (!server_has_xsave())
		size = sizeof(struct _fpstate_64);
	else if (__get_cpuid_count(0xd, 0, &a, &b, &c, &d))
		size = b <= SERVER_XSTATE_MAX ? b : XSTATE_HEADER + XSTATE_HEADER_SIZE;
	return size;
}

/* ---- push ------------------------------------------------------------------------------------ */

static void save_regs(struct sigcontext *sc, const struct thread *t)
{
	const struct regs *r = &t->regs;

	*sc = (struct sigcontext){
		.r8 = r->r8, .r9 = r->r9, .r10 = r->r10, .r11 = r->r11, .r12 = r->r12,
		.r13 = r->r13, .r14 = r->r14, .r15 = r->r15, .rdi = r->rdi, .rsi = r->rsi,
		.rbp = r->rbp, .rbx = r->rbx, .rdx = r->rdx, .rax = r->rax, .rcx = r->rcx,
		.rsp = r->rsp, .rip = r->rip, .eflags = r->rflags, .cs = LX_USER_CS,
		.ss = LX_USER_SS, .err = t->sig.trap_error, .trapno = t->sig.trap_number,
		.cr2 = t->sig.trap_addr,
	};
}

static void fill_info(siginfo_t *si, int sig, const struct sig_info *info)
{
	memset(si, 0, sizeof(*si));
	si->si_signo = sig;
	si->si_code = info->code;
	if (info->code == SI_USER || info->code == SI_TKILL) {
		si->si_pid = info->pid;
		si->si_uid = info->uid;
	} else {
		si->si_addr = (void *)info->addr;
	}
}

/* The parts of the saved state that XSAVE does not write: header, and the words that tell the size. */
static bool put_xstate_frame(struct mm *mm, uint64_t at)
{
	static const uint8_t header[XSTATE_HEADER_SIZE];
	uint32_t magic2 = FP_XSTATE_MAGIC2, size = xstate_size();
	struct _fpx_sw_bytes sw;

	if (!server_has_xsave())
		return user_reach(mm, at, size, true) == size;
	sw = (struct _fpx_sw_bytes){
		.magic1 = FP_XSTATE_MAGIC1, .extended_size = size + FP_XSTATE_MAGIC2_SIZE,
		.xfeatures = xcr0(), .xstate_size = size,
	};
	return !copy_out(mm, at + offsetof(struct _fpstate_64, sw_reserved), &sw, sizeof(sw)) &&
	       !copy_out(mm, at + XSTATE_HEADER, header, sizeof(header)) &&
	       !copy_out(mm, at + size, &magic2, sizeof(magic2)) &&
	       user_reach(mm, at, size, true) == size;
}

/* Where the frame's upper end may be: the alternate stack if it is wanted, or below the red zone. */
static uint64_t stack_for(const struct thread *t, const struct sig_action *action)
{
	const struct sig_thread *s = &t->sig;
	bool on_it = t->regs.rsp - s->stack - 1 < s->stack_size;

	if (action->flags & SA_ONSTACK && s->stack_size && !on_it)
		return s->stack + s->stack_size;
	return t->regs.rsp - RED_ZONE;
}

bool sigframe_push(struct thread *t, int sig, const struct sig_info *info,
		   const struct sig_action *action, sig_set mask)
{
	struct mm *mm = t->process->mm;
	struct sig_thread *s = &t->sig;
	uint64_t top = stack_for(t, action), xstate, at;
	struct rt_sigframe frame;

	if (!(action->flags & SA_RESTORER))
		return false;
	xstate = (top - xstate_size() - FP_XSTATE_MAGIC2_SIZE) & ~(uint64_t)(XSTATE_ALIGN - 1);
	at = ((xstate - sizeof(frame)) & ~15ull) - 8;		/* as after a call */
	memset(&frame, 0, sizeof(frame));
	frame.pretcode = action->restorer;
	frame.uc.uc_flags = UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS;
	if (server_has_xsave())
		frame.uc.uc_flags |= UC_FP_XSTATE;
	frame.uc.uc_stack = (stack_t){
		.ss_sp = (void *)s->stack, .ss_size = s->stack_size, .ss_flags = s->stack_flags,
	};
	save_regs(&frame.uc.uc_mcontext, t);
	frame.uc.uc_mcontext.oldmask = mask;
	frame.uc.uc_mcontext.fpstate = (void *)xstate;
	memcpy(&frame.uc.uc_sigmask, &mask, sizeof(mask));
	fill_info(&frame.info, sig, info);
	if (!put_xstate_frame(mm, xstate) || copy_out(mm, at, &frame, sizeof(frame)))
		return false;

	if (s->stack_flags & SS_AUTODISARM) {
		s->stack = s->stack_size = 0;
		s->stack_flags = SS_DISABLE;
	}
	t->regs.rip = vdso_stub(mm, server_has_xsave() ? VDSO_SIGNAL_ENTRY : VDSO_SIGNAL_ENTRY_FX);
	t->regs.rsp = at;
	t->regs.rdi = sig;
	t->regs.rsi = at + offsetof(struct rt_sigframe, info);
	t->regs.rdx = at + offsetof(struct rt_sigframe, uc);
	t->regs.rcx = LX_UTCB_BASE + t->number * PAGE_SIZE;
	t->regs.r10 = xstate;
	t->regs.r11 = action->handler;
	t->regs.rflags = FLAGS_FIXED;
	return true;
}

/* ---- pop ------------------------------------------------------------------------------------- */

static void restore_regs(struct regs *r, const struct sigcontext *sc)
{
	r->r8 = sc->r8;
	r->r9 = sc->r9;
	r->r10 = sc->r10;
	r->r11 = sc->r11;
	r->r12 = sc->r12;
	r->r13 = sc->r13;
	r->r14 = sc->r14;
	r->r15 = sc->r15;
	r->rdi = sc->rdi;
	r->rsi = sc->rsi;
	r->rbp = sc->rbp;
	r->rbx = sc->rbx;
	r->rdx = sc->rdx;
	r->rax = sc->rax;
	r->rcx = sc->rcx;
	r->rsp = sc->rsp;
	r->rip = sc->rip;
	r->rflags = (sc->eflags & FLAGS_USER) | FLAGS_FIXED;
}

/* Processor state that XRSTOR or FXRSTOR takes without a fault (Intel SDM vol. 1, 13.8, 10.5.1). */
static bool xstate_is_sane(const uint8_t *area)
{
	uint64_t words[XSTATE_HEADER_SIZE / 8];
	uint32_t mxcsr;

	memcpy(&mxcsr, area + offsetof(struct _fpstate_64, mxcsr), sizeof(mxcsr));
	if (mxcsr & ~0xffffu)
		return false;
	if (!server_has_xsave())
		return true;
	memcpy(words, area + XSTATE_HEADER, sizeof(words));
	if (words[0] & ~xcr0())
		return false;
	for (unsigned i = 1; i < ARRAY_SIZE(words); i++)
		if (words[i])
			return false;
	return true;
}

/* The FPU registers for the answer, and the flags word of the UTCB that the entry stub kept. */
static bool restore_xstate(struct mm *mm, uint64_t at, uint32_t *flags)
{
	uint8_t *area = server_xstate();

	*flags = 0;
	if (!at)
		return true;
	if (at % XSTATE_ALIGN || copy_in(mm, area, at, xstate_size()) || !xstate_is_sane(area))
		return false;
	memcpy(flags, area + VDSO_FRAME_FLAGS, sizeof(*flags));
	server_answer_xstate();
	return true;
}

/* The interrupted code had NSCT set: it goes on behind the stub that sets it again. */
static bool return_through_stub(struct thread *t)
{
	uint64_t words[] = { t->regs.rax, t->regs.rip };
	uint64_t at = t->regs.rsp - RED_ZONE - sizeof(words);

	if (copy_out(t->process->mm, at, words, sizeof(words)))
		return false;
	t->regs.rsp = at;
	t->regs.rip = vdso_stub(t->process->mm, VDSO_SIGNAL_RETURN);
	t->regs.rax = LX_UTCB_BASE + t->number * PAGE_SIZE;
	return true;
}

bool sigframe_pop(struct thread *t)
{
	struct mm *mm = t->process->mm;
	struct rt_sigframe frame;
	uint32_t flags;
	sig_set mask;

	/* The handler's `ret` took the first word. */
	if (copy_in(mm, &frame, t->regs.rsp - 8, sizeof(frame)))
		return false;
	if (frame.uc.uc_mcontext.rip >= HEDRON_USER_END)
		return false;
	if (!restore_xstate(mm, (uint64_t)frame.uc.uc_mcontext.fpstate, &flags))
		return false;
	memcpy(&mask, &frame.uc.uc_sigmask, sizeof(mask));
	t->sig.blocked = mask & ~(sig_bit(SIGKILL) | sig_bit(SIGSTOP));
	t->sig.stack = (uint64_t)frame.uc.uc_stack.ss_sp;
	t->sig.stack_size = frame.uc.uc_stack.ss_size;
	t->sig.stack_flags = frame.uc.uc_stack.ss_flags & (SS_DISABLE | SS_AUTODISARM);
	restore_regs(&t->regs, &frame.uc.uc_mcontext);
	return flags & UTCB_NSCT ? return_through_stub(t) : true;
}
