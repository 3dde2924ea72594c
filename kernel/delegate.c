/* SPDX-License-Identifier: MIT */
/*
 * delegate.c - delegation and translation (ABI reference 4.3 to 4.5), and pd_ctrl.
 *
 * Which range goes where is decided here, grant.c does it. The hypervisor's own spaces are a source for
 * the roottask only.
 */
#include "delegate.h"
#include "assert.h"
#include "crd.h"
#include "ec.h"
#include "hvspace.h"
#include "hypercall.h"
#include "machine.h"
#include "pd.h"
#include "space_obj.h"
#include "space_pio.h"
#include "work.h"

/* Delegates; *result is the receiver's CRD, 0 if there is nothing. */
static enum hedron_status delegate(struct grant *g, struct pd *src, struct pd *dst, hedron_crd from,
				   hedron_crd to, uint64_t xfer, hedron_crd *result, struct work *work)
{
	unsigned type = crd_type(from), rights = crd_rights(from) & crd_rights(to);
	struct crd_window w = crd_window_hot(from, to, xfer_hotspot(xfer));

	*result = 0;
	if (type != crd_type(to) || type == CRD_NULL || (!rights && type != CRD_MEM))
		return HEDRON_SUCCESS;
	if (type == CRD_PIO && !crd_window_common(from, to, &w))
		return HEDRON_SUCCESS;
	*result = crd_make(type, w.dst, w.order, rights);
	if (type != CRD_OBJ && xfer & XFER_NOT_HOST)
		return HEDRON_SUCCESS;
	if (type == CRD_PIO && !(rights & PIO_ACCESS))
		return HEDRON_SUCCESS;
	if (type == CRD_MEM && rights)
		rights |= MEM_R;		/* ABI 4.2 */
	return grant_chunk(g, src, dst, type, w, rights, work);
}

static struct cap *cap_at(const struct pd *pd, hedron_crd crd)
{
	assert(spin_is_held(&mdb_lock));
	if (crd_type(crd) == CRD_OBJ)
		return obj_lookup(pd, crd_base(crd));
	return crd_type(crd) == CRD_PIO ? pio_lookup(pd, crd_base(crd)) : NULL;
}

/* The part of `a` that lies in the window, where `part` is a part of `c`, derived from `a`; 0: none. */
static hedron_crd name_in(const struct cap *a, const struct cap *c, struct crd_window part,
			  hedron_crd window)
{
	hedron_crd named = crd_make(a->type, a->base + (part.src - c->base), part.order, 0);
	struct crd_window w;

	if (crd_type(window) != a->type || !crd_window_common(named, window, &w))
		return 0;
	return crd_make(a->type, w.dst, w.order, c->rights);
}

/*
 * The receiver's name for what the sender's capability comes from: that of the nearest ancestor which
 * is in the window, or, inside one PD, its own; 0: none.
 */
static hedron_crd translate_locked(struct pd *src, struct pd *dst, hedron_crd from, hedron_crd window)
{
	struct cap *c = cap_at(src, crd_make(crd_type(from), crd_first(from), 0, 0));
	struct crd_window part;
	unsigned depth = MDB_DEPTH;
	hedron_crd name = 0;

	if (!c || !crd_window_common(crd_make(c->type, c->base, c->order, 0), from, &part))
		return 0;
	for (struct cap *a = mdb_ancestor(c, dst, &depth); a && !name; a = mdb_ancestor(a, dst, &depth))
		name = name_in(a, c, part, window);
	if (!name && src == dst)
		name = name_in(c, c, part, window);
	return name;
}

static hedron_crd translate(struct pd *src, struct pd *dst, hedron_crd from, hedron_crd window)
{
	hedron_crd result;

	if (crd_type(window) == CRD_MEM)	/* not supported: ABI 4.5 */
		return from;
	spin_lock(&mdb_lock);
	result = translate_locked(src, dst, from, window);
	spin_unlock(&mdb_lock);
	return result;
}

WARM enum hedron_status transfer(struct grant *g, struct pd *src, struct pd *dst, struct windows win,
			    const struct hedron_typed *item, struct hedron_typed *result,
			    struct work *work)
{
	uint64_t xfer = item->xfer;
	unsigned kind = xfer & XFER_KIND_MASK;

	result->crd = 0;
	result->xfer = xfer & low_mask(XFER_HOTSPOT_SHIFT);
	if ((kind == XFER_TRANSLATE || kind == XFER_EITHER) && !g->phase)
		result->crd = translate(src, dst, item->crd, win.xlate);
	if (kind == XFER_TRANSLATE || (kind == XFER_EITHER && result->crd))
		return HEDRON_SUCCESS;
	if (kind != XFER_DELEGATE && kind != XFER_EITHER)
		return HEDRON_SUCCESS;
	result->xfer |= XFER_DELEGATE;
	if (xfer & XFER_HYPERVISOR && src == root_pd)
		src = &hv_pd;
	return delegate(g, src, dst, item->crd, win.del, xfer, &result->crd, work);
}

static enum hedron_status lookup(struct ec *self)
{
	hedron_crd crd = self->frame.rsi;
	struct cap *c;

	spin_lock(&mdb_lock);
	c = cap_at(self->pd, crd);
	self->frame.rsi = c ? crd_make(c->type, c->base, c->order, c->rights) : 0;
	spin_unlock(&mdb_lock);
	return HEDRON_SUCCESS;
}

/* Only virtual machines have an APIC access page, and there are none. */
static enum hedron_status map_access_page(struct ec *self)
{
	hedron_crd crd = self->frame.rsi;

	if (crd_type(crd) != CRD_MEM || crd_order(crd) || crd_rights(crd) != (MEM_R | MEM_W))
		return HEDRON_BAD_PAR;
	return HEDRON_BAD_FTR;
}

/* The operands stay in the frame until it is done. A PD that is gone meanwhile ends it. */
static enum hedron_status hc_delegate(struct ec *self)
{
	struct frame *f = &self->frame;
	struct pd *src = cap_pd(self->pd, arg_sel(f), 0), *dst = cap_pd(self->pd, f->rsi, 0);
	struct hedron_typed item = { f->rdx, f->rax }, result;
	struct work work = WORK_INIT;
	enum hedron_status status;

	if (!src || !dst)
		return grant_cancel(&self->op.grant, &work) ? HEDRON_BAD_CAP : HC_AGAIN;
	status = transfer(&self->op.grant, src, dst, (struct windows){ f->r8, f->r8 }, &item, &result,
			  &work);
	if (status == HC_AGAIN)
		return status;
	f->rdx = result.crd;
	f->rax = result.xfer;
	return status;
}

/* ABI 3.10. */
enum hedron_status hc_pd_ctrl(struct ec *self)
{
	switch (arg_flags(&self->frame) & 3) {
	case PD_CTRL_LOOKUP:
		return lookup(self);
	case PD_CTRL_MAP_ACCESS_PAGE:
		return arg_flags(&self->frame) == PD_CTRL_MEDIATOR ? pd_ctrl_mediator(self) :
								     map_access_page(self);
	case PD_CTRL_DELEGATE:
		return hc_delegate(self);
	default:
		return msr_access(self);
	}
}
