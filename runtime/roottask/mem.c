/* SPDX-License-Identifier: MIT */
/*
 * mem.c - the machine's memory.
 *
 * At boot all usable frames are mapped, readable and writable, and kept in one set. A program's
 * frames are delegated to it straight from the hypervisor's space with just the rights that they
 * are to have, so the roottask itself never holds memory that is writable and executable.
 *
 * The kernel does not track who maps a frame (ABI reference 4.4). A frame may therefore go to
 * another program only when nobody who was given it by its owner can still have it. mem_ungrant()
 * keeps what an untrusted program gives back for that program's own next request; the reaper calls
 * mem_release() when the program and all it was connected with are gone (graph.h). Trusted are the
 * system's own services, which revoke what they have handed out before they free it.
 *
 * All but mem_init() is called with the books' lock held.
 */
#include "mem.h"

#include <stdlib.h>
#include <string.h>

#include <hedron/native.h>

#include "machine.h"

static struct range first_ranges[128];
static struct range_set free_frames = { first_ranges, 0, 128, NULL };
static uint64_t total;

/* ---- delegation in naturally aligned pieces -------------------------------------------------- */

/* Order of the largest piece that is aligned at both ends and not longer than `pages`. */
static unsigned piece_order(uint64_t a, uint64_t b, uint64_t pages)
{
	unsigned order = 63 - __builtin_clzll(pages);
	unsigned align = a | b ? __builtin_ctzll(a | b) : 63;

	if (order > align)
		order = align;
	return order < CRD_ORDER_MAX ? order : CRD_ORDER_MAX;
}

bool mem_map_phys(cap_sel pd, uint64_t frame, uint64_t addr, uint64_t pages, unsigned rights)
{
	uint64_t page = addr >> HEDRON_PAGE_SHIFT;

	while (pages) {
		unsigned order = piece_order(frame, page, pages);

		if (hedron_delegate(ROOT_SEL_PD, pd, crd_mem(frame, order, rights),
				    xfer_make(XFER_DELEGATE | XFER_HYPERVISOR, page),
				    crd_mem(page, order, rights)) != HEDRON_SUCCESS)
			return false;
		frame += 1ull << order;
		page += 1ull << order;
		pages -= 1ull << order;
	}
	return true;
}

static void unmap(cap_sel pd, uint64_t addr, uint64_t pages)
{
	uint64_t page = addr >> HEDRON_PAGE_SHIFT;

	while (pages) {
		unsigned order = piece_order(page, page, pages);

		hedron_revoke_remote(pd, crd_mem(page, order, MEM_R | MEM_W | MEM_X), 1);
		page += 1ull << order;
		pages -= 1ull << order;
	}
}

void mem_unmap_all(cap_sel pd)
{
	unmap(pd, 0, HEDRON_USER_END >> HEDRON_PAGE_SHIFT);
}

bool mem_map(cap_sel pd, const struct grant *g, uint64_t first, uint64_t pages, unsigned rights)
{
	uint64_t done = 0;		/* pages of g before the piece */

	for (size_t i = 0; i < g->n && pages; i++) {
		const struct range *r = &g->piece[i];
		uint64_t skip = first > done ? first - done : 0;

		if (skip < r->count) {
			uint64_t n = r->count - skip < pages ? r->count - skip : pages;

			if (!mem_map_phys(pd, r->first + skip,
					  g->addr + (first << HEDRON_PAGE_SHIFT), n, rights))
				return false;
			first += n;
			pages -= n;
		}
		done += r->count;
	}
	return true;
}

/* ---- start ----------------------------------------------------------------------------------- */

/* Take `pages` frames for the roottask itself, in one piece. */
static uint64_t reserve(uint64_t pages)
{
	uint64_t frame;

	if (!range_take(&free_frames, pages, 1, 0, &frame))
		machine_fail(126, "roottask: no piece of %lu pages of memory", pages);
	return frame;
}

/* The array of free ranges gets its final size: every second frame could be free. At worst each frame
 * is a grant of its own: the pool has 102 bytes for it, and it takes 80 in the heap. The rest is for
 * stacks and the books. */
void mem_init(const struct hip *hip)
{
	uint64_t book, pool;
	struct range *v;

	if (!frames_from_hip(&free_frames, hip))
		machine_fail(126, "roottask: the memory map has too many pieces");
	total = range_total(&free_frames);
	for (size_t i = 0; i < free_frames.n; i++)
		if (!mem_map_phys(ROOT_SEL_PD, free_frames.v[i].first,
				  PHYS_MAP + (free_frames.v[i].first << HEDRON_PAGE_SHIFT),
				  free_frames.v[i].count, MEM_R | MEM_W))
			machine_fail(126, "roottask: the kernel has no memory for page tables");

	book = (total / 2 * sizeof(*v) >> HEDRON_PAGE_SHIFT) + 1;
	pool = total / 40 + 128;
	v = phys_ptr(reserve(book));
	own_init(reserve(pool), pool);
	memcpy(v, free_frames.v, free_frames.n * sizeof(*v));
	free_frames.v = v;
	free_frames.max = book * HEDRON_PAGE_SIZE / sizeof(*v);
}

uint64_t mem_total(void)
{
	return total;
}

uint64_t mem_free_pages(void)
{
	return range_total(&free_frames);
}

/* ---- grants ---------------------------------------------------------------------------------- */

/* Sixteen bytes at a time: string instructions are slow where the CPU is emulated. */
static void zero_pages(void *p, uint64_t pages)
{
	typedef long long v2 __attribute__((vector_size(16)));
	v2 *v = p, *end = (v2 *)((char *)p + pages * HEDRON_PAGE_SIZE);

	for (; v < end; v += 4)
		v[0] = v[1] = v[2] = v[3] = (v2){ 0, 0 };
}

static struct grant **list_of(struct account *a, uint64_t addr)
{
	return &a->grants[addr / HEDRON_PAGE_SIZE % GRANT_LISTS];
}

static bool is_free_range(const struct account *a, uint64_t addr, uint64_t pages)
{
	if (!addr || addr & (HEDRON_PAGE_SIZE - 1) || !pages || addr >= NATIVE_UTCB_ADDR ||
	    (NATIVE_UTCB_ADDR - addr) >> HEDRON_PAGE_SHIFT < pages)
		return false;
	return !range_meets(&a->mapped, addr >> HEDRON_PAGE_SHIFT, pages);
}

/* Room in a program's own sets doubles; the books' memory is enough for them. */
static int grow_set(struct range_set *s)
{
	size_t max = s->max ? 2 * s->max : 16;
	struct range *v = realloc(s->v, max * sizeof(*v));

	if (!v)
		return 0;
	s->v = v;
	s->max = max;
	return 1;
}

enum svc_status mem_grant(struct account *a, uint64_t addr, uint64_t pages, struct grant **out)
{
	const uint64_t page = addr >> HEDRON_PAGE_SHIFT;
	struct grant *g;

	a->mapped.grow = a->pool.grow = grow_set;
	if (!is_free_range(a, addr, pages))
		return SVC_INVALID;
	if (pages > a->quota - a->used || !range_add(&a->mapped, page, pages))
		return SVC_NO_MEMORY;
	g = frames_take(&a->pool, &free_frames, pages, page);
	if (!g) {
		range_remove(&a->mapped, page, pages);
		return SVC_NO_MEMORY;
	}

	for (size_t i = 0; i < g->n; i++)
		zero_pages(phys_ptr(g->piece[i].first), g->piece[i].count);
	g->addr = addr;
	g->next = *list_of(a, addr);
	*list_of(a, addr) = g;
	a->used += pages;
	*out = g;
	return SVC_OK;
}

enum svc_status mem_ungrant(struct account *a, cap_sel pd, uint64_t addr, uint64_t pages)
{
	struct grant **p = list_of(a, addr), *g;

	while (*p && (*p)->addr != addr)
		p = &(*p)->next;
	g = *p;
	if (!g || g->pages != pages)
		return SVC_NOT_FOUND;
	if (!range_remove(&a->mapped, addr >> HEDRON_PAGE_SHIFT, pages))
		return SVC_NO_MEMORY;

	*p = g->next;
	unmap(pd, addr, pages);
	a->used -= pages;
	frames_give(a->trusted ? &free_frames : &a->pool, g);
	return SVC_OK;
}

static void drop_set(struct range_set *s)
{
	free(s->v);
	memset(s, 0, sizeof(*s));
}

void mem_release(struct account *a)
{
	for (unsigned i = 0; i < GRANT_LISTS; i++) {
		struct grant *g;

		while ((g = a->grants[i])) {
			a->grants[i] = g->next;
			frames_give(&free_frames, g);
		}
	}
	for (size_t i = 0; i < a->pool.n; i++)
		range_add(&free_frames, a->pool.v[i].first, a->pool.v[i].count);
	drop_set(&a->pool);
	drop_set(&a->mapped);
	a->used = 0;
}

/* ---- content ---------------------------------------------------------------------------------- */

void mem_write(const struct grant *g, uint64_t offset, const void *data, uint64_t len)
{
	const char *from = data;

	for (size_t i = 0; i < g->n && len; i++) {
		uint64_t size = g->piece[i].count << HEDRON_PAGE_SHIFT;

		if (offset < size) {
			uint64_t n = size - offset < len ? size - offset : len;

			memcpy((char *)phys_ptr(g->piece[i].first) + offset, from, n);
			from += n;
			len -= n;
			offset = 0;
		} else {
			offset -= size;
		}
	}
}
