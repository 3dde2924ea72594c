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
#include "ipc.h"
#include "pages.h"
#include "pd.h"
#include "pt.h"
#include "space_obj.h"
#include "x86.h"
#include <hedron/mtd.h>

/* What a reply may set: CF PF AF ZF SF TF DF OF NT AC ID. */
#define RFLAGS_USER	0x244dd5ull
_Static_assert(!(RFLAGS_USER & MTD_RFLAGS_CLEARED), "ABI reference 6");

#define VECTORS_SENT	0xf7c7bu	/* 0 1 3..6 10..14 16..19: those a user program can raise */

HOT static void state_store(struct hedron_state *s, struct ec *ec, uint64_t mtd)
{
	const struct frame *f = &ec->frame;

	s->mtd = mtd;
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
	if (mtd & MTD_FS_GS) {
		ec_save_bases(ec);
		s->fs_base = ec->fs_base;
		s->gs_base = ec->gs_base;
	}
	if (mtd & MTD_QUAL) {
		s->qual[0] = ec->qual[0];
		s->qual[1] = ec->qual[1];
	}
}

/* The values that a CPU refuses are checked before any is stored. */
HOT static bool state_load(struct ec *ec, const struct hedron_state *s, uint64_t mtd)
{
	struct frame *f = &ec->frame;
	uint64_t rip = READ_ONCE(s->rip);
	uint64_t fs = READ_ONCE(s->fs_base), gs = READ_ONCE(s->gs_base);

	if (mtd & MTD_RIP && !is_canonical(rip))
		return false;
	if (mtd & MTD_FS_GS && !(is_canonical(fs) && is_canonical(gs)))
		return false;
	if (mtd & MTD_RIP)
		f->rip = rip;
	if (mtd & MTD_FS_GS) {
		ec->fs_base = fs;
		ec->gs_base = gs;
	}
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
	return true;
}

HOT struct ec *event_send(struct ec *ec, cap_sel sel)
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
	pt->ec->utcb->items = UTCB_EVENT_WORDS;
	state_store(&pt->ec->utcb->state, ec, pt->mtd);
	if (unlikely(pt->mtd & MTD_FPU))
		fpu_lend(ec, pt->ec);
	ec->in_event = true;
	pt->ec->frame.rsi = READ_ONCE(ec->badge);
	ipc_enter(ec, pt);
	return NULL;
}

void event_exception(struct ec *ec, unsigned vector)
{
	if (vector == VEC_MC)
		wrmsr(MSR_MCG_STATUS, 0);	/* taken; another one before would stop the CPU */
	ec->qual[0] = ec->frame.error;
	ec->qual[1] = vector == VEC_PF ? read_cr2() : 0;
	if (VECTORS_SENT >> vector & 1)
		event_send(ec, (cap_sel)ec->event_base + vector);
	else
		ec_kill(ec, "unexpected exception");
}

HOT void event_from_syscall(struct ec *ec)
{
	struct frame *f = &ec->frame;

	f->rcx = f->rip;
	f->r11 = f->rsp;
	f->vector = VEC_IRET;
	ec->qual[0] = ec->qual[1] = 0;
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
struct windows event_windows(const struct ec *ec)
{
	return (struct windows){
		.del = crd_mem(ec->qual[1] >> PAGE_SHIFT, CRD_ORDER_MAX, MEM_R | MEM_W | MEM_X),
	};
}

HOT bool event_answer(struct ec *ec, struct ec *h)
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
