/* SPDX-License-Identifier: MIT */
/*
 * frames.c - page frames.
 *
 * The free ones are a set of ranges. A request is served from one piece if there is one, at a frame
 * that is congruent to the address modulo 2 MiB (or the largest power of two within its size), so
 * that kernel and CPU can use large pages; else from the largest pieces there are. The caller
 * guards the set.
 */
#include "frames.h"

#include <stdlib.h>

#include <hedron/hip.h>

#define LOW_FRAMES	0x100		/* below 1 MiB: firmware, boot code of other CPUs */
#define LARGE		512		/* frames of a large page */
#define STRING_MAX	0x1000		/* bytes of a module's string that may be read */

/* ---- what the machine has -------------------------------------------------------------------- */

static bool remove_bytes(struct range_set *s, uint64_t addr, uint64_t size)
{
	uint64_t first = addr >> HEDRON_PAGE_SHIFT;
	uint64_t end = (addr + size + HEDRON_PAGE_SIZE - 1) >> HEDRON_PAGE_SHIFT;

	return range_remove(s, first, end - first);
}

/* RAM as the loader's map has it, minus whatever else lies there: other types, the kernel, modules
 * and their strings (ABI reference 1.4, 2), the first MiB. */
bool frames_from_hip(struct range_set *s, const struct hip *hip)
{
	const unsigned n = hip_mem_count(hip);
	bool ok = true;

	for (unsigned i = 0; i < n; i++) {
		const struct hip_mem *m = &hip->mem[i];
		uint64_t first = (m->addr + HEDRON_PAGE_SIZE - 1) >> HEDRON_PAGE_SHIFT;
		uint64_t end = (m->addr + m->size) >> HEDRON_PAGE_SHIFT;

		if (m->type == HIP_MEM_RAM && end > first)
			ok &= range_add(s, first, end - first);
	}
	for (unsigned i = 0; i < n; i++) {
		const struct hip_mem *m = &hip->mem[i];

		if (m->type != HIP_MEM_RAM)
			ok &= remove_bytes(s, m->addr, m->size);
		if (m->type == HIP_MEM_MODULE && m->aux)
			ok &= remove_bytes(s, m->aux, STRING_MAX);
	}
	return ok && range_remove(s, 0, LOW_FRAMES);
}

bool frames_are_memory(const struct hip *hip, uint64_t addr, uint64_t size)
{
	for (unsigned i = 0; i < hip_mem_count(hip); i++) {
		const struct hip_mem *m = &hip->mem[i];

		if (m->type != HIP_MEM_RAM && m->type != HIP_MEM_MODULE && m->type != HIP_MEM_KERNEL)
			continue;
		if (m->addr < addr + size && addr < m->addr + m->size)
			return true;
	}
	return false;
}

/* ---- grants ---------------------------------------------------------------------------------- */

static struct grant *grow(struct grant *g)
{
	if (g->n & (g->n - 1))		/* room is 1, 2, 4, ... pieces */
		return g;
	return realloc(g, sizeof(*g) + (g->n ? 2 * g->n : 1) * sizeof(g->piece[0]));
}

/* A piece for the next `pages` pages of an area, or as much of it as the largest gives. */
static bool take_piece(struct range_set *s, uint64_t pages, uint64_t page, struct range *out)
{
	uint64_t align = LARGE;

	while (align > pages)
		align >>= 1;
	for (; align; align >>= 1)
		if (range_take(s, pages, align, page, &out->first)) {
			out->count = pages;
			return true;
		}
	return range_take_largest(s, pages, out);
}

/* Memory to note a piece may run out in between; what was taken then stays with the program. */
struct grant *frames_take(struct range_set *own, struct range_set *s, uint64_t pages, uint64_t page)
{
	struct grant *g, *more;

	if (range_total(own) + range_total(s) < pages)
		return NULL;
	g = calloc(1, sizeof(*g));
	while (g && g->pages < pages) {
		const uint64_t left = pages - g->pages, at = page + g->pages;

		more = grow(g);
		if (!more) {
			frames_give(own, g);
			return NULL;
		}
		g = more;
		if (!take_piece(own, left, at, &g->piece[g->n]) &&
		    !take_piece(s, left, at, &g->piece[g->n])) {
			frames_give(own, g);
			return NULL;
		}
		g->pages += g->piece[g->n++].count;
	}
	return g;
}

/* A piece that cannot be noted for want of memory is lost; the set asks for room ahead. */
void frames_give(struct range_set *s, struct grant *g)
{
	for (size_t i = 0; i < g->n; i++)
		range_add(s, g->piece[i].first, g->piece[i].count);
	free(g);
}
