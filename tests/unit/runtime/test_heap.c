/* SPDX-License-Identifier: MIT */
/* sources: none */
/* flags: -fno-builtin -Wno-unused-parameter */
/* The native heap on the host, under other names: blocks do not overlap, and pages come back. */
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/tap.h"

static size_t pages_out;	/* given out and not yet back */
static size_t pages_left = ~0ul;
static bool locked, lock_broken, complained;

static void *host_pages(size_t bytes)	{ return aligned_alloc(4096, bytes); }
static void host_free(void *p)		{ free(p); }

#define malloc			h_malloc
#define calloc			h_calloc
#define realloc			h_realloc
#define free			h_free
#define aligned_alloc		h_aligned_alloc
#define posix_memalign		h_posix_memalign
#define malloc_usable_size	h_malloc_usable_size
#define abort			h_abort

void *h_malloc(size_t n);
void *h_calloc(size_t n, size_t size);
void *h_realloc(void *p, size_t n);
void h_free(void *p);
void *h_aligned_alloc(size_t align, size_t n);
int h_posix_memalign(void **out, size_t align, size_t n);
size_t h_malloc_usable_size(void *p);
void h_abort(void);

#include "runtime/lib/heap.c"

struct hedron_mutex lock_heap;

void hedron_mutex_lock(struct hedron_mutex *m)
{
	lock_broken |= locked;
	locked = true;
}

void hedron_mutex_unlock(struct hedron_mutex *m)
{
	lock_broken |= !locked;
	locked = false;
}

void *hedron_pages_alloc(size_t pages, size_t align)
{
	void *p;

	if (pages > pages_left)
		return NULL;
	p = host_pages(pages * 4096);
	memset(p, 0, pages * 4096);
	pages_out += pages;
	return p;
}

void hedron_pages_free(void *addr, size_t pages)
{
	host_free(addr);
	pages_out -= pages;
}

void hedron_log(const char *format, ...)
{
	complained = true;
}

/* free() of what malloc() did not give: goes on here, to be looked at. */
void h_abort(void)
{
}

#define N	300

static struct {
	uint8_t *p;
	size_t n;
	uint8_t mark;
} block[N];

static bool intact(int i)
{
	for (size_t k = 0; k < block[i].n; k++)
		if (block[i].p[k] != block[i].mark)
			return false;
	return true;
}

static void fill(int i, size_t n)
{
	block[i].n = n;
	block[i].mark = rand();
	memset(block[i].p, block[i].mark, n);
}

static size_t random_size(void)
{
	return rand() % 20 ? (size_t)rand() % 700 : (size_t)rand() % 100000;
}

static void test_random(void)
{
	bool fine = true, aligned = true, zero = true;

	srand(4);
	for (int round = 0; round < 30000; round++) {
		const int i = rand() % N;
		const size_t n = random_size();
		size_t keep;

		fine &= !block[i].p || intact(i);
		switch (rand() % 5) {
		case 0:
			h_free(block[i].p);
			block[i].p = h_calloc(n / 8 + 1, 8);
			for (size_t k = 0; k < n / 8 * 8; k++)
				zero &= !block[i].p[k];
			fill(i, n / 8 * 8);
			break;
		case 1:
			keep = block[i].n < n ? block[i].n : n;
			block[i].p = h_realloc(block[i].p, n);
			block[i].n = block[i].p && block[i].mark ? keep : 0;
			fine &= intact(i);
			fill(i, n);
			break;
		case 2:
			h_free(block[i].p);
			keep = 16ul << rand() % 9;
			block[i].p = h_aligned_alloc(keep, n);
			aligned &= (uintptr_t)block[i].p % keep == 0;
			fill(i, n);
			break;
		default:
			h_free(block[i].p);
			block[i].p = h_malloc(n);
			aligned &= (uintptr_t)block[i].p % 16 == 0;
			fill(i, n);
		}
		fine &= h_malloc_usable_size(block[i].p) >= block[i].n;
	}
	for (int i = 0; i < N; i++) {
		fine &= intact(i);
		h_free(block[i].p);
		block[i].p = NULL;
	}
	ok(fine, "30000 random operations: no block is written by another");
	ok(aligned, "alignment as asked for, 16 at least");
	ok(zero, "calloc() gives zeros, also in used blocks");
	ok(!lock_broken && !locked, "the lock is taken and given back in pairs");
}

static void test_pages(void)
{
	const size_t before = pages_out;
	void *p = h_malloc(1000000);

	ok(p && pages_out - before == 245, "a large block is pages of its own");
	h_free(p);
	ok(pages_out == before, "which come back");
	pages_left = 0;
	errno = 0;
	ok(!h_malloc(100000) && errno == ENOMEM, "no pages: ENOMEM");
	p = h_malloc(100);
	ok(p != NULL, "small blocks may still be there");
	ok(!h_realloc(p, 200000) && h_malloc_usable_size(p) >= 100, "a failed realloc() keeps the block");
	h_free(p);
	pages_left = ~0ul;
}

static void test_misuse(void)
{
	void *p;

	errno = 0;
	ok(!h_calloc(1ul << 33, 1ul << 33) && errno == ENOMEM, "calloc() of more than there can be");
	ok(!h_malloc(PTRDIFF_MAX) && !h_malloc(~0ul), "malloc() of half the address space and of all");
	ok(!h_aligned_alloc(24, 8) && errno == EINVAL, "an alignment that is no power of two");
	ok(h_posix_memalign(&p, 4, 8) == EINVAL, "posix_memalign() below a pointer's alignment");
	h_free(NULL);
	p = h_malloc(40);
	ok(!complained, "nothing was complained of so far");
	h_free(p);
	h_free(p);
	ok(complained, "a block that is freed twice is found");
}

int main(void)
{
	test_random();
	test_pages();
	test_misuse();
	return done();
}
