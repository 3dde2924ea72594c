/* SPDX-License-Identifier: MIT */
/*
 * sc.c - scheduling contexts: a priority, a quantum, and the time used.
 *
 * An SC belongs to one global EC and runs it, or the handlers that work for it (sched.c). Taking away
 * its last capability does not stop the thread; it ends the SC at the thread's next reply to an event,
 * at its next wake-up, or together with the EC.
 */
#include "sc.h"
#include "cpu.h"
#include "ec.h"
#include "hypercall.h"
#include "pd.h"
#include "sched.h"
#include "slab.h"
#include "space_obj.h"

static struct slab_cache sc_cache = SLAB_CACHE(sc_cache, sizeof(struct sc), 8);

struct sc *sc_create(struct ec *ec, unsigned prio, ticks quantum)
{
	struct sc *sc = slab_alloc(&sc_cache);

	if (!sc)
		return NULL;
	kobj_init(&sc->obj, KOBJ_SC, ec->cpu);
	list_init(&sc->link);
	list_init(&sc->ec_link);
	sc->cpu = &cpus[ec->cpu];
	sc->prio = prio;
	sc->quantum = quantum;
	return sc;
}

void sc_bind(struct sc *sc, struct ec *ec)
{
	sc->named = true;
	__atomic_add_fetch(&ec->named_scs, 1, __ATOMIC_RELAXED);
	spin_lock(&ec->lock);
	sc->ec = ec;
	list_add_tail(&ec->scs, &sc->ec_link);
	spin_unlock(&ec->lock);
	sched_ready(sc);
}

struct sc *sc_create_idle(unsigned cpu)
{
	struct sc *sc = slab_alloc(&sc_cache);

	if (!sc)
		return NULL;
	kobj_init(&sc->obj, KOBJ_SC, cpu);
	list_init(&sc->link);
	list_init(&sc->ec_link);
	sc->cpu = &cpus[cpu];
	return sc;
}

void sc_park(struct sc *sc)
{
	if (sc->state == SC_RUNNING)
		sched_leave();
	else
		sched_remove(sc);
	sc->state = SC_PARKED;
}

void sc_drop(struct sc *sc)
{
	sc_park(sc);
	kobj_retire(&sc->obj);
}

void sc_destroy(struct sc *sc)
{
	sched_forbid(sc);
	sc_park(sc);
	sc->ec = NULL;
	kobj_retire(&sc->obj);
}

static struct sc *sc_of(struct kobj *obj)	{ return container_of(obj, struct sc, obj); }

/* Without a capability it does not keep its EC. In fade(), or in unlink() if the last one went after that. */
static void unname(struct sc *sc)
{
	if (!sc->named)
		return;
	sc->named = false;
	if (!__atomic_sub_fetch(&sc->ec->named_scs, 1, __ATOMIC_ACQ_REL))
		kobj_retire(&sc->ec->obj);
}

static bool fade(struct kobj *obj, struct work *w)
{
	struct sc *sc = sc_of(obj);

	if (!obj->caps)
		unname(sc);
	return true;
}

static bool is_wanted(struct kobj *obj)
{
	struct sc *sc = sc_of(obj);

	return obj->caps || (sc->ec && sc->state != SC_PARKED);
}

static void unlink(struct kobj *obj)
{
	struct sc *sc = sc_of(obj);

	sched_forbid(sc);
	if (!sc->ec)
		return;
	unname(sc);
	spin_lock(&sc->ec->lock);
	list_del(&sc->ec_link);
	spin_unlock(&sc->ec->lock);
	sc->ec = NULL;
}

static bool free(struct kobj *obj, struct work *w)
{
	slab_free(&sc_cache, sc_of(obj));
	return true;
}

const struct kobj_ops sc_ops = { fade, is_wanted, unlink, free, 300 };

/* ABI 3.6. ARG2 PD, ARG3 EC, ARG4 priority and quantum. */
enum hedron_status hc_create_sc(struct ec *self)
{
	const struct frame *f = &self->frame;
	unsigned prio = f->rax & SC_PRIO_MASK;
	uint32_t quantum_us = f->rax >> SC_QUANTUM_SHIFT;
	enum hedron_status status;
	struct ec *ec;
	struct sc *sc;

	if (!cap_pd(self->pd, f->rsi, PD_CREATE))
		return HEDRON_BAD_CAP;
	ec = cap_ec(self->pd, f->rdx, EC_BIND_SC);
	if (!ec || !ec->global)
		return HEDRON_BAD_CAP;
	if (prio < SC_PRIO_MIN || prio > SC_PRIO_MAX || !quantum_us)
		return HEDRON_BAD_PAR;
	if (obj_lookup(self->pd, arg_sel(f)))
		return HEDRON_BAD_CAP;

	sc = sc_create(ec, prio, timer_us_to_ticks(quantum_us));
	if (!sc)
		return HEDRON_OOM;
	status = obj_insert(self->pd, arg_sel(f), &sc->obj, SC_CTRL);
	if (status != HEDRON_SUCCESS) {
		slab_free(&sc_cache, sc);
		return status;
	}
	sc_bind(sc, ec);
	return HEDRON_SUCCESS;
}

/* ABI 3.12. The time used, in microseconds, in two forms. */
enum hedron_status hc_sc_ctrl(struct ec *self)
{
	struct frame *f = &self->frame;
	struct sc *sc = cap_sc(self->pd, arg_sel(f), SC_CTRL);
	uint64_t us;

	if (!sc)
		return HEDRON_BAD_CAP;
	us = timer_ticks_to_us(sc->used);
	f->rsi = us >> 32;
	f->rdx = us;
	return HEDRON_SUCCESS;
}
