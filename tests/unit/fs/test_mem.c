/* SPDX-License-Identifier: MIT */
/* sources: runtime/fs/mem.c tests/unit/fs/env_host.c */
/* test_mem.c - small objects out of pages. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/fs/env.h"
#include "runtime/fs/mem.h"
#include "tests/unit/fs/env_host.h"
#include "tests/unit/tap.h"

#define OBJECTS	2000

struct object {
	uint8_t *p;
	size_t size;
	uint8_t fill;
};

static struct object object[OBJECTS];

static bool is_filled(const struct object *o, uint8_t with)
{
	for (size_t n = 0; n < o->size; n++)
		if (o->p[n] != with)
			return false;
	return true;
}

static bool swap(struct object *o)
{
	if (o->p) {
		if (!is_filled(o, o->fill))
			return false;
		mem_free(o->p);
		o->p = NULL;
		return true;
	}
	o->size = rand() % (MEM_MAX + 1);
	o->fill = rand();
	o->p = mem_alloc(o->size);
	if (!o->p || (uintptr_t)o->p % 16 || !is_filled(o, 0))
		return false;
	memset(o->p, o->fill, o->size);
	return true;
}

int main(void)
{
	bool good = true;
	size_t n = 0;

	for (int k = 0; k < 100000 && good; k++)
		good = swap(&object[rand() % OBJECTS]);
	ok(good, "objects are zeroed, aligned to 16 bytes, and do not overlap");
	for (int k = 0; k < OBJECTS; k++)
		mem_free(object[k].p);
	ok(!env_pages, "all pages come back");

	ok(!mem_alloc(MEM_MAX + 1), "more than MEM_MAX is refused");
	ok(!mem_alloc(SIZE_MAX), "SIZE_MAX is refused");
	env_limit = 10;
	while (n < OBJECTS && (object[n].p = mem_alloc(32)))
		n++;
	ok(n == 10 * ((PAGE_SIZE - 32) / 32), "%zu objects of 32 bytes fit into 10 pages", n);
	while (n--)
		mem_free(object[n].p);
	ok(!env_pages, "all pages come back");
	return done();
}
