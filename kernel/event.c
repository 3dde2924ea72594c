/* SPDX-License-Identifier: MIT */
/*
 * event.c - events: what happens to an EC becomes a message with its state to a portal of its PD,
 * and the reply sets its state (ABI reference 6, 7, 8).
 *
 * The message is written only when the handler is idle, straight from the frame into its UTCB. No
 * portal, a dead handler or one on another CPU: the EC is killed.
 */
#include "event.h"
#include "cpu.h"
#include "delegate.h"
#include "ec.h"
#include "fpu.h"
#include "hypercall.h"
#include "ipc.h"
#include "leave.h"
#include "pages.h"
#include "pd.h"
#include "pt.h"
#include "sc.h"
#include "space_obj.h"
#include "x86.h"
#include <hedron/mtd.h>

/* What a reply may set: CF PF AF ZF SF TF DF OF NT AC ID. */
#define RFLAGS_USER	0x244dd5ull
_Static_assert(!(RFLAGS_USER & MTD_RFLAGS_CLEARED), "ABI reference 6");

/* What most messages carry; what answers to foreign calls set, besides R8_R15. */
#define MTD_DATA	(MTD_ACDB | MTD_BSD | MTD_R8_R15)
#define MTD_ANSWER	(MTD_ACDB | MTD_RSP | MTD_RIP | MTD_RFLAGS)
#define MTD_USED	(MTD_GPR | MTD_RIP | MTD_RFLAGS | MTD_FS_GS | MTD_FPU)	/* in a reply */

#define VECTORS_SENT	0xf7c7bu	/* 0 1 3..6 10..14 16..19: those a user program can raise */

/* Both want most bits to be known to the compiler: state_store(), state_load(). */
static inline void regs_store(struct hedron_state *s, const struct frame *f, uint64_t mtd)
{
	if (mtd & MTD_ACDB) {
		s->rax = f->rax;
		s->rcx = f->rcx;
		s->rdx = f->rdx;
		s->rbx = f->rbx;
	}
	if (mtd & MTD_BSD) {
		s->rbp = f->rbp;
		s->rsi = f->rsi;
		s->rdi = f->rdi;
	}
	if (mtd & MTD_RSP)
		s->rsp = f->rsp;
	if (mtd & MTD_RIP)
		s->rip = f->rip;
	if (mtd & MTD_RFLAGS)
		s->rflags = f->rflags;
	if (mtd & MTD_R8_R15) {
		s->r8 = f->r8;
		s->r9 = f->r9;
		s->r10 = f->r10;
		s->r11 = f->r11;
		s->r12 = f->r12;
		s->r13 = f->r13;
		s->r14 = f->r14;
		s->r15 = f->r15;
	}
}

static inline void regs_load(struct frame *f, const struct hedron_state *s, uint64_t mtd)
{
	if (mtd & MTD_ACDB) {
		f->rax = s->rax;
		f->rcx = s->rcx;
		f->rdx = s->rdx;
		f->rbx = s->rbx;
	}
	if (mtd & MTD_BSD) {
		f->rbp = s->rbp;
		f->rsi = s->rsi;
		f->rdi = s->rdi;
	}
	if (mtd & MTD_RSP)
		f->rsp = s->rsp;
	if (mtd & MTD_RFLAGS)
		f->rflags = (READ_ONCE(s->rflags) & RFLAGS_USER) | MTD_RFLAGS_SET;
	if (mtd & MTD_R8_R15) {
		f->r8 = s->r8;
		f->r9 = s->r9;
		f->r10 = s->r10;
		f->r11 = s->r11;
		f->r12 = s->r12;
		f->r13 = s->r13;
		f->r14 = s->r14;
		f->r15 = s->r15;
	}
}

/* The bases of `ec` are saved. `known`: bits of mtd that are set for sure. */
static inline void state_store(struct hedron_state *s, const struct ec *ec, uint64_t mtd,
			       uint64_t known)
{
	s->mtd = mtd;
	regs_store(s, &ec->frame, known);
	regs_store(s, &ec->frame, mtd & ~known);
	if (mtd & MTD_FS_GS) {
		s->fs_base = ec->fs_base;
		s->gs_base = ec->gs_base;
	}
	if (mtd & MTD_QUAL) {
		s->qual[0] = ec->qual[0];
		s->qual[1] = ec->qual[1];
	}
}

/* The values that a CPU refuses are checked before any is stored. */
static WARM bool state_load(struct ec *ec, const struct hedron_state *s, uint64_t mtd)
{
	uint64_t rip = READ_ONCE(s->rip);
	uint64_t fs = READ_ONCE(s->fs_base), gs = READ_ONCE(s->gs_base);

	if (mtd & MTD_RIP && !is_canonical(rip))
		return false;
	if (mtd & MTD_FS_GS && !(is_canonical(fs) && is_canonical(gs)))
		return false;
	if (mtd & MTD_RIP)
		ec->frame.rip = rip;
	if (mtd & MTD_FS_GS) {
		ec->fs_base = fs;
		ec->gs_base = gs;
	}
	regs_load(&ec->frame, s, mtd);
	return true;
}

WARM struct ec *event_send(struct ec *ec, cap_sel sel)
{
	struct pt *pt = cap_pt(ec->pd, sel, 0);
	const char *reason = NULL;

	if (unlikely(!pt))
		reason = "PT not found";
	else if (unlikely(pt->ec->cpu != ec->cpu))
		reason = "PT wrong CPU";
	else if (unlikely(pt->ec->state == EC_DEAD))
		reason = "IPC Timeout";
	if (unlikely(reason)) {
		ec_kill(ec, reason);
		return NULL;
	}
	if (unlikely(pt->ec->state != EC_IDLE)) {
		ec->state = EC_RETRY;
		ec->retry = RETRY_EVENT;
		ec->event_sel = sel;
		this_cpu()->current = NULL;
		return pt->ec;
	}
	ec_save_bases(ec);
	pt->ec->utcb->items = UTCB_EVENT_WORDS;
	state_store(&pt->ec->utcb->state, ec, pt->mtd, 0);
	if (pt->mtd & MTD_FPU)
		fpu_lend(ec, pt->ec);
	pt->ec->frame.rsi = READ_ONCE(ec->badge);
	ipc_enter(this_cpu(), ec, pt, pt->ec, true);
	return NULL;
}

static NOINLINE struct ec *send_and_leave(struct ec *ec, cap_sel sel, struct pt *pt)
{
	if (pt)
		event_send(ec, sel);
	else
		ec_kill(ec, "PT not found");
	return kernel_exit();
}

/* To a handler that can take it. */
static ALWAYS_INLINE struct ec *deliver(struct ec *ec, const struct pt *pt, uint64_t mtd, uint64_t known)
{
	struct cpu *cpu = this_cpu();
	struct ec *h = pt->ec;
	struct hedron_utcb *u = h->utcb;

	leave_bases(ec);
	u->items = UTCB_EVENT_WORDS;
	state_store(&u->state, ec, mtd, known);
	h->frame.rsi = READ_ONCE(ec->badge);
	ipc_enter(cpu, ec, pt, h, true);
	return leave_to(cpu, ec, h);
}

/* A message that is not as most are. */
static NOINLINE struct ec *deliver_other(struct ec *ec, cap_sel sel, struct pt *pt)
{
	return pt->mtd & MTD_FPU ? send_and_leave(ec, sel, pt) : deliver(ec, pt, pt->mtd, 0);
}

HOT struct ec *event_now(struct ec *ec, cap_sel sel, struct pt *pt)
{
	if (unlikely(!pt || !leave_can_send(this_cpu(), pt->ec)))
		return send_and_leave(ec, sel, pt);
	if (unlikely((pt->mtd & (MTD_DATA | MTD_FPU)) != MTD_DATA))
		return deliver_other(ec, sel, pt);
	return deliver(ec, pt, pt->mtd, MTD_DATA);
}

HOT struct ec *event_exception(struct ec *ec, unsigned vector)
{
	cap_sel sel = (cap_sel)ec->event_base + vector;

	if (unlikely(vector == VEC_MC))
		wrmsr(MSR_MCG_STATUS, 0);	/* taken; another one before would stop the CPU */
	ec->qual[0] = ec->frame.error;
	ec->qual[1] = vector == VEC_PF ? read_cr2() : 0;
	if (likely(VECTORS_SENT >> vector & 1))
		return event_now(ec, sel, cap_pt(ec->pd, sel, 0));
	ec_kill(ec, "unexpected exception");
	return kernel_exit();
}

void event_recall(struct ec *ec)
{
	ec->recall = false;
	if (ec->frame.vector == VEC_SYSCALL) {
		event_from_syscall(ec);
		ec->frame.rflags = USER_RFLAGS;
	}
	ec->qual[0] = ec->qual[1] = 0;
	event_send(ec, (cap_sel)ec->event_base + EVENT_RECALL);
}

/* Memory sent with a reply goes to the page the event was about (ABI 7.4). */
WARM struct windows event_windows(const struct ec *ec)
{
	return (struct windows){
		.del = crd_mem(ec->qual[1] >> PAGE_SHIFT, CRD_ORDER_MAX, MEM_R | MEM_W | MEM_X),
	};
}

WARM bool event_answer(struct ec *ec, struct ec *h)
{
	const struct hedron_state *s = &h->utcb->state;
	uint64_t mtd = READ_ONCE(s->mtd);

	if (unlikely(!state_load(ec, s, mtd))) {
		ec_kill(ec, "bad state in reply");
		return false;
	}
	if (mtd & MTD_FPU)
		fpu_give(h, ec);
	ec->frame.vector = VEC_IRET;
	return true;
}

/* Whether a SYSRET gives the registers of the frame exactly, and cannot fault in the kernel. */
static inline bool fits_sysret(const struct frame *f)
{
	return f->rcx == f->rip && f->r11 == f->rflags && !(f->rflags & RFLAGS_TF) && !(f->rip >> 47);
}

/* What the answer to a foreign call sets, as a rule. */
static inline bool answer_load(struct ec *ec, const struct hedron_state *s, uint64_t mtd)
{
	uint64_t rip = READ_ONCE(s->rip);

	if ((mtd & MTD_USED & ~MTD_R8_R15) != MTD_ANSWER || rip >> 47)
		return false;
	ec->frame.rip = rip;
	regs_load(&ec->frame, s, MTD_ANSWER);
	regs_load(&ec->frame, s, mtd & MTD_R8_R15);
	return true;
}

static inline struct ec *answered(struct ec *h, struct ec *ec)
{
	ipc_leave(h, ec);
	ec->frame.vector = fits_sysret(&ec->frame) ? VEC_SYSRET : VEC_IRET;
	leave_bases(h);
	return leave_to(this_cpu(), h, ec);
}

static WARM NOINLINE struct ec *other_reply(struct ec *h, struct ec *ec, uint64_t mtd)
{
	if (mtd & MTD_FPU || !state_load(ec, &h->utcb->state, mtd))
		return hypercall(h);
	return answered(h, ec);
}

HOT struct ec *event_reply(struct ec *h, struct ec *ec)
{
	const struct hedron_state *s = &h->utcb->state;
	uint64_t mtd = READ_ONCE(s->mtd);

	if (unlikely(sc_is_abandoned(this_cpu()->sc, ec)))
		return hypercall(h);
	return answer_load(ec, s, mtd) ? answered(h, ec) : other_reply(h, ec, mtd);
}
