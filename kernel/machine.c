/* SPDX-License-Identifier: MIT */
/*
 * machine.c - what a passthrough PD may do to the machine: model specific registers, but for those
 * that would take the CPU from the kernel; and ask how much memory the kernel has left. Suspend,
 * microcode and IOMMUs are not served: the answer says so.
 */
#include "machine.h"
#include "ec.h"
#include "hypercall.h"
#include "pages.h"
#include "pd.h"
#include "space_obj.h"
#include "types.h"

#define MSR_WRITE	(1 << 2)	/* ARG1[10], in the flags */
#define SLP_TYP_MAX	7

struct msr_range {
	uint32_t first, last;
	bool write_only;		/* forbidden to write, may be read */
};

/* ABI reference 3.10. */
static const struct msr_range msr_forbidden[] = {
	{ 0x10, 0x10, false },			/* TSC */
	{ 0x1b, 0x1b, false },			/* APIC base */
	{ 0x3a, 0x3a, true },			/* feature control */
	{ 0x3b, 0x3b, false },			/* TSC adjust */
	{ 0x174, 0x176, false },		/* SYSENTER */
	{ 0x200, 0x26f, true },			/* MTRRs */
	{ 0x277, 0x277, true },			/* PAT */
	{ 0x2ff, 0x2ff, true },			/* default memory type */
	{ 0x480, 0x491, false },		/* VMX capabilities */
	{ 0x600, 0x600, false },		/* DS area */
	{ 0x6e0, 0x6e0, false },		/* TSC deadline */
	{ 0x800, 0x8ff, false },		/* x2APIC */
	{ 0xc0000080, 0xc0000080, false },	/* EFER */
	{ 0xc0000101, 0xc0000103, false },	/* GS bases, TSC_AUX */
	{ 0xc0010117, 0xc0010117, false },	/* VM_HSAVE_PA */
	/* Not in the reference, but each is the kernel's entry: a write would hand the CPU over. */
	{ 0xc0000081, 0xc0000084, true },	/* STAR, LSTAR, CSTAR, FMASK */
};

bool rdmsr_safe(uint32_t msr, uint64_t *val);	/* entry.S */
bool wrmsr_safe(uint32_t msr, uint64_t val);

static bool msr_is_allowed(uint32_t msr, bool write)
{
	for (unsigned i = 0; i < ARRAY_SIZE(msr_forbidden); i++) {
		const struct msr_range *r = &msr_forbidden[i];

		if (msr >= r->first && msr <= r->last && (write || !r->write_only))
			return false;
	}
	return true;
}

enum hedron_status msr_access(struct ec *self)
{
	struct frame *f = &self->frame;
	uint32_t msr = arg_sel(f);
	bool write = arg_flags(f) & MSR_WRITE;

	if (!self->pd->passthrough)
		return HEDRON_BAD_CAP;
	if (msr_is_allowed(msr, write) &&
	    (write ? wrmsr_safe(msr, f->rsi) : rdmsr_safe(msr, &f->rsi)))
		return HEDRON_SUCCESS;
	if (!write)
		f->rsi = 0;
	return HEDRON_BAD_PAR;
}

/* OUT2: free bytes, OUT3: all (HIP_FEAT_KMEM). */
static enum hedron_status kernel_memory(struct frame *f)
{
	pages_count(&f->rsi, &f->rdx);
	return HEDRON_SUCCESS;
}

/* ABI 3.16. */
enum hedron_status hc_machine_ctrl(struct ec *self)
{
	uint64_t arg1 = self->frame.rdi;

	if (!self->pd->passthrough)
		return HEDRON_BAD_CAP;
	switch (arg_flags(&self->frame) & 3) {
	case MACHINE_SUSPEND:
		if ((arg1 >> 12 & 0xff) > SLP_TYP_MAX || (arg1 >> 20 & 0xff) > SLP_TYP_MAX)
			return HEDRON_BAD_PAR;
		return HEDRON_BAD_FTR;
	case MACHINE_UPDATE_UCODE:
		return HEDRON_BAD_FTR;
	case MACHINE_KMEM:
		return kernel_memory(&self->frame);
	default:
		return HEDRON_BAD_PAR;
	}
}

/* ABI 3.15. Without an IOMMU no device can be assigned. */
enum hedron_status hc_assign_pci(struct ec *self)
{
	if (!cap_pd(self->pd, arg_sel(&self->frame), 0))
		return HEDRON_BAD_CAP;
	return HEDRON_BAD_DEV;
}
