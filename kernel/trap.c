/* SPDX-License-Identifier: MIT */
/*
 * trap.c - gates: exceptions of user programs become events, interrupts go to their owners, and a
 * fault of the kernel ends it in words, but for the few instructions that are allowed to fault.
 */
#include "cpu.h"
#include "ec.h"
#include "event.h"
#include "fpu.h"
#include "frame.h"
#include "grace.h"
#include "gsi.h"
#include "irqsoff.h"
#include "lapic.h"
#include "leave.h"
#include "panic.h"
#include "timer.h"
#include "x86.h"

struct fixup {
	uint64_t fault, resume;
};
extern const struct fixup fixup_start[], fixup_end[];

struct ec *trap_from_user(struct ec *self);
void trap_from_kernel(struct frame *f);

static void interrupt(unsigned vector)
{
	if (vector >= VEC_PIC) {
		return;			/* spurious: there is nothing to acknowledge */
	} else if (vector == VEC_TIMER) {
		lapic_eoi();
		timer_interrupt();
	} else if (vector < VEC_GSI + HEDRON_NUM_GSI) {
		gsi_interrupt(vector - VEC_GSI);
	} else {
		lapic_eoi();		/* VEC_KICK: the hazards are looked at on the way out */
	}
}

HOT struct ec *trap_from_user(struct ec *self)
{
	uint64_t vector = self->frame.vector;

	irqsoff_vector(vector);
	if (vector < VEC_EXC_END && vector != VEC_NM)
		return event_exception(self, vector);
	if (vector == VEC_NM)
		fpu_trap(self);
	else
		interrupt(vector);
	return kernel_exit();
}

void trap_from_kernel(struct frame *f)
{
	if (f->vector >= VEC_EXC_END) {
		irqsoff_vector(f->vector);
		grace_resume();		/* it came while this CPU was idle */
		interrupt(f->vector);
		irqsoff_end();
		return;
	}
	for (const struct fixup *x = fixup_start; x < fixup_end; x++) {
		if (f->vector == VEC_GP && f->rip == x->fault) {
			f->rip = x->resume;
			return;
		}
	}
	panic_frame(f);
}
