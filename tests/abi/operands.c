/* SPDX-License-Identifier: MIT */
/*
 * operands.c - what hypercalls read of their operands and what they ignore: flag bits, selectors
 * beyond 2^26, upper halves (ABI reference 3.1 to 3.15).
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "portal.h"
#include "runner.h"
#include "thread.h"

#define WRAP(sel)	((sel) + 3ull * HEDRON_NUM_SEL)

static hedron_crd one(cap_sel sel)	{ return crd_obj(sel, 0, RIGHTS_ALL); }

static cap_sel serve_nothing(struct portal *p)
{
	p->handler->utcb->items = 0;
	return 0;
}

/* ---- selectors modulo 2^26 ------------------------------------------------------------------ */

static void call_wraps(void)
{
	struct portal *p = service_new(serve_nothing, 0);

	runner_utcb()->items = 0;
	CHECK_OK(hedron_call(WRAP(p->sel)));
	CHECK_OK(hedron_call_nonblock(WRAP(p->sel)));
}

static void create_operands_wrap(void)
{
	cap_sel ec = make_local_ec(), global = sel_alloc(), base = make_sm(0);

	MUST(hedron_create_ec(global, ROOT_SEL_PD, HC_EC_GLOBAL, env.cpu, 0, 0, EVENTS_NONE));
	CHECK_OK(hedron_create_pd(sel_alloc(), WRAP(ROOT_SEL_PD), 0, 0));
	CHECK_OK(hedron_create_ec(sel_alloc(), WRAP(ROOT_SEL_PD), 0, env.cpu, 0, 0, EVENTS_NONE));
	CHECK_OK(hedron_create_pt(sel_alloc(), WRAP(ROOT_SEL_PD), WRAP(ec), 0, 0x1000));
	CHECK_OK(hedron_create_sm(sel_alloc(), WRAP(ROOT_SEL_PD), 0));
	CHECK_OK(hedron_hc(HC_CREATE_SM, 0, sel_alloc(), ROOT_SEL_PD, 0, WRAP(base), 0));
	CHECK_OK(hedron_create_sc(sel_alloc(), WRAP(ROOT_SEL_PD), WRAP(global), PRIO_LOW, 1000));
}

static void control_operands_wrap(void)
{
	struct portal *p = service_new(serve_nothing, 0);
	uint64_t us = 0;

	CHECK_OK(hedron_recall(WRAP(make_global_ec())));
	CHECK_OK(hedron_sc_time(WRAP(ROOT_SEL_SC), &us));
	CHECK_OK(hedron_pt_set_id(WRAP(p->sel), (uint64_t)p));
	CHECK_OK(hedron_sm_up(WRAP(make_sm(0))));
}

static void delegate_pds_wrap(void)
{
	cap_sel sm = make_sm(0), to = sel_alloc();

	CHECK_OK(transfer(WRAP(ROOT_SEL_PD), WRAP(ROOT_SEL_PD), one(sm), XFER_DELEGATE, one(to))
			 .status);
	CHECK_EQ(obj_at(to), crd_obj(to, 0, SM_UP | SM_DOWN));
}

static void revoke_pd_wraps(void)
{
	const struct child *c = child_new();
	cap_sel sm = make_sm(0), back = sel_alloc();

	child_give_at(c, sm, 7, 0);
	CHECK_OK(hedron_revoke_remote(WRAP(c->pd), one(7), 1));
	MUST(transfer(c->pd, ROOT_SEL_PD, one(7), XFER_DELEGATE, one(back)).status);
	CHECK_EQ(obj_at(back), 0);
}

static void revoke_semaphore_wraps(void)
{
	cap_sel done = make_sm(0);
	bool told = false;

	CHECK_OK(hedron_revoke_notify(one(make_sm(0)), 1, WRAP(done)));
	CHECK(EVENTUALLY(told || (told = hedron_sm_down(done, 1) == HEDRON_SUCCESS)));
}

static volatile unsigned progress;

static void do_ud2(void *arg)
{
	progress = 1;
	__asm__ volatile("ud2");
	progress = 2;
}

static cap_sel sleep_sm;

static bool react_sleep_wrapped(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_UD)
		return false;
	u->state.rip += UD2_LEN;
	u->state.mtd = MTD_RIP;
	t->sleep_on = WRAP(sleep_sm);
	return true;
}

static void reply_semaphore_wraps(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_ud2,
							     .react = react_sleep_wrapped });

	sleep_sm = make_sm(0);
	thread_start(t, PRIO_HIGH);
	CHECK_EQ(progress, 1);
	CHECK_OK(hedron_sm_up(sleep_sm));
	CHECK_EQ(progress, 2);
	CHECK(thread_wait(t));
}

/* The reference warns of selectors beyond 2^26; a kernel may refuse what would hide an object. */
static void created_beyond_owns_the_slot(void)
{
	cap_sel sel = make_sm(1);
	bool taken = hedron_create_sm(sel + HEDRON_NUM_SEL, ROOT_SEL_PD, 5) == HEDRON_SUCCESS;

	for (unsigned i = 0; i < (taken ? 5 : 1); i++)
		CHECK_OK(hedron_sm_down(sel, 1));
	CHECK_STATUS(hedron_sm_down(sel, 1), HEDRON_TIMEOUT);
	if (taken)
		CHECK_OK(hedron_revoke(one(sel + HEDRON_NUM_SEL), 1));
}

/* ---- flag bits ------------------------------------------------------------------------------ */

static void call_ignores_flags(void)
{
	struct portal *p = service_new(serve_nothing, 0);

	for (unsigned flags = 0; flags < 16; flags++) {
		runner_utcb()->items = 0;
		CHECK_OK(hedron_hc(HC_CALL, flags, p->sel, 0, 0, 0, 0));
	}
}

static cap_sel serve_reply_with_flags(struct portal *p)
{
	p->handler->utcb->word[0]++;
	hedron_hc(HC_REPLY, (unsigned)(uint64_t)p->arg, 0, 0, 0, 0, 0);
	return 0;
}

static void reply_ignores_flags(void)
{
	for (unsigned flags = 1; flags < 16; flags++) {
		struct portal *p = service_new(serve_reply_with_flags, (void *)(uint64_t)flags);

		runner_utcb()->word[0] = flags;
		runner_utcb()->items = utcb_items(1, 0);
		REQUIRE_OK(hedron_call(p->sel));
		CHECK_EQ(runner_utcb()->word[0], flags + 1);
	}
}

static void create_pd_ignores_flags(void)
{
	cap_sel pd = sel_alloc();

	CHECK_OK(hedron_hc(HC_CREATE_PD, 0xe, pd, ROOT_SEL_PD, 0, 0, 0));
	CHECK_EQ(obj_rights(pd), PD_CREATE);
	CHECK_STATUS(child_hc(child_wrap(pd), HC_MACHINE_CTRL, 2, 0, 0, 0, 0, 0), HEDRON_BAD_CAP);
}

static void delegate_ignores_flags(void)
{
	for (unsigned flags = 4; flags < 16; flags += 4) {
		cap_sel sm = make_sm(0), to = sel_alloc();

		CHECK_OK(hedron_hc(HC_PD_CTRL, PD_CTRL_DELEGATE | flags, ROOT_SEL_PD, ROOT_SEL_PD,
				   one(sm), XFER_DELEGATE, one(to)));
		CHECK_EQ(obj_at(to), crd_obj(to, 0, SM_UP | SM_DOWN));
	}
}

static void lookup_ignores_the_selector(void)
{
	cap_sel sm = make_sm(0);
	uint64_t crd = one(sm), a3 = 1, a4 = 2;

	CHECK_OK(hedron_hypercall(HC_PD_CTRL | (uint64_t)sel_alloc() << HC_SEL_SHIFT, &crd, &a3, &a4,
				  0));
	CHECK_EQ(crd, crd_obj(sm, 0, SM_UP | SM_DOWN));
	CHECK_EQ(a3, 1);
	CHECK_EQ(a4, 2);
}

static void apic_flag_means_nothing_to_host_ecs(void)
{
	cap_sel ec = sel_alloc();

	CHECK_OK(hedron_create_ec(ec, ROOT_SEL_PD, HC_EC_APIC_ACCESS, env.cpu, va_alloc(0), 0,
				  EVENTS_NONE));
	CHECK_EQ(obj_rights(ec), EC_CTRL | EC_BIND_SC | EC_BIND_PT);
}

/* ---- other operands ------------------------------------------------------------------------- */

/* A thread's startup with this ARG5. */
static void startup_event_with(uint64_t upper)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_ud2 });
	cap_sel ec = sel_alloc(), sc = sel_alloc();

	CHECK_OK(hedron_hc(HC_CREATE_EC, HC_EC_GLOBAL, ec, ROOT_SEL_PD, env.cpu, 0,
			   upper << 32 | t->events));
	CHECK_OK(hedron_create_sc(sc, ROOT_SEL_PD, ec, PRIO_HIGH, 1000));
	CHECK_EQ(t->startup.event, EVENT_STARTUP);
	CHECK(thread_wait(t));
}

static void event_base_has_32_bits(void)
{
	startup_event_with(0);
	startup_event_with(1);
	startup_event_with(0xffffffff);
}

static void create_sm_takes_all_of_arg3(void)
{
	cap_sel sm = make_sm(~0ull);

	CHECK_OK(hedron_sm_down(sm, 1));
	CHECK_OK(hedron_sm_down_zero(sm, 1));
	CHECK_STATUS(hedron_sm_down(sm, 1), HEDRON_TIMEOUT);
}

static void pd_is_native_without_bit_0(void)
{
	cap_sel pd = sel_alloc(), sm = make_sm(0);
	const struct child *c;

	MUST(hedron_create_pd(pd, ROOT_SEL_PD, 0, 0x1000 << PD_FOREIGN_BASE_SHIFT));
	c = child_wrap(pd);
	child_give(c, sm, 0);
	CHECK_STATUS(child_hc(c, HC_SM_CTRL, 0, sm, 0, 0, 0, 0), HEDRON_SUCCESS);
	CHECK_OK(hedron_sm_down(sm, 1));
}

static void portal_id_has_64_bits(void)
{
	cap_sel ec = sel_alloc(), pt = sel_alloc();
	void *stack = stack_alloc();

	MUST(hedron_create_ec(ec, ROOT_SEL_PD, 0, env.cpu, 0, (uint64_t)stack, EVENTS_NONE));
	MUST(hedron_create_pt(pt, ROOT_SEL_PD, ec, 0, (uint64_t)spy_entry));
	for (unsigned bit = 0; bit < 64; bit += 9) {
		runner_utcb()->items = 0;
		CHECK_OK(hedron_pt_set_id(pt, 1ull << bit));
		CHECK_OK(hedron_call(pt));
		CHECK_EQ(spy_regs.rdi, 1ull << bit);
	}
}

static void copies_share_the_id(void)
{
	cap_sel ec = sel_alloc(), pt = sel_alloc(), copy;

	MUST(hedron_create_ec(ec, ROOT_SEL_PD, 0, env.cpu, 0, (uint64_t)stack_alloc(), EVENTS_NONE));
	MUST(hedron_create_pt(pt, ROOT_SEL_PD, ec, 0, (uint64_t)spy_entry));
	copy = make_copy(pt, PT_CALL | PT_CTRL);
	CHECK_OK(hedron_pt_set_id(copy, 0x77));
	runner_utcb()->items = 0;
	CHECK_OK(hedron_call(pt));
	CHECK_EQ(spy_regs.rdi, 0x77);
}

/* ---- lookup --------------------------------------------------------------------------------- */

static void lookup_tells_the_rights(void)
{
	cap_sel ec = make_local_ec(), sm = make_sm(0);

	for (unsigned rights = 1; rights < 16; rights++) {
		cap_sel copy = make_copy(ec, rights);
		unsigned valid = rights & (EC_CTRL | EC_BIND_SC | EC_BIND_PT);

		CHECK_EQ(obj_at(copy), valid ? crd_obj(copy, 0, valid) : 0);
	}
	for (unsigned rights = 1; rights < 4; rights++) {
		cap_sel copy = make_copy(sm, rights);

		CHECK_EQ(obj_at(copy), crd_obj(copy, 0, rights));
	}
}

static void lookup_needs_no_right_in_its_crd(void)
{
	cap_sel sm = make_sm(0);

	CHECK_EQ(hedron_lookup(crd_obj(sm, 0, 0)), crd_obj(sm, 0, SM_UP | SM_DOWN));
	CHECK_EQ(hedron_lookup(crd_obj(sm, 20, 0)), crd_obj(sm, 0, SM_UP | SM_DOWN));
}

static void access_page_is_accepted(void)
{
	uint64_t va = va_alloc(0);
	enum hedron_status status = hedron_hc(HC_PD_CTRL, PD_CTRL_MAP_ACCESS_PAGE, 0,
					      crd_mem(va >> HEDRON_PAGE_SHIFT, 0, MEM_R | MEM_W),
					      0, 0, 0);

	CHECK(status == HEDRON_SUCCESS || status == HEDRON_BAD_FTR);
	CHECK(probe_read((void *)va) & PROBE_FAULT);	/* guest page table, if anything */
}

/* ---- MSRs: next to each forbidden range ----------------------------------------------------- */

static void msr_ranges_end_where_they_end(void)
{
	static const uint32_t msr[] = { 0x17, 0x173, 0x177, 0x47f, 0x492, 0x5ff, 0x601, 0x6df,
					0x7ff, 0x900, 0x3a, 0x200, 0x26f, 0x2ff };

	for (unsigned i = 0; i < sizeof(msr) / sizeof(msr[0]); i++) {
		uint64_t value = 0;
		enum hedron_status status = hedron_msr_read(msr[i], &value);

		/* Hardware may not have the register; then it faults. QEMU's reads 0. */
		CHECK(status == HEDRON_SUCCESS || (status == HEDRON_BAD_PAR && !value));
	}
}

static void msr_inside_each_range(void)
{
	static const uint32_t msr[] = { 0x175, 0x485, 0x490, 0x802, 0x80b, 0x830, 0x8fe };

	for (unsigned i = 0; i < sizeof(msr) / sizeof(msr[0]); i++) {
		uint64_t value = 1;

		CHECK_STATUS(hedron_msr_read(msr[i], &value), HEDRON_BAD_PAR);
		CHECK_EQ(value, 0);
		CHECK_STATUS(hedron_msr_write(msr[i], 0), HEDRON_BAD_PAR);
	}
	CHECK_STATUS(hedron_msr_write(0x23f, 0), HEDRON_BAD_PAR);
}

#define MSR_DEBUGCTL	0x1d9

static void msr_can_be_written(void)
{
	uint64_t value = 0;

	CHECK_OK(hedron_msr_write(MSR_DEBUGCTL, 0));
	CHECK_OK(hedron_msr_read(MSR_DEBUGCTL, &value));
	CHECK_EQ(value, 0);
}

static const struct abi_case cases[] = {
	{ "3.1 call: the selector is taken modulo 2^26", call_wraps },
	{ "3.1 create_*: ARG2, ARG3 and ARG4 name selectors modulo 2^26", create_operands_wrap },
	{ "3.1 ec_ctrl, sc_ctrl, pt_ctrl, sm_ctrl: selectors modulo 2^26",
	  control_operands_wrap },
	{ "3.1 delegate: source and destination modulo 2^26", delegate_pds_wrap },
	{ "3.1 revoke: the PD is taken modulo 2^26", revoke_pd_wraps },
	{ "3.1 revoke: the semaphore is taken modulo 2^26", revoke_semaphore_wraps },
	{ "3.3 reply: the semaphore is taken modulo 2^26", reply_semaphore_wraps },
	{ "3.1 what is created at s + 2^26 owns slot s, or is refused",
	  created_beyond_owns_the_slot },
	{ "3.2 call: flags 9..11 are ignored, 8 only matters to a busy handler",
	  call_ignores_flags },
	{ "3.3 reply: flags are ignored", reply_ignores_flags },
	{ "3.4 create_pd: flags 9..11 are ignored", create_pd_ignores_flags },
	{ "3.10 delegate: flags 10 and 11 are ignored", delegate_ignores_flags },
	{ "3.10 lookup: the selector is ignored, RDX and RAX are kept",
	  lookup_ignores_the_selector },
	{ "3.5 create_ec: flag 10 means nothing to a host EC",
	  apic_flag_means_nothing_to_host_ecs },
	{ "3.5 create_ec: bits 63:32 of the event base are ignored", event_base_has_32_bits },
	{ "3.8 create_sm: the counter takes all of ARG3", create_sm_takes_all_of_arg3 },
	{ "3.4 create_pd: a base without bit 0 makes a native PD", pd_is_native_without_bit_0 },
	{ "3.13 pt_ctrl: the id has 64 bits", portal_id_has_64_bits },
	{ "3.13 pt_ctrl: the id belongs to the portal, not to the capability",
	  copies_share_the_id },
	{ "3.10 lookup: the rights of the capability", lookup_tells_the_rights },
	{ "3.10 lookup: order and rights of the CRD do not matter",
	  lookup_needs_no_right_in_its_crd },
	{ "3.10 map_access_page: maps nothing in the host page table", access_page_is_accepted },
	{ "3.10 msr_access: next to the forbidden ranges reading is allowed",
	  msr_ranges_end_where_they_end },
	{ "3.10 msr_access: inside the ranges neither reading nor writing",
	  msr_inside_each_range },
	{ "3.10 msr_access: other registers can be written", msr_can_be_written },
};
SUITE(operands, cases);
