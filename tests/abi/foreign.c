/* SPDX-License-Identifier: MIT */
/*
 * foreign.c - system calls of foreign PDs as messages, and the native system call toggle (ABI
 * reference 8).
 *
 * The PDs follow the rule of 8.5: a dummy portal behind base + CPU (child.c), the real one at event
 * base + base + CPU (thread.c). The cases marked CASE_OURS look for the defects that make it
 * necessary elsewhere.
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "regs.h"
#include "thread.h"

static struct cpu_regs body_regs;	/* before and after the foreign call */
static struct hedron_utcb message;

static void mark_body_regs(void)
{
	regs_mark(&body_regs, 0x7700);
}

static void do_syscall(void *arg)
{
	raw_syscall(&body_regs);
}

/* Resume as 8.4 demands, with rax = 0x1234. */
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
	if (event != EVENT_FOREIGN)
		return false;
	message = *u;
	resume(u);
	return true;
}

/* A foreign thread that makes one marked call and ends. */
static struct thread *run_foreign(react_fn react)
{
	mark_body_regs();
	memset(&message, 0, sizeof(message));
	return thread_run(&(struct thread_spec){ .fn = do_syscall, .react = react,
						 .child = child_new_foreign() });
}

/* ---- the message ---------------------------------------------------------------------------- */

static void call_becomes_a_message(void)
{
	struct thread *t = run_foreign(react_resume);

	CHECK(t->finished);
	thread_only_event(t, EVENT_FOREIGN);
	CHECK_EQ(t->log[0].id, (uint64_t)&t->portals[EVENT_FOREIGN]);
	CHECK_EQ(t->log[0].items, utcb_items(UTCB_EVENT_WORDS, 0));
	CHECK_EQ(t->log[0].state.mtd, THREAD_MTD);
}

static void message_registers(void)
{
	const struct hedron_state *s = &message.state;

	REQUIRE(run_foreign(react_resume)->finished);
	mark_body_regs();
	CHECK_EQ(s->rax, body_regs.rax);
	CHECK_EQ(s->rbx, body_regs.rbx);
	CHECK_EQ(s->rdx, body_regs.rdx);
	CHECK_EQ(s->rsi, body_regs.rsi);
	CHECK_EQ(s->rdi, body_regs.rdi);
	CHECK_EQ(s->rbp, body_regs.rbp);
	CHECK_EQ(s->r8, body_regs.r8);
	CHECK_EQ(s->r9, body_regs.r9);
	CHECK_EQ(s->r10, body_regs.r10);
	CHECK_EQ(s->r12, body_regs.r12);
	CHECK_EQ(s->r13, body_regs.r13);
	CHECK_EQ(s->r14, body_regs.r14);
	CHECK_EQ(s->r15, body_regs.r15);
}

static void message_rcx_and_r11(void)
{
	REQUIRE(run_foreign(react_resume)->finished);
	CHECK_EQ(message.state.rcx, body_regs.rip);
	CHECK_EQ(message.state.r11, body_regs.rsp);
}

static void message_rip_rsp_rflags_are_true(void)
{
	const struct hedron_state *s = &message.state;

	REQUIRE(run_foreign(react_resume)->finished);
	CHECK_EQ(s->rip, body_regs.rip);
	CHECK_EQ(s->rsp, body_regs.rsp);
	mark_body_regs();
	CHECK_EQ(s->rflags, body_regs.rflags);
}

static void message_qual_is_zero(void)
{
	REQUIRE(run_foreign(react_resume)->finished);
	CHECK_EQ(message.state.qual[0], 0);
	CHECK_EQ(message.state.qual[1], 0);
}

/* ---- the reply ------------------------------------------------------------------------------ */

static void reply_changes_only_what_it_sets(void)
{
	struct cpu_regs after;

	REQUIRE(run_foreign(react_resume)->finished);
	after = body_regs;
	mark_body_regs();
	CHECK_EQ(after.rax, 0x1234);
	CHECK_EQ(after.rbx, body_regs.rbx);
	CHECK_EQ(after.rdx, body_regs.rdx);
	CHECK_EQ(after.rsi, body_regs.rsi);
	CHECK_EQ(after.rdi, body_regs.rdi);
	CHECK_EQ(after.rbp, body_regs.rbp);
	CHECK_EQ(after.r8, body_regs.r8);
	CHECK_EQ(after.r9, body_regs.r9);
	CHECK_EQ(after.r10, body_regs.r10);
	CHECK_EQ(after.r12, body_regs.r12);
	CHECK_EQ(after.r13, body_regs.r13);
	CHECK_EQ(after.r14, body_regs.r14);
	CHECK_EQ(after.r15, body_regs.r15);
	CHECK_EQ(after.rflags, USER_RFLAGS);
}

static bool react_linux_reply(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_FOREIGN)
		return false;
	resume(u);
	u->state.r11 = u->state.rflags = USER_RFLAGS | 0x1;
	u->state.rdx = 0xd00d;
	u->state.r10 = 0x10;
	u->state.mtd |= MTD_R8_R15;
	return true;
}

static void reply_sets_rcx_and_r11(void)
{
	REQUIRE(run_foreign(react_linux_reply)->finished);
	CHECK_EQ(body_regs.rcx, body_regs.rip);
	CHECK_EQ(body_regs.r11, USER_RFLAGS | 0x1);
	CHECK_EQ(body_regs.rflags, USER_RFLAGS | 0x1);
	CHECK_EQ(body_regs.rdx, 0xd00d);
	CHECK_EQ(body_regs.r10, 0x10);
}

static uint64_t fs_after, gs_after;

static void do_bases(void *arg)
{
	__asm__ volatile("wrfsbase %0; wrgsbase %1" : : "r"(0xf000ull), "r"(0x6000ull));
	raw_syscall(&body_regs);
	__asm__ volatile("rdfsbase %0; rdgsbase %1" : "=r"(fs_after), "=r"(gs_after));
}

static bool react_set_fs(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_FOREIGN)
		return false;
	message = *u;
	resume(u);
	u->state.fs_base = 0x7fff00001000;
	u->state.mtd |= MTD_FS_GS;
	return true;
}

static struct thread *run_bases(react_fn react)
{
	mark_body_regs();
	return thread_run(&(struct thread_spec){ .fn = do_bases, .react = react,
						 .child = child_new_foreign() });
}

static void bases_travel(void)
{
	REQUIRE(run_bases(react_set_fs)->finished);
	CHECK_EQ(message.state.fs_base, 0xf000);
	CHECK_EQ(message.state.gs_base, 0x6000);
	CHECK_EQ(fs_after, 0x7fff00001000);
	CHECK_EQ(gs_after, 0x6000);
	REQUIRE(run_bases(react_resume)->finished);
	CHECK_EQ(fs_after, 0xf000);
	CHECK_EQ(gs_after, 0x6000);
}

static void do_many(void *arg)
{
	for (uint64_t i = 0; i < 200; i++) {
		mark_body_regs();
		body_regs.rdi = i;
		raw_syscall(&body_regs);
		CHECK_EQ(body_regs.rax, i + 5);
	}
}

static bool react_add(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_FOREIGN)
		return false;
	resume(u);
	u->state.rax = u->state.rdi + 5;
	return true;
}

static void many_calls(void)
{
	struct thread *t = thread_run(&(struct thread_spec){ .fn = do_many, .react = react_add,
							     .child = child_new_foreign() });

	CHECK(t->finished);
	CHECK_EQ(t->count, 200);
}

/* A signal, as a personality sends it to a thread inside a call: the call's reply comes first. */
static bool react_recall_in_call(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event == EVENT_RECALL)
		return true;		/* go on */
	if (event != EVENT_FOREIGN)
		return false;
	CHECK_OK(hedron_recall(t->ec));
	resume(u);
	return true;
}

static void recall_inside_a_call(void)
{
	struct thread *t = run_foreign(react_recall_in_call);
	const struct hedron_state *s = &t->log[1].state;

	REQUIRE(t->finished);
	CHECK_EQ(t->count, 2);
	CHECK_EQ(t->log[1].event, EVENT_RECALL);
	CHECK_EQ(s->rip, body_regs.rip);
	CHECK_EQ(s->rsp, body_regs.rsp);
	CHECK_EQ(s->rax, 0x1234);
	CHECK_EQ(body_regs.rax, 0x1234);
}

/* ---- the choice of the portal --------------------------------------------------------------- */

static void child_loses(const struct child *c, cap_sel sel)
{
	MUST(hedron_revoke_remote(c->pd, crd_obj(sel, 0, RIGHTS_ALL), 1));
}

static struct thread *run_without(cap_sel missing, bool relative)
{
	const struct child *c = child_new_foreign();
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_syscall, .child = c,
							     .react = react_resume });

	child_loses(c, missing + (relative ? t->events : 0));
	mark_body_regs();
	thread_start(t, PRIO_HIGH);
	sleep_ms(5);
	return t;
}

static void base_portal_is_needed(void)
{
	struct thread *t = run_without(FOREIGN_BASE + env.cpu, false);

	CHECK(!t->finished);
	CHECK_EQ(t->count, 0);
}

static void event_portal_is_needed(void)
{
	struct thread *t = run_without(FOREIGN_BASE + env.cpu, true);

	CHECK(!t->finished);
	CHECK_EQ(t->count, 0);
}

static void threads_have_their_own_portals(void)
{
	const struct child *c = child_new_foreign();
	const struct thread_spec spec = { .fn = do_many, .react = react_add, .child = c };
	struct thread *a = thread_new(&spec), *b = thread_new(&spec);

	thread_start(a, PRIO_HIGH);
	thread_start(b, PRIO_HIGH);
	CHECK(thread_wait(a));
	CHECK(thread_wait(b));
	CHECK_EQ(a->count, 200);
	CHECK_EQ(b->count, 200);
	CHECK_EQ(a->log[0].id, (uint64_t)&a->portals[EVENT_FOREIGN]);
	CHECK_EQ(b->log[0].id, (uint64_t)&b->portals[EVENT_FOREIGN]);
}

static void do_fault(void *arg)
{
	__asm__ volatile("ud2");
}

static void exceptions_use_the_event_base(void)
{
	struct thread *t = thread_run(&(struct thread_spec){ .fn = do_fault,
							     .child = child_new_foreign() });

	thread_only_event(t, EVENT_UD);
}

/* ---- NSCT ----------------------------------------------------------------------------------- */

struct toggled {
	struct hedron_utcb *utcb;
	cap_sel sm;
	uint32_t flags;			/* to set before the call */
	volatile uint32_t flags_after;
	volatile enum hedron_status status;
};

static void do_toggled(void *arg)
{
	struct toggled *n = arg;

	n->utcb->flags = n->flags;
	n->status = hedron_sm_up(n->sm);
	n->flags_after = n->utcb->flags;
}

static struct thread *run_toggled(struct toggled *n, bool with_cap)
{
	const struct child *c = child_new_foreign();
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_toggled, .arg = n, .child = c,
							     .react = react_resume });

	n->utcb = t->utcb;
	n->status = HEDRON_OOM;
	if (with_cap)
		child_give(c, n->sm, 0);
	thread_start(t, PRIO_HIGH);
	CHECK(thread_wait(t));
	CHECK(t->finished);
	return t;
}

static void nsct_makes_it_native(void)
{
	struct toggled n = { .sm = make_sm(0), .flags = UTCB_NSCT };
	struct thread *t = run_toggled(&n, true);

	CHECK_EQ(t->count, 0);
	CHECK_STATUS(n.status, HEDRON_SUCCESS);
	CHECK_OK(hedron_sm_down(n.sm, 1));
}

static void nsct_is_not_reset(void)
{
	struct toggled n = { .sm = make_sm(0), .flags = UTCB_NSCT };

	run_toggled(&n, true);
	CHECK_EQ(n.flags_after, UTCB_NSCT);
}

static void nsct_needs_capabilities(void)
{
	struct toggled n = { .sm = make_sm(0), .flags = UTCB_NSCT };
	struct thread *t = run_toggled(&n, false);

	CHECK_EQ(t->count, 0);
	CHECK_STATUS(n.status, HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_sm_down(n.sm, 1), HEDRON_TIMEOUT);
}

static void nsct_is_bit_0_alone(void)
{
	struct toggled n = { .sm = make_sm(0), .flags = 0xfffffffe };
	struct thread *t = run_toggled(&n, true);

	CHECK_EQ(t->count, 1);
	CHECK_EQ(t->log[0].event, EVENT_FOREIGN);
	CHECK_STATUS(hedron_sm_down(n.sm, 1), HEDRON_TIMEOUT);
	n.flags = 0xffffffff;
	t = run_toggled(&n, true);
	CHECK_EQ(t->count, 0);
	CHECK_STATUS(n.status, HEDRON_SUCCESS);
}

static void unmapped_utcb_is_always_foreign(void)
{
	struct thread *t;

	mark_body_regs();
	t = thread_run(&(struct thread_spec){ .fn = do_syscall, .react = react_resume,
					      .child = child_new_foreign(), .no_utcb = true });
	CHECK_EQ(t->log[0].event, EVENT_FOREIGN);
	CHECK_EQ(t->log[0].state.rdi, body_regs.rdi);
}

static void do_native_with_flag(void *arg)
{
	struct toggled *n = arg;

	n->utcb->flags = 0;
	CHECK_OK(hedron_sm_up(n->sm));
	n->utcb->flags = UTCB_NSCT;
	CHECK_OK(hedron_sm_up(n->sm));
}

static void nsct_means_nothing_in_native_pds(void)
{
	struct toggled n = { .sm = make_sm(0) };
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_native_with_flag, .arg = &n });

	n.utcb = t->utcb;
	thread_start(t, PRIO_HIGH);
	CHECK(thread_wait(t));
	CHECK(t->finished);
	CHECK_OK(hedron_sm_down(n.sm, 1));
	CHECK_OK(hedron_sm_down(n.sm, 1));
}

static cap_sel serve_in_foreign_pd(struct portal *p)
{
	p->handler->utcb->flags = (uint32_t)(uint64_t)p->arg;
	p->handler->utcb->items = 0;
	return 0;
}

static void foreign_handler_needs_nsct(void)
{
	const struct child *c = child_new_foreign();
	struct portal *with, *without;

	with = portal_new(handler_new(c->pd, env.cpu), serve_in_foreign_pd, (void *)UTCB_NSCT, 0);
	without = portal_new(handler_new(c->pd, env.cpu), serve_in_foreign_pd, 0, 0);
	CHECK_OK(hedron_call(with->sel));
	CHECK_OK(hedron_call(with->sel));
	CHECK_STATUS(hedron_call(without->sel), HEDRON_ABORT);	/* its reply is a foreign call */
}

/* ---- a busy handler ------------------------------------------------------------------------- */

static cap_sel hold;		/* the handler waits here with the first thread's message */

static bool react_hold(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_FOREIGN)
		return false;
	CHECK_OK(hedron_sm_down(hold, 0));
	CHECK_EQ(u->state.rdi, 0xaaaa);
	CHECK_EQ(u->state.rsi, 0x1);
	resume(u);
	return true;
}

static void do_call_a(void *arg)
{
	struct cpu_regs r = { .rdi = 0xaaaa, .rsi = 1, .rflags = USER_RFLAGS };

	raw_syscall(&r);
	CHECK_EQ(r.rsi, 1);
}

static void do_call_b(void *arg)
{
	struct cpu_regs r = { .rdi = 0xbbbb, .rsi = 2, .rflags = USER_RFLAGS };

	raw_syscall(&r);
}

/* Threads a and b of one PD; the portal behind base + CPU is a's, whose handler is busy with a. */
static void busy_handler_is_left_alone(void)
{
	const struct child *c = child_new_foreign();
	struct thread *a, *b;

	hold = make_sm(0);
	a = thread_new(&(struct thread_spec){ .fn = do_call_a, .child = c, .react = react_hold });
	b = thread_new(&(struct thread_spec){ .fn = do_call_b, .child = c, .react = react_resume });
	child_loses(c, FOREIGN_BASE + env.cpu);
	child_give_at(c, a->portals[EVENT_FOREIGN].sel, FOREIGN_BASE + env.cpu, 0);
	thread_start(a, PRIO_HIGH);
	thread_start(b, PRIO_HIGH);
	CHECK(thread_wait(b));
	CHECK_OK(hedron_sm_up(hold));
	CHECK(thread_wait(a));
	CHECK(a->finished);
	CHECK(b->finished);
}

static const struct abi_case cases[] = {
	{ "8.1 SYSCALL in a foreign PD becomes a message", call_becomes_a_message },
	{ "8.3 the message has the registers of the call", message_registers },
	{ "8.3 RCX is the address behind SYSCALL, R11 the user's RSP", message_rcx_and_r11 },
	{ "8.3 RIP, RSP and RFLAGS are the user's", message_rip_rsp_rflags_are_true,
	  OURS("8.3: RIP, RSP and RFLAGS are stale") },
	{ "8.3 qual is 0", message_qual_is_zero,
	  OURS("7.3: qual of a foreign call may hold a kernel address") },
	{ "8.4 the reply changes only what it sets", reply_changes_only_what_it_sets },
	{ "8.4 the reply sets RCX, R11 and RFLAGS as for a Linux call", reply_sets_rcx_and_r11 },
	{ "8.3 FS and GS base travel, FS_GS in the reply sets them", bases_travel, CASE_FSGSBASE },
	{ "8.4 many calls in a row", many_calls },
	{ "11.3 recall inside a foreign call: event 31 has the state of the reply",
	  recall_inside_a_call },
	{ "8.2 without a portal at base + CPU the EC is killed", base_portal_is_needed },
	{ "8.2 without a portal at event base + base + CPU the EC is killed",
	  event_portal_is_needed },
	{ "8.2 threads with different event bases have different portals",
	  threads_have_their_own_portals },
	{ "7.2 exceptions of a foreign PD use the event base", exceptions_use_the_event_base },
	{ "8.6 with NSCT the call is a hypercall", nsct_makes_it_native },
	{ "8.6 the kernel does not change NSCT", nsct_is_not_reset },
	{ "8.6 NSCT gives no capability", nsct_needs_capabilities },
	{ "8.6 other bits of the flags word are ignored", nsct_is_bit_0_alone },
	{ "8.6 without a mapped UTCB every call is foreign", unmapped_utcb_is_always_foreign },
	{ "8.1 NSCT has no meaning in native PDs", nsct_means_nothing_in_native_pds },
	{ "8.6 a handler in a foreign PD needs NSCT to reply", foreign_handler_needs_nsct },
	{ "8.5 a foreign call leaves a busy handler's UTCB alone", busy_handler_is_left_alone,
	  OURS("8.5 a: registers are stored into the busy handler's UTCB") },
};
SUITE(foreign, cases);
