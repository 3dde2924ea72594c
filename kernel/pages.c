/* SPDX-License-Identifier: MIT */
/*
 * pages.c - the kernel's memory: one block, chosen at boot (bootmem.c), handed out in pages.
 *
 * Pages never used yet lie above `fresh`; freed ones are linked through their first word. All that
 * the kernel allocates fits a page, so there is no fragmentation. Exhaustion is the caller's to
 * report: HEDRON_OOM.
 */
#include "pages.h"
#include "assert.h"
#include "spinlock.h"
#include "string.h"

struct free_page {
	struct free_page *next;
};

static struct spinlock lock;
static struct free_page *freed;		/* lock */
static char *fresh, *end;		/* lock */
static size_t free_bytes;		/* lock for changes  freed and fresh pages */
static size_t all_bytes;		/* I */

void pages_init(void *start, size_t len_bytes)
{
	fresh = start;
	end = fresh + len_bytes;
	all_bytes = free_bytes = len_bytes;
}

void pages_count(size_t *free, size_t *all)
{
	*free = __atomic_load_n(&free_bytes, __ATOMIC_RELAXED);
	*all = all_bytes;
}

/* A plain store: lock is held. Atomic for pages_count() alone. */
static void count_locked(size_t change_bytes)
{
	assert(spin_is_held(&lock));
	__atomic_store_n(&free_bytes, free_bytes + change_bytes, __ATOMIC_RELAXED);
}

void *page_alloc(void)
{
	void *page = NULL;

	spin_lock(&lock);
	if (freed) {
		page = freed;
		freed = freed->next;
	} else if (fresh < end) {
		page = fresh;
		fresh += PAGE_SIZE;
	}
	if (page)
		count_locked(-PAGE_SIZE);
	spin_unlock(&lock);
	return page ? memset(page, 0, PAGE_SIZE) : NULL;
}

void page_free(void *page)
{
	struct free_page *p = page;

	spin_lock(&lock);
	p->next = freed;
	freed = p;
	count_locked(PAGE_SIZE);
	spin_unlock(&lock);
}
