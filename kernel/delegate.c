/* SPDX-License-Identifier: MIT */
/*
 * delegate.c - delegation and translation (ABI reference 4.3 to 4.5), and pd_ctrl.
 *
 * Objects and ports: the receiver's capability becomes a child of the sender's in the derivation
 * tree; what is in use at the receiver stays as it is. Memory: the receiver gets a snapshot of the
 * sender's mappings, holes included, replacing what it had; nobody remembers where it came from.
 * The hypervisor's own spaces are a source for the roottask only.
 */
#include "delegate.h"
#include "assert.h"
#include "crd.h"
#include "ec.h"
#include "hvspace.h"
#include "hypercall.h"
#include "machine.h"
#include "pages.h"
#include "pd.h"
#include "space_mem.h"
#include "space_obj.h"
#include "space_pio.h"

#define USER_PAGES	(HEDRON_USER_END >> PAGE_SHIFT)
#define COST_EXTENT	100		/* instructions, about */

static enum hedron_status objects_locked(struct pd *src, struct pd *dst, struct crd_window w,
					 unsigned rights)
{
	cap_sel end = min_u64(w.src + low_mask(w.order), HEDRON_NUM_SEL - 1) + 1;

	for (cap_sel sel = w.src; (sel = obj_next(src, sel, end)) < end; sel++) {
		struct cap *c = obj_lookup(src, sel);
		cap_sel to = w.dst + (sel - w.src);

		if (to >= HEDRON_NUM_SEL || !(c->rights & rights) || obj_lookup(dst, to))
			continue;
		if (obj_insert_locked(dst, to, c->obj, c, c->rights & rights) != HEDRON_SUCCESS)
			return HEDRON_OOM;
	}
	return HEDRON_SUCCESS;
}

enum hedron_status delegate_objects(struct pd *src, struct pd *dst, hedron_crd from, hedron_crd to,
				    uint64_t hotspot)
{
	enum hedron_status status;

	spin_lock(&mdb_lock);
	status = objects_locked(src, dst, crd_window_hot(from, to, hotspot),
				crd_rights(from) & crd_rights(to));
	spin_unlock(&mdb_lock);
	return status;
}

static enum hedron_status ports_locked(struct pd *src, struct pd *dst, struct crd_window w,
				       unsigned rights)
{
	uint64_t last = w.src + low_mask(w.order), at = w.src;
	struct cap *c;

	if (last >= NUM_PORTS)
		return HEDRON_SUCCESS;
	for (; at <= last && (c = pio_overlap(src, at, last)); at = c->base + low_mask(c->order) + 1) {
		uint64_t base = max_u64(c->base, w.src);
		unsigned order = c->order < w.order ? c->order : w.order;

		if (pio_overlap(dst, base, base + low_mask(order)))
			continue;
		if (pio_insert_locked(dst, base, order, c, c->rights & rights) != HEDRON_SUCCESS)
			return HEDRON_OOM;
	}
	return HEDRON_SUCCESS;
}

/* Two PDs' memory locks, the lower address first. */
static void lock_two(struct pd *a, struct pd *b)
{
	spin_lock(a < b ? &a->mem_lock : &b->mem_lock);
	if (a != b)
		spin_lock(a < b ? &b->mem_lock : &a->mem_lock);
}

static void unlock_two(struct pd *a, struct pd *b)
{
	spin_unlock(&a->mem_lock);
	if (a != b)
		spin_unlock(&b->mem_lock);
}

/* What is left of a delegation of memory. */
struct mem_range {
	uint64_t from;			/* physical, if it comes from the hypervisor */
	uaddr to;
	uint64_t len;
};

static struct extent extent_of(struct pd *src, const struct mem_range *r, unsigned rights)
{
	struct extent hole = { 0, r->len, 0 };

	if (!rights)
		return hole;
	return src == &hv_pd ? hv_extent(r->from) : pagetable_extent(&src->mem, r->from);
}

/* Does a chunk, or gets the memory it takes. */
static enum hedron_status memory_chunk_locked(struct pd *src, struct pd *dst, struct mem_range *r,
					      unsigned rights, bool prepare, struct tlb_gone *gone)
{
	enum hedron_status status = HEDRON_SUCCESS;
	struct work w = WORK_INIT;

	while (r->len && status == HEDRON_SUCCESS && !work_is_over(&w)) {
		struct extent e = extent_of(src, r, rights);
		uint64_t len = min_u64(e.len, r->len);
		struct span s = { r->to, e.phys, len };

		if (prepare)
			status = mem_prepare_locked(dst, &s, e.rights & rights, &w);
		else if (e.rights & rights)
			status = mem_map_locked(dst, &s, e.rights & rights, &w, gone);
		else
			status = mem_unmap_locked(dst, &s, &w, gone);
		r->from += len - s.len;
		r->to += len - s.len;
		r->len -= len - s.len;
		work_spend(&w, COST_EXTENT);
	}
	return status;
}

static enum hedron_status memory_pass(struct pd *src, struct pd *dst, struct mem_range r,
				      unsigned rights, bool prepare)
{
	enum hedron_status status = HEDRON_SUCCESS;

	while (r.len && status == HEDRON_SUCCESS) {
		struct tlb_gone gone = { 0 };

		lock_two(src, dst);
		if (dst->obj.orphan)		/* it is being emptied, nothing gets in any more */
			r.len = 0;
		status = memory_chunk_locked(src, dst, &r, rights, prepare, &gone);
		unlock_two(src, dst);
		tlb_flush(dst, &gone);
	}
	return status;
}

static enum hedron_status delegate_memory(struct pd *src, struct pd *dst, struct crd_window w,
					  unsigned rights)
{
	struct mem_range r = {
		w.src << PAGE_SHIFT, w.dst << PAGE_SHIFT, 1ull << (w.order + PAGE_SHIFT),
	};
	enum hedron_status status;

	if (w.dst >= USER_PAGES || w.src >= (src == &hv_pd ? HV_PAGES : USER_PAGES))
		return HEDRON_SUCCESS;
	r.len = min_u64(r.len, HEDRON_USER_END - r.to);
	if (src != &hv_pd)
		r.len = min_u64(r.len, HEDRON_USER_END - r.from);
	status = memory_pass(src, dst, r, rights, true);
	if (status == HEDRON_SUCCESS)
		status = memory_pass(src, dst, r, rights, false);
	return status;
}

/* Delegates; *result is the receiver's CRD, 0 if there is nothing. */
static enum hedron_status delegate(struct pd *src, struct pd *dst, hedron_crd from, hedron_crd to,
				   uint64_t xfer, hedron_crd *result)
{
	unsigned type = crd_type(from), rights = crd_rights(from) & crd_rights(to);
	unsigned mem_rights = rights ? rights | MEM_R : 0;	/* ABI 4.2 */
	struct crd_window w = crd_window_hot(from, to, xfer_hotspot(xfer));
	enum hedron_status status = HEDRON_SUCCESS;

	*result = 0;
	if (type != crd_type(to) || type == CRD_NULL || (!rights && type != CRD_MEM))
		return HEDRON_SUCCESS;
	if (type == CRD_PIO && !crd_window_common(from, to, &w))
		return HEDRON_SUCCESS;
	*result = crd_make(type, w.dst, w.order, rights);
	if (type == CRD_OBJ)
		return delegate_objects(src, dst, from, to, xfer_hotspot(xfer));
	if (xfer & XFER_NOT_HOST)
		return HEDRON_SUCCESS;
	if (type == CRD_MEM)
		return delegate_memory(src, dst, w, mem_rights);
	if (rights & PIO_ACCESS) {
		if (!pio_prepare(dst))
			return HEDRON_OOM;
		spin_lock(&mdb_lock);
		status = ports_locked(src, dst, w, rights);
		spin_unlock(&mdb_lock);
	}
	return status;
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
	hedron_crd name = 0;

	if (!c || !crd_window_common(crd_make(c->type, c->base, c->order, 0), from, &part))
		return 0;
	for (struct cap *a = mdb_ancestor(c, dst); a && !name; a = mdb_ancestor(a, dst))
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

enum hedron_status transfer(struct pd *src, struct pd *dst, struct windows win,
			    struct hedron_typed *item)
{
	uint64_t xfer = item->xfer;
	unsigned kind = xfer & XFER_KIND_MASK;
	hedron_crd from = item->crd;

	item->crd = 0;
	item->xfer = xfer & low_mask(XFER_HOTSPOT_SHIFT);
	if (kind == XFER_TRANSLATE || kind == XFER_EITHER)
		item->crd = translate(src, dst, from, win.xlate);
	if (kind == XFER_TRANSLATE || (kind == XFER_EITHER && item->crd))
		return HEDRON_SUCCESS;
	if (kind != XFER_DELEGATE && kind != XFER_EITHER)
		return HEDRON_SUCCESS;
	item->xfer |= XFER_DELEGATE;
	if (xfer & XFER_HYPERVISOR && src == root_pd)
		src = &hv_pd;
	return delegate(src, dst, from, win.del, xfer, &item->crd);
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

static enum hedron_status hc_delegate(struct ec *self)
{
	struct frame *f = &self->frame;
	struct pd *src = cap_pd(self->pd, arg_sel(f), 0), *dst = cap_pd(self->pd, f->rsi, 0);
	struct hedron_typed item = { f->rdx, f->rax };
	enum hedron_status status;

	if (!src || !dst)
		return HEDRON_BAD_CAP;
	status = transfer(src, dst, (struct windows){ f->r8, f->r8 }, &item);
	f->rdx = item.crd;
	f->rax = item.xfer;
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
