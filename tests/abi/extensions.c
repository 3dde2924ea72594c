/* SPDX-License-Identifier: MIT */
/*
 * extensions.c - what some kernels offer beyond the ABI reference, as bits of the HIP say: badges of
 * ECs and mediators of foreign PDs (hedron/hypercall.h). A kernel without the bit must answer BAD_PAR.
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "regs.h"
#include "thread.h"

#define BADGE	0xbad9e0000badull

static bool offered(uint32_t feature)
{
	return env.hip->features & feature;
}

/* ---- badges --------------------------------------------------------------------------------- */

static void set_badge_and_fault(void *arg)
{
	__asm__ volatile("ud2");
}

/* RSI at the entry of the handler of a thread's #UD, the thread having that badge. */
static uint64_t rsi_with_badge(const uint64_t *badge)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = set_badge_and_fault });
	struct handler *h = handler_new(ROOT_SEL_PD, env.cpu);
	cap_sel pt = t->events + EVENT_UD;

	MUST(hedron_revoke(crd_obj(pt, 0, RIGHTS_ALL), 1));
	MUST(hedron_create_pt(pt, ROOT_SEL_PD, h->ec, 0, (uint64_t)spy_entry));
	if (badge)
		CHECK_OK(hedron_ec_badge(t->ec, *badge));
	h->utcb->items = 0;
	h->utcb->state.mtd = MTD_RIP;
	h->utcb->state.rip = (uint64_t)raw_syscall;	/* faults again: rdi is no address */
	spy_regs.rsi = 1;
	thread_start(t, PRIO_HIGH);
	thread_wait(t);
	return spy_regs.rsi;
}

static void badge_is_in_rsi(void)
{
	const uint64_t badge = BADGE;

	if (!offered(HIP_FEAT_BADGE)) {
		CHECK_STATUS(hedron_ec_badge(make_global_ec(), badge), HEDRON_BAD_PAR);
		return;
	}
	CHECK_EQ(rsi_with_badge(&badge), badge);
	CHECK_EQ(rsi_with_badge(NULL), 0);
}

static void badge_needs_the_right(void)
{
	cap_sel ec = make_global_ec();

	if (!offered(HIP_FEAT_BADGE))
		return;
	CHECK_STATUS(hedron_ec_badge(make_copy(ec, EC_BIND_PT), BADGE), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_ec_badge(make_sm(0), BADGE), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_hc(HC_EC_CTRL, 2, ec, 0, 0, 0, 0), HEDRON_BAD_PAR);
	CHECK_STATUS(hedron_hc(HC_EC_CTRL, 3, ec, 0, 0, 0, 0), HEDRON_BAD_PAR);
}

/* ---- mediators ------------------------------------------------------------------------------ */

static struct cpu_regs body_regs;

static void do_syscall(void *arg)
{
	raw_syscall(&body_regs);
}

static bool react(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_FOREIGN)
		return false;
	u->state.rip = u->state.rcx;
	u->state.rsp = u->state.r11;
	u->state.rflags = USER_RFLAGS;
	u->state.rax = 0x1234;
	u->state.mtd = MTD_ACDB | MTD_RSP | MTD_RIP | MTD_RFLAGS;
	return true;
}

static struct child *mediated_child(void)
{
	struct child *c = child_new_foreign();

	CHECK_OK(hedron_pd_mediator(c->pd, (uint64_t)mediator_page, HEDRON_PAGE_SIZE,
				    (uint64_t)mediator_entry));
	return c;
}

/* One call of a thread in `c`, with `rax`. */
static struct thread *run_mediated(struct child *c, uint64_t rax)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_syscall, .react = react,
							     .child = c });

	mediator_utcb = t->utcb;
	regs_mark(&body_regs, 0x6600);
	body_regs.rax = rax;
	thread_start(t, PRIO_HIGH);
	CHECK(thread_wait(t));
	CHECK(t->finished);
	return t;
}

static void call_goes_to_the_mediator(void)
{
	struct cpu_regs want;
	struct thread *t;

	if (!offered(HIP_FEAT_MEDIATOR)) {
		CHECK_STATUS(hedron_pd_mediator(child_new_foreign()->pd, 0x1000, 0x1000, 0x1000),
			     HEDRON_BAD_PAR);
		return;
	}
	t = run_mediated(mediated_child(), MEDIATOR_DONE);
	CHECK_EQ(t->count, 0);
	regs_mark(&want, 0x6600);
	CHECK_EQ(body_regs.rax, MEDIATOR_MARK);
	CHECK_EQ(body_regs.rcx, body_regs.rip);
	CHECK_EQ(body_regs.rdi, want.rdi);
	CHECK_EQ(body_regs.rsi, want.rsi);
	CHECK_EQ(body_regs.rdx, want.rdx);
	CHECK_EQ(body_regs.r8, want.r8);
	CHECK_EQ(body_regs.r10, want.r10);
	CHECK_EQ(body_regs.r15, want.r15);
}

static void call_from_the_mediator_is_a_message(void)
{
	struct thread *t;

	if (!offered(HIP_FEAT_MEDIATOR))
		return;
	t = run_mediated(mediated_child(), 0x77);
	CHECK_EQ(t->count, 1);
	CHECK_EQ(t->log[0].event, EVENT_FOREIGN);
	CHECK_EQ(t->log[0].state.rax, 0x77);
	CHECK((t->log[0].state.rip ^ (uint64_t)mediator_page) < HEDRON_PAGE_SIZE);
	CHECK_EQ(body_regs.rax, 0x1234);
}

static void mediator_can_be_taken_away(void)
{
	struct child *c;

	if (!offered(HIP_FEAT_MEDIATOR))
		return;
	c = mediated_child();
	CHECK_OK(hedron_pd_mediator(c->pd, 0, 0, 0));
	CHECK_EQ(run_mediated(c, MEDIATOR_DONE)->count, 1);
	CHECK_EQ(body_regs.rax, 0x1234);
}

static void mediator_errors(void)
{
	struct child *c = child_new_foreign();

	if (!offered(HIP_FEAT_MEDIATOR))
		return;
	CHECK_STATUS(hedron_pd_mediator(make_sm(0), 0x1000, 0x1000, 0x1000), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_pd_mediator(child_new()->pd, 0x1000, 0x1000, 0x1000), HEDRON_BAD_PAR);
	CHECK_STATUS(hedron_pd_mediator(c->pd, 0x1001, 0x1000, 0x1001), HEDRON_BAD_PAR);
	CHECK_STATUS(hedron_pd_mediator(c->pd, 0x1000, 0x1001, 0x1000), HEDRON_BAD_PAR);
	CHECK_STATUS(hedron_pd_mediator(c->pd, 0x1000, 0x1000, 0xfff), HEDRON_BAD_PAR);
	CHECK_STATUS(hedron_pd_mediator(c->pd, 0x1000, 0x1000, 0x2000), HEDRON_BAD_PAR);
	CHECK_STATUS(hedron_pd_mediator(c->pd, HEDRON_USER_END, 0x1000, HEDRON_USER_END),
		     HEDRON_BAD_PAR);
	CHECK_STATUS(hedron_pd_mediator(c->pd, 0x1000, -0x1000ull, 0x1000), HEDRON_BAD_PAR);
	CHECK_OK(hedron_pd_mediator(c->pd, 0, HEDRON_USER_END, 0x1234));
}

static const struct abi_case cases[] = {
	{ "badge: RSI of event messages; 0 if none was given", badge_is_in_rsi },
	{ "badge: BAD_CAP without EC_CTRL; sub-operations 2 and 3 BAD_PAR", badge_needs_the_right },
	{ "mediator: a foreign call goes on at its entry, registers kept",
	  call_goes_to_the_mediator },
	{ "mediator: its own foreign calls are messages", call_from_the_mediator_is_a_message },
	{ "mediator: size 0 takes it away", mediator_can_be_taken_away },
	{ "mediator: BAD_CAP and BAD_PAR", mediator_errors },
};
SUITE(extensions, cases);
