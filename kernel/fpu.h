/* SPDX-License-Identifier: MIT */
/* fpu.h - x87, SSE and AVX registers of ECs; the rules are at the head of fpu.c. */
#pragma once
#include "cpu.h"
#include "ec.h"
#include "x86.h"

extern bool fpu_lazy;			/* registers of handlers may stay behind CR0.TS */

void fpu_init(void);			/* each CPU; after cpu_detect() */
void *fpu_alloc(void);			/* an area in reset state; NULL: out of memory */
void fpu_free(void *area);

static inline void fpu_ts_set(struct cpu *cpu, bool set)
{
	if (set && !cpu->fpu_ts) {
		cpu->fpu_ts = true;
		write_cr0(CR0_KERNEL | CR0_TS);
	} else if (!set && cpu->fpu_ts) {
		cpu->fpu_ts = false;
		clts();
	}
}

/* `to` can run without any registers being moved. */
static inline bool fpu_stays(const struct cpu *cpu, const struct ec *to)
{
	return to->fpu_lazy || cpu->fpu_owner == to;
}

/* And it runs next. */
static inline void fpu_leave(struct cpu *cpu, const struct ec *to)
{
	if (cpu->fpu_owner == to)
		fpu_ts_set(cpu, false);
	else
		fpu_ts_set(cpu, true);
}
void fpu_switch(struct ec *to);		/* the same of any `to`; part of ec_load() */
void fpu_trap(struct ec *ec);		/* #NM: it wants its registers now */
void fpu_forget(const struct ec *ec);	/* it is about to be freed */

/* MTD_FPU in a portal: the handler starts with a copy of the sender's registers. */
void fpu_lend(struct ec *from, struct ec *to);
/* MTD_FPU in a reply: the running handler's registers become the receiver's. */
void fpu_give(struct ec *handler, struct ec *to);
