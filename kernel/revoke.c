/* SPDX-License-Identifier: MIT */
/*
 * revoke.c - taking back. Objects and ports: rights are taken from everything derived from a
 * capability, and with `self` from itself. Memory: whatever is mapped in the range goes, there and
 * only there.
 *
 * All of it goes in chunks (work.h). Between them the calling EC holds no lock and no pointer but
 * its pins in the derivation tree (mdb.c); the range stands in its frame, how far it is in ec->op.
 */
#include "revoke.h"
#include "crd.h"
#include "ec.h"
#include "generation.h"
#include "hypercall.h"
#include "pages.h"
#include "pd.h"
#include "sm.h"
#include "space_obj.h"
#include "space_pio.h"
#include "work.h"

/* One chunk; false: there is more to do. `pd` NULL: it is gone, what was begun is finished. */
static bool revoke_caps(struct pd *pd, struct sweep *s, hedron_crd crd, bool self)
{
	uint64_t last = crd_first(crd) + low_mask(crd_order(crd));
	struct work w = WORK_INIT;
	bool done;

	spin_lock(&mdb_lock);
	if (!pd)
		done = sweep_go_on(s, &w);
	else if (crd_type(crd) == CRD_OBJ)
		done = obj_sweep(pd, s, min_u64(last, HEDRON_NUM_SEL - 1) + 1, crd_rights(crd), self, &w);
	else
		done = pio_sweep(pd, s, last, crd_rights(crd), self, &w);
	spin_unlock(&mdb_lock);
	return done;
}

/* One chunk, of a delegation of nothing: it gets the memory it takes first, then cannot fail. */
static enum hedron_status revoke_memory(struct pd *pd, struct grant *g, hedron_crd crd)
{
	uint64_t base = crd_base(crd), end = HEDRON_USER_END >> PAGE_SHIFT;
	struct crd_window w = { base, base, crd_order(crd) };
	struct work work = WORK_INIT;

	if (base & low_mask(w.order) || base >= end)
		return HEDRON_SUCCESS;
	return grant_chunk(g, pd, pd, CRD_MEM, w, 0, &work);
}

static enum hedron_status begin(struct ec *self, struct pd *pd)
{
	const struct frame *f = &self->frame;
	struct sm *sm = arg_sel(f) ? cap_sm(self->pd, arg_sel(f), SM_UP) : NULL;
	struct op *op = &self->op;

	if (!pd)
		return HEDRON_BAD_CAP;
	if (sm && !(op->notice = notice_create(sm)))
		return HEDRON_OOM;
	op->sweep.at = crd_first(f->rsi);
	op->begun = true;
	return HEDRON_SUCCESS;
}

/* ABI 3.9. ARG1 semaphore to be told, ARG2 range, ARG3 PD if remote. */
enum hedron_status hc_revoke(struct ec *self)
{
	const struct frame *f = &self->frame;
	enum hedron_status status = HEDRON_SUCCESS;
	struct pd *pd = self->pd;
	hedron_crd crd = f->rsi;

	if (arg_flags(f) & HC_REVOKE_REMOTE)
		pd = cap_pd(self->pd, f->rdx, 0);
	if (!self->op.begun)
		status = begin(self, pd);
	if (!self->op.begun)
		return status;
	if (crd_type(crd) == CRD_MEM && pd)
		status = revoke_memory(pd, &self->op.grant, crd);
	else if (crd_type(crd) > CRD_MEM && !revoke_caps(pd, &self->op.sweep, crd,
							   arg_flags(f) & HC_REVOKE_SELF))
		status = HC_AGAIN;
	if (status == HC_AGAIN)
		return status;
	self->op.grant = (struct grant){ 0 };	/* of a PD that is gone; there is no memory in it */
	if (self->op.notice)
		notice_post(self->op.notice);
	self->op.notice = NULL;
	self->op.begun = false;
	return status;
}
