/* SPDX-License-Identifier: MIT */
/*
 * gsi.c - device interrupts as semaphores (ABI reference 10.3).
 *
 * Each GSI has a semaphore in the hypervisor's space; an interrupt is an up of it, or of a signal
 * semaphore it was redirected to. A level-triggered pin is masked when it fires, since the line stays
 * up until a driver has served the device; the driver's next down unmasks it. GSIs without a pin
 * are for MSIs: the kernel says which address and data raise them.
 */
#include "gsi.h"
#include "acpi.h"
#include "assert.h"
#include "cpu.h"
#include "ec.h"
#include "hvspace.h"
#include "hypercall.h"
#include "ioapic.h"
#include "lapic.h"
#include "pages.h"
#include "panic.h"
#include "sm.h"
#include "space_mem.h"
#include "space_obj.h"
#include "x86.h"

#define NUM_ISA_IRQ	16
#define MSI_ADDRESS	0xfee00000ull
#define PIC1_CMD	0x20
#define PIC2_CMD	0xa0

/* Fields:  I  constant after boot;  g  gsi.lock. */
struct gsi {
	struct spinlock lock;
	struct sm *sm;			/* I */
	struct sm *redirect;		/* g  NULL: none; holds a reference */
	struct ioapic *io;		/* I  NULL: no pin */
	unsigned pin;			/* I */
	unsigned cpu;			/* g */
	bool level, low;		/* g */
	bool masked;			/* g  by the kernel, until the next down */
};

static struct gsi gsis[HEDRON_NUM_GSI];

/* The legacy controllers are masked; a spurious interrupt of theirs must not look like an exception.
 * This comes before LINT0 is masked: a request of theirs that the local APIC has accepted is not taken
 * back afterwards, and would be an interrupt without a vector (seen on QEMU). */
void pic_disable(void)
{
	static const uint8_t init[] = { VEC_PIC, 4, 1 }, init2[] = { VEC_PIC + 8, 2, 1 };

	outb(PIC1_CMD, 0x11);
	outb(PIC2_CMD, 0x11);
	for (unsigned i = 0; i < sizeof(init); i++) {
		outb(PIC1_CMD + 1, init[i]);
		outb(PIC2_CMD + 1, init2[i]);
	}
	outb(PIC1_CMD + 1, 0xff);
	outb(PIC2_CMD + 1, 0xff);
}

void gsi_init(void)
{
	for (unsigned n = 0; n < HEDRON_NUM_GSI; n++) {
		struct gsi *g = &gsis[n];

		g->io = ioapic_of(n);
		g->pin = g->io ? n - g->io->gsi_base : 0;
		g->level = g->low = n >= NUM_ISA_IRQ;
		g->sm = sm_create(0);
		if (!g->sm)
			panic("no memory for interrupt semaphores");
		g->sm->gsi = g;
		hv_add(HV_SEL_GSI + n, &g->sm->obj, SM_UP | SM_DOWN);
	}
	for (unsigned i = 0; i < acpi.override_count; i++) {
		const struct acpi_override *o = &acpi.overrides[i];

		gsis[o->gsi].level = o->level;
		gsis[o->gsi].low = o->low;
	}
}

void gsi_interrupt(unsigned nr)
{
	struct gsi *g = &gsis[nr];
	struct sm *sm;

	spin_lock(&g->lock);
	if (g->io && g->level) {
		ioapic_mask(g->io, g->pin, true);
		g->masked = true;
	}
	lapic_eoi();
	sm = g->redirect ? g->redirect : g->sm;
	spin_unlock(&g->lock);
	sm_up(sm);
}

void gsi_unmask(struct gsi *g)
{
	spin_lock(&g->lock);
	if (g->masked) {
		g->masked = false;
		ioapic_mask(g->io, g->pin, false);
	}
	spin_unlock(&g->lock);
}

static void redirect_locked(struct gsi *g, struct sm *to)
{
	assert(spin_is_held(&g->lock));
	if (g->redirect)
		sm_unref(g->redirect);
	g->redirect = to;
	if (to)
		sm_ref(to);
}

void gsi_forget(const struct sm *sm)
{
	for (unsigned n = 0; n < HEDRON_NUM_GSI; n++) {
		struct gsi *g = &gsis[n];

		if (READ_ONCE(g->redirect) != sm)
			continue;
		spin_lock(&g->lock);
		if (g->redirect == sm)
			redirect_locked(g, NULL);
		spin_unlock(&g->lock);
	}
}

/* Does the caller hold a device page at `va`: PCI configuration space or the HPET? */
static bool is_device_page(struct ec *self, uint64_t va)
{
	paddr p;

	if (!mem_translate(self->pd, va, &p))
		return false;
	p = ALIGN_DOWN(p, PAGE_SIZE);
	return (p >= acpi.pci_cfg && p - acpi.pci_cfg < acpi.pci_cfg_size) ||
	       (acpi.hpet && p == ALIGN_DOWN(acpi.hpet, PAGE_SIZE));
}

static void route_locked(struct gsi *g, unsigned nr, struct frame *f)
{
	uint32_t apic_id = cpus[g->cpu].apic_id;

	f->rsi = f->rdx = 0;
	if (!g->io) {
		f->rsi = MSI_ADDRESS | apic_id << 12;
		f->rdx = f->rsi << 32 | (VEC_GSI + nr);
		return;
	}
	g->masked = false;
	ioapic_set(g->io, g->pin, (struct ioapic_route){
		.apic_id = apic_id, .vector = VEC_GSI + nr, .level = g->level, .low = g->low,
	});
}

/* ABI 3.15. ARG2 device page, ARG3 CPU and mode, ARG4 redirection. */
enum hedron_status hc_assign_gsi(struct ec *self)
{
	struct frame *f = &self->frame;
	uint64_t cpu = f->rdx & GSI_CPU_MASK;
	struct sm *sm, *to = NULL;
	struct gsi *g;

	if (!cpu_is_online(cpu))
		return HEDRON_BAD_CPU;
	sm = cap_sm(self->pd, arg_sel(f), 0);
	if (!sm || !sm->gsi)
		return HEDRON_BAD_CAP;
	if (f->rax != ~0ull) {
		to = cap_sm(self->pd, f->rax, 0);
		if (!to || (to != sm && !to->base))
			return HEDRON_BAD_CAP;
	}
	g = sm->gsi;
	if (!g->io && !is_device_page(self, f->rsi))
		return HEDRON_BAD_DEV;

	spin_lock(&g->lock);
	if (to)
		redirect_locked(g, to == sm ? NULL : to);
	if (arg_flags(f) & HC_GSI_USE_MODE && g->io) {
		g->level = f->rdx & GSI_LEVEL;
		g->low = f->rdx & GSI_ACTIVE_LOW;
	}
	g->cpu = cpu;
	route_locked(g, g - gsis, f);
	spin_unlock(&g->lock);
	return HEDRON_SUCCESS;
}
