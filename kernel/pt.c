/* SPDX-License-Identifier: MIT */
/*
 * pt.c - portals: where a message goes. A portal names a local EC and the address at which that EC
 * enters user mode for each message. A portal keeps its EC alive.
 */
#include "pt.h"
#include "cpu.h"
#include "ec.h"
#include "hypercall.h"
#include "pd.h"
#include "slab.h"
#include "space_obj.h"
#include "x86.h"

static struct slab_cache pt_cache = SLAB_CACHE(pt_cache, sizeof(struct pt), 8);

static bool is_wanted(struct kobj *obj)	{ return obj->caps; }

static bool free(struct kobj *obj, struct work *w)
{
	struct pt *pt = container_of(obj, struct pt, obj);

	if (!__atomic_sub_fetch(&pt->ec->pts, 1, __ATOMIC_ACQ_REL))
		kobj_retire(&pt->ec->obj);
	slab_free(&pt_cache, pt);
	return true;
}

const struct kobj_ops pt_ops = { NULL, is_wanted, NULL, free, 200 };

/* ABI 3.7. ARG2 PD, ARG3 EC, ARG4 MTD, ARG5 entry. An entry that no CPU accepts is BAD_PAR here. */
enum hedron_status hc_create_pt(struct ec *self)
{
	const struct frame *f = &self->frame;
	enum hedron_status status;
	struct ec *ec;
	struct pt *pt;

	if (!cap_pd(self->pd, f->rsi, PD_CREATE))
		return HEDRON_BAD_CAP;
	ec = cap_ec(self->pd, f->rdx, EC_BIND_PT);
	if (!ec || ec->global)
		return HEDRON_BAD_CAP;
	if (!is_canonical(f->r8))
		return HEDRON_BAD_PAR;
	if (obj_lookup(self->pd, arg_sel(f)))
		return HEDRON_BAD_CAP;

	pt = slab_alloc(&pt_cache);
	if (!pt)
		return HEDRON_OOM;
	kobj_init(&pt->obj, KOBJ_PT, this_cpu()->id);
	pt->ec = ec;
	pt->mtd = f->rax;
	pt->entry = f->r8;
	__atomic_add_fetch(&ec->pts, 1, __ATOMIC_RELAXED);
	status = obj_insert(self->pd, arg_sel(f), &pt->obj, PT_CTRL | PT_CALL);
	if (status != HEDRON_SUCCESS)
		free(&pt->obj, NULL);
	return status;
}

/* ABI 3.13. ARG2 the new id. */
enum hedron_status hc_pt_ctrl(struct ec *self)
{
	struct pt *pt = cap_pt(self->pd, arg_sel(&self->frame), PT_CTRL);

	if (!pt)
		return HEDRON_BAD_CAP;
	pt->id = self->frame.rsi;
	return HEDRON_SUCCESS;
}
