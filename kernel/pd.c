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
#include "delegate.h"
#include "ec.h"
#include "hypercall.h"
#include "slab.h"
#include "space_mem.h"
#include "space_obj.h"
#include "space_pio.h"

struct pd *root_pd;
static struct slab_cache pd_cache = SLAB_CACHE(pd_cache, sizeof(struct pd), 8);

struct pd *pd_create(void)
{
	struct pd *pd = slab_alloc(&pd_cache);

	if (!pd)
		return NULL;
	kobj_init(&pd->obj, KOBJ_PD);
	if (!mem_space_init(pd)) {
		slab_free(&pd_cache, pd);
		return NULL;
	}
	return pd;
}

/* Frees one that nobody knows yet, or nobody any more. */
static void pd_free(struct pd *pd)
{
	if (this_cpu()->pd == pd)
		mem_load(NULL);
	pio_space_free(pd);
	mem_space_free(pd);
	slab_free(&pd_cache, pd);
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

void pd_reclaim(struct pd *pd)
{
	if (pd->obj.orphan) {
		spin_lock(&mdb_lock);
		obj_space_clear_locked(pd);
		pio_space_clear_locked(pd);
		spin_unlock(&mdb_lock);
	}
	if (!pd->obj.caps && !pd->ecs && list_is_empty(&pd->obj.reclaim))
		pd_free(pd);
}

/* ABI 3.4. ARG2 parent PD, ARG3 capabilities to pass on, ARG4 foreign base. */
enum hedron_status hc_create_pd(struct ec *self)
{
	const struct frame *f = &self->frame;
	struct cap *parent = obj_lookup(self->pd, f->rsi);
	hedron_crd caps = f->rdx;
	enum hedron_status status;
	struct pd *pd;

	if (!parent || parent->obj->type != KOBJ_PD || !(parent->rights & PD_CREATE))
		return HEDRON_BAD_CAP;
	if (obj_lookup(self->pd, arg_sel(f)))
		return HEDRON_BAD_CAP;
	pd = pd_create();
	if (!pd)
		return HEDRON_OOM;
	pd->passthrough = arg_flags(f) & HC_PD_PASSTHROUGH &&
			  container_of(parent->obj, struct pd, obj)->passthrough;
	pd->foreign = f->rax & PD_FOREIGN;
	pd->foreign_base = f->rax >> PD_FOREIGN_BASE_SHIFT;
	status = obj_insert(self->pd, arg_sel(f), &pd->obj, parent->rights);
	if (status != HEDRON_SUCCESS) {
		pd_free(pd);
		return status;
	}
	if (crd_type(caps) == CRD_OBJ)
		status = delegate_objects(self->pd, pd, caps,
					  crd_obj(0, crd_order(caps), RIGHTS_ALL), 0);
	if (status != HEDRON_SUCCESS) {
		spin_lock(&mdb_lock);
		mdb_revoke(obj_lookup(self->pd, arg_sel(f)), RIGHTS_ALL, true, cap_drop);
		spin_unlock(&mdb_lock);
	}
	return status;
}
