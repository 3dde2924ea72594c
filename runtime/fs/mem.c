/* SPDX-License-Identifier: MIT */
/*
 * mem.c - small objects out of page frames.
 *
 * A slab is one page: a head, then objects of one size class. Slabs with free objects stand in the
 * list of their class; a full slab is in no list, an empty one goes back to the page frames at once.
 * An object finds its slab by rounding its address down. So all memory of the file system comes
 * from page_alloc(), and what is freed can become file content.
 *
 * Not locked: the caller holds the lock of the service.
 */
#include "mem.h"

#include <stdint.h>
#include <string.h>

#include "env.h"

struct slab {
	struct slab *next, *prev;	/* in the list of its class, while `free` is not NULL */
	void *free;			/* objects not in use; the first word of each leads on */
	uint32_t used;			/* objects in use */
	uint32_t class;
};

/* Sizes chosen so that little of a page is left over; multiples of 16. */
static const uint16_t class_size[] = { 32, 48, 64, 96, 128, 192, 256, 336, 576, 1008, MEM_MAX };
#define CLASSES	(sizeof(class_size) / sizeof(class_size[0]))

_Static_assert(sizeof(struct slab) % 16 == 0, "objects are aligned to 16 bytes");
_Static_assert(sizeof(struct slab) + 2 * MEM_MAX <= PAGE_SIZE, "the largest fits twice");

static struct slab *partial[CLASSES];

static uint32_t class_of(size_t size)
{
	uint32_t c = 0;

	while (class_size[c] < size)
		c++;
	return c;
}

static void list_add(struct slab *s)
{
	s->prev = NULL;
	s->next = partial[s->class];
	if (s->next)
		s->next->prev = s;
	partial[s->class] = s;
}

static void list_remove(struct slab *s)
{
	if (s->prev)
		s->prev->next = s->next;
	else
		partial[s->class] = s->next;
	if (s->next)
		s->next->prev = s->prev;
}

static struct slab *slab_create(uint32_t class)
{
	struct slab *s = page_alloc(PAGE_ANYWHERE);
	size_t size = class_size[class];

	if (!s)
		return NULL;
	s->used = 0;
	s->class = class;
	s->free = NULL;
	for (size_t n = (PAGE_SIZE - sizeof(*s)) / size; n--;) {
		void **object = (void **)((char *)(s + 1) + n * size);

		*object = s->free;
		s->free = object;
	}
	list_add(s);
	return s;
}

void *mem_alloc(size_t size)
{
	uint32_t class;
	struct slab *s;
	void **object;

	if (size > MEM_MAX)
		return NULL;
	class = class_of(size);
	s = partial[class] ? partial[class] : slab_create(class);
	if (!s)
		return NULL;

	object = s->free;
	s->free = *object;
	s->used++;
	if (!s->free)
		list_remove(s);
	return memset(object, 0, size);
}

void mem_free(void *object)
{
	struct slab *s = (struct slab *)((uintptr_t)object & ~(uintptr_t)(PAGE_SIZE - 1));

	if (!object)
		return;
	if (!s->free)
		list_add(s);
	*(void **)object = s->free;
	s->free = object;
	if (!--s->used) {
		list_remove(s);
		page_free(s);
	}
}
