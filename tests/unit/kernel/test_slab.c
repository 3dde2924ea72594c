/* SPDX-License-Identifier: MIT */
/* sources: kernel/slab.c */
/* test_slab.c - objects of one size: distinct, zeroed, aligned, and their pages come back. */
#include "kernel/slab.h"
#include "tests/unit/kernel/host_pages.h"
#include "tests/unit/tap.h"

#define OBJECTS	1000

static struct slab_cache small = SLAB_CACHE(small, 40, 8);
static struct slab_cache wide = SLAB_CACHE(wide, 2696, 64);
static unsigned char *objs[OBJECTS];

static bool holds(const unsigned char *obj, size_t n, unsigned char val)
{
	while (n--)
		if (*obj++ != val)
			return false;
	return true;
}

static void random_use(struct slab_cache *c, size_t bytes)
{
	bool good = true, aligned = true;

	srand(3);
	for (unsigned s = 0; s < 20000; s++) {
		unsigned i = rand() % OBJECTS;

		if (objs[i]) {
			good = good && holds(objs[i], bytes, i);
			slab_free(c, objs[i]);
			objs[i] = NULL;
			continue;
		}
		objs[i] = slab_alloc(c);
		good = good && holds(objs[i], bytes, 0);
		aligned = aligned && !((uintptr_t)objs[i] % c->align);
		memset(objs[i], i, bytes);
	}
	ok(good, "%zu bytes: zeroed when new, nobody writes another's", bytes);
	ok(aligned, "%zu bytes: aligned", bytes);
	for (unsigned i = 0; i < OBJECTS; i++)
		if (objs[i])
			slab_free(c, objs[i]);
	memset(objs, 0, sizeof(objs));
	ok(!host_pages, "%zu bytes: all pages are back", bytes);
}

static void exhaustion(void)
{
	unsigned n = 0;

	host_pages_max = 2;
	while (n < OBJECTS && (objs[n] = slab_alloc(&small)))
		n++;
	ok(n > 150 && n < 210, "two pages hold %u objects of 40 bytes", n);
	slab_free(&small, objs[0]);
	objs[0] = slab_alloc(&small);
	ok(objs[0], "what is freed can be had again");
	ok(!slab_alloc(&small), "the end of memory is NULL");
	while (n)
		slab_free(&small, objs[--n]);
	ok(!host_pages, "all pages are back");
}

int main(void)
{
	random_use(&small, 40);
	random_use(&wide, 2696);
	exhaustion();
	return done();
}
