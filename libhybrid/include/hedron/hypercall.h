/* SPDX-License-Identifier: MIT */
/*
 * hedron/hypercall.h - the hypercalls as C functions.
 *
 * The same functions serve hyperapps and hybrid programs. In a hyperapp a `syscall` is a hypercall.
 * In a hybrid program (HEDRON_HYBRID defined, as hedron-hybrid.pc does) it is a Linux call unless
 * the NSCT flag in the caller's UTCB is set; the sequence below sets it through GS, whose base is
 * the UTCB's address in every thread, and puts the old value back afterwards. A signal between the
 * two is harmless: the personality saves and clears the flag on signal entry and restores it on
 * return.  A hybrid program must have seen hedron_present() return true before it calls any of these:
 * on plain Linux the GS base is 0.
 *
 * Every function returns a status; HEDRON_SUCCESS is 0. Selectors are the caller's. Rights needed
 * stand with each function; the full list of errors: ABI reference, chapter 3.
 */
#pragma once
#include <hedron/crd.h>
#include <hedron/utcb.h>

/**
 * hedron_hypercall - issue a hypercall with all its registers.
 * @a1..@a5  ARG1..ARG5; on return a2, a3, a4 hold OUT2..OUT4
 * Returns the status, bits 7:0 of OUT1.  Source: ABI reference 3.1.
 */
#ifdef HEDRON_HOSTED
/* Unit tests on the host: libhybrid/hosted emulates the calls. */
enum hedron_status hedron_hypercall(uint64_t a1, uint64_t *a2, uint64_t *a3, uint64_t *a4,
				    uint64_t a5);
#else
static inline enum hedron_status hedron_hypercall(uint64_t a1, uint64_t *a2, uint64_t *a3,
						  uint64_t *a4, uint64_t a5)
{
	register uint64_t r8 __asm__("r8") = a5;
	uint64_t rdi = a1, rsi = *a2, rdx = *a3, rax = *a4;

#ifdef HEDRON_HYBRID
	uint32_t saved;

	__asm__ volatile("movl %%gs:%c[flags], %[saved]\n\t"
			 "movl %[nsct], %%gs:%c[flags]\n\t"
			 "syscall\n\t"
			 "movl %[saved], %%gs:%c[flags]"
			 : [saved] "=&b"(saved), "+D"(rdi), "+S"(rsi), "+d"(rdx), "+a"(rax), "+r"(r8)
			 : [flags] "i"(UTCB_OFS_FLAGS), [nsct] "i"(UTCB_NSCT)
			 : "rcx", "r11", "memory", "cc");
#else
	__asm__ volatile("syscall"
			 : "+D"(rdi), "+S"(rsi), "+d"(rdx), "+a"(rax), "+r"(r8)
			 :
			 : "rcx", "r11", "memory", "cc");
#endif
	*a2 = rsi;
	*a3 = rdx;
	*a4 = rax;
	return (enum hedron_status)(rdi & 0xff);
}
#endif

static inline enum hedron_status hedron_hc(unsigned nr, unsigned flags, uint64_t sel, uint64_t a2,
					   uint64_t a3, uint64_t a4, uint64_t a5)
{
	return hedron_hypercall((uint64_t)nr | (uint64_t)flags << HC_FLAGS_SHIFT |
				sel << HC_SEL_SHIFT, &a2, &a3, &a4, a5);
}

/* Call portal `pt`; message and answer are in the caller's UTCB. BAD_CAP, BAD_CPU, TIMEOUT (dead
 * handler), ABORT (handler died). */
static inline enum hedron_status hedron_call(cap_sel pt)
{
	return hedron_hc(HC_CALL, 0, pt, 0, 0, 0, 0);
}

/* As hedron_call, but TIMEOUT at once if the handler is busy. */
static inline enum hedron_status hedron_call_nonblock(cap_sel pt)
{
	return hedron_hc(HC_CALL, HC_CALL_NONBLOCK, pt, 0, 0, 0, 0);
}

/* Create a PD at `dst`; needs PD_CREATE on `parent`. `caps`: object CRD of the caller delegated to
 * selectors 0.. of the new PD, or 0. `foreign`: 0, or PD_FOREIGN | base << PD_FOREIGN_BASE_SHIFT. */
static inline enum hedron_status hedron_create_pd(cap_sel dst, cap_sel parent, hedron_crd caps,
						  uint64_t foreign)
{
	return hedron_hc(HC_CREATE_PD, 0, dst, parent, caps, foreign, 0);
}

/* Create an EC in `pd` (PD_CREATE). flags: HC_EC_GLOBAL, HC_EC_UTCB_IN_CALLER. utcb: address, page
 * aligned, 0 = not mapped. The new capability has all rights. */
static inline enum hedron_status hedron_create_ec(cap_sel dst, cap_sel pd, unsigned flags,
						  unsigned cpu, uint64_t utcb, uint64_t rsp,
						  uint32_t event_base)
{
	return hedron_hc(HC_CREATE_EC, flags, dst, pd, utcb | cpu, rsp, event_base);
}

/* Bind a new SC to global EC `ec` (EC_BIND_SC): it becomes runnable. prio SC_PRIO_MIN..MAX. */
static inline enum hedron_status hedron_create_sc(cap_sel dst, cap_sel pd, cap_sel ec,
						  unsigned prio, uint32_t quantum_us)
{
	return hedron_hc(HC_CREATE_SC, 0, dst, pd, ec,
			 (uint64_t)quantum_us << SC_QUANTUM_SHIFT | prio, 0);
}

/* Create a portal served by local EC `ec` (EC_BIND_PT) at address `entry`; its id is 0. */
static inline enum hedron_status hedron_create_pt(cap_sel dst, cap_sel pd, cap_sel ec, uint64_t mtd,
						  uint64_t entry)
{
	return hedron_hc(HC_CREATE_PT, 0, dst, pd, ec, mtd, entry);
}

static inline enum hedron_status hedron_create_sm(cap_sel dst, cap_sel pd, uint64_t count)
{
	return hedron_hc(HC_CREATE_SM, 0, dst, pd, count, 0, 0);
}

/* Revoke what was delegated from the range; with `self` the range itself too. */
static inline enum hedron_status hedron_revoke(hedron_crd crd, int self)
{
	return hedron_hc(HC_REVOKE, self ? HC_REVOKE_SELF : 0, 0, crd, 0, 0, 0);
}

/* As hedron_revoke; `sm` (SM_UP) gets an up when the objects are really gone. */
static inline enum hedron_status hedron_revoke_notify(hedron_crd crd, int self, cap_sel sm)
{
	return hedron_hc(HC_REVOKE, self ? HC_REVOKE_SELF : 0, sm, crd, 0, 0, 0);
}

/* As hedron_revoke, in the space of PD `pd`. */
static inline enum hedron_status hedron_revoke_remote(cap_sel pd, hedron_crd crd, int self)
{
	return hedron_hc(HC_REVOKE, HC_REVOKE_REMOTE | (self ? HC_REVOKE_SELF : 0), 0, crd, pd, 0, 0);
}

/* What stands at the CRD's base in the caller's space: a CRD, 0 if nothing. Objects and ports. */
static inline hedron_crd hedron_lookup(hedron_crd crd)
{
	uint64_t a2 = crd, a3 = 0, a4 = 0;

	hedron_hypercall(HC_PD_CTRL | PD_CTRL_LOOKUP << HC_FLAGS_SHIFT, &a2, &a3, &a4, 0);
	return a2;
}

/* Delegate from PD `src` to PD `dst`. `xfer`: XFER_DELEGATE etc. with the hotspot. SUCCESS does not
 * say that something was mapped (ABI reference 3.10, 4.4). */
static inline enum hedron_status hedron_delegate(cap_sel src, cap_sel dst, hedron_crd from,
						 uint64_t xfer, hedron_crd to)
{
	return hedron_hc(HC_PD_CTRL, PD_CTRL_DELEGATE, src, dst, from, xfer, to);
}

/* Make the EC (EC_CTRL) send event 31 before it next enters user mode. */
static inline enum hedron_status hedron_recall(cap_sel ec)
{
	return hedron_hc(HC_EC_CTRL, EC_CTRL_RECALL, ec, 0, 0, 0, 0);
}

/* Give the EC (EC_CTRL) a badge: handlers of its events and foreign calls find it in RSI at portal entry
 * from the next message on. An EC that was given none has badge 0. Only with HIP_FEAT_BADGE, else
 * BAD_PAR. */
static inline enum hedron_status hedron_ec_badge(cap_sel ec, uint64_t badge)
{
	return hedron_hc(HC_EC_CTRL, EC_CTRL_BADGE, ec, badge, 0, 0, 0);
}

/* Give a foreign PD (PD_CREATE) a mediator: a `syscall` from outside [base, base + size) then goes on at
 * `entry` in the same EC, all registers but RCX, R11 and RFLAGS kept, the address behind the `syscall`
 * in the `tls` word of its UTCB; one from inside goes to the foreign portal as ever. `base` and
 * `size` are multiples of the page size, `entry` lies within; size 0 takes the mediator away.
 * Only with HIP_FEAT_MEDIATOR, else BAD_PAR. BAD_CAP, BAD_PAR (also for a PD that is not foreign). */
static inline enum hedron_status hedron_pd_mediator(cap_sel pd, uint64_t base, uint64_t size,
						    uint64_t entry)
{
	return hedron_hc(HC_PD_CTRL, PD_CTRL_MEDIATOR, pd, base, size, entry, 0);
}

/* Kernel memory, in bytes: free now, and all there is. Passthrough PDs only (BAD_CAP); only with
 * HIP_FEAT_KMEM, else BAD_PAR. Destroyed objects count as free once they are gone (11.2). */
static inline enum hedron_status hedron_kernel_memory(uint64_t *free_bytes, uint64_t *all_bytes)
{
	uint64_t a4 = 0;

	*free_bytes = *all_bytes = 0;
	return hedron_hypercall(HC_MACHINE_CTRL | MACHINE_KMEM << HC_FLAGS_SHIFT, free_bytes,
				all_bytes, &a4, 0);
}

/* Time consumed by the SC (SC_CTRL), in microseconds. */
static inline enum hedron_status hedron_sc_time(cap_sel sc, uint64_t *us)
{
	uint64_t a2 = 0, a4 = 0;

	return hedron_hypercall(HC_SC_CTRL | sc << HC_SEL_SHIFT, &a2, us, &a4, 0);
}

/* Set the id that the portal (PT_CTRL) hands to its handler in RDI. */
static inline enum hedron_status hedron_pt_set_id(cap_sel pt, uint64_t id)
{
	return hedron_hc(HC_PT_CTRL, 0, pt, id, 0, 0, 0);
}

/* Wake the oldest waiter, or count one up (SM_UP). */
static inline enum hedron_status hedron_sm_up(cap_sel sm)
{
	return hedron_hc(HC_SM_CTRL, 0, sm, 0, 0, 0, 0);
}

/* Take one count (SM_DOWN), waiting for it; `until`: absolute TSC ticks, 0 = for ever. TIMEOUT. */
static inline enum hedron_status hedron_sm_down(cap_sel sm, uint64_t until)
{
	return hedron_hc(HC_SM_CTRL, HC_SM_DOWN, sm, until >> 32, until & 0xffffffff, 0, 0);
}

/* As hedron_sm_down, but takes all counts at once. */
static inline enum hedron_status hedron_sm_down_zero(cap_sel sm, uint64_t until)
{
	return hedron_hc(HC_SM_CTRL, HC_SM_DOWN | HC_SM_ZERO, sm, until >> 32, until & 0xffffffff, 0,
			 0);
}

/* Route an interrupt semaphore to `cpu` and unmask it (ABI reference 3.15). */
static inline enum hedron_status hedron_assign_gsi(cap_sel sm, unsigned cpu)
{
	return hedron_hc(HC_ASSIGN_GSI, 0, sm, 0, cpu, ~0ull, 0);
}

/* The same for an interrupt that a device sends as a message (MSI): `page` is where the caller has
 * mapped the device's PCI configuration or the HPET. Tells what to write into the device. BAD_DEV. */
static inline enum hedron_status hedron_assign_msi(cap_sel sm, unsigned cpu, const void *page,
						   uint64_t *addr, uint32_t *data)
{
	uint64_t a2 = (uint64_t)(uintptr_t)page, a3 = cpu, a4 = ~0ull;
	enum hedron_status status =
		hedron_hypercall(HC_ASSIGN_GSI | sm << HC_SEL_SHIFT, &a2, &a3, &a4, 0);

	*addr = a2;
	*data = (uint32_t)a3;
	return status;
}

/* Let a PCI device reach the memory of `pd` that was delegated with XFER_DEVICE. `config` is where the
 * device's configuration page is mapped there, `rid` finds the IOMMU unit. BAD_DEV (3.15). */
static inline enum hedron_status hedron_assign_pci(cap_sel pd, const void *config, uint16_t rid)
{
	return hedron_hc(HC_ASSIGN_PCI, 0, pd, (uint64_t)(uintptr_t)config, rid, 0, 0);
}

/* Read or write an MSR; passthrough PDs only (BAD_CAP), and not every MSR (BAD_PAR, 3.10). */
static inline enum hedron_status hedron_msr_read(uint32_t msr, uint64_t *value)
{
	uint64_t a3 = 0, a4 = 0;

	*value = 0;
	return hedron_hypercall(HC_PD_CTRL | PD_CTRL_MSR_ACCESS << HC_FLAGS_SHIFT |
				(uint64_t)msr << HC_SEL_SHIFT, value, &a3, &a4, 0);
}

static inline enum hedron_status hedron_msr_write(uint32_t msr, uint64_t value)
{
	return hedron_hc(HC_PD_CTRL, PD_CTRL_MSR_ACCESS | PD_CTRL_MSR_WRITE, msr, value, 0, 0, 0);
}

/* Suspend the machine with these sleep types for PM1a and PM1b; passthrough PDs only. Returns after
 * the wake-up; *waking is where the firmware's waking vector lies (3.16). */
static inline enum hedron_status hedron_suspend(uint8_t type_a, uint8_t type_b, uint64_t *waking)
{
	uint64_t a3 = 0, a4 = 0;

	*waking = 0;
	return hedron_hypercall(HC_MACHINE_CTRL | MACHINE_SUSPEND << HC_FLAGS_SHIFT |
				(uint64_t)type_a << HC_SEL_SHIFT |
				(uint64_t)type_b << (HC_SEL_SHIFT + 8), waking, &a3, &a4, 0);
}

/* Load the processors' microcode from physical memory; passthrough PDs only (3.16). */
static inline enum hedron_status hedron_update_microcode(uint64_t phys, uint32_t size)
{
	return hedron_hc(HC_MACHINE_CTRL, MACHINE_UPDATE_UCODE, size, phys, 0, 0, 0);
}

/**
 * hedron_reply - answer the caller and wait for the next message. Does not return: the local EC
 * goes on at the portal's entry, with RSP as it was here. A global EC ends its thread.
 * @sm  0, or a semaphore on which the caller is put to sleep (ABI reference 3.3.1)
 */
static inline __attribute__((noreturn)) void hedron_reply(cap_sel sm)
{
	hedron_hc(HC_REPLY, 0, sm, 0, 0, 0, 0);
	__builtin_unreachable();
}
