/* SPDX-License-Identifier: MIT */
/*
 * slab.c - objects of one size, several to a page.
 *
 * A page starts with struct slab; the objects behind it are linked through their first word while
 * they are free. A page with a free object is in the cache's list; one without any used object goes
 * back to pages.c at once, so memory of destroyed objects is there for any use.
 */
#include "slab.h"
#include "assert.h"
#include "pages.h"
#include "string.h"

struct slab {
	struct list link;
	void *free;			/* first free object */
	unsigned used;
};

static struct slab *slab_create(struct slab_cache *c)
{
	struct slab *s = page_alloc();
	size_t ofs = ALIGN_UP(sizeof(*s), c->align);

	if (!s)
		return NULL;
	for (; ofs + c->size <= PAGE_SIZE; ofs += c->size) {
		void **obj = (void **)((char *)s + ofs);

		*obj = s->free;
		s->free = obj;
	}
	assert(s->free);
	list_add_head(&c->partial, &s->link);
	return s;
}

void *slab_alloc(struct slab_cache *c)
{
	struct slab *s;
	void *obj = NULL;

	spin_lock(&c->lock);
	s = list_is_empty(&c->partial) ? slab_create(c)
				       : list_entry(c->partial.next, struct slab, link);
	if (s) {
		obj = s->free;
		s->free = *(void **)obj;
		s->used++;
		if (!s->free)
			list_del(&s->link);
	}
	spin_unlock(&c->lock);
	return obj ? memset(obj, 0, c->size) : NULL;
}

void slab_free(struct slab_cache *c, void *obj)
{
	struct slab *s = (struct slab *)ALIGN_DOWN((uintptr_t)obj, PAGE_SIZE);

	spin_lock(&c->lock);
	assert(s->used);
	if (!s->free)
		list_add_head(&c->partial, &s->link);
	*(void **)obj = s->free;
	s->free = obj;
	if (!--s->used) {
		list_del(&s->link);
		page_free(s);
	}
	spin_unlock(&c->lock);
}
