/* SPDX-License-Identifier: MIT */
/*
 * foreign_pd.c - what else holds in foreign PDs: other ways into the kernel, event base 0, shared handlers,
 * the toggle at work (ABI reference 8.1, 8.2, 8.4 to 8.6), and HIP_FEAT_FOREIGN_STATE.
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "portal.h"
#include "regs.h"
#include "thread.h"

static struct cpu_regs regs;

static void do_call(void *arg)
{
	raw_syscall(&regs);
}

static void resume(struct hedron_utcb *u)
{
	u->state.rip = u->state.rcx;
	u->state.rsp = u->state.r11;
	u->state.rflags = USER_RFLAGS;
	u->state.rax = 0x1234;
	u->state.mtd = MTD_ACDB | MTD_RSP | MTD_RIP | MTD_RFLAGS;
}

static bool react_resume(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event == EVENT_FOREIGN)
		resume(u);
	return event == EVENT_FOREIGN;
}

/* ---- what is a foreign call ----------------------------------------------------------------- */

static void any_register_values_are_foreign(void)
{
	for (unsigned nr = 0; nr < HC_COUNT; nr++) {
		struct thread *t;

		regs = (struct cpu_regs){ .rdi = nr | (uint64_t)ROOT_SEL_PD << HC_SEL_SHIFT,
					  .rax = nr, .rsi = ROOT_SEL_PD, .rflags = USER_RFLAGS };
		t = thread_run(&(struct thread_spec){ .fn = do_call, .react = react_resume,
						      .child = child_new_foreign() });
		thread_only_event(t, EVENT_FOREIGN);
		CHECK_EQ(regs.rax, 0x1234);
	}
}

static void do_int80(void *arg)		{ __asm__ volatile("int $0x80"); }
static void do_sysenter(void *arg)	{ __asm__ volatile("sysenter"); }

static void int_80_is_an_exception(void)
{
	struct thread *t = thread_run(&(struct thread_spec){ .fn = do_int80,
							     .child = child_new_foreign() });

	thread_only_event(t, EVENT_GP);
}

static void sysenter_is_an_exception(void)
{
	struct thread *t = thread_run(&(struct thread_spec){ .fn = do_sysenter,
							     .child = child_new_foreign() });

	CHECK_EQ(t->count, 1);
	CHECK(t->log[0].event == EVENT_UD || t->log[0].event == EVENT_GP);
}

static void do_fault_and_call(void *arg)
{
	for (unsigned i = 0; i < 5; i++) {
		__asm__ volatile("int3");
		raw_syscall(&regs);
	}
}

static bool react_both(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	return event == EVENT_BP || react_resume(t, event, u);
}

static void faults_and_calls_in_turn(void)
{
	struct thread *t;

	regs = (struct cpu_regs){ .rflags = USER_RFLAGS };
	t = thread_run(&(struct thread_spec){ .fn = do_fault_and_call, .react = react_both,
					      .child = child_new_foreign() });
	CHECK(t->finished);
	CHECK_EQ(t->count, 10);
	for (unsigned i = 0; i < 10; i++)
		CHECK_EQ(t->log[i].event, i % 2 ? EVENT_FOREIGN : EVENT_BP);
}

/* ---- which portal --------------------------------------------------------------------------- */

/* With event base 0 the portal at base + CPU is the one that gets the message. */
static void event_base_0(void)
{
	const struct child *c = child_new_foreign();
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_call, .react = react_resume,
							     .child = c });
	cap_sel ec = sel_alloc();

	MUST(hedron_revoke_remote(c->pd, crd_obj(FOREIGN_BASE + env.cpu, 0, RIGHTS_ALL), 1));
	child_give_at(c, t->portals[EVENT_FOREIGN].sel, FOREIGN_BASE + env.cpu, 0);
	child_give_at(c, t->events, 0, 5);
	MUST(hedron_create_ec(ec, c->pd, HC_EC_GLOBAL, env.cpu, va_alloc(0),
			      (uint64_t)t->stack_top, 0));
	t->utcb = 0;
	t->react = react_resume;
	regs = (struct cpu_regs){ .rax = 5, .rflags = USER_RFLAGS };
	CHECK_OK(hedron_create_sc(t->sc, ROOT_SEL_PD, ec, PRIO_HIGH, QUANTUM_US));
	sleep_ms(2);
	CHECK(t->count >= 1);
	CHECK_EQ(t->log[0].event, EVENT_FOREIGN);
	CHECK_EQ(t->log[0].state.rax, 5);
	CHECK_EQ(regs.rax, 0x1234);
}

static void base_is_the_pds(void)
{
	cap_sel pd = sel_alloc();
	const cap_sel base = 0x4200;
	struct thread *t;
	struct child *c;

	MUST(hedron_create_pd(pd, ROOT_SEL_PD, 0, PD_FOREIGN | base << PD_FOREIGN_BASE_SHIFT));
	c = child_wrap(pd);
	t = thread_new(&(struct thread_spec){ .fn = do_call, .react = react_resume, .child = c });
	child_give_at(c, t->portals[EVENT_BP].sel, base + env.cpu, 0);
	child_give_at(c, t->portals[EVENT_BP].sel, t->events + base + env.cpu, 0);
	regs = (struct cpu_regs){ .rflags = USER_RFLAGS };
	thread_start(t, PRIO_HIGH);
	sleep_ms(2);
	CHECK_EQ(t->log[0].event, EVENT_BP);		/* that portal's name */
	CHECK_EQ(t->log[0].state.rcx & ~0xfffull, (uint64_t)raw_syscall & ~0xfffull);
}

/* Two threads, one event base, one handler: each answer goes to whom it belongs. */
static void do_own_call(void *arg)
{
	struct cpu_regs r = { .rdi = (uint64_t)arg, .rflags = USER_RFLAGS };

	for (unsigned i = 0; i < 50; i++) {
		raw_syscall(&r);
		CHECK_EQ(r.rax, (uint64_t)arg + 1);
		CHECK_EQ(r.rdi, (uint64_t)arg);
	}
}

static bool react_add(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_FOREIGN)
		return false;
	resume(u);
	u->state.rax = u->state.rdi + 1;
	return true;
}

static void threads_share_a_handler(void)
{
	const struct child *c = child_new_foreign();
	struct thread *t[3];

	for (unsigned i = 0; i < 3; i++) {
		t[i] = thread_new(&(struct thread_spec){ .fn = do_own_call, .react = react_add,
							 .child = c, .arg = (void *)(i * 0x100ull) });
		if (i) {
			cap_sel at = t[i]->events + FOREIGN_BASE + env.cpu;

			MUST(hedron_revoke_remote(c->pd, crd_obj(at, 0, RIGHTS_ALL), 1));
			child_give_at(c, t[0]->portals[EVENT_FOREIGN].sel, at, 0);
		}
		MUST(hedron_create_sc(t[i]->sc, ROOT_SEL_PD, t[i]->ec, PRIO_LOW, 300));
	}
	for (unsigned i = 0; i < 3; i++) {
		CHECK(thread_wait(t[i]));
		CHECK(t[i]->finished);
	}
	CHECK_EQ(t[0]->count, 150);
}

/* ---- the reply ------------------------------------------------------------------------------ */

static bool react_fpu(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	static struct fx_state fx;

	if (event != EVENT_FOREIGN)
		return false;
	resume(u);
	fx_save(&fx);
	memset(fx.xmm, 0x42, sizeof(fx.xmm));
	fx_load(&fx);
	u->state.mtd |= MTD_FPU;
	return true;
}

static struct fx_state after;

static void do_call_and_save(void *arg)
{
	raw_syscall(&regs);
	fx_save(&after);
}

static void fpu_bit_in_the_reply(void)
{
	regs = (struct cpu_regs){ .rflags = USER_RFLAGS };
	memset(&after, 0, sizeof(after));
	CHECK(thread_run(&(struct thread_spec){ .fn = do_call_and_save, .react = react_fpu,
						.child = child_new_foreign() })->finished);
	for (unsigned i = 0; i < 16; i++)
		CHECK_EQ(after.xmm[i][7], 0x42);
}

static bool react_elsewhere(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_FOREIGN)
		return false;
	resume(u);
	u->state.rip = (uint64_t)raw_ud2;
	u->state.rdi = 0x20;			/* no address: #PF */
	u->state.mtd |= MTD_BSD;
	return true;
}

static void reply_continues_elsewhere(void)
{
	struct thread *t;

	regs = (struct cpu_regs){ .rflags = USER_RFLAGS };
	t = thread_run(&(struct thread_spec){ .fn = do_call, .react = react_elsewhere,
					      .child = child_new_foreign() });
	CHECK(!t->finished);
	CHECK_EQ(t->count, 2);
	CHECK_EQ(t->log[1].event, EVENT_PF);
	CHECK_EQ(t->log[1].state.qual[1] & ~0xfffull, 0);
}

static bool react_single_step(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event == EVENT_DB) {
		u->state.rflags &= ~0x100ull;
		u->state.mtd = MTD_RFLAGS;
		return true;
	}
	if (event != EVENT_FOREIGN)
		return false;
	resume(u);
	u->state.rflags = USER_RFLAGS | 0x100;
	return true;
}

static void reply_can_single_step(void)
{
	struct thread *t;

	regs = (struct cpu_regs){ .rflags = USER_RFLAGS };
	t = thread_run(&(struct thread_spec){ .fn = do_call, .react = react_single_step,
					      .child = child_new_foreign() });
	CHECK(t->finished);
	CHECK_EQ(t->count, 2);
	CHECK_EQ(t->log[1].event, EVENT_DB);
}

/* ---- the toggle ----------------------------------------------------------------------------- */

struct toggling {
	struct hedron_utcb *utcb;
	cap_sel sm;
};

static void do_toggle(void *arg)
{
	struct toggling *n = arg;

	for (unsigned i = 0; i < 10; i++) {
		n->utcb->flags = i % 2 ? UTCB_NSCT : 0;
		if (i % 2)
			CHECK_OK(hedron_sm_up(n->sm));
		else
			raw_syscall(&regs);
	}
}

static void toggle_on_and_off(void)
{
	const struct child *c = child_new_foreign();
	struct toggling n = { .sm = make_sm(0) };
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_toggle, .arg = &n, .child = c,
							     .react = react_resume });

	regs = (struct cpu_regs){ .rflags = USER_RFLAGS };
	n.utcb = t->utcb;
	child_give(c, n.sm, 0);
	thread_start(t, PRIO_HIGH);
	CHECK(thread_wait(t));
	CHECK(t->finished);
	CHECK_EQ(t->count, 5);
	for (unsigned i = 0; i < 5; i++)
		CHECK_OK(hedron_sm_down(n.sm, 1));
	CHECK_STATUS(hedron_sm_down(n.sm, 1), HEDRON_TIMEOUT);
}

static void do_forever(void *arg)
{
	for (;;)
		raw_syscall(&regs);
}

/* create_ec with flag 11: the creator holds the toggle (8.6). */
static void creators_mapping_controls_it(void)
{
	const struct child *c = child_new_foreign();
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_forever, .child = c,
							     .react = react_resume });
	cap_sel ec = sel_alloc(), sm = make_sm(0);
	struct hedron_utcb *utcb = (struct hedron_utcb *)va_alloc(0);

	MUST(hedron_create_ec(ec, c->pd, HC_EC_GLOBAL | HC_EC_UTCB_IN_CALLER, env.cpu,
			      (uint64_t)utcb, (uint64_t)t->stack_top, (uint32_t)t->events));
	child_give(c, sm, 0);
	regs = (struct cpu_regs){ .rdi = HC_SM_CTRL | sm << HC_SEL_SHIFT, .rflags = USER_RFLAGS };
	CHECK_OK(hedron_create_sc(t->sc, ROOT_SEL_PD, ec, PRIO_LOW, 1000));
	CHECK(EVENTUALLY(t->count > 3));
	CHECK_STATUS(hedron_sm_down(sm, 1), HEDRON_TIMEOUT);
	utcb->flags = UTCB_NSCT;
	regs.rdi = HC_SM_CTRL | sm << HC_SEL_SHIFT;	/* hypercalls put the status there */
	CHECK_OK(hedron_sm_down(sm, deadline_ms(2000)));
	t->leave = true;
	hedron_recall(ec);
	hedron_revoke(crd_obj(t->sc, 0, RIGHTS_ALL), 1);
}

/* ---- HIP_FEAT_FOREIGN_STATE ----------------------------------------------------------------- */

static bool react_nothing(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	return event == EVENT_FOREIGN;		/* mtd 0 */
}

static void reply_with_mtd_0_returns(void)
{
	struct cpu_regs was;
	struct thread *t;

	regs_mark(&regs, 0x900);
	t = thread_run(&(struct thread_spec){ .fn = do_call, .react = react_nothing,
					      .child = child_new_foreign() });
	CHECK(t->finished);
	regs_mark(&was, 0x900);
	CHECK_EQ(regs.rax, was.rax);
	CHECK_EQ(regs.r12, was.r12);
	CHECK_EQ(regs.rflags, was.rflags);
}

static bool react_rip_of_the_message(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_FOREIGN)
		return false;
	u->state.rax = 0x55;
	u->state.mtd = MTD_ACDB | MTD_RIP | MTD_RSP | MTD_RFLAGS;	/* as they came */
	return true;
}

static void message_can_be_sent_back(void)
{
	struct cpu_regs was;

	regs_mark(&regs, 0xa00);
	CHECK(thread_run(&(struct thread_spec){ .fn = do_call, .react = react_rip_of_the_message,
						.child = child_new_foreign() })->finished);
	regs_mark(&was, 0xa00);
	CHECK_EQ(regs.rax, 0x55);
	CHECK_EQ(regs.rbx, was.rbx);
	CHECK_EQ(regs.rflags, was.rflags);
}

static const struct abi_case cases[] = {
	{ "8.1 every SYSCALL is foreign, whatever the registers say",
	  any_register_values_are_foreign },
	{ "7.1 INT 0x80 in a foreign PD is event 13", int_80_is_an_exception },
	{ "1.3 SYSENTER in a foreign PD is an exception", sysenter_is_an_exception },
	{ "8.4 exceptions and calls in turn", faults_and_calls_in_turn },
	{ "8.2 with event base 0 the portal at base + CPU gets the message", event_base_0 },
	{ "3.4 create_pd: the foreign base is ARG4 without its bit 0", base_is_the_pds },
	{ "8.5 three threads share one handler behind a dummy", threads_share_a_handler },
	{ "8.5 the FPU bit in a reply gives the caller the handler's registers",
	  fpu_bit_in_the_reply },
	{ "8.4 a reply continues elsewhere", reply_continues_elsewhere },
	{ "8.4 a reply can single-step", reply_can_single_step },
	{ "8.6 the toggle on and off in one thread", toggle_on_and_off },
	{ "8.6 with create_ec flag 11 the creator holds the toggle", creators_mapping_controls_it },
	{ "foreign state: a reply with mtd 0 returns behind the SYSCALL", reply_with_mtd_0_returns,
	  FEATURE(FOREIGN_STATE) },
	{ "foreign state: RIP, RSP and RFLAGS can be sent back as they came",
	  message_can_be_sent_back, FEATURE(FOREIGN_STATE) },
};
SUITE(foreign_pd, cases);
