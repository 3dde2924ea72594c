/* SPDX-License-Identifier: MIT */
/*
 * fpu.c - x87, SSE and AVX registers. Every EC has an area for them; those in the CPU belong to
 * cpu->fpu_owner, whose area is out of date.
 *
 * Most portal handlers never touch these registers, and to move them costs more than all the rest of
 * a call. So where it is safe they stay in the CPU while local ECs run, behind CR0.TS, and move when
 * somebody uses them (#NM, which no user program gets to see). A handler that did so several times in
 * quick succession gets them right away for a while. It is not safe on Intel CPUs that let a load behind CR0.TS
 * be used speculatively (CVE-2018-3665): there, registers always move with the EC.
 *
 * Threads (global ECs) always find their registers in the CPU: QEMU's TCG lets XSAVE and XRSTOR pass
 * CR0.TS without #NM, and programs use them (signal frames, lazy binding). A handler that executes
 * one of them there must have used another FPU instruction before.
 *
 * Invariant: CR0.TS is set if and only if cpu->loaded is not the owner, at each exit to user mode.
 */
#include "fpu.h"
#include "assert.h"
#include "cpu.h"
#include "ec.h"
#include "slab.h"
#include "string.h"
#include "timer.h"
#include "x86.h"
#include <hedron/abi.h>

#define XCR0_USED	0xe7		/* x87, SSE, AVX, AVX-512 */
#define FXSAVE_SIZE	512
#define AREA_FCW	0		/* offsets in the legacy region (SDM vol. 1, 10.5.1) */
#define AREA_MXCSR	24
#define AREA_XSTATE_BV	512
#define EAGER_AFTER	5		/* uses; a uint8_t counts them, so they end */
#define SUCCESSION_MS	1		/* between two uses, or they count anew */
#define VENDOR_INTEL	0x756e6547	/* "Genu", CPUID leaf 0 in ebx */

bool fpu_lazy;				/* I */

static uint64_t xcr0;			/* I */
static struct slab_cache area_cache = SLAB_CACHE(area_cache, FXSAVE_SIZE, 64);

void fpu_init(void)
{
	struct cpuid leaf;

	fpu_lazy = cpuid(0, 0).ebx != VENDOR_INTEL;
	if (!cpu_has.xsave)
		return;
	leaf = cpuid(0xd, 0);
	xcr0 = leaf.eax & XCR0_USED;
	xsetbv(0, xcr0);
	area_cache.size = ALIGN_UP((size_t)cpuid(0xd, 0).ebx, 64);
}

void *fpu_alloc(void)
{
	uint8_t *area = slab_alloc(&area_cache);

	if (!area)
		return NULL;
	*(uint16_t *)(area + AREA_FCW) = FPU_FCW_INIT;
	*(uint32_t *)(area + AREA_MXCSR) = FPU_MXCSR_INIT;
	if (cpu_has.xsave)
		*(uint64_t *)(area + AREA_XSTATE_BV) = 3;
	return area;
}

void fpu_free(void *area)	{ slab_free(&area_cache, area); }

static void save(void *area)
{
	uint32_t lo = xcr0, hi = xcr0 >> 32;

	if (cpu_has.xsaveopt)
		__asm__ volatile("xsaveopt64 (%0)" : : "r"(area), "a"(lo), "d"(hi) : "memory");
	else if (cpu_has.xsave)
		__asm__ volatile("xsave64 (%0)" : : "r"(area), "a"(lo), "d"(hi) : "memory");
	else
		__asm__ volatile("fxsave64 (%0)" : : "r"(area) : "memory");
}

static void load(void *area)
{
	uint32_t lo = xcr0, hi = xcr0 >> 32;

	if (cpu_has.xsave)
		__asm__ volatile("xrstor64 (%0)" : : "r"(area), "a"(lo), "d"(hi) : "memory");
	else
		__asm__ volatile("fxrstor64 (%0)" : : "r"(area) : "memory");
}

/* Makes `ec` the owner: its registers are in the CPU. */
static WARM void own(struct ec *ec)
{
	struct cpu *cpu = this_cpu();

	fpu_ts_set(cpu, false);
	if (cpu->fpu_owner == ec)
		return;
	if (cpu->fpu_owner)
		save(cpu->fpu_owner->fpu);
	load(ec->fpu);
	cpu->fpu_owner = ec;
}

/* It gets its registers: it uses them, or we believe that it will. */
static void used(struct ec *ec)
{
	ticks now = rdtsc();

	if (now - ec->fpu_used > SUCCESSION_MS * timer_tsc_khz)
		ec->fpu_uses = 0;
	ec->fpu_used = now;
	ec->fpu_lazy = ++ec->fpu_uses < EAGER_AFTER && fpu_lazy;
}

WARM void fpu_switch(struct ec *to)
{
	struct cpu *cpu = this_cpu();

	if (fpu_stays(cpu, to)) {
		fpu_leave(cpu, to);
		return;
	}
	if (!to->global)
		used(to);
	own(to);
}

void fpu_trap(struct ec *ec)
{
	if (!ec->global)
		used(ec);
	own(ec);
}

void fpu_forget(const struct ec *ec)
{
	struct cpu *cpu = this_cpu();

	if (cpu->fpu_owner == ec)
		cpu->fpu_owner = NULL;
}

/* The area of `ec` gets what its registers are now. */
static void sync(struct ec *ec)
{
	struct cpu *cpu = this_cpu();

	if (cpu->fpu_owner != ec)
		return;
	fpu_ts_set(cpu, false);
	save(ec->fpu);
}

/* The area of `ec` has changed: so do its registers, if they are in the CPU. */
static void area_changed(struct ec *ec)
{
	struct cpu *cpu = this_cpu();

	if (cpu->fpu_owner == ec) {
		fpu_ts_set(cpu, false);
		load(ec->fpu);
	}
	fpu_ts_set(cpu, cpu->fpu_owner != cpu->loaded);
}

void fpu_lend(struct ec *from, struct ec *to)
{
	sync(from);
	memcpy(to->fpu, from->fpu, area_cache.size);
	area_changed(to);
}

void fpu_give(struct ec *handler, struct ec *to)
{
	struct cpu *cpu = this_cpu();

	if (cpu->fpu_owner != handler) {		/* it did not use them: they are in its area */
		memcpy(to->fpu, handler->fpu, area_cache.size);
		area_changed(to);
		return;
	}
	save(to->fpu);
	area_changed(handler);			/* which falls back to what it had before */
}
