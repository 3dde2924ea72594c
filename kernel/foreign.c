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
	cap_sel slot = ec->pd->foreign_base + ec->cpu;
	struct mediator m = pd_mediator(ec->pd);

	if (ec->frame.rip - m.base >= m.size) {		/* from outside */
		ec->utcb->tls = ec->frame.rip;
		ec->frame.rip = m.entry;
		return leave_same(ec);
	}
	event_from_syscall(ec);
	if (unlikely(!cap_pt(ec->pd, slot, 0)))
		return event_nowhere(ec);
	return event_now(ec, ec->event_base + slot);
}
