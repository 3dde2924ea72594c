/* SPDX-License-Identifier: MIT */
/*
 * ipc.c - call and reply.
 *
 * A call to an idle handler copies the message and goes on in the handler, on the caller's SC: no
 * lock, no search, no allocation, unless the message carries capabilities. Caller and handler are
 * on the same CPU, and all fields involved belong to it. ipc_call() and ipc_reply() do just that, by
 * the short way out (leave.h); whatever is out of the ordinary starts again in hc_call(), hc_reply().
 *
 * A call to a busy handler becomes EC_RETRY: the scheduler lets the caller's SC run whatever the
 * handler waits for, and tries again whenever that SC is dispatched (sched.c). The portal is looked
 * up anew each time, so nothing has to be remembered about it.
 *
 * UTCBs may be written by other ECs of their PD at any time: each word is read once.
 */
#include "ipc.h"
#include "assert.h"
#include "cpu.h"
#include "ec.h"
#include "event.h"
#include "hypercall.h"
#include "items.h"
#include "leave.h"
#include "pd.h"
#include "pt.h"
#include "sc.h"
#include "sched.h"
#include "sm.h"
#include "space_obj.h"
#include "x86.h"

/* The items word, and `n` words, of a message. */
static inline void copy_words(struct hedron_utcb *to, const struct hedron_utcb *from, uint32_t items,
			      uint64_t n)
{
	const void *s = from->word;
	void *d = to->word;

	to->items = items;
	if (n)
		__asm__ volatile("rep movsq" : "+S"(s), "+D"(d), "+c"(n) : : "memory");
}

static unsigned words_of(uint32_t items)
{
	unsigned n = items & 0xffff;

	return n < UTCB_WORDS_MAX ? n : UTCB_WORDS_MAX;
}

static struct windows windows_of(const struct ec *ec)
{
	return (struct windows){
		.xlate = READ_ONCE(ec->utcb->xlate_window),
		.del = READ_ONCE(ec->utcb->del_window),
	};
}

static void send(struct ec *caller, struct pt *pt)
{
	struct ec *h = pt->ec;
	uint32_t items = READ_ONCE(caller->utcb->items);

	copy_words(h->utcb, caller->utcb, items, words_of(items));
	ipc_enter(this_cpu(), caller, pt, h, false);
	if (unlikely(items >> 16))
		items_receive(h, items >> 16, windows_of(h));
}

/* ABI 3.2. */
enum hedron_status hc_call(struct ec *self)
{
	struct pt *pt = cap_pt(self->pd, arg_sel(&self->frame), 0);

	if (unlikely(!pt))
		return HEDRON_BAD_CAP;
	if (unlikely(pt->ec->cpu != self->cpu))
		return HEDRON_BAD_CPU;
	if (likely(pt->ec->state == EC_IDLE)) {
		send(self, pt);
		return HC_NO_STATUS;
	}
	if (pt->ec->state == EC_DEAD || arg_flags(&self->frame) & HC_CALL_NONBLOCK)
		return HEDRON_TIMEOUT;
	self->state = EC_RETRY;
	self->retry = RETRY_CALL;
	this_cpu()->current = NULL;
	return HC_NO_STATUS;
}

static NOINLINE struct ec *search_and_call(struct ec *self, cap_sel sel)
{
	return pt_find(self, sel, sel) ? ipc_call(self) : hypercall(self);
}

/* The handler is idle, the message is words only. All is checked before anything changes. */
HOT struct ec *ipc_call(struct ec *self)
{
	struct cpu *cpu = this_cpu();
	cap_sel sel = arg_sel(&self->frame);
	struct pt *pt = pt_again(self, sel);
	uint32_t items = READ_ONCE(self->utcb->items);
	struct ec *h;

	irqsoff_syscall(self);
	if (unlikely(!pt))
		return search_and_call(self, sel);
	if (unlikely(items > UTCB_WORDS_MAX))
		return hypercall(self);
	h = pt->ec;
	if (unlikely(!leave_can_send(cpu, h)))
		return hypercall(self);
	copy_words(h->utcb, self->utcb, items, items);
	ipc_enter(cpu, self, pt, h, false);
	leave_bases(self);
	return leave_to(cpu, self, h);
}

struct ec *ipc_retry(struct ec *ec)
{
	enum hedron_status status;
	struct pt *pt = cap_pt(ec->pd, arg_sel(&ec->frame), 0);
	struct ec *busy = pt ? pt->ec : NULL;

	ec->state = EC_READY;
	status = hc_call(ec);
	if (status != HC_NO_STATUS)
		ec->frame.rdi = status;
	return ec->state == EC_RETRY ? busy : NULL;
}

static void answer_call(struct ec *caller, struct ec *h)
{
	uint32_t items = READ_ONCE(h->utcb->items);

	copy_words(caller->utcb, h->utcb, items, words_of(items));
}

/* ABI 3.3. From a global EC it is the end of the thread. */
WARM enum hedron_status hc_reply(struct ec *self)
{
	struct cpu *cpu = this_cpu();
	struct ec *caller = self->caller;
	cap_sel sel = arg_sel(&self->frame);
	unsigned typed;
	struct sm *sm = unlikely(sel) ? cap_sm(self->pd, sel, 0) : NULL;

	if (unlikely(self->global)) {
		ec_end(self);
		return HC_NO_STATUS;
	}
	typed = READ_ONCE(self->utcb->items) >> 16;
	if (unlikely(typed || self->op.count) && !items_reply(self, caller, typed))
		return HC_AGAIN;
	self->state = EC_IDLE;
	self->caller = NULL;
	cpu->current = NULL;
	if (unlikely(!caller))
		return HC_NO_STATUS;

	caller->callee = NULL;
	caller->state = EC_READY;
	if (!caller->in_event)
		answer_call(caller, self);
	else if (!event_answer(caller, self))
		return HC_NO_STATUS;
	if (unlikely(caller->in_event && cpu->sc && sc_is_abandoned(cpu->sc, caller)))
		sc_drop(cpu->sc);
	/* The caller sleeps on the semaphore (ABI 3.3.1); if that was a call, it will call again. */
	if (unlikely(sm && !sm->base) &&
	    !sm_down(sm, caller, caller->in_event ? WAKE_RESUME : WAKE_CALL, false, 0))
		return HC_NO_STATUS;
	if (!caller->in_event)
		caller->frame.rdi = HEDRON_SUCCESS;
	if (likely(!cpu->helping && cpu->sc))
		cpu->current = caller;
	return HC_NO_STATUS;
}

/* The caller can go on at once, the message is words only. */
HOT struct ec *ipc_reply(struct ec *self)
{
	struct cpu *cpu = this_cpu();
	struct ec *caller = self->caller;
	uint32_t items = READ_ONCE(self->utcb->items);

	irqsoff_syscall(self);
	if (unlikely(!caller || self->frame.rdi >> HC_SEL_SHIFT || items > UTCB_WORDS_MAX ||
		     !leave_can_return(cpu, caller)))
		return hypercall(self);
	if (caller->in_event)
		return event_reply(self, caller);
	ipc_leave(self, caller);
	copy_words(caller->utcb, self->utcb, items, items);
	caller->frame.rdi = HEDRON_SUCCESS;
	leave_bases(self);
	return leave_to(cpu, self, caller);
}
