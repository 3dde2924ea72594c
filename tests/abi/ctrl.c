/* SPDX-License-Identifier: MIT */
/*
 * ctrl.c - the control hypercalls: errors and results (ABI reference 3.9 to 3.16).
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "portal.h"
#include "regs.h"
#include "thread.h"

#define MSR_TSC		0x10
#define MSR_APIC_BASE	0x1b
#define MSR_GS_BASE	0xc0000101

/* ---- revoke --------------------------------------------------------------------------------- */

static void revoke_remote_needs_a_pd(void)
{
	CHECK_STATUS(hedron_revoke_remote(sel_alloc(), crd_obj(sel_alloc(), 0, RIGHTS_ALL), 1),
		     HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_revoke_remote(make_sm(0), 0, 1), HEDRON_BAD_CAP);
}

static void revoke_nothing(void)
{
	CHECK_OK(hedron_revoke(0, 1));
	CHECK_OK(hedron_revoke(crd_obj(sel_alloc(), 0, RIGHTS_ALL), 1));
	CHECK_OK(hedron_revoke(crd_pio(0x1234, 0), 1));
	CHECK_OK(hedron_revoke(crd_mem(va_alloc(0) >> HEDRON_PAGE_SHIFT, 0, RIGHTS_ALL), 1));
}

/* ---- pd_ctrl -------------------------------------------------------------------------------- */

static void delegate_needs_pds(void)
{
	cap_sel sm = make_sm(0), none = sel_alloc();
	hedron_crd crd = crd_obj(sm, 0, RIGHTS_ALL);

	CHECK_STATUS(hedron_delegate(none, ROOT_SEL_PD, crd, XFER_DELEGATE, crd), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_delegate(ROOT_SEL_PD, none, crd, XFER_DELEGATE, crd), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_delegate(sm, ROOT_SEL_PD, crd, XFER_DELEGATE, crd), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_delegate(ROOT_SEL_PD, sm, crd, XFER_DELEGATE, crd), HEDRON_BAD_CAP);
}

static enum hedron_status lookup_status(hedron_crd crd, hedron_crd *found)
{
	uint64_t a3 = 0, a4 = 0;

	*found = crd;
	return hedron_hypercall(HC_PD_CTRL | PD_CTRL_LOOKUP << HC_FLAGS_SHIFT, found, &a3, &a4, 0);
}

static void lookup_always_succeeds(void)
{
	hedron_crd found;
	cap_sel sm = make_sm(0);

	CHECK_OK(lookup_status(crd_obj(sm, 0, RIGHTS_ALL), &found));
	CHECK_EQ(found, crd_obj(sm, 0, SM_UP | SM_DOWN));
	CHECK_OK(lookup_status(crd_obj(sm, 5, 0), &found));	/* only type and base count */
	CHECK_EQ(found, crd_obj(sm, 0, SM_UP | SM_DOWN));
	CHECK_OK(lookup_status(crd_obj(sel_alloc(), 0, RIGHTS_ALL), &found));
	CHECK_EQ(found, 0);
}

static void lookup_of_memory_is_zero(void)
{
	hedron_crd found;

	CHECK_OK(lookup_status(crd_mem(page_of(image_text), 0, MEM_R), &found));
	CHECK_EQ(found, 0);
	CHECK_OK(lookup_status(0, &found));
	CHECK_EQ(found, 0);
}

static void access_page_bad_crd(void)
{
	uint64_t page = va_alloc(1) >> HEDRON_PAGE_SHIFT;
	const hedron_crd bad[] = { crd_mem(page, 1, MEM_R | MEM_W), crd_mem(page, 0, MEM_R),
				   crd_mem(page, 0, MEM_R | MEM_W | MEM_X), crd_mem(page, 0, 0),
				   crd_obj(page, 0, 3) };

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_STATUS(hedron_hc(HC_PD_CTRL, PD_CTRL_MAP_ACCESS_PAGE, 0, bad[i], 0, 0, 0),
			     HEDRON_BAD_PAR);
}

static enum hedron_status msr_read(uint32_t msr, uint64_t *value)
{
	uint64_t a3 = 0, a4 = 0;

	return hedron_hypercall(HC_PD_CTRL | PD_CTRL_MSR_ACCESS << HC_FLAGS_SHIFT |
				(uint64_t)msr << HC_SEL_SHIFT, value, &a3, &a4, 0);
}

static enum hedron_status msr_write(uint32_t msr, uint64_t value)
{
	return hedron_hc(HC_PD_CTRL, PD_CTRL_MSR_ACCESS | 4, msr, value, 0, 0, 0);
}

static void msr_forbidden(void)
{
	static const uint32_t msr[] = { MSR_TSC, MSR_APIC_BASE, 0x3b, 0x174, 0x176, 0x480, 0x491,
					0x600, 0x6e0, 0x800, 0x8ff, 0xc0000080, MSR_GS_BASE,
					0xc0000102, 0xc0000103, 0xc0010117 };

	for (unsigned i = 0; i < sizeof(msr) / sizeof(msr[0]); i++) {
		uint64_t value = 0x77;

		CHECK_STATUS(msr_read(msr[i], &value), HEDRON_BAD_PAR);
		CHECK_EQ(value, 0);
		CHECK_STATUS(msr_write(msr[i], 0), HEDRON_BAD_PAR);
	}
}

static void msr_forbidden_to_write(void)
{
	static const uint32_t msr[] = { 0x3a, 0x200, 0x26f, 0x277, 0x2ff };

	for (unsigned i = 0; i < sizeof(msr) / sizeof(msr[0]); i++)
		CHECK_STATUS(msr_write(msr[i], 0), HEDRON_BAD_PAR);
}

static void msr_can_be_read(void)
{
	uint64_t pat = 0;

	CHECK_OK(msr_read(0x277, &pat));
	CHECK(pat != 0);
}

static volatile enum hedron_status child_status;

static void child_reads_msr(void *arg)
{
	uint64_t value = 0;

	child_status = msr_read(0x277, &value);
}

static void msr_needs_passthrough(void)
{
	child_status = HEDRON_SUCCESS;
	thread_run(&(struct thread_spec){ .fn = child_reads_msr, .child = child_new() });
	CHECK_STATUS(child_status, HEDRON_BAD_CAP);
}

/* ---- ec_ctrl, sc_ctrl, pt_ctrl -------------------------------------------------------------- */

static void recall_bad_operation(void)
{
	for (unsigned op = env.hip->features & HIP_FEAT_BADGE ? 2 : 1; op < 4; op++) {
		CHECK_STATUS(hedron_hc(HC_EC_CTRL, op, make_global_ec(), 0, 0, 0, 0), HEDRON_BAD_PAR);
		CHECK_STATUS(hedron_hc(HC_EC_CTRL, op, sel_alloc(), 0, 0, 0, 0), HEDRON_BAD_PAR);
	}
}

static void recall_bad_cap(void)
{
	cap_sel ec = make_global_ec();

	CHECK_STATUS(hedron_recall(sel_alloc()), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_recall(make_sm(0)), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_recall(make_copy(ec, EC_BIND_PT | EC_BIND_SC)), HEDRON_BAD_CAP);
	CHECK_OK(hedron_recall(make_copy(ec, EC_CTRL)));
}

static void sc_ctrl_bad_cap(void)
{
	uint64_t us = 0;

	CHECK_STATUS(hedron_sc_time(sel_alloc(), &us), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_sc_time(ROOT_SEL_EC, &us), HEDRON_BAD_CAP);
}

static void sc_ctrl_outputs(void)
{
	uint64_t high = 0x55, us = 0, a4 = 0;

	CHECK_OK(hedron_hypercall(HC_SC_CTRL | (uint64_t)ROOT_SEL_SC << HC_SEL_SHIFT, &high, &us,
				  &a4, 0));
	CHECK(us > 0);
	CHECK_EQ(high, us >> 32);
}

static void pt_ctrl_bad_cap(void)
{
	struct portal *p = service_new(0, 0);

	CHECK_STATUS(hedron_pt_set_id(sel_alloc(), 1), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_pt_set_id(ROOT_SEL_EC, 1), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_pt_set_id(make_copy(p->sel, PT_CALL), 1), HEDRON_BAD_CAP);
	CHECK_OK(hedron_pt_set_id(make_copy(p->sel, PT_CTRL), 1));
}

/* ---- sm_ctrl -------------------------------------------------------------------------------- */

static void sm_ctrl_bad_cap(void)
{
	cap_sel sm = make_sm(1);

	CHECK_STATUS(hedron_sm_up(sel_alloc()), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_sm_down(sel_alloc(), 1), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_sm_up(ROOT_SEL_PD), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_sm_down(ROOT_SEL_EC, 1), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_sm_up(make_copy(sm, SM_DOWN)), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_sm_down(make_copy(sm, SM_UP), 1), HEDRON_BAD_CAP);
	CHECK_OK(hedron_sm_up(make_copy(sm, SM_UP)));
	CHECK_OK(hedron_sm_down(make_copy(sm, SM_DOWN), 1));
}

/* ---- assign_pci, assign_gsi ----------------------------------------------------------------- */

static void assign_pci_errors(void)
{
	CHECK_STATUS(hedron_hc(HC_ASSIGN_PCI, 0, sel_alloc(), 0, 0, 0, 0), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_hc(HC_ASSIGN_PCI, 0, make_sm(0), 0, 0, 0, 0), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_hc(HC_ASSIGN_PCI, 0, ROOT_SEL_PD, va_alloc(0), 0, 0, 0), HEDRON_BAD_DEV);
	CHECK_STATUS(hedron_hc(HC_ASSIGN_PCI, 0, ROOT_SEL_PD, (uint64_t)pool_alloc(0), 0, 0, 0),
		     HEDRON_BAD_DEV);
}

static cap_sel pull_gsi(unsigned gsi)
{
	cap_sel sel = sel_alloc();

	MUST(hedron_delegate(ROOT_SEL_PD, ROOT_SEL_PD, crd_obj(HV_SEL_GSI + gsi, 0, RIGHTS_ALL),
			     XFER_DELEGATE | XFER_HYPERVISOR, crd_obj(sel, 0, RIGHTS_ALL)));
	return sel;
}

static enum hedron_status assign(cap_sel sm, uint64_t dev, uint64_t cpu, uint64_t signal)
{
	return hedron_hc(HC_ASSIGN_GSI, 0, sm, dev, cpu, signal, 0);
}

static void assign_gsi_bad_cpu(void)
{
	CHECK_STATUS(assign(pull_gsi(5), 0, 64, ~0ull), HEDRON_BAD_CPU);
	CHECK_STATUS(assign(pull_gsi(6), 0, 0xffffffff, ~0ull), HEDRON_BAD_CPU);
	CHECK_STATUS(assign(sel_alloc(), 0, 64, ~0ull), HEDRON_BAD_CPU);
}

static void assign_gsi_bad_cap(void)
{
	CHECK_STATUS(assign(sel_alloc(), 0, env.cpu, ~0ull), HEDRON_BAD_CAP);
	CHECK_STATUS(assign(ROOT_SEL_PD, 0, env.cpu, ~0ull), HEDRON_BAD_CAP);
	CHECK_STATUS(assign(make_sm(0), 0, env.cpu, ~0ull), HEDRON_BAD_CAP);
	CHECK_STATUS(assign(pull_gsi(7), 0, env.cpu, sel_alloc()), HEDRON_BAD_CAP);
}

static void assign_gsi_bad_dev(void)
{
	CHECK_STATUS(assign(pull_gsi(100), va_alloc(0), env.cpu, ~0ull), HEDRON_BAD_DEV);
	CHECK_STATUS(assign(pull_gsi(191), 0, env.cpu, ~0ull), HEDRON_BAD_DEV);
}

static void assign_gsi_of_a_pin(void)
{
	uint64_t a2 = 0, a3 = env.cpu, a4 = ~0ull;

	CHECK_OK(hedron_hypercall(HC_ASSIGN_GSI | pull_gsi(9) << HC_SEL_SHIFT, &a2, &a3, &a4, 0));
	CHECK_EQ(a2, 0);
	CHECK_EQ(a3, 0);
}

static void assign_gsi_of_an_msi(void)
{
	uint64_t a2, a3 = env.cpu, a4 = ~0ull;

	if (!env.hip->hpet)
		return;
	a2 = (uint64_t)phys_map(env.hip->hpet, HEDRON_PAGE_SIZE);
	REQUIRE_OK(hedron_hypercall(HC_ASSIGN_GSI | pull_gsi(101) << HC_SEL_SHIFT, &a2, &a3, &a4,
				    0));
	CHECK_EQ(a2 >> 20, 0xfee);		/* Intel SDM vol. 3, 11.11.1 */
	CHECK_EQ(a3 >> 32, a2);
	CHECK((a3 & 0xff) >= 32);		/* vector */
}

/* ---- machine_ctrl --------------------------------------------------------------------------- */

static void machine_ctrl_bad_par(void)
{
	CHECK_STATUS(hedron_hc(HC_MACHINE_CTRL, 3, 0, 0, 0, 0, 0), HEDRON_BAD_PAR);
	if (!(env.hip->features & HIP_FEAT_KMEM))
		CHECK_STATUS(hedron_hc(HC_MACHINE_CTRL, 2, 0, 0, 0, 0, 0), HEDRON_BAD_PAR);
}

/* All of an object's memory comes in pages; an EC needs one for its UTCB at least. */
static void kernel_memory_counts_pages(void)
{
	uint64_t before, after, all, all_after;

	REQUIRE_OK(hedron_kernel_memory(&before, &all));
	CHECK_EQ((before | all) % HEDRON_PAGE_SIZE, 0);
	CHECK(before < all);
	make_local_ec();
	REQUIRE_OK(hedron_kernel_memory(&after, &all_after));
	CHECK(before - after >= HEDRON_PAGE_SIZE && before - after < 16 * HEDRON_PAGE_SIZE);
	CHECK_EQ(all_after, all);
}

static enum hedron_status kmem_status;

static void ask_kernel_memory(void *arg)
{
	uint64_t free, all;

	kmem_status = hedron_kernel_memory(&free, &all);
}

static void kernel_memory_needs_passthrough(void)
{
	kmem_status = HEDRON_SUCCESS;
	thread_run(&(struct thread_spec){ .fn = ask_kernel_memory, .child = child_new() });
	CHECK_STATUS(kmem_status, HEDRON_BAD_CAP);
}

static void suspend_bad_par(void)
{
	CHECK_STATUS(hedron_hc(HC_MACHINE_CTRL, MACHINE_SUSPEND, 8, 0, 0, 0, 0), HEDRON_BAD_PAR);
	CHECK_STATUS(hedron_hc(HC_MACHINE_CTRL, MACHINE_SUSPEND, 8 << 8, 0, 0, 0, 0),
		     HEDRON_BAD_PAR);
}

static const struct abi_case cases[] = {
	{ "3.9 revoke: remote without a PD answers BAD_CAP", revoke_remote_needs_a_pd },
	{ "3.9 revoke: nothing to revoke is a success", revoke_nothing },
	{ "3.10 delegate: source or destination no PD answers BAD_CAP", delegate_needs_pds },
	{ "3.10 lookup: the capability at the base, 0 if there is none", lookup_always_succeeds },
	{ "3.10 lookup: memory and null CRDs give 0", lookup_of_memory_is_zero },
	{ "3.10 map_access_page: unsuitable CRD answers BAD_PAR", access_page_bad_crd },
	{ "3.10 msr_access: forbidden registers answer BAD_PAR, a refused read 0", msr_forbidden },
	{ "3.10 msr_access: some registers are forbidden to write", msr_forbidden_to_write },
	{ "3.10 msr_access: others can be read", msr_can_be_read },
	{ "3.10 msr_access: BAD_CAP without passthrough", msr_needs_passthrough },
	{ "3.11 ec_ctrl: operations 1..3 answer BAD_PAR, first", recall_bad_operation },
	{ "3.11 ec_ctrl: no EC or no right answers BAD_CAP", recall_bad_cap },
	{ "3.12 sc_ctrl: no SC answers BAD_CAP", sc_ctrl_bad_cap },
	{ "3.12 sc_ctrl: OUT3 is the time, OUT2 its upper half", sc_ctrl_outputs },
	{ "3.13 pt_ctrl: no portal or no right answers BAD_CAP", pt_ctrl_bad_cap },
	{ "3.14 sm_ctrl: no semaphore or no right answers BAD_CAP", sm_ctrl_bad_cap },
	{ "3.15 assign_pci: BAD_CAP without PD, BAD_DEV without device", assign_pci_errors },
	{ "3.15 assign_gsi: CPU out of range answers BAD_CPU, first", assign_gsi_bad_cpu },
	{ "3.15 assign_gsi: no interrupt or no signal semaphore answers BAD_CAP",
	  assign_gsi_bad_cap },
	{ "3.15 assign_gsi: an MSI without device page answers BAD_DEV", assign_gsi_bad_dev },
	{ "3.15 assign_gsi: an I/O APIC pin gives 0 in OUT2 and OUT3", assign_gsi_of_a_pin },
	{ "3.15 assign_gsi: an MSI gives its address in OUT2, address and data in OUT3",
	  assign_gsi_of_an_msi },
	{ "3.16 machine_ctrl: operations that do not exist answer BAD_PAR", machine_ctrl_bad_par },
	{ "kernel memory: free and all, in pages; a new EC takes some", kernel_memory_counts_pages,
	  CASE_OURS },
	{ "kernel memory: BAD_CAP without passthrough", kernel_memory_needs_passthrough, CASE_OURS },
	{ "3.16 suspend: SLP_TYP above 7 answers BAD_PAR", suspend_bad_par },
};
SUITE(ctrl, cases);
