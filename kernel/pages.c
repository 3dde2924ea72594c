/* SPDX-License-Identifier: MIT */
/*
 * pages.c - the kernel's memory: one block, chosen at boot (bootmem.c), handed out in pages.
 *
 * Pages never used yet lie above `fresh`; freed ones are linked through their first word. All that
 * the kernel allocates fits a page, so there is no fragmentation. Exhaustion is the caller's to
 * report: HEDRON_OOM.
 */
#include "pages.h"
#include "spinlock.h"
#include "string.h"

struct free_page {
	struct free_page *next;
};

static struct spinlock lock;
static struct free_page *freed;		/* lock */
static char *fresh, *end;		/* lock */

void pages_init(void *start, size_t len_bytes)
{
	fresh = start;
	end = fresh + len_bytes;
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
	spin_unlock(&lock);
	return page ? memset(page, 0, PAGE_SIZE) : NULL;
}

void page_free(void *page)
{
	struct free_page *p = page;

	spin_lock(&lock);
	p->next = freed;
	freed = p;
	spin_unlock(&lock);
}
