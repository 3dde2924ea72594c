/* SPDX-License-Identifier: MIT */
/*
 * heap.c - malloc and its family.
 *
 * Blocks up to SMALL_MAX come in 40 sizes, four to each power of two, from a list of free blocks a
 * size; an empty list is filled from a chunk of pages that is never given back. Larger blocks are
 * pages of their own and are given back. 16 bytes before each block say what it is, and a mark
 * there finds a wild free(). lock_heap guards lists and chunk.
 */
#include "runtime.h"

#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define SMALL_MAX	32768u			/* with the head */
#define CLASSES		40
#define CHUNK_PAGES	64
#define MARK		0x48656150u		/* a block in use */

struct head {
	uint32_t mark;
	uint32_t class;		/* CLASSES: pages of its own; CLASSES + 1: inside another block */
	uint64_t size;		/* class: bytes with the head; pages; or distance to the other's data */
};
_Static_assert(sizeof(struct head) == 16, "malloc aligns to 16");

struct free_block {
	struct head head;
	struct free_block *next;
};

static struct free_block *lists[CLASSES];
static char *chunk;
static size_t chunk_left;

/* Classes 0..7: 16, 32, .. 128; then 160, 192, 224, 256; 320, ... 32768. */
static unsigned class_of(size_t size)
{
	unsigned k;

	if (size <= 128)
		return (size + 15) / 16 - 1;
	k = 63 - __builtin_clzll(size - 1);
	return 8 + (k - 7) * 4 + ((size - 1) >> (k - 2) & 3);
}

static size_t class_size(unsigned c)
{
	return c < 8 ? (c + 1) * 16 : (size_t)(5 + (c & 3)) << (c / 4 + 3);
}

static struct head *carve(unsigned class)
{
	size_t size = class_size(class);
	struct head *h;

	if (chunk_left < size) {
		char *more = hedron_pages_alloc(CHUNK_PAGES, 1);

		if (!more)
			return NULL;
		chunk = more;
		chunk_left = CHUNK_PAGES * HEDRON_PAGE_SIZE;
	}
	h = (struct head *)chunk;
	h->class = class;
	h->size = size;
	chunk += size;
	chunk_left -= size;
	return h;
}

static struct head *small_alloc(unsigned class)
{
	struct head *h;

	hedron_mutex_lock(&lock_heap);
	if (lists[class]) {
		h = &lists[class]->head;
		lists[class] = lists[class]->next;
	} else {
		h = carve(class);
	}
	hedron_mutex_unlock(&lock_heap);
	return h;
}

static struct head *large_alloc(size_t size)
{
	size_t pages = (size + HEDRON_PAGE_SIZE - 1) / HEDRON_PAGE_SIZE;
	struct head *h = hedron_pages_alloc(pages, 1);

	if (h) {
		h->class = CLASSES;
		h->size = pages;
	}
	return h;
}

/* A block in use with room for n bytes; NULL: none, errno is set. */
static struct head *block_new(size_t n)
{
	struct head *h = NULL;

	if (n < sizeof(struct free_block) - sizeof(struct head))
		n = sizeof(struct free_block) - sizeof(struct head);
	if (n <= SMALL_MAX - sizeof(*h))
		h = small_alloc(class_of(n + sizeof(*h)));
	else if (n < PTRDIFF_MAX)
		h = large_alloc(n + sizeof(*h));
	if (h)
		h->mark = MARK;
	else
		errno = ENOMEM;
	return h;
}

void *malloc(size_t n)
{
	struct head *h = block_new(n);

	return h ? h + 1 : NULL;
}

static struct head *head_of(void *p)
{
	struct head *h = (struct head *)p - 1;

	if (h->mark != MARK) {
		hedron_log("free() or realloc() of %p, which malloc() did not give", p);
		abort();
	}
	return h;
}

size_t malloc_usable_size(void *p)
{
	struct head *h = p ? head_of(p) : NULL;

	if (!h)
		return 0;
	if (h->class < CLASSES)
		return h->size - sizeof(*h);
	if (h->class == CLASSES)
		return h->size * HEDRON_PAGE_SIZE - sizeof(*h);
	return malloc_usable_size((char *)p - h->size) - h->size;
}

void free(void *p)
{
	struct head *h;

	if (!p)
		return;
	h = head_of(p);
	h->mark = 0;
	if (h->class > CLASSES) {
		free((char *)p - h->size);
	} else if (h->class == CLASSES) {
		hedron_pages_free(h, h->size);
	} else {
		struct free_block *b = (struct free_block *)h;

		hedron_mutex_lock(&lock_heap);
		b->next = lists[h->class];
		lists[h->class] = b;
		hedron_mutex_unlock(&lock_heap);
	}
}

void *calloc(size_t n, size_t size)
{
	struct head *h;
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	h = block_new(bytes);
	if (!h)
		return NULL;
	if (h->class != CLASSES)		/* fresh pages are zero */
		memset(h + 1, 0, bytes);
	return h + 1;
}

void *realloc(void *p, size_t n)
{
	size_t old = malloc_usable_size(p);
	void *q;

	if (p && n <= old && n >= old / 4)
		return p;
	q = malloc(n);
	if (q && p) {
		memcpy(q, p, n < old ? n : old);
		free(p);
	}
	return q;
}

/* A block inside a larger one, with a head of its own before it. */
void *aligned_alloc(size_t align, size_t n)
{
	struct head *h;
	char *p, *q;

	if (align & (align - 1) || !align || n > PTRDIFF_MAX - align) {
		errno = EINVAL;
		return NULL;
	}
	if (align <= 16)
		return malloc(n);
	p = malloc(n + align);
	if (!p)
		return NULL;
	q = (char *)(((uintptr_t)p + align - 1) & -align);
	if (q == p)
		return p;
	h = (struct head *)q - 1;
	*h = (struct head){ .mark = MARK, .class = CLASSES + 1, .size = q - p };
	return q;
}

int posix_memalign(void **out, size_t align, size_t n)
{
	if (align < sizeof(void *) || align & (align - 1))
		return EINVAL;
	*out = aligned_alloc(align, n);
	return *out ? 0 : ENOMEM;
}
