/* SPDX-License-Identifier: MIT */
/*
 * cpu.c - what the CPU can do, and how it is set up. Per-CPU data are in an array by CPU number and
 * found through GS while in the kernel; SWAPGS at each border keeps the user's GS base aside.
 */
#include "cpu.h"
#include "bootinfo.h"
#include "desc.h"
#include "ec.h"
#include "fpu.h"
#include "kobj.h"
#include "kstack.h"
#include "lapic.h"
#include "log.h"
#include "pagetable.h"
#include "panic.h"
#include "pcid.h"
#include "sched.h"
#include "timer.h"
#include "x86.h"

#define BIT(x, n)	(((x) >> (n)) & 1)

struct cpu_features cpu_has;
struct cpu cpus[HEDRON_NUM_CPU];
static uint64_t online;			/* a  CPUs by number */

extern char entry_syscall[];

static void refuse_without(bool present, const char *what)
{
	if (!present)
		refuse("this CPU has no %s", what);
}

void cpu_detect(void)
{
	uint32_t max = cpuid(0, 0).eax, max_ext = cpuid(0x80000000, 0).eax;
	struct cpuid l1 = cpuid(1, 0), l7 = { 0 }, ext1 = cpuid(0x80000001, 0);

	if (max >= 7)
		l7 = cpuid(7, 0);
	refuse_without(BIT(l1.edx, 0), "FPU");
	refuse_without(BIT(l1.edx, 4), "time stamp counter");
	refuse_without(BIT(l1.edx, 9), "local APIC");
	refuse_without(BIT(l1.edx, 13), "global pages");
	refuse_without(BIT(l1.edx, 24), "FXSAVE");
	refuse_without(BIT(l1.edx, 26), "SSE2");
	cpu_has.tsc_deadline = BIT(l1.ecx, 24) && !boot_option("nodl");
	cpu_has.mce = BIT(l1.edx, 7);
	pcid_on = BIT(l1.ecx, 17) && !boot_option("nopcid");
	cpu_has.invpcid = BIT(l7.ebx, 10);
	cpu_has.xsave = BIT(l1.ecx, 26) && max >= 0xd;
	cpu_has.xsaveopt = cpu_has.xsave && BIT(cpuid(0xd, 1).eax, 0);
	cpu_has.fsgsbase = BIT(l7.ebx, 0);
	cpu_has.smep = BIT(l7.ebx, 7);
	cpu_has.smap = BIT(l7.ebx, 20);
	cpu_has.umip = BIT(l7.ecx, 2);
	cpu_has.huge_pages = BIT(ext1.edx, 26);
	pagetable_max_level = cpu_has.huge_pages ? 2 : 1;
	cpu_has.phys_bits = max_ext >= 0x80000008 ? cpuid(0x80000008, 0).eax & 0xff : 36;
	if (cpu_has.phys_bits > 48)
		cpu_has.phys_bits = 48;
}

static void control_init(void)
{
	uint64_t cr4 = CR4_DE | CR4_PSE | CR4_PAE | CR4_PGE | CR4_OSFXSR | CR4_OSXMMEXCPT;

	if (cpu_has.mce)
		cr4 |= CR4_MCE;
	if (cpu_has.xsave)
		cr4 |= CR4_OSXSAVE;
	if (cpu_has.fsgsbase)
		cr4 |= CR4_FSGSBASE;
	if (cpu_has.smep)
		cr4 |= CR4_SMEP;
	if (cpu_has.smap)
		cr4 |= CR4_SMAP;
	if (cpu_has.umip)
		cr4 |= CR4_UMIP;
	if (pcid_on)
		cr4 |= CR4_PCIDE;		/* CR3 has PCID 0 yet, as it must */
	write_cr4(cr4);
	write_cr0(CR0_KERNEL);
}

static void syscall_init(void)
{
	wrmsr(MSR_STAR, (uint64_t)STAR_USER << 48 | (uint64_t)KERNEL_CS << 32);
	wrmsr(MSR_LSTAR, (uint64_t)entry_syscall);
	wrmsr(MSR_CSTAR, (uint64_t)entry_syscall);
	wrmsr(MSR_FMASK, RFLAGS_TF | RFLAGS_IF | RFLAGS_DF | RFLAGS_IOPL | RFLAGS_NT | RFLAGS_RF |
			 RFLAGS_AC);
}

bool cpu_prepare(struct cpu *c, uint32_t apic_id)
{
	c->self = c;
	c->id = c - cpus;
	c->bit = 1ull << c->id;
	c->awaits = EC_AWAITS(c->id);
	c->apic_id = apic_id;
	c->kernel_sp = kstack_top(c->id, KSTACK_MAIN);
	c->timer_at = TIMER_NEVER;
	kobj_init_cpu(c->id);
	sched_init(c);
	desc_prepare(c);
	return kstack_create(c->id);
}

void cpu_init(struct cpu *c)
{
	desc_init(c);			/* loads GS, so before its base */
	wrmsr(MSR_GS_BASE, (uint64_t)c);
	wrmsr(MSR_KERNEL_GS_BASE, 0);
	control_init();
	syscall_init();
	fpu_init();
	c->base_msrs = !cpu_has.fsgsbase;
}

void cpu_set_online(uint64_t mask)
{
	__atomic_or_fetch(&online, mask, __ATOMIC_RELEASE);
}

bool cpu_is_online(uint64_t id)
{
	return id < HEDRON_NUM_CPU && BIT(__atomic_load_n(&online, __ATOMIC_ACQUIRE), id);
}

uint64_t cpu_online_mask(void)
{
	return __atomic_load_n(&online, __ATOMIC_ACQUIRE);
}

WARM void cpu_hazard(struct cpu *c, uint32_t hz)
{
	__atomic_or_fetch(&c->hazards, hz, __ATOMIC_RELEASE);
	if (c != this_cpu())
		lapic_send(c->apic_id, VEC_KICK);
}
