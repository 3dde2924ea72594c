/* SPDX-License-Identifier: MIT */
/*
 * va.c - address space of a native program, NATIVE_VA_BASE..NATIVE_VA_END, by pages.
 *
 * The free ranges are noted in an array at the very start of that space, which has room to grow in
 * place: pages are put behind it when it is full. lock_va guards all. An address that cannot be
 * given back for want of memory is lost, which harms nobody: there are 80 TiB.
 */
#include "../../libhybrid/src/platform.h"
#include "range.h"
#include "runtime.h"

#define BOOK_PAGES	1024		/* address space of the array */

static int grow(struct range_set *s);

static struct range first_ranges[32];
static struct range_set space = { first_ranges, 0, 32, grow };

/* Put one page more behind the array; the first time, move it to its place. */
static int grow(struct range_set *s)
{
	struct range *book = (struct range *)NATIVE_VA_BASE;
	size_t pages = s->v == book ? s->max * sizeof(*book) / HEDRON_PAGE_SIZE : 0;

	if (pages == BOOK_PAGES)
		return 0;
	if (backing_map(NATIVE_VA_BASE + pages * HEDRON_PAGE_SIZE, 1, MEM_R | MEM_W) != SVC_OK)
		return 0;
	if (!pages)
		for (size_t i = 0; i < s->n; i++)
			book[i] = s->v[i];
	s->v = book;
	s->max = (pages + 1) * HEDRON_PAGE_SIZE / sizeof(*book);
	return 1;
}

static void begin(void)
{
	const uint64_t first = NATIVE_VA_BASE / HEDRON_PAGE_SIZE + BOOK_PAGES;

	range_add(&space, first, NATIVE_VA_END / HEDRON_PAGE_SIZE - first);
}

uint64_t va_take(uint64_t pages, uint64_t align)
{
	static int begun;
	uint64_t first = 0;

	hedron_mutex_lock(&lock_va);
	if (!begun)
		begin();
	begun = 1;
	if (!range_take(&space, pages, align, 0, &first))
		first = 0;
	hedron_mutex_unlock(&lock_va);
	return first * HEDRON_PAGE_SIZE;
}

void va_give(uint64_t addr, uint64_t pages)
{
	hedron_mutex_lock(&lock_va);
	range_add(&space, addr / HEDRON_PAGE_SIZE, pages);
	hedron_mutex_unlock(&lock_va);
}

/* ---- what libhybrid asks of its surroundings, libhybrid/src/platform.h ----------------------- */

void *platform_reserve(size_t size)
{
	return (void *)va_take((size + HEDRON_PAGE_SIZE - 1) / HEDRON_PAGE_SIZE, 1);
}

void platform_release(void *addr, size_t size)
{
	va_give((uint64_t)addr, (size + HEDRON_PAGE_SIZE - 1) / HEDRON_PAGE_SIZE);
}

/* ---- memory ---------------------------------------------------------------------------------- */

void *hedron_pages_alloc(size_t pages, size_t align)
{
	uint64_t addr = pages ? va_take(pages, align) : 0;

	if (!addr)
		return NULL;
	if (backing_map(addr, pages, MEM_R | MEM_W) != SVC_OK) {
		va_give(addr, pages);
		return NULL;
	}
	return (void *)addr;
}

void hedron_pages_free(void *addr, size_t pages)
{
	if (backing_unmap((uint64_t)addr, pages) == SVC_OK)
		va_give((uint64_t)addr, pages);
}
