/* SPDX-License-Identifier: MIT */
/*
 * errors.c - which error a hypercall answers when more than one is due (ABI reference 3.2 to 3.16:
 * "errors are listed in the order in which they are checked"), and that a refused hypercall leaves
 * everything as it was.
 *
 * The errors one by one stand with their hypercalls: objects.c, ctrl.c, ipc.c.
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "portal.h"
#include "runner.h"
#include "thread.h"

#define CPU_NONE	63		/* offline on any machine these cases run on */
#define UTCB_BAD	HEDRON_USER_END
#define ANY_PRIO	10

static cap_sel none(void)	{ return sel_alloc(); }

static enum hedron_status create_ec(cap_sel dst, cap_sel pd, unsigned flags, unsigned cpu,
				    uint64_t utcb)
{
	return hedron_create_ec(dst, pd, flags, cpu, utcb, 0, EVENTS_NONE);
}

/* ---- create_ec: BAD_CPU, BAD_FTR, BAD_CAP, BAD_PAR, BAD_CAP ----------------------------------- */

static void ec_cpu_before_all(void)
{
	cap_sel used = make_sm(0);

	CHECK_STATUS(create_ec(used, none(), 0, CPU_NONE, UTCB_BAD), HEDRON_BAD_CPU);
	CHECK_STATUS(create_ec(none(), ROOT_SEL_PD, 0, CPU_NONE, UTCB_BAD), HEDRON_BAD_CPU);
	CHECK_STATUS(create_ec(used, ROOT_SEL_PD, HC_EC_GLOBAL, CPU_NONE, 0), HEDRON_BAD_CPU);
}

static void ec_cpu_before_ftr(void)
{
	CHECK_STATUS(create_ec(none(), ROOT_SEL_PD, HC_EC_VCPU, CPU_NONE, 0), HEDRON_BAD_CPU);
	CHECK_STATUS(create_ec(none(), none(), HC_EC_VCPU, 64, UTCB_BAD), HEDRON_BAD_CPU);
}

static void ec_ftr_before_par_and_cap(void)
{
	if (env.hip->features & (HIP_FEAT_VMX | HIP_FEAT_SVM))
		return;		/* nothing to refuse */
	CHECK_STATUS(create_ec(make_sm(0), none(), HC_EC_VCPU, env.cpu, UTCB_BAD), HEDRON_BAD_FTR);
	CHECK_STATUS(create_ec(make_sm(0), ROOT_SEL_PD, HC_EC_VCPU | HC_EC_GLOBAL, env.cpu,
			       UTCB_BAD), HEDRON_BAD_FTR);
}

static void ec_cap_before_par(void)
{
	CHECK_STATUS(create_ec(make_sm(0), none(), 0, env.cpu, UTCB_BAD), HEDRON_BAD_CAP);
	CHECK_STATUS(create_ec(none(), make_sm(0), HC_EC_GLOBAL, env.cpu, UTCB_BAD),
		     HEDRON_BAD_CAP);
}

static void ec_par_before_used(void)
{
	CHECK_STATUS(create_ec(make_sm(0), ROOT_SEL_PD, HC_EC_GLOBAL, env.cpu, UTCB_BAD),
		     HEDRON_BAD_PAR);
}

static void refused_ec_maps_nothing(void)
{
	uint64_t va = va_alloc(0);

	CHECK_STATUS(create_ec(none(), none(), 0, env.cpu, va), HEDRON_BAD_CAP);
	CHECK(probe_read((void *)va) & PROBE_FAULT);
	CHECK_STATUS(create_ec(none(), ROOT_SEL_PD, 0, CPU_NONE, va), HEDRON_BAD_CPU);
	CHECK(probe_read((void *)va) & PROBE_FAULT);
	CHECK_STATUS(create_ec(make_sm(0), ROOT_SEL_PD, 0, env.cpu, va), HEDRON_BAD_CAP);
	CHECK(probe_read((void *)va) & PROBE_FAULT);
}

/* ---- create_pd ------------------------------------------------------------------------------ */

static void refused_pd_gets_nothing(void)
{
	cap_sel used = make_sm(3), caps = make_sm(0);

	CHECK_STATUS(hedron_create_pd(used, ROOT_SEL_PD, crd_obj(caps, 0, RIGHTS_ALL), 0),
		     HEDRON_BAD_CAP);
	CHECK_EQ(obj_at(used), crd_obj(used, 0, SM_UP | SM_DOWN));
	CHECK_STATUS(hedron_create_pd(used, none(), crd_obj(caps, 0, RIGHTS_ALL), 0),
		     HEDRON_BAD_CAP);
	CHECK_OK(hedron_revoke(crd_obj(caps, 0, RIGHTS_ALL), 0));	/* there is no copy */
	CHECK_OK(hedron_sm_up(caps));
}

/* ---- create_sc: BAD_CAP (PD), BAD_CAP (EC), BAD_CAP (local), BAD_PAR, BAD_CAP (used) --------- */

static void sc_caps_before_par(void)
{
	cap_sel ec = make_global_ec(), used = make_sm(0);

	CHECK_STATUS(hedron_create_sc(used, none(), ec, 0, 0), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_create_sc(used, ROOT_SEL_PD, none(), 0, 0), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_create_sc(none(), ROOT_SEL_PD, make_copy(ec, EC_CTRL), 0, 1000),
		     HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_create_sc(used, ROOT_SEL_PD, make_local_ec(), 200, 0), HEDRON_BAD_CAP);
}

static void sc_par_before_used(void)
{
	cap_sel ec = make_global_ec(), used = make_sm(0);

	CHECK_STATUS(hedron_create_sc(used, ROOT_SEL_PD, ec, ANY_PRIO, 0), HEDRON_BAD_PAR);
	CHECK_STATUS(hedron_create_sc(used, ROOT_SEL_PD, ec, 128, 1000), HEDRON_BAD_PAR);
	CHECK_STATUS(hedron_create_sc(used, ROOT_SEL_PD, ec, ANY_PRIO, 1000), HEDRON_BAD_CAP);
}

static volatile bool ran;

static void set_ran(void *arg)
{
	ran = true;
}

static void refused_sc_runs_nothing(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = set_ran });

	ran = false;
	CHECK_STATUS(hedron_create_sc(t->sc, ROOT_SEL_PD, t->ec, PRIO_HIGH, 0), HEDRON_BAD_PAR);
	CHECK_STATUS(hedron_create_sc(make_sm(0), ROOT_SEL_PD, t->ec, PRIO_HIGH, 1000),
		     HEDRON_BAD_CAP);
	sleep_ms(3);
	CHECK(!ran);
	thread_start(t, PRIO_HIGH);
	CHECK(thread_wait(t));
	CHECK(ran);
}

/* ---- create_pt, create_sm ------------------------------------------------------------------- */

static void refused_objects_leave_the_slot(void)
{
	cap_sel used = make_sm(5), ec = make_local_ec(), sel = none();

	CHECK_STATUS(hedron_create_pt(used, ROOT_SEL_PD, ec, 0, 0x1000), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_create_sm(used, ROOT_SEL_PD, 9), HEDRON_BAD_CAP);
	CHECK_OK(hedron_sm_down_zero(used, 1));
	CHECK_STATUS(hedron_sm_down(used, 1), HEDRON_TIMEOUT);
	CHECK_STATUS(hedron_create_pt(sel, ROOT_SEL_PD, make_global_ec(), 0, 0x1000),
		     HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_create_sm(sel, ec, 0), HEDRON_BAD_CAP);
	CHECK_EQ(obj_at(sel), 0);
	CHECK_OK(hedron_create_pt(sel, ROOT_SEL_PD, ec, 0, 0x1000));
}

static void refused_signal_does_not_count(void)
{
	cap_sel base = make_sm(0), used = make_sm(0);

	CHECK_STATUS(hedron_hc(HC_CREATE_SM, 0, used, ROOT_SEL_PD, 7, base, 0), HEDRON_BAD_CAP);
	CHECK_OK(hedron_sm_up(used));
	CHECK_STATUS(hedron_sm_down(base, 1), HEDRON_TIMEOUT);
}

/* ---- who may create ------------------------------------------------------------------------- */

/* A child with a copy of the roottask's PD capability at 5 creates in the roottask's PD. */
static void any_pd_with_the_right_will_do(void)
{
	const struct child *c = child_new();
	cap_sel own = 40;		/* in the child */

	child_give_at(c, ROOT_SEL_PD, 5, 0);
	CHECK_STATUS(child_hc(c, HC_CREATE_SM, 0, own, 5, 4, 0, 0), HEDRON_SUCCESS);
	CHECK_STATUS(child_hc(c, HC_SM_CTRL, HC_SM_DOWN, own, 0, 1, 0, 0), HEDRON_SUCCESS);
}

static void a_pd_without_capabilities_creates_nothing(void)
{
	const struct child *c = child_new();

	CHECK_STATUS(child_hc(c, HC_CREATE_SM, 0, 40, ROOT_SEL_PD, 0, 0, 0), HEDRON_BAD_CAP);
	CHECK_STATUS(child_hc(c, HC_CREATE_PD, 0, 40, ROOT_SEL_PD, 0, 0, 0), HEDRON_BAD_CAP);
	CHECK_STATUS(child_hc(c, HC_CREATE_EC, 0, 40, ROOT_SEL_PD, env.cpu, 0, 0), HEDRON_BAD_CAP);
	CHECK_STATUS(child_hc(c, HC_CREATE_SC, 0, 40, ROOT_SEL_PD, ROOT_SEL_EC, 0, 0),
		     HEDRON_BAD_CAP);
	CHECK_STATUS(child_hc(c, HC_CREATE_PT, 0, 40, ROOT_SEL_PD, ROOT_SEL_EC, 0, 0),
		     HEDRON_BAD_CAP);
}

/* ---- pd_ctrl, ec_ctrl, machine_ctrl --------------------------------------------------------- */

static void msr_cap_before_par(void)
{
	const struct child *c = child_new();

	CHECK_STATUS(child_hc(c, HC_PD_CTRL, PD_CTRL_MSR_ACCESS, 0x10, 0, 0, 0, 0),
		     HEDRON_BAD_CAP);
	CHECK_STATUS(child_hc(c, HC_PD_CTRL, PD_CTRL_MSR_ACCESS | PD_CTRL_MSR_WRITE, 0x10, 0, 0, 0,
			      0), HEDRON_BAD_CAP);
}

static void machine_cap_before_operation(void)
{
	const struct child *c = child_new();

	for (unsigned op = 0; op < 4; op++)
		CHECK_STATUS(child_hc(c, HC_MACHINE_CTRL, op, 8, 0, 0, 0, 0), HEDRON_BAD_CAP);
}

static void suspend_checks_both_types(void)
{
	CHECK_STATUS(hedron_hc(HC_MACHINE_CTRL, MACHINE_SUSPEND, 0xff << 8 | 7, 0, 0, 0, 0),
		     HEDRON_BAD_PAR);
	CHECK_STATUS(hedron_hc(HC_MACHINE_CTRL, MACHINE_SUSPEND, 7 << 8 | 0xff, 0, 0, 0, 0),
		     HEDRON_BAD_PAR);
}

static void delegate_needs_both(void)
{
	CHECK_STATUS(hedron_delegate(none(), none(), 0, 3, 0), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_delegate(make_local_ec(), ROOT_SEL_PD, 0, XFER_DELEGATE, 0),
		     HEDRON_BAD_CAP);
}

static void remote_revocation_leaves_what_it_refuses(void)
{
	cap_sel sm = make_sm(0), copy = make_copy(sm, SM_UP);

	CHECK_STATUS(hedron_revoke_remote(none(), crd_obj(sm, 0, RIGHTS_ALL), 1), HEDRON_BAD_CAP);
	CHECK_OK(hedron_sm_up(sm));
	CHECK_OK(hedron_sm_up(copy));
}

/* ---- assign_pci, assign_gsi: BAD_CPU, BAD_CAP, BAD_CAP, BAD_DEV ------------------------------ */

static cap_sel pull_gsi(unsigned gsi)
{
	cap_sel sel = sel_alloc();

	MUST(hedron_delegate(ROOT_SEL_PD, ROOT_SEL_PD, crd_obj(HV_SEL_GSI + gsi, 0, RIGHTS_ALL),
			     XFER_DELEGATE | XFER_HYPERVISOR, crd_obj(sel, 0, RIGHTS_ALL)));
	return sel;
}

static enum hedron_status assign(cap_sel sm, uint64_t cpu, uint64_t signal)
{
	return hedron_hc(HC_ASSIGN_GSI, 0, sm, 0, cpu, signal, 0);
}

static void gsi_cpu_before_cap(void)
{
	CHECK_STATUS(assign(none(), CPU_NONE, none()), HEDRON_BAD_CPU);
	CHECK_STATUS(assign(pull_gsi(110), 64, make_sm(0)), HEDRON_BAD_CPU);
}

static void gsi_cap_before_dev(void)
{
	CHECK_STATUS(assign(make_sm(0), env.cpu, ~0ull), HEDRON_BAD_CAP);
	CHECK_STATUS(assign(pull_gsi(111), env.cpu, none()), HEDRON_BAD_CAP);
	CHECK_STATUS(assign(pull_gsi(112), env.cpu, ROOT_SEL_EC), HEDRON_BAD_CAP);
}

static void pci_cap_before_dev(void)
{
	CHECK_STATUS(hedron_hc(HC_ASSIGN_PCI, 0, none(), 0, 0xffff, 0, 0), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_hc(HC_ASSIGN_PCI, 0, ROOT_SEL_SC, 0, 0xffff, 0, 0), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_hc(HC_ASSIGN_PCI, 0, ROOT_SEL_PD, HEDRON_USER_END, 0, 0, 0),
		     HEDRON_BAD_DEV);
}

/* ---- call: BAD_CAP, BAD_CPU, TIMEOUT -------------------------------------------------------- */

static cap_sel serve_fault(struct portal *p)
{
	__asm__ volatile("ud2");
	return 0;
}

static void do_call(void *arg)
{
	hedron_call((cap_sel)arg);
}

static void call_cpu_before_timeout(void)
{
	struct portal *p = portal_new(handler_new(ROOT_SEL_PD, env.cpu2), serve_fault, 0, 0);

	thread_run(&(struct thread_spec){ .fn = do_call, .arg = (void *)p->sel, .on_cpu2 = true });
	runner_utcb()->items = 0;
	CHECK_STATUS(hedron_call(p->sel), HEDRON_BAD_CPU);
	CHECK_STATUS(hedron_call_nonblock(p->sel), HEDRON_BAD_CPU);
}

static void failed_call_leaves_the_message(void)
{
	struct hedron_utcb *u = runner_utcb();

	u->word[0] = 0x1234;
	u->items = utcb_items(1, 0);
	CHECK_STATUS(hedron_call(none()), HEDRON_BAD_CAP);
	CHECK_EQ(u->word[0], 0x1234);
	CHECK_EQ(u->items, utcb_items(1, 0));
}

static void aborted_call_leaves_the_message(void)
{
	struct hedron_utcb *u = runner_utcb();
	struct portal *p = service_new(serve_fault, 0);

	u->word[0] = 0x4321;
	u->items = utcb_items(1, 0);
	CHECK_STATUS(hedron_call(p->sel), HEDRON_ABORT);
	CHECK_EQ(u->word[0], 0x4321);
	CHECK_EQ(u->items, utcb_items(1, 0));
}

static const struct abi_case cases[] = {
	{ "3.5 create_ec: BAD_CPU comes before all others", ec_cpu_before_all },
	{ "3.5 create_ec: BAD_CPU comes before BAD_FTR", ec_cpu_before_ftr },
	{ "3.5 create_ec: BAD_FTR comes before BAD_CAP and BAD_PAR", ec_ftr_before_par_and_cap },
	{ "3.5 create_ec: BAD_CAP of the PD comes before BAD_PAR", ec_cap_before_par },
	{ "3.5 create_ec: BAD_PAR comes before the selector in use", ec_par_before_used },
	{ "3.5 create_ec: a refused one maps no UTCB", refused_ec_maps_nothing },
	{ "3.4 create_pd: a refused one delegates nothing", refused_pd_gets_nothing },
	{ "3.6 create_sc: each BAD_CAP comes before BAD_PAR", sc_caps_before_par },
	{ "3.6 create_sc: BAD_PAR comes before the selector in use", sc_par_before_used },
	{ "3.6 create_sc: a refused one runs nothing", refused_sc_runs_nothing },
	{ "3.7 create_pt, create_sm: a refused one leaves its selector as it was",
	  refused_objects_leave_the_slot },
	{ "3.8 create_sm: a refused signal semaphore changes nothing",
	  refused_signal_does_not_count },
	{ "3.6 ARG2 may be any PD with right 0", any_pd_with_the_right_will_do },
	{ "3.4 without a PD capability nothing can be created",
	  a_pd_without_capabilities_creates_nothing },
	{ "3.10 msr_access: BAD_CAP comes before BAD_PAR", msr_cap_before_par },
	{ "3.16 machine_ctrl: BAD_CAP comes before the operation", machine_cap_before_operation },
	{ "3.16 suspend: both sleep types are checked", suspend_checks_both_types },
	{ "3.10 delegate: BAD_CAP before anything of the CRDs", delegate_needs_both },
	{ "3.9 revoke: a refused one removes nothing", remote_revocation_leaves_what_it_refuses },
	{ "3.15 assign_gsi: BAD_CPU comes before BAD_CAP", gsi_cpu_before_cap },
	{ "3.15 assign_gsi: each BAD_CAP comes before BAD_DEV", gsi_cap_before_dev },
	{ "3.15 assign_pci: BAD_CAP comes before BAD_DEV", pci_cap_before_dev },
	{ "3.2 call: BAD_CPU comes before TIMEOUT", call_cpu_before_timeout, CASE_SMP },
	{ "3.2 call: BAD_CAP leaves the UTCB as it was", failed_call_leaves_the_message },
	{ "3.2 call: ABORT leaves the UTCB as it was", aborted_call_leaves_the_message },
};
SUITE(errors, cases);
