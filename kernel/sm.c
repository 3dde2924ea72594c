/* SPDX-License-Identifier: MIT */
/*
 * sm.c - semaphores.
 *
 * An SM is a counter and a queue of blocked ECs; at most one of the two is non-empty.
 * up: wakes the oldest waiter, else counts one up; never blocks, any CPU, also from an interrupt.
 * down: takes one count, else blocks the EC until up, deadline or destruction.
 *
 * A signal semaphore has no waiters: its ups are counted, and its base reports its value and that
 * count to whoever does a down there. Ups of the base itself come after pending signals.
 */
#include "sm.h"
#include "assert.h"
#include "cpu.h"
#include "gsi.h"
#include "hypercall.h"
#include "pd.h"
#include "sched.h"
#include "slab.h"
#include "space_obj.h"
#include "work.h"
#include "x86.h"

#define COST_WAKE	200		/* instructions, about */

static struct slab_cache sm_cache = SLAB_CACHE(sm_cache, sizeof(struct sm), 8);

struct sm *sm_create(uint64_t count)
{
	struct sm *sm = slab_alloc(&sm_cache);

	if (!sm)
		return NULL;
	kobj_init(&sm->obj, KOBJ_SM, this_cpu()->id);
	list_init(&sm->waiters);
	list_init(&sm->signals);
	list_init(&sm->signal_link);
	sm->count = count;
	return sm;
}

void sm_ref(struct sm *sm)
{
	__atomic_add_fetch(&sm->refs, 1, __ATOMIC_RELAXED);
}

void sm_unref(struct sm *sm)
{
	if (!__atomic_sub_fetch(&sm->refs, 1, __ATOMIC_ACQ_REL))
		kobj_retire(&sm->obj);
}

static inline void dequeue_locked(struct ec *ec)
{
	assert(spin_is_held(&ec->sm->lock));
	list_del(&ec->sm_link);
	timeout_cancel(&ec->timeout);
	ec->sm = NULL;
}

bool sm_forget(struct ec *ec)
{
	struct sm *sm = READ_ONCE(ec->sm);
	bool waits;

	if (!sm)
		return false;
	spin_lock(&sm->lock);
	waits = ec->sm == sm;		/* else an up on another CPU came first */
	if (waits)
		dequeue_locked(ec);
	spin_unlock(&sm->lock);
	return waits;
}

static struct ec *oldest_locked(struct sm *sm)
{
	struct ec *ec;

	if (list_is_empty(&sm->waiters))
		return NULL;
	ec = list_entry(sm->waiters.next, struct ec, sm_link);
	dequeue_locked(ec);
	return ec;
}

/* The report of a pending signal semaphore to the EC whose `down` it ends. */
static bool take_signal_locked(struct sm *base, struct ec *ec)
{
	struct list *l = ec->wake == WAKE_STATUS ? list_pop(&base->signals) : NULL;
	struct sm *sig;

	if (!l)
		return false;
	sig = list_entry(l, struct sm, signal_link);
	ec->frame.rsi = sig->value;
	ec->frame.rdx = sig->count;
	sig->count = 0;
	return true;
}

static void signal_up(struct sm *sig)
{
	struct sm *base = sig->base;
	struct ec *ec;

	spin_lock(&base->lock);
	if (!sig->count++)
		list_add_tail(&base->signals, &sig->signal_link);
	ec = oldest_locked(base);
	if (ec)
		take_signal_locked(base, ec);
	spin_unlock(&base->lock);
	if (ec)
		ec_unblock(ec, HEDRON_SUCCESS);
}

WARM void sm_up(struct sm *sm)
{
	struct ec *ec;

	if (sm->base) {
		signal_up(sm);
		return;
	}
	spin_lock(&sm->lock);
	ec = oldest_locked(sm);
	if (!ec)
		sm->count++;
	spin_unlock(&sm->lock);
	if (ec)
		ec_unblock(ec, HEDRON_SUCCESS);
}

/* The deadline of a `down`; runs on the EC's CPU. An up at the same time wins if it came first. */
static void deadline_passed(struct timeout *t)
{
	struct ec *ec = container_of(t, struct ec, timeout);

	if (sm_forget(ec))
		ec_unblock(ec, HEDRON_TIMEOUT);
}

WARM bool sm_down(struct sm *sm, struct ec *ec, enum ec_wake wake, bool zero, ticks until)
{
	bool taken;

	if (sm->gsi)
		gsi_unmask(sm->gsi);
	spin_lock(&sm->lock);
	ec->wake = wake;
	taken = take_signal_locked(sm, ec);
	if (!taken && sm->count) {
		sm->count = zero ? 0 : sm->count - 1;
		taken = true;
	}
	if (!taken) {
		ec->state = EC_ON_SM;
		ec->sm = sm;
		list_add_tail(&sm->waiters, &ec->sm_link);
		if (until)
			timeout_arm(&ec->timeout, until, deadline_passed);
	}
	spin_unlock(&sm->lock);
	if (!taken)
		sched_blocks(ec);
	return taken;
}

static struct sm *sm_of(struct kobj *obj)	{ return container_of(obj, struct sm, obj); }

/* Without a capability it wakes its waiters, and no interrupt comes to it any more. */
static bool fade(struct kobj *obj, struct work *w)
{
	struct sm *sm = sm_of(obj);
	struct ec *ec;

	if (obj->caps)
		return true;
	if (sm->base)
		gsi_forget(sm);
	while (!work_is_over(w)) {
		spin_lock(&sm->lock);
		ec = oldest_locked(sm);
		spin_unlock(&sm->lock);
		if (!ec)
			return true;
		ec_unblock(ec, HEDRON_BAD_CAP);
		work_spend(w, COST_WAKE);
	}
	return false;
}

static bool is_wanted(struct kobj *obj)
{
	return obj->caps || __atomic_load_n(&sm_of(obj)->refs, __ATOMIC_ACQUIRE);
}

/* It leaves its base only here: an interrupt that was on its way to it may still have come after fade(). */
static bool free(struct kobj *obj, struct work *w)
{
	struct sm *sm = sm_of(obj), *base = sm->base;

	if (base) {
		spin_lock(&base->lock);
		list_del(&sm->signal_link);
		spin_unlock(&base->lock);
		sm_unref(base);
	}
	slab_free(&sm_cache, sm);
	return true;
}

const struct kobj_ops sm_ops = { fade, is_wanted, NULL, free, 300 };

/* ABI 3.8. ARG2 PD, ARG3 counter, ARG4 base of a signal semaphore. */
enum hedron_status hc_create_sm(struct ec *self)
{
	const struct frame *f = &self->frame;
	enum hedron_status status;
	struct sm *sm, *base = NULL;

	if (!cap_pd(self->pd, f->rsi, PD_CREATE))
		return HEDRON_BAD_CAP;
	if (f->rax) {
		base = cap_sm(self->pd, f->rax, SM_UP);
		if (!base || base->base)
			return HEDRON_BAD_CAP;
	}
	if (obj_lookup(self->pd, arg_sel(f)))
		return HEDRON_BAD_CAP;

	sm = sm_create(base ? 0 : f->rdx);
	if (!sm)
		return HEDRON_OOM;
	if (base) {			/* before anybody can find it */
		sm->base = base;
		sm->value = f->rdx;
		sm_ref(base);
	}
	status = obj_insert(self->pd, arg_sel(f), &sm->obj, SM_UP | SM_DOWN);
	if (status != HEDRON_SUCCESS)
		free(&sm->obj, NULL);
	return status;
}

static enum hedron_status down(struct ec *self, struct sm *sm, bool zero, ticks until)
{
	struct cpu *cpu = this_cpu();

	if (sm->base)
		return HEDRON_BAD_CAP;
	if (sm_down(sm, self, WAKE_STATUS, zero, until))
		return HEDRON_SUCCESS;
	cpu->current = NULL;
	return HC_NO_STATUS;
}

/* ABI 3.14. down: ARG2, ARG3 the deadline. */
WARM enum hedron_status hc_sm_ctrl(struct ec *self)
{
	const struct frame *f = &self->frame;
	unsigned flags = arg_flags(f);
	struct sm *sm = cap_sm(self->pd, arg_sel(f), flags & HC_SM_DOWN ? SM_DOWN : SM_UP);

	if (!sm)
		return HEDRON_BAD_CAP;
	if (flags & HC_SM_DOWN)
		return down(self, sm, flags & HC_SM_ZERO, f->rsi << 32 | f->rdx);
	sm_up(sm);
	return HEDRON_SUCCESS;
}
