/* SPDX-License-Identifier: MIT */
/*
 * pd.c - protection domains: an address space, an object space and a port space.
 *
 * A PD starts empty. When its original capability goes, its object and port spaces are emptied;
 * its ECs run on until their next event finds no portal. Its memory goes when there is neither a
 * capability nor an EC left.
 */
#include "pd.h"
#include "assert.h"
#include "cpu.h"
#include "crd.h"
#include "ec.h"
#include "grace.h"
#include "hypercall.h"
#include "pages.h"
#include "slab.h"
#include "space_mem.h"
#include "space_obj.h"
#include "space_pio.h"
#include "work.h"

#define NO_MEDIATOR	~0ull		/* its size: no call comes from outside */
#define SYSCALL_LEN	2		/* bytes */

struct pd *root_pd;
static struct slab_cache pd_cache = SLAB_CACHE(pd_cache, sizeof(struct pd), 8);

struct pd *pd_create(void)
{
	struct pd *pd = slab_alloc(&pd_cache);

	if (!pd)
		return NULL;
	kobj_init(&pd->obj, KOBJ_PD, this_cpu()->id);
	pd->mediator = pd->mediators;
	pd->mediator->size = NO_MEDIATOR;
	pd->caps_gone = 1;
	if (!mem_space_init(pd)) {
		slab_free(&pd_cache, pd);
		return NULL;
	}
	return pd;
}

void pd_ref(struct pd *pd)
{
	__atomic_add_fetch(&pd->ecs, 1, __ATOMIC_RELAXED);
}

void pd_unref(struct pd *pd)
{
	if (!__atomic_sub_fetch(&pd->ecs, 1, __ATOMIC_ACQ_REL))
		kobj_retire(&pd->obj);
}

static struct pd *pd_of(struct kobj *obj)	{ return container_of(obj, struct pd, obj); }

/* Without its original capability it is emptied; nothing gets into its spaces any more. */
static bool fade(struct kobj *obj, struct work *w)
{
	struct pd *pd = pd_of(obj);
	bool done;

	if (!obj->orphan || pd->emptied)
		return true;
	spin_lock(&mdb_lock);
	done = obj_sweep(pd, &pd->objects, HEDRON_NUM_SEL, RIGHTS_ALL, true, w) &&
	       pio_sweep(pd, &pd->pios, NUM_PORTS - 1, RIGHTS_ALL, true, w);
	spin_unlock(&mdb_lock);
	pd->emptied = done && mem_space_clear(pd, w);
	return pd->emptied;
}

static bool is_wanted(struct kobj *obj)
{
	return obj->caps || __atomic_load_n(&pd_of(obj)->ecs, __ATOMIC_ACQUIRE);
}

static bool free(struct kobj *obj, struct work *w)
{
	struct pd *pd = pd_of(obj);

	if (!obj_space_free(pd, &pd->pages_freed, w))
		return false;
	mem_space_free(pd);
	pio_space_free(pd);
	slab_free(&pd_cache, pd);
	return true;
}

const struct kobj_ops pd_ops = { fade, is_wanted, NULL, free, 3000 };

void pd_abandon(struct pd *pd)
{
	spin_lock(&mdb_lock);
	obj_space_lose(pd);
	spin_unlock(&mdb_lock);
	kobj_retire(&pd->obj);
}

/* The new PD under `sel` of its creator; and in its own space, if that is among what is passed on. */
static enum hedron_status publish_locked(struct pd *creator, cap_sel sel, struct pd *pd, unsigned rights,
					 hedron_crd caps)
{
	cap_sel at = (sel & (HEDRON_NUM_SEL - 1)) - crd_first(caps);
	enum hedron_status status;
	struct mdb_walk undo;
	struct cap *own;

	if (!(rights & PD_CREATE))
		return HEDRON_BAD_CAP;		/* the parent's were taken away meanwhile */
	status = obj_insert_locked(creator, sel, &pd->obj, NULL, rights);
	rights &= crd_rights(caps);
	if (status != HEDRON_SUCCESS || crd_type(caps) != CRD_OBJ || !rights ||
	    at > low_mask(crd_order(caps)) || obj_lookup(pd, at))
		return status;
	own = obj_lookup(creator, sel);
	status = obj_insert_locked(pd, at, &pd->obj, own, rights);
	if (status == HEDRON_SUCCESS)
		return status;
	mdb_walk_start(&undo, own, RIGHTS_ALL, true);
	while (!mdb_walk_step(&undo))
		;				/* it has no children yet */
	return status;
}

static enum hedron_status begin(struct ec *self, const struct cap *parent)
{
	const struct frame *f = &self->frame;
	struct pd *pd;

	if (obj_lookup(self->pd, arg_sel(f)))
		return HEDRON_BAD_CAP;
	pd = pd_create();
	if (!pd)
		return HEDRON_OOM;
	pd->passthrough = arg_flags(f) & HC_PD_PASSTHROUGH &&
			  container_of(parent->obj, struct pd, obj)->passthrough;
	pd->foreign = f->rax & PD_FOREIGN;
	pd->foreign_base = f->rax >> PD_FOREIGN_BASE_SHIFT;
	self->op.pd = pd;
	return HEDRON_SUCCESS;
}

/* What is passed on lands at 0 of the new PD (ABI 3.4). */
static enum hedron_status pass_on(struct ec *self, struct pd *pd)
{
	hedron_crd caps = self->frame.rdx;
	struct work work = WORK_INIT;

	if (crd_type(caps) != CRD_OBJ)
		return HEDRON_SUCCESS;
	return grant_chunk(&self->op.grant, self->pd, pd, CRD_OBJ,
			   crd_window_hot(caps, crd_obj(0, crd_order(caps), RIGHTS_ALL), 0),
			   crd_rights(caps), &work);
}

/* ABI 3.4. ARG2 parent PD, ARG3 capabilities to pass on, ARG4 foreign base. The PD is found by others
 * when it has all that it gets. */
enum hedron_status hc_create_pd(struct ec *self)
{
	const struct frame *f = &self->frame;
	struct cap *parent = obj_lookup(self->pd, f->rsi);
	enum hedron_status status = HEDRON_SUCCESS;
	struct pd *pd;

	if (!parent || parent->obj->type != KOBJ_PD || !(parent->rights & PD_CREATE))
		status = HEDRON_BAD_CAP;
	else if (!self->op.pd)
		status = begin(self, parent);
	pd = self->op.pd;
	if (!pd)
		return status;
	if (status != HEDRON_SUCCESS && self->op.grant.phase)
		grant_stop(&self->op.grant, status);	/* in the middle: gives its memory back */
	if (status == HEDRON_SUCCESS || self->op.grant.phase)
		status = pass_on(self, pd);
	if (status == HC_AGAIN)
		return status;
	if (status == HEDRON_SUCCESS) {
		spin_lock(&mdb_lock);
		status = publish_locked(self->pd, arg_sel(f), pd, parent->rights, f->rdx);
		spin_unlock(&mdb_lock);
	}
	if (status != HEDRON_SUCCESS)
		pd_abandon(pd);
	self->op.pd = NULL;
	return status;
}

/* HC_AGAIN: somebody may still be reading the one whose place it takes. */
static enum hedron_status set_mediator(struct pd *pd, struct mediator m)
{
	enum hedron_status status = HC_AGAIN;
	struct mediator *old, *next;

	spin_lock(&pd->mem_lock);
	old = pd->mediator;
	next = old + 1 < pd->mediators + PD_MEDIATORS ? old + 1 : pd->mediators;
	if (grace_over(next->ticket)) {
		*next = m;
		/* release: foreign_call() finds it whole */
		__atomic_store_n(&pd->mediator, next, __ATOMIC_RELEASE);
		old->ticket = grace_begin(this_cpu());
		status = HEDRON_SUCCESS;
	}
	spin_unlock(&pd->mem_lock);
	return status;
}

/* HIP_FEAT_MEDIATOR. PD, ARG2 base, ARG3 size (0: none), ARG4 entry; all in user space. */
enum hedron_status pd_ctrl_mediator(struct ec *self)
{
	const struct frame *f = &self->frame;
	struct pd *pd = cap_pd(self->pd, arg_sel(f), PD_CREATE);
	uint64_t base = f->rsi, size = f->rdx, entry = f->rax;

	if (!pd)
		return HEDRON_BAD_CAP;
	if (!pd->foreign)
		return HEDRON_BAD_PAR;
	if (!size)
		return set_mediator(pd, (struct mediator){ .size = NO_MEDIATOR });
	if ((base | size) % PAGE_SIZE || base >= HEDRON_USER_END || size > HEDRON_USER_END - base ||
	    entry - base >= size)
		return HEDRON_BAD_PAR;
	return set_mediator(pd, (struct mediator){ base + SYSCALL_LEN, size, entry, 0 });
}
