/* SPDX-License-Identifier: MIT */
/*
 * frame.c - page frames of the personality.
 *
 * Memory comes from the roottask in chunks of up to 512 pages, at addresses aligned to the size of a
 * full chunk, so that the chunk of a frame follows from its address. A chunk's first page holds its
 * books. A frame has a count of references: page-table entries, or whoever called frame_alloc().
 * A chunk without used frames goes back to the roottask while others have enough free ones.
 *
 * Frames are mapped here readable, writable and executable, because a delegation can only pass on
 * rights that the source has, and what a program does with its page is the program's choice.
 *
 * Pools: the kernel does not track delegated memory. A hybrid program can pass its pages on to
 * others, who then keep them after its end; so what it had may only be used for hybrid programs
 * again, and is never given back.
 */
#include "frame.h"

#include <string.h>

#include <hedron/native.h>

#include "list.h"
#include "lx.h"

#define CHUNK_ORDER	9
#define CHUNK_PAGES	(1u << CHUNK_ORDER)
#define CHUNK_PAGES_MIN	16
#define CHUNK_SIZE	((uint64_t)CHUNK_PAGES << PAGE_SHIFT)
#define NO_FRAME	0
#define RESERVE		128		/* frames that nobody gets who could do without */

struct chunk {
	struct list link;		/* chunks of its pool that have free frames */
	uint16_t pages;			/* with this one */
	uint16_t fresh;			/* frames from here on were never used: they are zero */
	uint16_t free;			/* first of the used and freed ones, NO_FRAME: none */
	uint16_t used;
	enum frame_pool pool;
	uint32_t refs[CHUNK_PAGES];
	uint16_t next_free[CHUNK_PAGES];
};
_Static_assert(sizeof(struct chunk) <= HEDRON_PAGE_SIZE, "the books fit into the first page");

static struct list available[FRAME_POOLS] = {
	[FRAME_PLAIN] = { &available[FRAME_PLAIN], &available[FRAME_PLAIN] },
	[FRAME_HYBRID] = { &available[FRAME_HYBRID], &available[FRAME_HYBRID] },
};
static uint64_t idle[FRAME_POOLS];		/* frames not used, in chunks we hold */

static inline struct chunk *chunk_of(const void *page)
{
	return (struct chunk *)((uint64_t)page & ~(CHUNK_SIZE - 1));
}

static inline unsigned index_of(const void *page)
{
	return (uint64_t)page >> PAGE_SHIFT & (CHUNK_PAGES - 1);
}

static inline bool chunk_is_full(const struct chunk *c)
{
	return c->free == NO_FRAME && c->fresh == c->pages;
}

/* A message to the roottask. The UTCB keeps what was in it: somebody may be reading an answer. */
static enum svc_status root_memory(uint32_t op, void *addr, uint64_t pages)
{
	static struct hedron_utcb kept;
	enum svc_status status;
	struct root_mem *req;

	kept = *hedron_utcb();
	req = hedron_svc_request(sizeof(*req), ROOT_VERSION, op);
	req->addr = (uint64_t)addr;
	req->pages = pages;
	if (op == ROOT_MEM_ALLOC)
		req->rights = MEM_R | MEM_W | MEM_X;
	status = hedron_svc_call(hedron_caps() + CAPS_ROOT + hedron_cpu(), sizeof(struct svc_reply));
	*hedron_utcb() = kept;
	return status;
}

static struct chunk *chunk_new(enum frame_pool pool)
{
	struct chunk *c = hedron_window_alloc(CHUNK_ORDER);
	unsigned pages = CHUNK_PAGES;

	if (!c)
		return NULL;
	while (root_memory(ROOT_MEM_ALLOC, c, pages) != SVC_OK) {
		pages /= 2;
		if (pages < CHUNK_PAGES_MIN) {
			hedron_window_free(c, CHUNK_ORDER);
			return NULL;
		}
	}
	c->pages = pages;
	c->fresh = 1;
	c->pool = pool;
	idle[pool] += pages - 1;
	list_add_tail(&available[pool], &c->link);
	return c;
}

static void chunk_free(struct chunk *c)
{
	list_remove(&c->link);
	idle[c->pool] -= c->pages - 1;
	if (root_memory(ROOT_MEM_FREE, c, c->pages) == SVC_OK)
		hedron_window_free(c, CHUNK_ORDER);
}

void *frame_alloc(enum frame_pool pool)
{
	struct list *first = available[pool].next;
	struct chunk *c = LIST_ITEM(first, struct chunk, link);
	unsigned i;
	char *page;

	if (first == &available[pool]) {
		c = chunk_new(pool);
		if (!c)
			return NULL;
	}
	i = c->free;
	if (i != NO_FRAME) {
		c->free = c->next_free[i];
		page = (char *)c + i * PAGE_SIZE;
		memset(page, 0, PAGE_SIZE);
	} else {
		i = c->fresh++;
		page = (char *)c + i * PAGE_SIZE;
	}
	c->refs[i] = 1;
	c->used++;
	idle[pool]--;
	if (chunk_is_full(c))
		list_remove(&c->link);
	return page;
}

void frame_get(void *page)
{
	chunk_of(page)->refs[index_of(page)]++;
}

unsigned frame_refs(const void *page)
{
	return chunk_of(page)->refs[index_of(page)];
}

void frame_put(void *page)
{
	struct chunk *c = chunk_of(page);
	unsigned i = index_of(page);

	if (--c->refs[i])
		return;
	if (chunk_is_full(c))
		list_add_tail(&available[c->pool], &c->link);
	c->next_free[i] = c->free;
	c->free = i;
	c->used--;
	idle[c->pool]++;
	if (!c->used && c->pool == FRAME_PLAIN && idle[FRAME_PLAIN] >= 2 * CHUNK_PAGES)
		chunk_free(c);
}

bool frames_scarce(enum frame_pool pool)
{
	return idle[pool] < RESERVE && !chunk_new(pool);
}

uint64_t frames_idle(enum frame_pool pool)
{
	return idle[pool];
}

uint64_t frames_free(enum frame_pool pool)
{
	struct root_info info;
	uint64_t left;

	if (hedron_info(&info) != SVC_OK)
		return idle[pool];
	left = info.quota_pages - info.used_pages;
	return idle[pool] + (left < info.free_pages ? left : info.free_pages);
}
