/* SPDX-License-Identifier: MIT */
/* ipc.h - call, reply and what they share with events; the rules are at the head of ipc.c. */
#pragma once
#include <hedron/abi.h>
#include "cpu.h"
#include "ec.h"
#include "pt.h"

/* Tries the call in the frame of `ec` once more. The handler if it is busy, else NULL. */
struct ec *ipc_retry(struct ec *ec);

/* `caller`, whose message has been delivered, waits for `h`, the handler of `pt`, which runs now. */
static inline void ipc_enter(struct cpu *cpu, struct ec *caller, const struct pt *pt, struct ec *h,
			     bool in_event)
{
	caller->callee = h;
	caller->state = EC_IN_CALL;
	caller->in_event = in_event;
	h->caller = caller;
	h->state = EC_READY;
	h->frame.rip = pt->entry;
	h->frame.rdi = pt->id;
	cpu->current = h;
}

/* `caller` has its answer from `h`, which waits for the next message. */
static inline void ipc_leave(struct ec *h, struct ec *caller)
{
	h->state = EC_IDLE;
	h->caller = NULL;
	caller->callee = NULL;
	caller->state = EC_READY;
}

/* `call` and `reply` of the running EC, by the shortest way; they end in the EC to go on with. */
struct ec *ipc_call(struct ec *self);
struct ec *ipc_reply(struct ec *self);
enum hedron_status hc_call(struct ec *self);
enum hedron_status hc_reply(struct ec *self);
