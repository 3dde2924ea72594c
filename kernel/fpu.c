/* SPDX-License-Identifier: MIT */
/*
 * fpu.c - every EC has an area for its FPU registers; the CPU's belong to cpu->loaded. They are
 * switched with the EC, never lazily behind CR0.TS, so nobody can read another's.
 *
 * An area always holds valid registers: those of the last switch away from the EC, for the loaded
 * one those of the last switch to it.
 */
#include "fpu.h"
#include "assert.h"
#include "cpu.h"
#include "ec.h"
#include "slab.h"
#include "string.h"
#include "x86.h"
#include <hedron/abi.h>

#define XCR0_USED	0xe7		/* x87, SSE, AVX, AVX-512 */
#define FXSAVE_SIZE	512
#define AREA_FCW	0		/* offsets in the legacy region (SDM vol. 1, 10.5.1) */
#define AREA_MXCSR	24
#define AREA_XSTATE_BV	512

static uint64_t xcr0;			/* I */
static struct slab_cache area_cache = SLAB_CACHE(area_cache, FXSAVE_SIZE, 64);

void fpu_init(void)
{
	struct cpuid leaf;

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

void fpu_save(void *area)
{
	uint32_t lo = xcr0, hi = xcr0 >> 32;

	if (cpu_has.xsaveopt)
		__asm__ volatile("xsaveopt64 (%0)" : : "r"(area), "a"(lo), "d"(hi) : "memory");
	else if (cpu_has.xsave)
		__asm__ volatile("xsave64 (%0)" : : "r"(area), "a"(lo), "d"(hi) : "memory");
	else
		__asm__ volatile("fxsave64 (%0)" : : "r"(area) : "memory");
}

void fpu_load(void *area)
{
	uint32_t lo = xcr0, hi = xcr0 >> 32;

	if (cpu_has.xsave)
		__asm__ volatile("xrstor64 (%0)" : : "r"(area), "a"(lo), "d"(hi) : "memory");
	else
		__asm__ volatile("fxrstor64 (%0)" : : "r"(area) : "memory");
}

void fpu_lend(struct ec *from, struct ec *to)
{
	if (this_cpu()->loaded == from)
		fpu_save(from->fpu);
	assert(this_cpu()->loaded != to);
	memcpy(to->fpu, from->fpu, area_cache.size);
}

void fpu_give(struct ec *handler, struct ec *to)
{
	assert(this_cpu()->loaded == handler);
	fpu_save(to->fpu);
	fpu_load(handler->fpu);		/* which falls back to its last switch-in */
}
