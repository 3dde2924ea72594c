/* SPDX-License-Identifier: MIT */
/*
 * revoke.c - taking back. Objects and ports: rights are taken from everything derived from a
 * capability, and with `self` from itself. Memory: whatever is mapped in the range goes, there and
 * only there.
 */
#include "revoke.h"
#include "crd.h"
#include "ec.h"
#include "generation.h"
#include "hypercall.h"
#include "pages.h"
#include "pd.h"
#include "sm.h"
#include "space_mem.h"
#include "space_obj.h"
#include "space_pio.h"

static void revoke_objects(struct pd *pd, hedron_crd crd, bool self)
{
	cap_sel sel = crd_first(crd);
	cap_sel end = min_u64(sel + low_mask(crd_order(crd)), HEDRON_NUM_SEL - 1) + 1;

	for (; (sel = obj_next(pd, sel, end)) < end; sel++)
		mdb_revoke(obj_lookup(pd, sel), crd_rights(crd), self, cap_drop);
}

static void revoke_ports(struct pd *pd, hedron_crd crd, bool self)
{
	uint64_t at = crd_first(crd), last = at + low_mask(crd_order(crd));
	struct cap *c;

	while (at <= last && (c = pio_overlap(pd, at, last))) {
		at = c->base + low_mask(c->order) + 1;
		mdb_revoke(c, crd_rights(crd), self, cap_drop);
	}
}

static enum hedron_status revoke_memory(struct pd *pd, hedron_crd crd)
{
	enum hedron_status status = HEDRON_SUCCESS;
	uint64_t pages = 1ull << crd_order(crd), end = HEDRON_USER_END >> PAGE_SHIFT;
	struct span s = { .va = crd_base(crd) << PAGE_SHIFT };

	if (crd_base(crd) & (pages - 1) || crd_base(crd) >= end)
		return HEDRON_SUCCESS;
	s.len = min_u64(pages, end - crd_base(crd)) << PAGE_SHIFT;
	while (s.len && status == HEDRON_SUCCESS) {
		struct tlb_gone gone = { 0 };
		struct work w = WORK_INIT;

		spin_lock(&pd->mem_lock);
		status = mem_unmap_locked(pd, &s, &w, &gone);
		spin_unlock(&pd->mem_lock);
		tlb_flush(pd, &gone);
	}
	return status;
}

/* ABI 3.9. ARG1 semaphore to be told, ARG2 range, ARG3 PD if remote. */
enum hedron_status hc_revoke(struct ec *self)
{
	const struct frame *f = &self->frame;
	struct pd *pd = self->pd;
	hedron_crd crd = f->rsi;
	bool itself = arg_flags(f) & HC_REVOKE_SELF;
	struct sm *sm = arg_sel(f) ? cap_sm(self->pd, arg_sel(f), SM_UP) : NULL;
	enum hedron_status status = HEDRON_SUCCESS;
	struct notice *notice = NULL;

	if (arg_flags(f) & HC_REVOKE_REMOTE)
		pd = cap_pd(self->pd, f->rdx, 0);
	if (!pd)
		return HEDRON_BAD_CAP;
	if (sm && !(notice = notice_create(sm)))
		return HEDRON_OOM;
	if (crd_type(crd) == CRD_MEM) {
		status = revoke_memory(pd, crd);
	} else if (crd_type(crd) != CRD_NULL) {
		spin_lock(&mdb_lock);
		if (crd_type(crd) == CRD_OBJ)
			revoke_objects(pd, crd, itself);
		else
			revoke_ports(pd, crd, itself);
		spin_unlock(&mdb_lock);
	}
	if (notice)
		notice_post(notice);
	return status;
}
