/* SPDX-License-Identifier: MIT */
/*
 * objects.c - the create hypercalls: errors in the order of the reference, rights, first state
 * (ABI reference 3.4 to 3.8).
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "regs.h"
#include "thread.h"

/* ---- create_pd ------------------------------------------------------------------------------ */

static void pd_bad_parent(void)
{
	cap_sel sel = sel_alloc();

	CHECK_STATUS(hedron_create_pd(sel, sel_alloc(), 0, 0), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_create_pd(sel, make_sm(0), 0, 0), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_create_pd(sel, ROOT_SEL_EC, 0, 0), HEDRON_BAD_CAP);
	CHECK_EQ(obj_at(sel), 0);
}

static void pd_selector_in_use(void)
{
	cap_sel sm = make_sm(0);

	CHECK_STATUS(hedron_create_pd(sm, ROOT_SEL_PD, 0, 0), HEDRON_BAD_CAP);
	CHECK_OK(hedron_sm_up(sm));
}

static void pd_rights(void)
{
	CHECK_EQ(obj_rights(make_pd()), PD_CREATE);
}

static hedron_crd child_sees[96];

static void look_around(void *arg)
{
	for (cap_sel sel = 0; sel < 96; sel++)
		child_sees[sel] = obj_at(sel);
}

static void pd_is_empty(void)
{
	const struct child *c = child_new();

	child_sees[0] = 1;
	CHECK(thread_run(&(struct thread_spec){ .fn = look_around, .child = c })->finished);
	for (unsigned i = 0; i < 96; i++)
		CHECK_EQ(child_sees[i], 0);
}

static void pd_initial_objects(void)
{
	cap_sel pd = sel_alloc(), caps = sels_alloc(2);

	MUST(hedron_create_sm(caps + 1, ROOT_SEL_PD, 0));
	MUST(hedron_create_sm(caps + 2, ROOT_SEL_PD, 0));
	REQUIRE_OK(hedron_create_pd(pd, ROOT_SEL_PD, crd_obj(caps, 2, SM_UP), 0));
	thread_run(&(struct thread_spec){ .fn = look_around, .child = child_wrap(pd) });
	CHECK_EQ(child_sees[0], 0);
	CHECK_EQ(child_sees[1], crd_obj(1, 0, SM_UP));
	CHECK_EQ(child_sees[2], crd_obj(2, 0, SM_UP));
	CHECK_EQ(child_sees[3], 0);
}

static void pd_other_crd_is_ignored(void)
{
	cap_sel pd = sel_alloc();
	uint64_t va = va_alloc(0);

	REQUIRE_OK(hedron_create_pd(pd, ROOT_SEL_PD, crd_mem(page_of(image_text), 0, MEM_R), 0));
	map_pages(pd, ROOT_SEL_PD, page_of(image_text), va >> HEDRON_PAGE_SHIFT, 1, MEM_R, 0);
	CHECK(probe_read((void *)va) & PROBE_FAULT);
	map_pages(pd, ROOT_SEL_PD, 0, va >> HEDRON_PAGE_SHIFT, 1, MEM_R, 0);
	CHECK(probe_read((void *)va) & PROBE_FAULT);
}

/* Operation 3 of machine_ctrl does not exist: BAD_PAR for who may ask, BAD_CAP for others (3.16). */
static volatile enum hedron_status asked;

static void ask_machine_ctrl(void *arg)
{
	asked = hedron_hc(HC_MACHINE_CTRL, 3, 0, 0, 0, 0, 0);
}

static enum hedron_status ask_in(cap_sel pd)
{
	asked = HEDRON_SUCCESS;
	thread_run(&(struct thread_spec){ .fn = ask_machine_ctrl, .child = child_wrap(pd) });
	return asked;
}

static void pd_passthrough(void)
{
	cap_sel with = sel_alloc(), without = make_pd(), below = sel_alloc();

	REQUIRE_OK(hedron_hc(HC_CREATE_PD, HC_PD_PASSTHROUGH, with, ROOT_SEL_PD, 0, 0, 0));
	REQUIRE_OK(hedron_hc(HC_CREATE_PD, HC_PD_PASSTHROUGH, below, without, 0, 0, 0));
	CHECK_STATUS(ask_in(with), HEDRON_BAD_PAR);
	CHECK_STATUS(ask_in(without), HEDRON_BAD_CAP);
	CHECK_STATUS(ask_in(below), HEDRON_BAD_CAP);
}

/* ---- create_ec ------------------------------------------------------------------------------ */

/* The lowest number of a CPU that is not online. */
static unsigned offline_cpu(void)
{
	unsigned cpu = 0;

	while (cpu < HEDRON_NUM_CPU && env.hip->cpu[cpu].flags & HIP_CPU_ONLINE)
		cpu++;
	return cpu;
}

static void ec_bad_cpu(void)
{
	cap_sel sel = sel_alloc(), none = sel_alloc();

	CHECK_STATUS(hedron_create_ec(sel, ROOT_SEL_PD, 0, offline_cpu(), 0, 0, 0), HEDRON_BAD_CPU);
	CHECK_STATUS(hedron_create_ec(sel, ROOT_SEL_PD, 0, 64, 0, 0, 0), HEDRON_BAD_CPU);
	CHECK_STATUS(hedron_create_ec(sel, ROOT_SEL_PD, 0, 4095, 0, 0, 0), HEDRON_BAD_CPU);
	CHECK_STATUS(hedron_create_ec(sel, none, 0, 64, 0, 0, 0), HEDRON_BAD_CPU);
	CHECK_EQ(obj_at(sel), 0);
}

static void ec_bad_ftr(void)
{
	cap_sel sel = sel_alloc();

	if (env.hip->features & (HIP_FEAT_VMX | HIP_FEAT_SVM))
		return;		/* nothing to refuse */
	CHECK_STATUS(hedron_create_ec(sel, ROOT_SEL_PD, HC_EC_VCPU, env.cpu, 0, 0, 0),
		     HEDRON_BAD_FTR);
	CHECK_STATUS(hedron_create_ec(sel, sel_alloc(), HC_EC_VCPU, env.cpu, 0, 0, 0),
		     HEDRON_BAD_FTR);
}

static void ec_bad_pd(void)
{
	cap_sel sel = sel_alloc();

	CHECK_STATUS(hedron_create_ec(sel, sel_alloc(), 0, env.cpu, 0, 0, 0), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_create_ec(sel, make_sm(0), 0, env.cpu, 0, 0, 0), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_create_ec(sel, sel_alloc(), 0, env.cpu, HEDRON_USER_END, 0, 0),
		     HEDRON_BAD_CAP);
}

static void ec_bad_utcb(void)
{
	static const uint64_t bad[] = { HEDRON_USER_END, 0x800000000000, 0xffff800000000000,
					0xfffffffffffff000 };
	cap_sel sel = sel_alloc();

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_STATUS(hedron_create_ec(sel, ROOT_SEL_PD, 0, env.cpu, bad[i], 0, 0),
			     HEDRON_BAD_PAR);
	CHECK_EQ(obj_at(sel), 0);
}

static void ec_selector_in_use(void)
{
	cap_sel sm = make_sm(0);

	CHECK_STATUS(hedron_create_ec(sm, ROOT_SEL_PD, 0, env.cpu, HEDRON_USER_END, 0, 0),
		     HEDRON_BAD_PAR);
	CHECK_STATUS(hedron_create_ec(sm, ROOT_SEL_PD, 0, env.cpu, 0, 0, 0), HEDRON_BAD_CAP);
	CHECK_OK(hedron_sm_up(sm));
}

static void ec_rights(void)
{
	CHECK_EQ(obj_rights(make_local_ec()), EC_CTRL | EC_BIND_SC | EC_BIND_PT);
	CHECK_EQ(obj_rights(make_global_ec()), EC_CTRL | EC_BIND_SC | EC_BIND_PT);
}

static void ec_utcb_page(void)
{
	cap_sel sel = sel_alloc();
	uint64_t *utcb = (uint64_t *)va_alloc(0);

	CHECK(probe_read(utcb) & PROBE_FAULT);
	REQUIRE_OK(hedron_create_ec(sel, ROOT_SEL_PD, 0, env.cpu, (uint64_t)utcb, 0, 0));
	REQUIRE(!probe_write(utcb));
	for (unsigned i = 0; i < UTCB_SIZE / 8; i++)
		REQUIRE(!utcb[i]);
	CHECK_EQ(probe_exec(utcb), PROBE_FAULT | EVENT_PF << 8 | PF_USER | PF_FETCH | PF_PRESENT);
}

static void ec_utcb_at_the_end(void)
{
	cap_sel sel = sel_alloc(), pd = make_pd();

	CHECK_OK(hedron_create_ec(sel, pd, 0, env.cpu, HEDRON_USER_END - UTCB_SIZE, 0, 0));
}

static void ec_utcb_in_caller(void)
{
	cap_sel pd = make_pd();
	void *here = (void *)va_alloc(0), *there = (void *)va_alloc(0);

	REQUIRE_OK(hedron_create_ec(sel_alloc(), pd, HC_EC_UTCB_IN_CALLER, env.cpu,
				    (uint64_t)here, 0, 0));
	REQUIRE_OK(hedron_create_ec(sel_alloc(), pd, 0, env.cpu, (uint64_t)there, 0, 0));
	CHECK_EQ(probe_write(here), 0);
	CHECK(probe_read(there) & PROBE_FAULT);
}

/* ---- create_sc ------------------------------------------------------------------------------ */

static enum hedron_status create_sc(cap_sel pd, cap_sel ec, unsigned prio, uint32_t quantum)
{
	return hedron_create_sc(sel_alloc(), pd, ec, prio, quantum);
}

static void sc_bad_pd(void)
{
	cap_sel ec = make_global_ec();

	CHECK_STATUS(create_sc(sel_alloc(), ec, 10, 1000), HEDRON_BAD_CAP);
	CHECK_STATUS(create_sc(ec, ec, 10, 1000), HEDRON_BAD_CAP);
}

static void sc_bad_ec(void)
{
	cap_sel ec = make_global_ec();

	CHECK_STATUS(create_sc(ROOT_SEL_PD, sel_alloc(), 10, 1000), HEDRON_BAD_CAP);
	CHECK_STATUS(create_sc(ROOT_SEL_PD, make_sm(0), 10, 1000), HEDRON_BAD_CAP);
	CHECK_STATUS(create_sc(ROOT_SEL_PD, make_copy(ec, EC_CTRL | EC_BIND_PT), 10, 1000),
		     HEDRON_BAD_CAP);
}

static void sc_local_ec(void)
{
	cap_sel ec = make_local_ec();

	CHECK_STATUS(create_sc(ROOT_SEL_PD, ec, 10, 1000), HEDRON_BAD_CAP);
	CHECK_STATUS(create_sc(ROOT_SEL_PD, ec, 0, 0), HEDRON_BAD_CAP);
}

static void sc_bad_parameters(void)
{
	cap_sel ec = make_global_ec();

	CHECK_STATUS(create_sc(ROOT_SEL_PD, ec, 0, 1000), HEDRON_BAD_PAR);
	CHECK_STATUS(create_sc(ROOT_SEL_PD, ec, 128, 1000), HEDRON_BAD_PAR);
	CHECK_STATUS(create_sc(ROOT_SEL_PD, ec, 255, 1000), HEDRON_BAD_PAR);
	CHECK_STATUS(create_sc(ROOT_SEL_PD, ec, 10, 0), HEDRON_BAD_PAR);
	CHECK_STATUS(hedron_create_sc(make_sm(0), ROOT_SEL_PD, ec, 0, 1000), HEDRON_BAD_PAR);
}

static void sc_selector_in_use(void)
{
	CHECK_STATUS(hedron_create_sc(make_sm(0), ROOT_SEL_PD, make_global_ec(), 10, 1000),
		     HEDRON_BAD_CAP);
}

static void set_flag(void *arg)
{
	*(volatile bool *)arg = true;
}

static void sc_rights(void)
{
	volatile bool ran = false;
	struct thread *t = thread_run(&(struct thread_spec){ .fn = set_flag, .arg = (void *)&ran });

	CHECK(ran);
	CHECK_EQ(obj_at(t->sc), crd_obj(t->sc, 0, SC_CTRL));
}

static void sc_ignored_bits(void)
{
	volatile bool ran = false;
	struct thread *t = thread_new(&(struct thread_spec){ .fn = set_flag, .arg = (void *)&ran });

	REQUIRE_OK(hedron_hc(HC_CREATE_SC, 0, t->sc, ROOT_SEL_PD, t->ec,
			     1000ull << SC_QUANTUM_SHIFT | 0xf00 | PRIO_HIGH, 0));
	CHECK(ran);
	CHECK(thread_wait(t));
}

/* ---- create_pt ------------------------------------------------------------------------------ */

static enum hedron_status create_pt(cap_sel pd, cap_sel ec)
{
	return hedron_create_pt(sel_alloc(), pd, ec, 0, 0x1000);
}

static void pt_bad_pd(void)
{
	cap_sel ec = make_local_ec();

	CHECK_STATUS(create_pt(sel_alloc(), ec), HEDRON_BAD_CAP);
	CHECK_STATUS(create_pt(ec, ec), HEDRON_BAD_CAP);
}

static void pt_bad_ec(void)
{
	cap_sel ec = make_local_ec();

	CHECK_STATUS(create_pt(ROOT_SEL_PD, sel_alloc()), HEDRON_BAD_CAP);
	CHECK_STATUS(create_pt(ROOT_SEL_PD, make_sm(0)), HEDRON_BAD_CAP);
	CHECK_STATUS(create_pt(ROOT_SEL_PD, make_copy(ec, EC_CTRL | EC_BIND_SC)), HEDRON_BAD_CAP);
	CHECK_OK(create_pt(ROOT_SEL_PD, make_copy(ec, EC_BIND_PT)));
}

static void pt_global_ec(void)
{
	CHECK_STATUS(create_pt(ROOT_SEL_PD, make_global_ec()), HEDRON_BAD_CAP);
	CHECK_STATUS(create_pt(ROOT_SEL_PD, ROOT_SEL_EC), HEDRON_BAD_CAP);
}

static void pt_selector_in_use(void)
{
	CHECK_STATUS(hedron_create_pt(make_sm(0), ROOT_SEL_PD, make_local_ec(), 0, 0),
		     HEDRON_BAD_CAP);
}

static void pt_rights(void)
{
	cap_sel sel = sel_alloc();

	REQUIRE_OK(hedron_create_pt(sel, ROOT_SEL_PD, make_local_ec(), 0, 0));
	CHECK_EQ(obj_at(sel), crd_obj(sel, 0, PT_CTRL | PT_CALL));
}

/* ---- create_sm ------------------------------------------------------------------------------ */

static enum hedron_status create_signal(cap_sel sel, cap_sel base)
{
	return hedron_hc(HC_CREATE_SM, 0, sel, ROOT_SEL_PD, 0, base, 0);
}

static void sm_bad_pd(void)
{
	CHECK_STATUS(hedron_create_sm(sel_alloc(), sel_alloc(), 0), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_create_sm(sel_alloc(), make_sm(0), 0), HEDRON_BAD_CAP);
}

static void sm_bad_base(void)
{
	cap_sel base = make_sm(0), signal = sel_alloc();

	CHECK_STATUS(create_signal(sel_alloc(), sel_alloc()), HEDRON_BAD_CAP);
	CHECK_STATUS(create_signal(sel_alloc(), ROOT_SEL_EC), HEDRON_BAD_CAP);
	CHECK_STATUS(create_signal(sel_alloc(), make_copy(base, SM_DOWN)), HEDRON_BAD_CAP);
	REQUIRE_OK(create_signal(signal, base));
	CHECK_STATUS(create_signal(sel_alloc(), signal), HEDRON_BAD_CAP);
}

static void sm_selector_in_use(void)
{
	cap_sel sm = make_sm(0);

	CHECK_STATUS(hedron_create_sm(sm, ROOT_SEL_PD, 0), HEDRON_BAD_CAP);
}

static void sm_rights_and_counter(void)
{
	cap_sel sm = make_sm(2);

	CHECK_EQ(obj_at(sm), crd_obj(sm, 0, SM_UP | SM_DOWN));
	CHECK_OK(hedron_sm_down(sm, 1));
	CHECK_OK(hedron_sm_down(sm, 1));
	CHECK_STATUS(hedron_sm_down(sm, 1), HEDRON_TIMEOUT);
}

static const struct abi_case cases[] = {
	{ "3.4 create_pd: ARG2 no PD answers BAD_CAP", pd_bad_parent },
	{ "3.4 create_pd: selector in use answers BAD_CAP", pd_selector_in_use },
	{ "3.4 create_pd: the new capability has right 0x01", pd_rights },
	{ "3.4 a new PD's object space is empty", pd_is_empty },
	{ "3.4 create_pd: the objects of ARG3 land at 0..", pd_initial_objects },
	{ "3.4 create_pd: a CRD that is not of object type is ignored", pd_other_crd_is_ignored },
	{ "3.4 create_pd: passthrough only from a PD that has it", pd_passthrough },
	{ "3.5 create_ec: CPU offline or out of range answers BAD_CPU, first", ec_bad_cpu },
	{ "3.5 create_ec: vCPU without VMX and SVM answers BAD_FTR, second", ec_bad_ftr },
	{ "3.5 create_ec: ARG2 no PD answers BAD_CAP, before BAD_PAR", ec_bad_pd },
	{ "3.5 create_ec: UTCB at or above the user limit answers BAD_PAR", ec_bad_utcb },
	{ "3.5 create_ec: selector in use answers BAD_CAP, last", ec_selector_in_use },
	{ "3.5 create_ec: the new capability has rights 0x0d", ec_rights },
	{ "3.5 create_ec: the UTCB is zero, RW, not executable", ec_utcb_page },
	{ "3.5 create_ec: the UTCB may be the last user page", ec_utcb_at_the_end },
	{ "3.5 create_ec: flag 11 maps the UTCB into the caller", ec_utcb_in_caller },
	{ "3.6 create_sc: ARG2 no PD answers BAD_CAP", sc_bad_pd },
	{ "3.6 create_sc: no EC or no right to bind answers BAD_CAP", sc_bad_ec },
	{ "3.6 create_sc: local EC answers BAD_CAP, before BAD_PAR", sc_local_ec },
	{ "3.6 create_sc: priority 0, 128, 255 or quantum 0 answers BAD_PAR", sc_bad_parameters },
	{ "3.6 create_sc: selector in use answers BAD_CAP, last", sc_selector_in_use },
	{ "3.6 create_sc: the new capability has right 0x01", sc_rights },
	{ "3.6 create_sc: bits 11:8 of ARG4 are ignored", sc_ignored_bits },
	{ "3.7 create_pt: ARG2 no PD answers BAD_CAP", pt_bad_pd },
	{ "3.7 create_pt: no EC or no right to bind answers BAD_CAP", pt_bad_ec },
	{ "3.7 create_pt: global EC answers BAD_CAP", pt_global_ec },
	{ "3.7 create_pt: selector in use answers BAD_CAP", pt_selector_in_use },
	{ "3.7 create_pt: the new capability has rights 0x03", pt_rights },
	{ "3.8 create_sm: ARG2 no PD answers BAD_CAP", sm_bad_pd },
	{ "3.8 create_sm: unsuitable base of a signal semaphore answers BAD_CAP", sm_bad_base },
	{ "3.8 create_sm: selector in use answers BAD_CAP", sm_selector_in_use },
	{ "3.8 create_sm: rights 0x03, the counter starts at ARG3", sm_rights_and_counter },
};
SUITE(objects, cases);
