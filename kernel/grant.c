/* SPDX-License-Identifier: MIT */
/*
 * grant.c - delegation of ranges: objects, ports, memory (ABI reference 4.4).
 *
 * Objects and ports: the receiver's capability becomes a child of the sender's in the derivation
 * tree; what is in use at the receiver stays as it is. Memory: the receiver gets a snapshot of the
 * sender's mappings, holes included, replacing what it had; nobody remembers where it came from.
 *
 * A delegation passes twice over its range, in chunks (work.h). The first pass gets all the memory it
 * takes: if there is not enough, that is given back and nothing has happened. The second cannot fail.
 * One page table's worth of memory needs no first pass. No lock is held between the
 * chunks, so what others put into the range meanwhile may be passed over.
 */
#include "grant.h"
#include "assert.h"
#include "hvspace.h"
#include "hypercall.h"
#include "pages.h"
#include "pd.h"
#include "space_mem.h"
#include "space_obj.h"
#include "space_pio.h"
#include "work.h"

#define USER_PAGES	(HEDRON_USER_END >> PAGE_SHIFT)
#define COST_EXTENT	100		/* instructions, about */
#define COST_ENTRY	6		/* of a page table, looked at */
#define COST_CAP	300

enum grant_phase {
	GRANT_NONE,
	GRANT_PREPARE,			/* gets the memory */
	GRANT_CARRY_OUT,
	GRANT_RELEASE,			/* gives back what was not needed */
	GRANT_UNDO,			/* memory: not enough for all, the tables made go */
};

/* What both passes look at. */
struct grant_range {
	struct pd *src, *dst;
	struct crd_window w;
	unsigned rights;
};

/* A capability to be passed on, and where to. */
struct offer {
	struct cap *cap;
	uint64_t to;
	unsigned order;
};

/* ---- objects ---------------------------------------------------------------------------------- */

/* The next one from g->at on; false: there is none, or the chunk is over. */
static bool next_object(struct grant *g, const struct grant_range *r, struct offer *o, struct work *work)
{
	uint64_t count = 1ull << r->w.order;
	cap_sel end;

	if (r->w.src >= HEDRON_NUM_SEL || r->w.dst >= HEDRON_NUM_SEL)
		return false;
	end = r->w.src + min_u64(count, HEDRON_NUM_SEL - max_u64(r->w.src, r->w.dst));
	for (;; g->at++) {
		cap_sel sel = r->w.src + g->at;
		bool found = obj_next(r->src, &sel, end, work);

		g->at = sel - r->w.src;
		if (!found)
			return false;
		o->cap = obj_lookup(r->src, sel);
		o->to = r->w.dst + g->at;
		if (o->cap->rights & r->rights && !obj_lookup(r->dst, o->to))
			return true;
	}
}

static bool insert_object(struct grant *g, const struct grant_range *r, const struct offer *o)
{
	return obj_insert_room(&g->room, r->dst, o->to, o->cap->obj, o->cap,
			       o->cap->rights & r->rights);
}

/* ---- ports ------------------------------------------------------------------------------------ */

static bool next_port(struct grant *g, const struct grant_range *r, struct offer *o, struct work *work)
{
	uint64_t last = r->w.src + low_mask(r->w.order);

	if (last >= NUM_PORTS)
		return false;
	for (; !work_is_over(work); work_spend(work, COST_CAP)) {
		uint64_t at = r->w.src + g->at;
		struct cap *c = at <= last ? pio_overlap(r->src, at, last) : NULL;

		if (!c)
			return false;
		o->cap = c;
		o->to = max_u64(c->base, r->w.src);
		o->order = c->order < r->w.order ? c->order : r->w.order;
		g->at = o->to - r->w.src;
		if (!pio_overlap(r->dst, o->to, o->to + low_mask(o->order)))
			return true;
		g->at += low_mask(o->order) + 1;
	}
	return false;
}

static bool insert_port(struct grant *g, const struct grant_range *r, const struct offer *o)
{
	return pio_insert_room(&g->room, r->dst, o->to, o->order, o->cap, o->cap->rights & r->rights);
}

/* ---- both ------------------------------------------------------------------------------------- */

/* A pass over the capabilities of the range. HC_AGAIN: the chunk is over. */
static enum hedron_status caps_pass(struct grant *g, const struct grant_range *r, bool objects,
				    struct work *work)
{
	struct offer o = { 0 };

	while (objects ? next_object(g, r, &o, work) : next_port(g, r, &o, work)) {
		bool room;

		work_spend(work, COST_CAP);
		if (g->phase == GRANT_PREPARE) {
			room = objects ? obj_room_make(&g->room, r->dst, o.to)
				       : obj_room_add_cap(&g->room);
			if (!room)
				return HEDRON_OOM;
		} else if (!(objects ? insert_object(g, r, &o) : insert_port(g, r, &o))) {
			return HEDRON_SUCCESS;	/* it came after the first pass */
		}
		g->at += objects ? 1 : low_mask(o.order) + 1;
	}
	return work_is_over(work) ? HC_AGAIN : HEDRON_SUCCESS;
}

static enum hedron_status grant_caps(struct grant *g, const struct grant_range *r, bool objects,
				     struct work *work)
{
	enum hedron_status status = HEDRON_SUCCESS;

	if (!objects && !pio_prepare(r->dst))	/* in both passes: it may be another PD by now */
		return HEDRON_OOM;
	spin_lock(&mdb_lock);
	if (!r->dst->obj.orphan)	/* else it is being emptied: nothing gets in any more */
		status = caps_pass(g, r, objects, work);
	spin_unlock(&mdb_lock);
	return status;
}

/* ---- memory ----------------------------------------------------------------------------------- */

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
	struct extent hole = { .len = r->len };

	if (!rights)
		return hole;
	return src == &hv_pd ? hv_extent(r->from) : pagetable_extent(&src->mem, r->from, r->len);
}

static enum hedron_status memory_pass_locked(struct grant *g, const struct grant_range *gr,
					     struct mem_range *r, struct work *work,
					     struct tlb_gone *gone)
{
	enum hedron_status status = HEDRON_SUCCESS;

	while (r->len && status == HEDRON_SUCCESS && !work_is_over(work)) {
		struct extent e = extent_of(gr->src, r, gr->rights);
		uint64_t len = min_u64(e.len, r->len), done;
		struct span s = { r->to, e.phys, len };

		if (g->phase == GRANT_UNDO)
			mem_trim_locked(gr->dst, &s, work, gone);
		else if (g->phase == GRANT_PREPARE)
			status = mem_prepare_locked(gr->dst, &s, e.rights & gr->rights, work);
		else if (e.rights & gr->rights)
			status = mem_map_locked(gr->dst, &s, e.rights & gr->rights, work, gone);
		else
			status = mem_unmap_locked(gr->dst, &s, work, gone);
		done = len - s.len;
		*r = (struct mem_range){ r->from + done, r->to + done, r->len - done };
		g->at += done;
		work_spend(work, COST_EXTENT + e.entries * COST_ENTRY);
	}
	if (status == HEDRON_SUCCESS && r->len)
		return HC_AGAIN;
	return status;
}

static enum hedron_status grant_memory(struct grant *g, const struct grant_range *gr, struct work *work)
{
	struct crd_window w = gr->w;
	struct mem_range r = { w.src << PAGE_SHIFT, w.dst << PAGE_SHIFT, 1ull << (w.order + PAGE_SHIFT) };
	enum hedron_status status = HEDRON_SUCCESS;
	struct tlb_gone gone;

	if (w.dst >= USER_PAGES || w.src >= (gr->src == &hv_pd ? HV_PAGES : USER_PAGES))
		return HEDRON_SUCCESS;
	r.len = min_u64(r.len, HEDRON_USER_END - r.to);
	if (gr->src != &hv_pd)
		r.len = min_u64(r.len, HEDRON_USER_END - r.from);
	r = (struct mem_range){ r.from + g->at, r.to + g->at, r.len - g->at };
	tlb_gone_init(&gone);
	lock_two(gr->src, gr->dst);
	if (!gr->dst->obj.orphan)	/* else it is being emptied: nothing gets in any more */
		status = memory_pass_locked(g, gr, &r, work, &gone);
	unlock_two(gr->src, gr->dst);
	tlb_flush(gr->dst, &gone);
	return status;
}

/* All goes into one table of pages: if there is no memory for that, nothing happens. */
static bool fits_table(struct crd_window w)
{
	return w.order <= 9 && (w.dst & 0x1ff) + (1ull << w.order) <= 512;
}

/* ---- all -------------------------------------------------------------------------------------- */

void grant_stop(struct grant *g, enum hedron_status status)
{
	g->phase = GRANT_RELEASE;
	g->status = status;
}

bool grant_cancel(struct grant *g, struct work *work)
{
	if ((g->room.caps || g->room.pages) && !obj_room_free(&g->room, work))
		return false;
	g->phase = GRANT_NONE;
	return true;
}

static void begin(struct grant *g, enum grant_phase phase)
{
	g->phase = phase;
	g->at = 0;
	g->room.mid = g->room.leaf = 0;
}

/* The status is that of the pass which decides. */
static void next_phase(struct grant *g, enum hedron_status status, unsigned type)
{
	if (g->phase != GRANT_UNDO)
		g->status = status;
	if (status == HEDRON_SUCCESS && g->phase == GRANT_PREPARE)
		g->phase = GRANT_CARRY_OUT;
	else if (status != HEDRON_SUCCESS && g->phase == GRANT_PREPARE && type == CRD_MEM)
		g->phase = GRANT_UNDO;
	else
		g->phase = GRANT_RELEASE;
	g->at = 0;
}

WARM enum hedron_status grant_chunk(struct grant *g, struct pd *src, struct pd *dst, unsigned type,
			       struct crd_window w, unsigned rights, struct work *work)
{
	struct grant_range r = { src, dst, w, rights };
	enum hedron_status status;

	if (g->phase == GRANT_NONE)
		begin(g, type == CRD_MEM && fits_table(w) ? GRANT_CARRY_OUT : GRANT_PREPARE);
	while (g->phase != GRANT_RELEASE) {
		status = type == CRD_MEM ? grant_memory(g, &r, work)
					 : grant_caps(g, &r, type == CRD_OBJ, work);
		if (status == HC_AGAIN)
			return HC_AGAIN;
		next_phase(g, status, type);
	}
	status = g->status;
	return grant_cancel(g, work) ? status : HC_AGAIN;
}
