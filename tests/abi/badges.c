/* SPDX-License-Identifier: MIT */
/*
 * badges.c - the extension HIP_FEAT_BADGE: who holds an EC gives it 64 bits, which its event and
 * foreign messages hand to the handler in RSI (hedron/hypercall.h, hedron_ec_badge()).
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "portal.h"
#include "regs.h"
#include "runner.h"
#include "smp.h"
#include "thread.h"

#define BADGE	0xbad9e5000000b0b0ull

static struct thread *badged(const struct thread_spec *spec, uint64_t badge)
{
	struct thread *t = thread_new(spec);

	MUST(hedron_ec_badge(t->ec, badge));
	return t;
}

static struct thread *run_badged(const struct thread_spec *spec, uint64_t badge)
{
	struct thread *t = badged(spec, badge);

	thread_start(t, PRIO_HIGH);
	CHECK(thread_wait(t));
	return t;
}

static void do_ud2(void *arg)		{ __asm__ volatile("ud2"); }
static void do_int3(void *arg)		{ __asm__ volatile("int3; int3"); }
static void do_nothing(void *arg)	{ }
static void do_read(void *arg)		{ *(volatile char *)arg; }

static bool react_go_on(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	return event == EVENT_BP || event == EVENT_RECALL;
}

/* ---- messages ------------------------------------------------------------------------------- */

static void exception_has_it(void)
{
	struct thread *t = run_badged(&(struct thread_spec){ .fn = do_ud2 }, BADGE);

	thread_only_event(t, EVENT_UD);
	CHECK_EQ(t->log[0].badge, BADGE);
	CHECK_EQ(t->log[0].id, (uint64_t)&t->portals[EVENT_UD]);
}

static void startup_has_it(void)
{
	CHECK_EQ(run_badged(&(struct thread_spec){ .fn = do_nothing }, BADGE)->startup.badge, BADGE);
}

static void page_fault_has_it(void)
{
	struct thread *t = run_badged(&(struct thread_spec){ .fn = do_read,
							     .arg = (void *)va_alloc(0) }, BADGE);

	thread_only_event(t, EVENT_PF);
	CHECK_EQ(t->log[0].badge, BADGE);
}

static cap_sel recall_sm;

static void do_wait(void *arg)		{ hedron_sm_down(recall_sm, 0); }

static void recall_has_it(void)
{
	struct thread *t = badged(&(struct thread_spec){ .fn = do_wait, .react = react_go_on },
				  BADGE);

	recall_sm = make_sm(0);
	thread_start(t, PRIO_HIGH);
	CHECK_OK(hedron_recall(t->ec));
	CHECK_OK(hedron_sm_up(recall_sm));
	CHECK(thread_wait(t));
	thread_only_event(t, EVENT_RECALL);
	CHECK_EQ(t->log[0].badge, BADGE);
}

static struct cpu_regs call_regs;

static void do_foreign(void *arg)	{ raw_syscall(&call_regs); }

static bool react_foreign(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_FOREIGN)
		return false;
	u->state.rip = u->state.rcx;
	u->state.rsp = u->state.r11;
	u->state.mtd = MTD_RIP | MTD_RSP;
	return true;
}

static void foreign_call_has_it(void)
{
	struct thread *t;

	regs_mark(&call_regs, 0x100);
	t = run_badged(&(struct thread_spec){ .fn = do_foreign, .react = react_foreign,
					      .child = child_new_foreign() }, BADGE);
	thread_only_event(t, EVENT_FOREIGN);
	CHECK_EQ(t->log[0].badge, BADGE);
	CHECK(t->log[0].state.rsi != BADGE);		/* its own register travels as ever */
	regs_mark(&call_regs, 0x100);
	CHECK_EQ(t->log[0].state.rsi, call_regs.rsi);
}

static void none_given_is_0(void)
{
	struct thread *t = thread_run_fn(do_ud2);

	CHECK_EQ(t->startup.badge, 0);
	CHECK_EQ(t->log[0].badge, 0);
}

static void badge_has_64_bits(void)
{
	for (unsigned bit = 0; bit < 64; bit += 21) {
		struct thread *t = run_badged(&(struct thread_spec){ .fn = do_ud2 }, 1ull << bit);

		CHECK_EQ(t->log[0].badge, 1ull << bit);
	}
	CHECK_EQ(run_badged(&(struct thread_spec){ .fn = do_ud2 }, ~0ull)->log[0].badge, ~0ull);
}

/* ---- change --------------------------------------------------------------------------------- */

static bool react_change(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_BP)
		return false;
	CHECK_OK(hedron_ec_badge(t->ec, BADGE + t->count));
	return true;
}

static void change_holds_from_the_next_message(void)
{
	struct thread *t = run_badged(&(struct thread_spec){ .fn = do_int3, .react = react_change },
				      BADGE);

	CHECK(t->finished);
	CHECK_EQ(t->count, 2);
	CHECK_EQ(t->log[0].badge, BADGE);
	CHECK_EQ(t->log[1].badge, BADGE + 1);
}

static void badge_0_takes_it_away(void)
{
	struct thread *t = badged(&(struct thread_spec){ .fn = do_ud2 }, BADGE);

	CHECK_OK(hedron_ec_badge(t->ec, 0));
	thread_start(t, PRIO_HIGH);
	CHECK(thread_wait(t));
	CHECK_EQ(t->log[0].badge, 0);
}

/* Two threads whose #UD goes to one portal. */
static void one_portal_serves_two(void)
{
	struct thread *a = badged(&(struct thread_spec){ .fn = do_ud2 }, 0xa);
	struct thread *b = badged(&(struct thread_spec){ .fn = do_ud2 }, 0xb);
	cap_sel ud = b->events + EVENT_UD;

	MUST(hedron_revoke(crd_obj(ud, 0, RIGHTS_ALL), 1));
	MUST(transfer_own(crd_obj(a->events + EVENT_UD, 0, RIGHTS_ALL), XFER_DELEGATE,
			  crd_obj(ud, 0, RIGHTS_ALL)).status);
	thread_start(b, PRIO_HIGH);
	CHECK_EQ(a->log[0].badge, 0xb);
	thread_start(a, PRIO_HIGH);
	CHECK_EQ(a->count, 2);
	CHECK_EQ(a->log[1].badge, 0xa);
	CHECK_EQ(a->log[1].id, a->log[0].id);
}

/* ---- native calls --------------------------------------------------------------------------- */


static cap_sel spy_new(void)
{
	cap_sel ec = sel_alloc(), pt = sel_alloc();

	MUST(hedron_create_ec(ec, ROOT_SEL_PD, 0, env.cpu, 0, (uint64_t)stack_alloc(), EVENTS_NONE));
	MUST(hedron_create_pt(pt, ROOT_SEL_PD, ec, 0, (uint64_t)spy_entry));
	return pt;
}

static void do_call(void *arg)		{ CHECK_OK(hedron_call((cap_sel)arg)); }

static void native_call_is_untouched(void)
{
	cap_sel pt = spy_new();

	for (unsigned i = 0; i < 2; i++) {
		spy_regs.rsi = 1;
		run_badged(&(struct thread_spec){ .fn = do_call, .arg = (void *)pt }, BADGE);
		CHECK_EQ(spy_regs.rsi, i ? SPY_MARK : 0);	/* 9.2 */
	}
}

static void threads_registers_are_untouched(void)
{
	struct cpu_regs was;

	regs_mark(&call_regs, 0x200);
	CHECK(run_badged(&(struct thread_spec){ .fn = (void (*)(void *))raw_int3, .arg = &call_regs,
						.react = react_go_on }, BADGE)->finished);
	regs_mark(&was, 0x200);
	CHECK_EQ(call_regs.rsi, was.rsi);
	CHECK_EQ(call_regs.rdi, was.rdi);
	CHECK_EQ(call_regs.rflags, was.rflags);
}

static cap_sel serve_fault(struct portal *p)
{
	__asm__ volatile("ud2");
	return 0;
}

/* A handler is an EC too: its exceptions go to its own event base, with its own badge. */
static void local_ec_has_one(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_nothing });
	struct handler h = { .ec = sel_alloc(), .utcb = (void *)va_alloc(0),
			     .stack_top = stack_alloc() };
	struct portal p;

	REQUIRE_OK(hedron_create_ec(h.ec, ROOT_SEL_PD, 0, env.cpu, (uint64_t)h.utcb,
				    (uint64_t)h.stack_top, (uint32_t)t->events));
	portal_init(&p, sel_alloc(), &h, serve_fault, 0, 0);
	CHECK_OK(hedron_ec_badge(h.ec, BADGE));
	thread_start(badged(&(struct thread_spec){ .fn = do_call, .arg = (void *)p.sel }, 0x77),
		     PRIO_HIGH);
	CHECK_EQ(t->log[0].event, EVENT_UD);
	CHECK_EQ(t->log[0].badge, BADGE);
}

/* ---- errors --------------------------------------------------------------------------------- */

static void needs_ec_and_right(void)
{
	cap_sel ec = make_global_ec();

	CHECK_STATUS(hedron_ec_badge(sel_alloc(), BADGE), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_ec_badge(ROOT_SEL_PD, BADGE), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_ec_badge(ROOT_SEL_SC, BADGE), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_ec_badge(make_copy(ec, EC_BIND_SC | EC_BIND_PT), BADGE), HEDRON_BAD_CAP);
	CHECK_OK(hedron_ec_badge(make_copy(ec, EC_CTRL), BADGE));
	CHECK_OK(hedron_ec_badge(ec + HEDRON_NUM_SEL, BADGE));
}

static void refused_badge_changes_nothing(void)
{
	struct thread *t = badged(&(struct thread_spec){ .fn = do_ud2 }, BADGE);

	CHECK_STATUS(hedron_ec_badge(make_copy(t->ec, EC_BIND_SC), 1), HEDRON_BAD_CAP);
	thread_start(t, PRIO_HIGH);
	CHECK_EQ(t->log[0].badge, BADGE);
}

static void outputs_are_kept(void)
{
	struct cpu_regs r, was;

	regs_mark(&r, 0x300);
	r.rdi = HC_EC_CTRL | EC_CTRL_BADGE << HC_FLAGS_SHIFT | make_global_ec() << HC_SEL_SHIFT;
	was = r;
	raw_syscall(&r);
	CHECK_EQ(r.rdi, HEDRON_SUCCESS);
	CHECK_EQ(r.rsi, was.rsi);
	CHECK_EQ(r.rdx, was.rdx);
	CHECK_EQ(r.rax, was.rax);
	CHECK_EQ(r.r8, was.r8);
}

static void holder_in_another_pd(void)
{
	const struct child *c = child_new();
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_ud2 });

	child_give_at(c, t->ec, 9, 0);
	CHECK_STATUS(child_hc(c, HC_EC_CTRL, EC_CTRL_BADGE, 9, BADGE, 0, 0, 0), HEDRON_SUCCESS);
	thread_start(t, PRIO_HIGH);
	CHECK_EQ(t->log[0].badge, BADGE);
}

/* ---- several CPUs --------------------------------------------------------------------------- */

static void thread_of_another_cpu(void)
{
	struct thread *t = run_badged(&(struct thread_spec){ .fn = do_ud2, .on_cpu2 = true }, BADGE);

	CHECK_EQ(t->startup.badge, BADGE);
	CHECK_EQ(t->log[0].badge, BADGE);
}

static volatile bool stop;

static void do_break(void *arg)
{
	while (!stop)
		__asm__ volatile("int3");
}

static bool react_keep(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	return event == EVENT_BP;
}

static void changed_while_it_runs(void)
{
	struct thread *t = badged(&(struct thread_spec){ .fn = do_break, .react = react_keep,
							 .on_cpu2 = true }, 1);

	stop = false;
	thread_start(t, PRIO_LOW);
	for (uint64_t badge = 2; badge < 12; badge++) {
		uint64_t until = deadline_ms(2000), seen = 0;

		CHECK_OK(hedron_ec_badge(t->ec, badge));
		while (seen != badge && rdtsc() < until)
			seen = ((volatile struct thread *)t)->log[t->count % THREAD_LOG].badge;
		CHECK_EQ(seen, badge);
	}
	stop = true;
	CHECK(thread_wait(t));
}

static const struct abi_case cases[] = {
	{ "badge: exceptions hand it over in RSI, the id in RDI", exception_has_it, FEATURE(BADGE) },
	{ "badge: the startup event has it", startup_has_it, FEATURE(BADGE) },
	{ "badge: page faults have it", page_fault_has_it, FEATURE(BADGE) },
	{ "badge: recall has it", recall_has_it, FEATURE(BADGE) },
	{ "badge: foreign calls have it, the caller's RSI travels as ever", foreign_call_has_it,
	  FEATURE(BADGE) },
	{ "badge: 0 where none was given", none_given_is_0, FEATURE(BADGE) },
	{ "badge: it has 64 bits", badge_has_64_bits, FEATURE(BADGE) },
	{ "badge: a change holds from the next message", change_holds_from_the_next_message,
	  FEATURE(BADGE) },
	{ "badge: 0 takes it away", badge_0_takes_it_away, FEATURE(BADGE) },
	{ "badge: one portal tells two ECs apart", one_portal_serves_two, FEATURE(BADGE) },
	{ "badge: native calls do not show it, RSI is as at the last reply",
	  native_call_is_untouched, FEATURE(BADGE) },
	{ "badge: the EC's registers do not change", threads_registers_are_untouched,
	  FEATURE(BADGE) },
	{ "badge: a local EC's exceptions have its own, not its caller's", local_ec_has_one,
	  FEATURE(BADGE) },
	{ "badge: BAD_CAP without EC or right ct", needs_ec_and_right, FEATURE(BADGE) },
	{ "badge: a refused one changes nothing", refused_badge_changes_nothing, FEATURE(BADGE) },
	{ "badge: no register but RDI is an output", outputs_are_kept, FEATURE(BADGE) },
	{ "badge: any holder of the EC may give it", holder_in_another_pd, FEATURE(BADGE) },
	{ "badge: given to an EC of another CPU", thread_of_another_cpu, FEATURE_SMP(BADGE) },
	{ "badge: changed while the EC runs on another CPU", changed_while_it_runs,
	  FEATURE_SMP(BADGE) },
};
SUITE(badges, cases);
