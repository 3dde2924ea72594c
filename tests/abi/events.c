/* SPDX-License-Identifier: MIT */
/*
 * events.c - events as messages: what they hold, what a reply sets, where they go (ABI reference
 * 5.2, 6, 7.2 to 7.4).
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "regs.h"
#include "thread.h"

#define RFLAGS_TF	0x100ull

/* ---- content of messages -------------------------------------------------------------------- */

static struct cpu_regs body_regs;
static struct hedron_utcb message;	/* as the reaction found it */

static void do_raw_ud2(void *arg)
{
	raw_ud2(&body_regs);
}

static void mark_body_regs(void)
{
	regs_mark(&body_regs, 0xabc);
}

static bool react_skip_ud2(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_UD)
		return false;
	message = *u;
	u->state.rip += UD2_LEN;
	u->state.mtd = MTD_RIP;
	return true;
}

static struct thread *run_marked(react_fn react, uint64_t mtd)
{
	mark_body_regs();
	return thread_run(&(struct thread_spec){ .fn = do_raw_ud2, .react = react, .mtd = mtd });
}

static void message_has_all_registers(void)
{
	struct cpu_regs want;
	struct thread *t = run_marked(react_skip_ud2, 0);
	const struct hedron_state *s = thread_only_event(t, EVENT_UD);

	want = body_regs;
	mark_body_regs();
	CHECK_EQ(s->rax, body_regs.rax);
	CHECK_EQ(s->rcx, body_regs.rcx);
	CHECK_EQ(s->rdx, body_regs.rdx);
	CHECK_EQ(s->rbx, body_regs.rbx);
	CHECK_EQ(s->rsp, want.rsp);
	CHECK_EQ(s->rbp, body_regs.rbp);
	CHECK_EQ(s->rsi, body_regs.rsi);
	CHECK_EQ(s->rdi, body_regs.rdi);
	CHECK(!memcmp(&s->r8, &body_regs.r8, 8 * 8));
	CHECK_EQ(s->rflags & 0xcd5, body_regs.rflags & 0xcd5);
}

static void all_registers_are_restored(void)
{
	struct cpu_regs after;
	struct thread *t = run_marked(react_skip_ud2, 0);

	REQUIRE(t->finished);
	after = body_regs;
	mark_body_regs();
	CHECK_EQ(after.rax, body_regs.rax);
	CHECK_EQ(after.rcx, body_regs.rcx);
	CHECK_EQ(after.rdx, body_regs.rdx);
	CHECK_EQ(after.rbx, body_regs.rbx);
	CHECK_EQ(after.rbp, body_regs.rbp);
	CHECK_EQ(after.rsi, body_regs.rsi);
	CHECK_EQ(after.rdi, body_regs.rdi);
	CHECK(!memcmp(&after.r8, &body_regs.r8, 8 * 8));
	CHECK_EQ(after.rflags, body_regs.rflags);
}

static void message_items_and_mtd(void)
{
	const uint64_t mtd = MTD_RIP | MTD_RSP | MTD_RFLAGS | 1ull << 5 | 1ull << 25 | 1ull << 40;

	const struct thread *t = run_marked(react_skip_ud2, mtd);

	CHECK_EQ(t->log[0].items, utcb_items(UTCB_EVENT_WORDS, 0));
	CHECK_EQ(t->log[0].state.mtd, mtd);
}

static bool react_mark_utcb(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	bool done = react_skip_ud2(t, event, u);

	if (event != EVENT_STARTUP)
		return done;
	memset(u->word, 0x5a, sizeof(u->word));	/* what the next message finds */
	u->state.rip = (uint64_t)raw_ud2;
	u->state.rsp = (uint64_t)t->stack_top - 8;
	u->state.rdi = (uint64_t)&body_regs;
	u->state.mtd = MTD_RIP | MTD_RSP | MTD_BSD;
	return true;
}

static void unselected_fields_are_kept(void)
{
	const uint64_t old = 0x5a5a5a5a5a5a5a5a;
	struct thread *t;

	memset(&message, 0, sizeof(message));
	mark_body_regs();
	t = thread_new(&(struct thread_spec){ .fn = do_raw_ud2, .react = react_mark_utcb,
					      .mtd = MTD_RIP | MTD_ACDB });
	*((uint64_t *)t->stack_top - 1) = 0;		/* raw_ud2 returns to 0: #PF, the end */
	thread_start(t, PRIO_HIGH);
	CHECK(thread_wait(t));
	CHECK_EQ(t->log[0].state.mtd, MTD_RIP | MTD_ACDB);
	CHECK_EQ(message.state.r9, old);
	CHECK_EQ(message.state.r15, old);
	CHECK_EQ(message.state.fs_base, old);
	CHECK_EQ(message.state.qual[0], old);
	CHECK_EQ(message.state.inst_len, old);
	CHECK_EQ(message.word[UTCB_EVENT_WORDS], old);
	CHECK(message.state.rax != old);
}

static void do_nothing(void *arg) {}

static void startup_state(void)
{
	struct thread *t = thread_run_fn(do_nothing);
	const struct hedron_state *s = &t->startup.state;

	CHECK(t->finished);
	CHECK_EQ(t->startup.items, utcb_items(UTCB_EVENT_WORDS, 0));
	CHECK_EQ(s->mtd, THREAD_MTD);
	CHECK_EQ(s->rip, 0);
	CHECK_EQ(s->rsp, (uint64_t)t->stack_top);
	CHECK_EQ(s->rflags, 0x200);
	CHECK_EQ(s->rax | s->rcx | s->rdx | s->rbx | s->rbp | s->rsi | s->rdi, 0);
	CHECK_EQ(s->r8 | s->r9 | s->r10 | s->r11 | s->r12 | s->r13 | s->r14 | s->r15, 0);
	CHECK_EQ(s->fs_base | s->gs_base, 0);
}

static void startup_qual_is_zero(void)
{
	const struct hedron_state *s = &thread_run_fn(do_nothing)->startup.state;

	CHECK_EQ(s->qual[0], 0);
	CHECK_EQ(s->qual[1], 0);
}

/* ---- what a reply sets ---------------------------------------------------------------------- */

static struct hedron_state answer;

static bool react_answer(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	uint64_t rip = u->state.rip + UD2_LEN, rsp = u->state.rsp;

	if (event != EVENT_UD)
		return false;
	u->state = answer;
	u->state.rip = rip;
	u->state.rsp = rsp;
	return true;
}

static void reply_sets_registers(void)
{
	memset(&answer, 0, sizeof(answer));
	answer = (struct hedron_state){ .mtd = MTD_GPR | MTD_RIP, .rax = 1, .rcx = 2, .rdx = 3,
					.rbx = 4, .rbp = 5, .rsi = 6, .rdi = 7, .r8 = 8, .r9 = 9,
					.r10 = 10, .r11 = 11, .r12 = 12, .r13 = 13, .r14 = 14,
					.r15 = 15 };
	REQUIRE(run_marked(react_answer, 0)->finished);
	CHECK_EQ(body_regs.rax, 1);
	CHECK_EQ(body_regs.rcx, 2);
	CHECK_EQ(body_regs.rdx, 3);
	CHECK_EQ(body_regs.rbx, 4);
	CHECK_EQ(body_regs.rbp, 5);
	CHECK_EQ(body_regs.rsi, 6);
	CHECK_EQ(body_regs.rdi, 7);
	CHECK(!memcmp(&body_regs.r8, &answer.r8, 8 * 8));
}

static void reply_sets_only_what_mtd_says(void)
{
	struct cpu_regs after;

	memset(&answer, 0, sizeof(answer));
	answer.mtd = MTD_RIP | MTD_BSD;
	REQUIRE(run_marked(react_answer, 0)->finished);
	after = body_regs;
	mark_body_regs();
	CHECK_EQ(after.rbp | after.rsi | after.rdi, 0);
	CHECK_EQ(after.rax, body_regs.rax);
	CHECK_EQ(after.rcx, body_regs.rcx);
	CHECK_EQ(after.rdx, body_regs.rdx);
	CHECK_EQ(after.rbx, body_regs.rbx);
	CHECK(!memcmp(&after.r8, &body_regs.r8, 8 * 8));
	CHECK_EQ(after.rflags, body_regs.rflags);
}

static void reply_rflags_mask(void)
{
	memset(&answer, 0, sizeof(answer));
	answer.mtd = MTD_RIP | MTD_RFLAGS;
	answer.rflags = ~RFLAGS_TF;
	REQUIRE(run_marked(react_answer, 0)->finished);
	CHECK_EQ(body_regs.rflags, 0x244ed7);
	answer.rflags = 0;
	REQUIRE(run_marked(react_answer, 0)->finished);
	CHECK_EQ(body_regs.rflags, USER_RFLAGS);
}

static uint64_t fs_after, gs_after;

static void do_bases(void *arg)
{
	__asm__ volatile("wrfsbase %0; wrgsbase %1" : : "r"(0xf000ull), "r"(0x6000ull));
	__asm__ volatile("ud2");
	__asm__ volatile("rdfsbase %0; rdgsbase %1" : "=r"(fs_after), "=r"(gs_after));
}

static void reply_sets_both_bases(void)
{
	struct thread *t;

	memset(&answer, 0, sizeof(answer));
	answer.mtd = MTD_RIP | MTD_FS_GS;
	answer.fs_base = 0x7fff12345000;
	answer.gs_base = 0x123000;
	t = thread_run(&(struct thread_spec){ .fn = do_bases, .react = react_answer });
	REQUIRE(t->finished);
	CHECK_EQ(t->log[0].state.fs_base, 0xf000);
	CHECK_EQ(t->log[0].state.gs_base, 0x6000);
	CHECK_EQ(fs_after, 0x7fff12345000);
	CHECK_EQ(gs_after, 0x123000);
	answer.mtd = MTD_RIP;
	t = thread_run(&(struct thread_spec){ .fn = do_bases, .react = react_answer });
	REQUIRE(t->finished);
	CHECK_EQ(fs_after, 0xf000);
	CHECK_EQ(gs_after, 0x6000);
}

/* ---- delivery ------------------------------------------------------------------------------- */

static void event_of_a_child(void)
{
	struct thread *t = thread_run(&(struct thread_spec){ .fn = do_raw_ud2,
							     .child = child_new() });

	thread_only_event(t, EVENT_UD);
}

static void portal_id_tells_the_event(void)
{
	struct thread *t = thread_run_fn(do_raw_ud2);

	CHECK_EQ(t->count, 1);
	CHECK_EQ(t->log[0].id, (uint64_t)&t->portals[EVENT_UD]);
}

static void set_then_ud2(void *arg)
{
	*(volatile bool *)arg = true;
	__asm__ volatile("ud2");
	*(volatile bool *)arg = false;
}

static void no_portal_kills(void)
{
	volatile bool alive = false;
	struct thread *t = thread_new(&(struct thread_spec){ .fn = set_then_ud2,
							     .arg = (void *)&alive });

	MUST(hedron_revoke(crd_obj(t->events + EVENT_UD, 0, RIGHTS_ALL), 1));
	thread_start(t, PRIO_HIGH);
	sleep_ms(5);
	CHECK(alive);
	CHECK_EQ(t->count, 0);
}

static void no_startup_portal_kills(void)
{
	volatile bool alive = false;
	struct thread *t = thread_new(&(struct thread_spec){ .fn = set_then_ud2,
							     .arg = (void *)&alive });

	MUST(hedron_revoke(crd_obj(t->events + EVENT_STARTUP, 0, RIGHTS_ALL), 1));
	thread_start(t, PRIO_HIGH);
	sleep_ms(5);
	CHECK(!alive);
}

static bool react_by_dying(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event == EVENT_UD)
		__asm__ volatile("ud2");
	return false;
}

static void handlers_death_kills_the_sender(void)
{
	volatile bool alive = false;
	struct thread *t = thread_new(&(struct thread_spec){ .fn = set_then_ud2,
							     .arg = (void *)&alive,
							     .react = react_by_dying });

	thread_start(t, PRIO_HIGH);
	sleep_ms(5);
	CHECK(alive);
	CHECK_EQ(t->count, 1);
}

/* A handler with the event base of thread `t`: its ud2 is skipped by t's reaction. */
static cap_sel serve_with_fault(struct portal *p)
{
	__asm__ volatile("ud2");
	*(volatile bool *)p->arg = true;
	p->handler->utcb->items = 0;
	return 0;
}

static void handlers_exception_is_an_event(void)
{
	volatile bool went_on = false;
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_nothing,
							     .react = react_skip_ud2 });
	struct handler h = { .ec = sel_alloc(), .utcb = (void *)va_alloc(0),
			     .stack_top = stack_alloc() };
	struct portal p;

	REQUIRE_OK(hedron_create_ec(h.ec, ROOT_SEL_PD, 0, env.cpu, (uint64_t)h.utcb,
				    (uint64_t)h.stack_top, (uint32_t)t->events));
	portal_init(&p, sel_alloc(), &h, serve_with_fault, (void *)&went_on, 0);
	CHECK_OK(hedron_call(p.sel));
	CHECK(went_on);
	CHECK_EQ(t->count, 1);
}

static const struct abi_case cases[] = {
	{ "6 the message has all registers that MTD selects", message_has_all_registers },
	{ "7.4 all registers are restored, RCX and R11 too", all_registers_are_restored },
	{ "5.2 the message has items 79 and the portal's MTD verbatim", message_items_and_mtd },
	{ "5.2 fields not selected keep what was in the handler's UTCB",
	  unselected_fields_are_kept },
	{ "7.3 startup: RSP as in create_ec, RFLAGS 0x200, rest 0", startup_state },
	{ "7.3 startup: qual is 0", startup_qual_is_zero,
	  OURS("7.3: qual of a startup may hold a kernel address") },
	{ "6 a reply sets the general registers", reply_sets_registers },
	{ "6 a reply sets only what its MTD says", reply_sets_only_what_mtd_says },
	{ "6 a reply's RFLAGS: VIP VIF VM RF IOPL cleared, IF set", reply_rflags_mask },
	{ "6 FS_GS: both bases in the message, both set by the reply", reply_sets_both_bases,
	  CASE_FSGSBASE },
	{ "7.2 the portal is looked up in the EC's PD", event_of_a_child },
	{ "7.2 the portal is at event base + number", portal_id_tells_the_event },
	{ "7.2 an exception without portal kills the EC", no_portal_kills },
	{ "3.5 an EC without startup portal is killed", no_startup_portal_kills },
	{ "9.4 the handler's death kills the sender of an event",
	  handlers_death_kills_the_sender },
	{ "7.2 a handler's own exception goes to its own event base",
	  handlers_exception_is_an_event },
};
SUITE(events, cases);
