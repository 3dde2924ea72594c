/* SPDX-License-Identifier: MIT */
/*
 * hostile.c - input that an enemy would choose: the kernel must survive it, and who has nothing to
 * do with it must not notice (ABI reference 4.7, 11.4).
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "regs.h"
#include "runner.h"
#include "thread.h"

#define NON_CANONICAL	0x8000000000000000ull

static hedron_crd one(cap_sel sel)	{ return crd_obj(sel, 0, RIGHTS_ALL); }

/* ---- replies and entries -------------------------------------------------------------------- */

static struct hedron_state poison;

static void do_ud2(void *arg)
{
	__asm__ volatile("ud2");
}

static bool react_poison(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_UD)
		return false;
	u->state.rip = poison.rip ? poison.rip : u->state.rip + UD2_LEN;
	u->state.rsp = poison.rsp ? poison.rsp : u->state.rsp;
	u->state.fs_base = poison.fs_base;
	u->state.gs_base = poison.gs_base;
	u->state.mtd = poison.mtd;
	return true;
}

/* Whatever becomes of the thread, the others run on. */
static void run_poisoned(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_ud2, .react = react_poison });

	thread_start(t, PRIO_HIGH);
	sleep_ms(2);
	CHECK(t->count >= 1);
}

static void non_canonical_rip(void)
{
	poison = (struct hedron_state){ .mtd = MTD_RIP, .rip = NON_CANONICAL };
	run_poisoned();
	poison.rip = 0x800000000000;
	run_poisoned();
	poison.rip = ~0ull;
	run_poisoned();
}

static void non_canonical_rsp(void)
{
	poison = (struct hedron_state){ .mtd = MTD_RIP | MTD_RSP, .rsp = NON_CANONICAL };
	run_poisoned();
}

static void non_canonical_bases(void)
{
	poison = (struct hedron_state){ .mtd = MTD_RIP | MTD_FS_GS, .fs_base = NON_CANONICAL };
	run_poisoned();
	poison = (struct hedron_state){ .mtd = MTD_RIP | MTD_FS_GS, .gs_base = 0x800000000000 };
	run_poisoned();
}

static void kernel_rip(void)
{
	poison = (struct hedron_state){ .mtd = MTD_RIP, .rip = 0xffffffff88000000 };
	run_poisoned();
}

static void non_canonical_entry(void)
{
	cap_sel ec = sel_alloc(), pt = sel_alloc();

	MUST(hedron_create_ec(ec, ROOT_SEL_PD, 0, env.cpu, 0, (uint64_t)stack_alloc(), EVENTS_NONE));
	if (hedron_create_pt(pt, ROOT_SEL_PD, ec, 0, NON_CANONICAL) != HEDRON_SUCCESS)
		return;
	runner_utcb()->items = 0;
	CHECK_STATUS(hedron_call(pt), HEDRON_ABORT);
}

static cap_sel serve_nothing(struct portal *p)
{
	p->handler->utcb->items = 0;
	return 0;
}

static void recall_of_a_local_ec(void)
{
	struct portal *p = service_new(serve_nothing, 0), *q = service_new(serve_nothing, 0);

	hedron_recall(p->handler->ec);
	runner_utcb()->items = 0;
	hedron_call(p->sel);		/* whatever it answers */
	runner_utcb()->items = 0;
	CHECK_OK(hedron_call(q->sel));
}

static void empty_selector_page(void)
{

	cap_sel sel = HEDRON_NUM_SEL - 1000;	/* nobody has been there */

	CHECK_STATUS(hedron_sm_up(sel), HEDRON_BAD_CAP);
	REQUIRE_OK(hedron_create_sm(sel, ROOT_SEL_PD, 0));
	CHECK_OK(hedron_sm_up(sel));
	CHECK_OK(hedron_sm_down(sel, 1));
	CHECK_OK(hedron_revoke(one(sel), 1));
}

/* ---- trees and ranges ----------------------------------------------------------------------- */

#define MANY	3000

static void long_chain_of_copies(void)
{
	cap_sel sm = make_sm(0), last = sm;

	for (unsigned i = 0; i < MANY; i++)
		last = make_copy(last, RIGHTS_ALL);
	CHECK_OK(hedron_sm_up(last));
	CHECK_OK(hedron_revoke(one(sm), 0));
	CHECK_EQ(obj_at(last), 0);
	CHECK_OK(hedron_sm_down(sm, 1));
}

static void many_copies_of_one(void)
{
	cap_sel sm = make_sm(0), first = make_copy(sm, SM_UP), last = first;

	for (unsigned i = 0; i < MANY; i++)
		last = make_copy(sm, SM_UP);
	CHECK_OK(hedron_revoke(one(sm), 0));
	CHECK_EQ(obj_at(first), 0);
	CHECK_EQ(obj_at(last), 0);
	CHECK_OK(hedron_sm_up(sm));
}

static void whole_object_space_revoked(void)
{
	const struct child *c = child_new();
	cap_sel sm = make_sm(0), back = sel_alloc();

	child_give_at(c, sm, 7, 0);
	child_give_at(c, sm, HEDRON_NUM_SEL - 1, 0);
	CHECK_OK(hedron_revoke_remote(c->pd, crd_obj(0, 26, RIGHTS_ALL), 1));
	transfer(c->pd, ROOT_SEL_PD, one(7), XFER_DELEGATE, one(back));
	transfer(c->pd, ROOT_SEL_PD, one(HEDRON_NUM_SEL - 1), XFER_DELEGATE, one(back));
	CHECK_EQ(obj_at(back), 0);
	CHECK_OK(hedron_sm_up(sm));
}

static void whole_memory_delegated_and_revoked(void)
{
	cap_sel pd = make_pd();
	uint64_t back = va_alloc(0);
	const hedron_crd all = crd_mem(0, CRD_ORDER_MAX, RIGHTS_ALL);

	CHECK_OK(transfer(ROOT_SEL_PD, pd, all, XFER_DELEGATE, all).status);
	map_pages(pd, ROOT_SEL_PD, page_of(image_rodata), page_of((void *)back), 1, MEM_R, 0);
	CHECK_EQ(probe_read((void *)back), 0);
	CHECK_OK(hedron_revoke_remote(pd, all, 1));
	map_pages(pd, ROOT_SEL_PD, page_of(image_rodata), page_of((void *)back), 1, MEM_R, 0);
	CHECK(probe_read((void *)back) & PROBE_FAULT);
	CHECK_EQ(probe_read(image_rodata), 0);
}

/* ---- UTCBs ---------------------------------------------------------------------------------- */

static void utcb_taken_away(void)
{
	struct portal *p = service_new(serve_nothing, 0);
	hedron_crd crd = crd_mem(page_of(p->handler->utcb), 0, RIGHTS_ALL);

	CHECK_OK(hedron_revoke(crd, 1));
	runner_utcb()->items = utcb_items(4, 0);
	CHECK_STATUS(hedron_call(p->sel), HEDRON_ABORT);	/* it faults on its UTCB */
	CHECK_OK(hedron_revoke(one(p->sel), 1));
	CHECK_OK(hedron_revoke(one(p->handler->ec), 1));
}

static void utcb_mapped_over(void)
{
	cap_sel ec = sel_alloc();
	uint64_t utcb = va_alloc(0);
	char *page = pool_alloc(0);

	page[9] = 9;
	REQUIRE_OK(hedron_create_ec(ec, ROOT_SEL_PD, 0, env.cpu, utcb, 0, 0));
	map_pages(ROOT_SEL_PD, ROOT_SEL_PD, page_of(page), page_of((void *)utcb), 1, MEM_R, 0);
	CHECK_EQ(((volatile char *)utcb)[9], 9);
	CHECK_OK(hedron_revoke(one(ec), 1));
	sleep_ms(20);
	CHECK_EQ(page[9], 9);
	CHECK_OK(hedron_create_ec(ec, ROOT_SEL_PD, 0, env.cpu, va_alloc(0), 0, 0));
	CHECK_EQ(page[9], 9);
}

static void two_utcbs_at_one_address(void)
{
	cap_sel a = sel_alloc(), b = sel_alloc();
	uint64_t utcb = va_alloc(0);

	CHECK_OK(hedron_create_ec(a, ROOT_SEL_PD, 0, env.cpu, utcb, 0, 0));
	CHECK_OK(hedron_create_ec(b, ROOT_SEL_PD, 0, env.cpu, utcb, 0, 0));
	CHECK_OK(hedron_revoke(one(a), 1));
	CHECK_OK(hedron_revoke(one(b), 1));
	CHECK(EVENTUALLY(probe_read((void *)utcb) & PROBE_FAULT));
}

/* ---- numbers -------------------------------------------------------------------------------- */

static volatile bool ran;

static void set_ran(void *arg)
{
	ran = true;
}

static void do_syscall(void *arg)
{
	ran = true;
	__asm__ volatile("syscall" : : "a"(0), "D"(0) : "rcx", "r11", "memory");
	CHECK(!"a foreign call without portal returned");
}

static void wild_event_base(void)
{
	static const uint32_t base[] = { HEDRON_NUM_SEL - 16, 0x80000000, 0xffffffe0, 0xffffffff };

	cap_sel pd = make_pd();		/* selectors wrap: nothing must be at the low ones */

	for (unsigned i = 0; i < sizeof(base) / sizeof(base[0]); i++) {
		cap_sel ec = sel_alloc();

		REQUIRE_OK(hedron_create_ec(ec, pd, HC_EC_GLOBAL, env.cpu, 0, 0, base[i]));
		CHECK_OK(hedron_create_sc(sel_alloc(), ROOT_SEL_PD, ec, PRIO_HIGH, 1000));
	}
}

static void wild_foreign_base(void)
{
	static const uint64_t base[] = { HEDRON_NUM_SEL - 1, 1ull << 40, ~0ull >> 1 };

	for (unsigned i = 0; i < sizeof(base) / sizeof(base[0]); i++) {
		cap_sel pd = sel_alloc();
		struct thread *t;

		REQUIRE_OK(hedron_create_pd(pd, ROOT_SEL_PD, 0, PD_FOREIGN | base[i] << 1));
		t = thread_new(&(struct thread_spec){ .fn = do_syscall, .child = child_wrap(pd) });
		ran = false;
		thread_start(t, PRIO_HIGH);
		CHECK(ran);
		CHECK_EQ(t->count, 0);
	}
}

static void wild_call_arguments(void)
{
	struct portal *p = service_new(serve_nothing, 0);
	struct hedron_utcb *u = runner_utcb();

	for (unsigned i = 0; i < UTCB_WORDS_MAX; i++)
		u->word[i] = ~0ull;
	p->handler->utcb->del_window = p->handler->utcb->xlate_window = ~0ull;
	u->items = 0xffffffff;
	CHECK_OK(hedron_call(p->sel));
}

static void largest_quantum_and_priorities(void)
{
	static const unsigned prio[] = { SC_PRIO_MIN, SC_PRIO_MAX - 1 };

	for (unsigned i = 0; i < 2; i++) {
		struct thread *t = thread_new(&(struct thread_spec){ .fn = set_ran });

		ran = false;
		CHECK_OK(hedron_create_sc(t->sc, ROOT_SEL_PD, t->ec, prio[i], 0xffffffff));
		CHECK(thread_wait(t));
		CHECK(ran);
	}
}

static void do_wait_for_ever(void *arg)
{
	CHECK_OK(hedron_sm_down((cap_sel)arg, ~0ull));
}

static void latest_deadline(void)
{
	cap_sel sm = make_sm(0);
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_wait_for_ever,
							     .arg = (void *)sm });

	thread_start(t, PRIO_HIGH);
	sleep_ms(5);			/* other deadlines still work */
	CHECK(!t->finished);
	CHECK_OK(hedron_sm_up(sm));
	CHECK(thread_wait(t));
	CHECK(t->finished);
}

/* ---- circles -------------------------------------------------------------------------------- */

static cap_sel circle[2];

static cap_sel serve_circle(struct portal *p)
{
	hedron_call(circle[(uint64_t)p->arg]);
	p->handler->utcb->items = 0;
	return 0;
}

static void circle_of_calls(void)
{
	enum hedron_status status;

	circle[1] = service_new(serve_circle, (void *)0)->sel;
	circle[0] = service_new(serve_circle, (void *)1)->sel;
	runner_utcb()->items = 0;
	status = hedron_call(circle[0]);
	CHECK(status == HEDRON_SUCCESS || status == HEDRON_ABORT);
}

static const struct abi_case cases[] = {
	{ "11.4 a reply with a non-canonical RIP harms only its thread", non_canonical_rip,
	  CASE_OURS },
	{ "11.4 a reply with a non-canonical RSP harms only its thread", non_canonical_rsp,
	  CASE_OURS },
	{ "11.4 a reply with a non-canonical FS or GS base harms only its thread",
	  non_canonical_bases, CASE_OURS },
	{ "11.4 a reply with RIP in the kernel harms only its thread", kernel_rip },
	{ "11.4 a portal with a non-canonical entry harms only its handler", non_canonical_entry,
	  CASE_OURS },
	{ "11.4 recall of a local EC harms nobody", recall_of_a_local_ec, CASE_OURS },
	{ "4.7 a selector can be looked up before its page is used", empty_selector_page,
	  CASE_OURS },
	{ "4.6 a chain of 3000 copies is revoked", long_chain_of_copies },
	{ "4.6 3000 copies of one capability are revoked", many_copies_of_one },
	{ "4.6 a whole object space is revoked", whole_object_space_revoked },
	{ "4.4 memory of order 31 is delegated and revoked", whole_memory_delegated_and_revoked },
	{ "5 a handler whose UTCB was unmapped dies of it", utcb_taken_away },
	{ "3.5 memory mapped over a UTCB is not taken for it", utcb_mapped_over },
	{ "3.5 a UTCB may replace another's mapping", two_utcbs_at_one_address },
	{ "7.2 an event base beyond all selectors finds no portal", wild_event_base },
	{ "8.2 a foreign base beyond all selectors finds no portal", wild_foreign_base },
	{ "9.1 a message full of ones", wild_call_arguments },
	{ "3.6 the largest quantum, the lowest and a very high priority",
	  largest_quantum_and_priorities },
	{ "10.2 the latest deadline is far away", latest_deadline },
	{ "9.4 handlers that call each other in a circle", circle_of_calls },
};
SUITE(hostile, cases);
