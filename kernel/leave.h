/* SPDX-License-Identifier: MIT */
/*
 * leave.h - the short way out of the kernel, from one EC to another.
 *
 * Call, reply and events know who runs next. If nothing else is to be done on the way, which is one
 * test, they go there by themselves: they look no SC up, and pass no quiescent state. Everything else
 * goes through kernel_exit().
 */
#pragma once
#include "cpu.h"
#include "desc.h"
#include "ec.h"
#include "fpu.h"
#include "irqsoff.h"
#include "space_mem.h"
#include "x86.h"

struct ec *kernel_exit(void);		/* sched.c */

/* Whether the EC that entered can go on at once. */
static inline bool leave_is_same(const struct ec *ec)
{
	const struct cpu *cpu = this_cpu();

	if (unlikely(cpu_has_detour() || ec->recall || cpu->loaded != ec || cpu->current != ec))
		return false;
	irqsoff_end();
	return true;
}

/* It does, if it can; nothing has happened that could have changed what is loaded. */
static inline struct ec *leave_untouched(struct ec *ec)
{
	if (unlikely(cpu_has_detour() || ec->recall))
		return kernel_exit();
	irqsoff_end();
	return ec;
}

/* Whether leave_to() may be used to go to handler `h` with a message; and that it may take one. */
static inline bool leave_can_send(const struct cpu *cpu, const struct ec *h)
{
	return likely(h->readiness == cpu->awaits) && likely(!cpu_has_detour());
}

/* Whether it may be used to go back to a caller. */
static inline bool leave_can_return(const struct cpu *cpu, const struct ec *caller)
{
	return likely(!caller->recall) && likely(fpu_stays(cpu, caller)) && likely(!cpu_has_detour());
}

/* The running EC's segment bases become what they are in the CPU. */
static inline void leave_bases(struct ec *from)
{
	from->fs_base = rdfsbase();
	from->gs_base = rd_user_gsbase();
}

/* From `from`, whose bases are saved, to `to`, which is EC_READY and has no recall. */
static inline struct ec *leave_to(struct cpu *cpu, struct ec *from, struct ec *to)
{
	if (from->fs_base != to->fs_base)
		wrfsbase(to->fs_base);
	if (from->gs_base != to->gs_base)
		wr_user_gsbase(to->gs_base);
	fpu_leave(cpu, to);
	cpu->current = to;
	cpu->loaded = to;
	cpu->tss->rsp0 = (uint64_t)(&to->frame + 1);
	if (from->pd != to->pd)
		mem_switch(cpu, from->pd, to->pd);
	irqsoff_end();
	return to;
}

