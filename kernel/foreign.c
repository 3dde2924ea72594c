/* SPDX-License-Identifier: MIT */
/*
 * foreign.c - the foreign-call layer: a `syscall` whose meaning the kernel does not know goes to the
 * PD's mediator, or becomes a message with the caller's registers (ABI reference 8). Where it goes was
 * said when the PD was created: base + CPU must hold a portal, event base + base + CPU gets the message.
 */
#include "foreign.h"
#include "event.h"
#include "leave.h"
#include "space_obj.h"

HOT struct ec *foreign_call(struct ec *ec)
{
	const struct mediator *m = __atomic_load_n(&ec->pd->mediator, __ATOMIC_ACQUIRE);
	struct pt *pt;
	cap_sel slot;

	if (ec->frame.rip - m->base >= m->size) {		/* from outside */
		ec->utcb->tls = ec->frame.rip;
		ec->frame.rip = m->entry;
		return leave_untouched(ec);
	}
	slot = ec->pd->foreign_base + ec->cpu;
	pt = pt_again(ec, PT_FOREIGN);
	if (unlikely(!pt) && cap_pt(ec->pd, slot, 0))
		pt = pt_find(ec, PT_FOREIGN, ec->event_base + slot);
	event_from_syscall(ec);
	return event_now(ec, ec->event_base + slot, pt);
}
