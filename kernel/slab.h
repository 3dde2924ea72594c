/* SPDX-License-Identifier: MIT */
/* slab.h - objects smaller than a page; the rules are at the head of slab.c. */
#pragma once
#include "list.h"
#include "spinlock.h"

struct slab_cache {
	size_t size;			/* I  bytes of an object, a multiple of `align` */
	size_t align;			/* I  a power of two, at least 8 */
	struct spinlock lock;
	struct list partial;		/* lock  pages with a free object */
};

#define SLAB_CACHE(name, bytes, alignment) \
	{ .size = ALIGN_UP((size_t)(bytes), (size_t)(alignment)), .align = (alignment), \
	  .partial = { &(name).partial, &(name).partial } }

void *slab_alloc(struct slab_cache *c);		/* zeroed; NULL: kernel memory exhausted */
void slab_free(struct slab_cache *c, void *obj);
