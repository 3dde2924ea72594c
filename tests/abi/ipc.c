/* SPDX-License-Identifier: MIT */
/*
 * ipc.c - call and reply: words, typed items, portal entry, errors (ABI reference 3.2, 3.3, 9).
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "portal.h"
#include "regs.h"
#include "runner.h"
#include "thread.h"

/* The runner's UTCB. A case runs in one thread, so this does not change in it. */
static struct hedron_utcb *utcb(void)
{
	return runner_utcb();
}

/* ---- services ------------------------------------------------------------------------------- */

static cap_sel serve_nothing(struct portal *p)
{
	p->handler->utcb->items = 0;
	return 0;
}

/* Answer with the same words, each one higher. */
static cap_sel serve_increment(struct portal *p)
{
	struct hedron_utcb *u = p->handler->utcb;

	for (unsigned i = 0; i < utcb_words(u) && i < UTCB_WORDS_MAX; i++)
		u->word[i]++;
	return 0;
}

/* Copy the message to where `arg` points, answer nothing. */
static cap_sel serve_copy(struct portal *p)
{
	memcpy(p->arg, p->handler->utcb, UTCB_SIZE);
	p->handler->utcb->items = 0;
	return 0;
}

/* Pass the call on to the portal that `arg` names. */
static cap_sel serve_forward(struct portal *p)
{
	CHECK_OK(hedron_call((cap_sel)p->arg));
	return 0;
}

static cap_sel serve_fault(struct portal *p)
{
	__asm__ volatile("ud2");
	return 0;
}

static cap_sel serve_self_call(struct portal *p)
{
	hedron_call(p->sel);
	return 0;
}

/* Wait on the semaphore that `arg` names. */
static cap_sel serve_wait(struct portal *p)
{
	CHECK_OK(hedron_sm_down((cap_sel)p->arg, 0));
	p->handler->utcb->items = 0;
	return 0;
}

static struct hedron_utcb seen;		/* for serve_copy */

/* ---- words ---------------------------------------------------------------------------------- */

static void words_travel_both_ways(void)
{
	struct portal *p = service_new(serve_increment, 0);

	for (unsigned i = 0; i < 8; i++)
		utcb()->word[i] = 100 + i;
	utcb()->items = utcb_items(8, 0);
	REQUIRE_OK(hedron_call(p->sel));
	CHECK_EQ(utcb()->items, utcb_items(8, 0));
	for (unsigned i = 0; i < 8; i++)
		CHECK_EQ(utcb()->word[i], 101 + i);
}

static void only_counted_words_travel(void)
{
	struct portal *p = service_new(serve_copy, &seen);
	struct hedron_utcb *there = p->handler->utcb;

	there->word[2] = 0x222;
	utcb()->word[0] = 1;
	utcb()->word[1] = 2;
	utcb()->word[2] = 3;
	utcb()->items = utcb_items(2, 0);
	REQUIRE_OK(hedron_call(p->sel));
	CHECK_EQ(seen.word[0], 1);
	CHECK_EQ(seen.word[1], 2);
	CHECK_EQ(seen.word[2], 0x222);
	CHECK_EQ(seen.items, utcb_items(2, 0));
	CHECK_EQ(utcb()->items, 0);
	CHECK_EQ(utcb()->word[0], 1);
}

static void all_words_travel(void)
{
	struct portal *p = service_new(serve_increment, 0);

	for (unsigned i = 0; i < UTCB_WORDS_MAX; i++)
		utcb()->word[i] = i;
	utcb()->items = utcb_items(UTCB_WORDS_MAX, 0);
	REQUIRE_OK(hedron_call(p->sel));
	for (unsigned i = 0; i < UTCB_WORDS_MAX; i++)
		REQUIRE(utcb()->word[i] == i + 1);
}

static void items_word_is_not_clipped(void)
{
	struct portal *p = service_new(serve_copy, &seen);

	for (unsigned i = 0; i < UTCB_WORDS_MAX; i++)
		utcb()->word[i] = ~(uint64_t)i;
	utcb()->items = utcb_items(0xffff, 0);
	REQUIRE_OK(hedron_call(p->sel));
	CHECK_EQ(seen.items, utcb_items(0xffff, 0));
	CHECK_EQ(seen.word[UTCB_WORDS_MAX - 1], ~(uint64_t)(UTCB_WORDS_MAX - 1));
}

static void header_is_not_copied(void)
{
	struct portal *p = service_new(serve_copy, &seen);
	struct hedron_utcb *there = p->handler->utcb;

	there->tls = 0x715;
	there->flags = 0x10;
	there->xlate_window = crd_obj(0x300, 0, 0);
	utcb()->tls = 0x1111;
	utcb()->flags = 0x20;
	utcb()->xlate_window = 0;
	utcb()->items = 0;
	REQUIRE_OK(hedron_call(p->sel));
	CHECK_EQ(seen.tls, 0x715);
	CHECK_EQ(seen.flags, 0x10);
	CHECK_EQ(seen.xlate_window, crd_obj(0x300, 0, 0));
	CHECK_EQ(utcb()->tls, 0x1111);
	CHECK_EQ(utcb()->flags, 0x20);
	utcb()->flags = 0;
}

/* ---- portal entry --------------------------------------------------------------------------- */

struct spy {
	cap_sel ec, pt;
	uint64_t stack_top;
};

static struct spy spy_new(void)
{
	struct spy s = { sel_alloc(), sel_alloc(), (uint64_t)stack_alloc() };

	memset(&spy_regs, 0xee, sizeof(spy_regs));
	MUST(hedron_create_ec(s.ec, ROOT_SEL_PD, 0, env.cpu, 0, s.stack_top, EVENTS_NONE));
	MUST(hedron_create_pt(s.pt, ROOT_SEL_PD, s.ec, 0, (uint64_t)spy_entry));
	return s;
}

static void entry_first(void)
{
	struct spy s = spy_new();
	const struct cpu_regs *r = &spy_regs;

	utcb()->items = 0;
	REQUIRE_OK(hedron_pt_set_id(s.pt, 0x123456789abcdef0));
	REQUIRE_OK(hedron_call(s.pt));
	CHECK_EQ(r->rcx, (uint64_t)spy_entry);
	CHECK_EQ(r->rdi, 0x123456789abcdef0);
	CHECK_EQ(r->rsp, s.stack_top);
	CHECK_EQ(r->r11, 0x200);
	CHECK_EQ(r->rflags, USER_RFLAGS);
	CHECK_EQ(r->rax | r->rbx | r->rdx | r->rsi | r->rbp, 0);
	CHECK_EQ(r->r8 | r->r9 | r->r10 | r->r12 | r->r13 | r->r14 | r->r15, 0);
}

static void entry_again(void)
{
	struct spy s = spy_new();
	const struct cpu_regs *r = &spy_regs;

	utcb()->items = 0;
	REQUIRE_OK(hedron_call(s.pt));
	REQUIRE_OK(hedron_call(s.pt));
	CHECK_EQ(r->rcx, (uint64_t)spy_entry);
	CHECK_EQ(r->rsp, s.stack_top - 64);
	CHECK_EQ(r->r11, 0x200);
	CHECK_EQ(r->rflags, USER_RFLAGS);
	CHECK_EQ(r->rax, SPY_MARK);
	CHECK_EQ(r->rbx, SPY_MARK);
	CHECK_EQ(r->rdx, SPY_MARK);
	CHECK_EQ(r->rsi, SPY_MARK);
	CHECK_EQ(r->rbp, SPY_MARK);
	CHECK_EQ(r->r8, SPY_MARK);
	CHECK_EQ(r->r10, SPY_MARK);
	CHECK_EQ(r->r12, SPY_MARK);
	CHECK_EQ(r->r15, SPY_MARK);
}

static void new_portal_has_id_0(void)
{
	struct spy s = spy_new();

	utcb()->items = 0;
	REQUIRE_OK(hedron_call(s.pt));
	CHECK_EQ(spy_regs.rdi, 0);
}

static void caller_keeps_its_registers(void)
{
	struct spy s = spy_new();
	struct cpu_regs r = { .rdi = HC_CALL | s.pt << HC_SEL_SHIFT, .rsi = 1, .rdx = 2, .rax = 3,
			      .rbx = 4, .rbp = 5, .r8 = 6, .r9 = 7, .r10 = 8, .r12 = 9, .r13 = 10,
			      .r14 = 11, .r15 = 12, .rflags = USER_RFLAGS };

	utcb()->items = 0;
	raw_syscall(&r);
	CHECK_EQ(r.rdi & 0xff, HEDRON_SUCCESS);
	CHECK_EQ(r.rcx, r.rip);
	CHECK_EQ(r.r11, 0x200);
	CHECK_EQ(r.rflags, USER_RFLAGS);
	CHECK_EQ(r.rsi, 1);
	CHECK_EQ(r.rdx, 2);
	CHECK_EQ(r.rax, 3);
	CHECK_EQ(r.rbx, 4);
	CHECK_EQ(r.rbp, 5);
	CHECK_EQ(r.r8, 6);
	CHECK_EQ(r.r9, 7);
	CHECK_EQ(r.r10, 8);
	CHECK_EQ(r.r12, 9);
	CHECK_EQ(r.r13, 10);
	CHECK_EQ(r.r14, 11);
	CHECK_EQ(r.r15, 12);
}

static uint64_t handler_fs, handler_gs;

static cap_sel serve_bases(struct portal *p)
{
	__asm__ volatile("rdfsbase %0; rdgsbase %1" : "=r"(handler_fs), "=r"(handler_gs));
	__asm__ volatile("wrfsbase %0; wrgsbase %1" : : "r"(0xf5f5ull), "r"(0x6565ull));
	p->handler->utcb->items = 0;
	return 0;
}

static void bases_are_per_ec(void)
{
	struct portal *p = service_new(serve_bases, 0);
	uint64_t fs, gs;

	__asm__ volatile("wrfsbase %0; wrgsbase %1" : : "r"(0x1000ull), "r"(0x2000ull));
	utcb()->items = 0;
	REQUIRE_OK(hedron_call(p->sel));
	CHECK_EQ(handler_fs | handler_gs, 0);
	REQUIRE_OK(hedron_call(p->sel));
	CHECK_EQ(handler_fs, 0xf5f5);
	CHECK_EQ(handler_gs, 0x6565);
	__asm__ volatile("rdfsbase %0; rdgsbase %1" : "=r"(fs), "=r"(gs));
	CHECK_EQ(fs, 0x1000);
	CHECK_EQ(gs, 0x2000);
	__asm__ volatile("wrfsbase %0; wrgsbase %0" : : "r"(0ull));
}

/* ---- chains and domains --------------------------------------------------------------------- */

static void calls_nest(void)
{
	struct portal *p = service_new(serve_increment, 0);

	for (unsigned i = 0; i < 8; i++)
		p = service_new(serve_forward, (void *)p->sel);
	utcb()->word[0] = 41;
	utcb()->items = utcb_items(1, 0);
	REQUIRE_OK(hedron_call(p->sel));
	CHECK_EQ(utcb()->word[0], 42);
}

static void call_into_a_child(void)
{
	const struct child *c = child_new();
	struct portal *p = portal_new(handler_new(c->pd, env.cpu), serve_increment, 0, 0);
	uint64_t *there = (uint64_t *)p->handler->utcb;

	utcb()->word[0] = 6;
	utcb()->items = utcb_items(1, 0);
	REQUIRE_OK(hedron_call(p->sel));
	CHECK_EQ(utcb()->word[0], 7);
	CHECK(probe_read(there) & PROBE_FAULT);	/* its UTCB is in its PD alone */
}

struct client {
	cap_sel pt;
	struct hedron_utcb *utcb;
	enum hedron_status status;
	uint64_t word;
};

static void client(void *arg)
{
	struct client *c = arg;

	c->utcb->word[0] = 20;
	c->utcb->items = utcb_items(1, 0);
	c->status = hedron_call(c->pt);
	c->word = c->utcb->word[0];
}

static void call_from_a_child(void)
{
	const struct child *child = child_new();
	struct client c = { .pt = service_new(serve_increment, 0)->sel, .status = HEDRON_OOM };
	struct thread *t = thread_new(&(struct thread_spec){ .fn = client, .arg = &c,
							     .child = child });

	c.utcb = t->utcb;
	child_give(child, c.pt, 0);
	thread_start(t, PRIO_HIGH);
	REQUIRE(thread_wait(t));
	CHECK_STATUS(c.status, HEDRON_SUCCESS);
	CHECK_EQ(c.word, 21);
}

/* ---- errors --------------------------------------------------------------------------------- */

static void call_without_portal(void)
{
	utcb()->items = 0;
	CHECK_STATUS(hedron_call(sel_alloc()), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_call(make_sm(0)), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_call(ROOT_SEL_EC), HEDRON_BAD_CAP);
}

static void call_right_is_not_checked(void)
{
	struct portal *p = service_new(serve_nothing, 0);

	utcb()->items = 0;
	CHECK_OK(hedron_call(make_copy(p->sel, PT_CTRL)));
}

static void call_to_another_cpu(void)
{
	struct portal *p = portal_new(handler_new(ROOT_SEL_PD, env.cpu2), serve_nothing, 0, 0);

	utcb()->items = 0;
	CHECK_STATUS(hedron_call(p->sel), HEDRON_BAD_CPU);
}

static void caller_of_wait(void *arg)
{
	CHECK_OK(hedron_call((cap_sel)arg));
}

static void nonblocking_call_to_busy_handler(void)
{
	cap_sel sm = make_sm(0);
	struct portal *p = service_new(serve_wait, (void *)sm);
	struct thread *t = thread_new(&(struct thread_spec){ .fn = caller_of_wait,
							     .arg = (void *)p->sel });

	utcb()->items = 0;
	CHECK_OK(hedron_sm_up(sm));
	CHECK_OK(hedron_call_nonblock(p->sel));		/* idle: as usual */
	thread_start(t, PRIO_HIGH);			/* now in the handler */
	CHECK_STATUS(hedron_call_nonblock(p->sel), HEDRON_TIMEOUT);
	CHECK_OK(hedron_sm_up(sm));
	CHECK(thread_wait(t));
	CHECK_OK(hedron_sm_up(sm));
	CHECK_OK(hedron_call_nonblock(p->sel));
}

static void handler_dies(void)
{
	struct portal *p = service_new(serve_fault, 0);

	utcb()->items = 0;
	CHECK_STATUS(hedron_call(p->sel), HEDRON_ABORT);
	CHECK_STATUS(hedron_call(p->sel), HEDRON_TIMEOUT);
	CHECK_STATUS(hedron_call_nonblock(p->sel), HEDRON_TIMEOUT);
}

/* Call the portal that `arg` names, and answer with the status. */
static cap_sel serve_status(struct portal *p)
{
	p->handler->utcb->items = 0;
	p->handler->utcb->word[0] = hedron_call((cap_sel)p->arg);
	p->handler->utcb->items = utcb_items(1, 0);
	return 0;
}

static void handler_dies_behind_another(void)
{
	struct portal *dies = service_new(serve_fault, 0);
	struct portal *p = service_new(serve_status, (void *)dies->sel);

	utcb()->items = 0;
	REQUIRE_OK(hedron_call(p->sel));
	CHECK_STATUS((enum hedron_status)utcb()->word[0], HEDRON_ABORT);
	utcb()->items = 0;
	REQUIRE_OK(hedron_call(p->sel));
	CHECK_STATUS((enum hedron_status)utcb()->word[0], HEDRON_TIMEOUT);
}

static void handler_calls_itself(void)
{
	struct portal *p = service_new(serve_self_call, 0);

	utcb()->items = 0;
	CHECK_STATUS(hedron_call(p->sel), HEDRON_ABORT);
	CHECK_STATUS(hedron_call(p->sel), HEDRON_TIMEOUT);
}

static void call_after_revocation(void)
{
	struct portal *p = service_new(serve_nothing, 0);

	utcb()->items = 0;
	CHECK_OK(hedron_call(p->sel));
	CHECK_OK(hedron_revoke(crd_obj(p->sel, 0, RIGHTS_ALL), 1));
	CHECK_STATUS(hedron_call(p->sel), HEDRON_BAD_CAP);
}

static void reply_and_run_on(void *arg)
{
	hedron_reply(0);
	*(volatile bool *)arg = true;
}

static void reply_ends_a_thread(void)
{
	volatile bool ran_on = false;
	struct thread *t = thread_new(&(struct thread_spec){ .fn = reply_and_run_on,
							     .arg = (void *)&ran_on });

	thread_start(t, PRIO_HIGH);
	sleep_ms(5);
	CHECK(!ran_on);
	CHECK_EQ(t->count, 0);
}

static const struct abi_case cases[] = {
	{ "9.1 call and reply carry words", words_travel_both_ways },
	{ "9.1 only the words that are counted are copied", only_counted_words_travel },
	{ "9.1 508 words travel", all_words_travel },
	{ "5.1 a larger count is clipped for copying, the items word passed on unchanged",
	  items_word_is_not_clipped },
	{ "9.1 windows, tls and flags are not copied", header_is_not_copied },
	{ "9.2 first entry: id, entry address, RSP of create_ec, flags, rest 0", entry_first },
	{ "9.2 later entries: RSP and registers of the last reply", entry_again },
	{ "3.7 the id of a new portal is 0", new_portal_has_id_0 },
	{ "3.1 call: the caller's registers are kept", caller_keeps_its_registers },
	{ "9.2 FS and GS base are the handler's own", bases_are_per_ec, CASE_FSGSBASE },
	{ "9 calls nest", calls_nest },
	{ "9 a handler in another PD is called", call_into_a_child },
	{ "9 another PD calls a handler here", call_from_a_child },
	{ "3.2 call: no portal answers BAD_CAP", call_without_portal },
	{ "3.2 call: the call right is not checked", call_right_is_not_checked },
	{ "3.2 call: handler on another CPU answers BAD_CPU", call_to_another_cpu, CASE_SMP },
	{ "3.2 call: non-blocking, busy handler answers TIMEOUT",
	  nonblocking_call_to_busy_handler },
	{ "9.4 handler killed: the caller gets ABORT, later ones TIMEOUT", handler_dies },
	{ "9.4 a handler's death ends its callers' calls only, not the handlers before it",
	  handler_dies_behind_another },
	{ "9.4 a handler that calls its own portal is killed, the caller gets ABORT",
	  handler_calls_itself },
	{ "4.6 a revoked portal answers BAD_CAP", call_after_revocation },
	{ "3.3 reply from a global EC ends the thread", reply_ends_a_thread },
};
SUITE(ipc, cases);
