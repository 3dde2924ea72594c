/* SPDX-License-Identifier: MIT */
/*
 * items.c - the typed items of a message (ABI reference 9.1), in chunks (work.h).
 *
 * It is always the handler that carries them out, in its ec->op, on the SC of whoever runs it. A
 * call: its caller waits for it as ever (EC_IN_CALL), but the handler does not run yet (RETRY_ITEMS). A
 * reply: the `reply` hypercall is not over yet (RETRY_HYPERCALL), so the caller still waits. Either
 * of the two may die between two chunks: the caller, then the rest is dropped; the handler, then
 * the caller learns it as always.
 *
 * A UTCB may be written at any time: an item and the windows are read once.
 */
#include "items.h"
#include "cpu.h"
#include "ec.h"
#include "event.h"
#include "hypercall.h"
#include "work.h"

#define COST_ITEM	150		/* instructions, about */

static void begin(struct op *op, unsigned count, struct windows win)
{
	op->next = 0;
	op->count = count < UTCB_TYPED_MAX ? count : UTCB_TYPED_MAX;
	op->win = win;
}

/* True: all are carried out. One for which there is no memory is shown as nothing. */
static WARM bool chunk(struct op *op, struct ec *from, struct ec *to)
{
	struct work work = WORK_INIT;

	for (; op->next < op->count; op->next++) {
		const struct hedron_typed *in = utcb_item(from->utcb, op->next);
		struct hedron_typed result;
		enum hedron_status status;

		if (work_is_over(&work))
			return false;
		work_spend(&work, COST_ITEM);
		if (!op->grant.phase)
			op->item = (struct hedron_typed){ READ_ONCE(in->crd), READ_ONCE(in->xfer) };
		status = transfer(&op->grant, from->pd, to->pd, op->win, &op->item, &result, &work);
		if (status == HC_AGAIN)
			return false;
		if (status != HEDRON_SUCCESS)
			result.crd = 0;
		*utcb_item(to->utcb, op->next) = result;
	}
	op->count = 0;
	return true;
}

/* The partner died. True: all is given back. */
static bool drop(struct op *op)
{
	struct work work = WORK_INIT;

	if (!grant_cancel(&op->grant, &work))
		return false;
	op->count = 0;
	return true;
}

void items_continue(struct ec *h)
{
	struct cpu *cpu = this_cpu();
	struct ec *caller = h->caller;

	if (caller ? chunk(&h->op, caller, h) : drop(&h->op)) {
		h->state = caller ? EC_READY : EC_IDLE;
		cpu->current = caller ? h : NULL;
		return;
	}
	h->state = EC_RETRY;
	h->retry = RETRY_ITEMS;
	cpu->current = NULL;
	cpu_hazard(cpu, HZ_WINDOW);
}

void items_receive(struct ec *h, unsigned count, struct windows win)
{
	begin(&h->op, count, win);
	items_continue(h);
}

/* Memory sent with a reply to an event goes to the page the event was about (ABI 7.4). */
static struct windows windows_of(const struct ec *caller)
{
	if (caller->in_event)
		return event_windows(caller);
	return (struct windows){
		.xlate = READ_ONCE(caller->utcb->xlate_window),
		.del = READ_ONCE(caller->utcb->del_window),
	};
}

WARM bool items_reply(struct ec *h, struct ec *caller, unsigned count)
{
	if (!caller)
		return drop(&h->op);
	if (!h->op.count)
		begin(&h->op, count, windows_of(caller));
	return chunk(&h->op, h, caller);
}
