/* SPDX-License-Identifier: MIT */
/* event.h - exceptions, start-up, recall and foreign calls as messages; rules: head of event.c. */
#pragma once
#include <hedron/abi.h>
#include "delegate.h"
#include "ec.h"
#include "x86.h"

struct pt;

/* Sends an event of `ec` to the portal under `sel` of its PD. The handler if it is busy: then `ec`
 * is EC_RETRY. Else NULL; `ec` may have been killed. */
struct ec *event_send(struct ec *ec, cap_sel sel);

/* The same of the running EC, by the shortest way. The EC to go on with. */
struct ec *event_now(struct ec *ec, cap_sel sel, struct pt *pt);	/* pt: what is there, or NULL */
struct ec *event_exception(struct ec *ec, unsigned vector);	/* the frame is as the gate left it */

/* The reply of the running handler `h` to an event of `ec`, words only, by the shortest way. */
struct ec *event_reply(struct ec *h, struct ec *ec);

void event_recall(struct ec *ec);

/* The frame as it must be for an event at a SYSCALL: rcx and r11 as documented. */
static inline void event_from_syscall(struct ec *ec)
{
	struct frame *f = &ec->frame;

	f->rcx = f->rip;
	f->r11 = f->rsp;
	ec->qual[0] = ec->qual[1] = 0;
}

/* Where memory that is sent with the reply to an event of `ec` goes. */
struct windows event_windows(const struct ec *ec);

/* The reply of handler `h` to an event of `ec`; false if `ec` had to be killed for it. */
bool event_answer(struct ec *ec, struct ec *h);
