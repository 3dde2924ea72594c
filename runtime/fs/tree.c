/* SPDX-License-Identifier: MIT */
/*
 * tree.c - a radix tree: 64-bit keys, values are words other than 0.
 *
 * A node covers 6 bits of the key, the lowest nodes hold the values. The tree is as high as its
 * largest key needs; a node without entries does not exist. Each node knows which of its slots are
 * used, and which are full (below them no key is free), so the next used key and the smallest free
 * key are found in one descent. File pages, file ids, directory entries and pins are kept in these.
 *
 * Setting a key that has a value already, and clearing, never need memory. tree_set() takes all the
 * nodes that it needs before it changes the tree.
 */
#include "tree.h"

#include <stddef.h>

#include "mem.h"

#define BITS		6
#define SLOTS		64
#define HEIGHT_MAX	11		/* 11 * 6 bits cover 64 */
#define ALL		(~0ull)

struct tree_node {
	uint64_t used;			/* slots that are not 0 */
	uint64_t full;			/* slots below which every key has a value */
	uintptr_t slot[SLOTS];
};

static struct tree_node *node_of(uintptr_t slot)	{ return (struct tree_node *)slot; }
static unsigned shift_of(unsigned height)		{ return BITS * (height - 1); }

/* Slot for `key` in a node of height `height` (1: holds values). */
static unsigned slot_of(uint64_t key, unsigned height)
{
	return key >> shift_of(height) & (SLOTS - 1);
}

/* Levels that a tree with that key has at least. */
static unsigned height_of(uint64_t key)
{
	unsigned h = 0;

	while (key) {
		key >>= BITS;
		h++;
	}
	return h;
}

uintptr_t tree_get(const struct tree *t, uint64_t key)
{
	uintptr_t slot = t->root;

	if (height_of(key) > t->height)
		return 0;
	for (unsigned h = t->height; h && slot; h--)
		slot = node_of(slot)->slot[slot_of(key, h)];
	return slot;
}

/* ---- changing -------------------------------------------------------------------------------- */

static void free_list(struct tree_node *n)
{
	while (n) {
		struct tree_node *next = node_of(n->slot[0]);

		mem_free(n);
		n = next;
	}
}

/* `count` empty nodes, chained through slot 0. False: no memory, nothing taken. */
static bool alloc_list(unsigned count, struct tree_node **list)
{
	*list = NULL;
	while (count--) {
		struct tree_node *n = mem_alloc(sizeof(*n));

		if (!n) {
			free_list(*list);
			return false;
		}
		n->slot[0] = (uintptr_t)*list;
		*list = n;
	}
	return true;
}

static struct tree_node *take(struct tree_node **list)
{
	struct tree_node *n = *list;

	*list = node_of(n->slot[0]);
	n->slot[0] = 0;
	return n;
}

/* Nodes that do not exist yet on the way to `key`, in a tree made `height` high. */
static unsigned nodes_missing(const struct tree *t, uint64_t key, unsigned height)
{
	uintptr_t slot = t->root;
	unsigned h = height;

	if (!slot)
		return height;
	if (height > t->height)		/* new top nodes; the key lies in none of their slots 0 */
		return height - t->height + height - 1;
	while (h && slot) {
		slot = node_of(slot)->slot[slot_of(key, h)];
		h--;
	}
	return slot ? 0 : h;
}

static void put(struct tree_node *n, unsigned i, uintptr_t value, bool full)
{
	n->slot[i] = value;
	n->used |= 1ull << i;
	if (full)
		n->full |= 1ull << i;
}

static void raise(struct tree *t, unsigned height, struct tree_node **spare)
{
	if (!t->root) {
		t->height = height;
		return;
	}
	while (t->height < height) {
		struct tree_node *top = take(spare);

		put(top, 0, t->root, t->height ? node_of(t->root)->full == ALL : true);
		t->root = (uintptr_t)top;
		t->height++;
	}
}

/* A value was put into path[1]: tell the nodes above which of their slots have become full. */
static void mark_full(struct tree_node *const *path, uint64_t key, unsigned height)
{
	for (unsigned h = 2; h <= height && path[h - 1]->full == ALL; h++)
		path[h]->full |= 1ull << slot_of(key, h);
}

bool tree_set(struct tree *t, uint64_t key, uintptr_t value)
{
	unsigned height = height_of(key);
	struct tree_node *spare, *path[HEIGHT_MAX + 1];
	uintptr_t *slot;

	if (height < t->height)
		height = t->height;
	if (!alloc_list(nodes_missing(t, key, height), &spare))
		return false;

	raise(t, height, &spare);
	slot = &t->root;
	for (unsigned h = height; h; h--) {
		if (!*slot) {
			*slot = (uintptr_t)take(&spare);
			if (h < height)
				path[h + 1]->used |= 1ull << slot_of(key, h + 1);
		}
		path[h] = node_of(*slot);
		slot = &path[h]->slot[slot_of(key, h)];
	}
	if (height) {
		put(path[1], slot_of(key, 1), value, true);
		mark_full(path, key, height);
	} else {
		t->root = value;
	}
	return true;
}

/* Make the tree as low as its largest key allows. */
static void lower(struct tree *t)
{
	while (t->height && t->root && node_of(t->root)->used == 1) {
		struct tree_node *top = node_of(t->root);

		t->root = top->slot[0];
		t->height--;
		mem_free(top);
	}
	if (!t->root)
		t->height = 0;
}

uintptr_t tree_clear(struct tree *t, uint64_t key)
{
	struct tree_node *path[HEIGHT_MAX + 1];
	uintptr_t value = t->root;
	unsigned h;

	if (height_of(key) > t->height)
		return 0;
	for (h = t->height; h && value; h--) {
		path[h] = node_of(value);
		value = path[h]->slot[slot_of(key, h)];
	}
	if (!value)
		return 0;

	for (h = 1; h <= t->height; h++) {
		uint64_t bit = 1ull << slot_of(key, h);

		path[h]->slot[slot_of(key, h)] = 0;
		path[h]->used &= ~bit;
		path[h]->full &= ~bit;
		if (path[h]->used)
			break;
		mem_free(path[h]);
	}
	if (h > t->height)
		t->root = 0;
	for (h++; h <= t->height; h++)
		path[h]->full &= ~(1ull << slot_of(key, h));
	lower(t);
	return value;
}

/* ---- searching ------------------------------------------------------------------------------- */

uint64_t tree_free_key(const struct tree *t)
{
	uintptr_t slot = t->root;
	uint64_t key = 0;

	if (!t->height)
		return slot ? 1 : 0;
	if (node_of(slot)->full == ALL)
		return 1ull << BITS * t->height;
	for (unsigned h = t->height; h && slot; h--) {
		unsigned i = __builtin_ctzll(~node_of(slot)->full);

		key |= (uint64_t)i << shift_of(h);
		slot = node_of(slot)->slot[i];
	}
	return key;
}

/* Keys below one slot of a node of that height. */
static uint64_t below_mask(unsigned height)
{
	return (1ull << shift_of(height)) - 1;
}

static uintptr_t next_in(uintptr_t slot, unsigned h, uint64_t *key)
{
	const struct tree_node *n = node_of(slot);
	unsigned start = slot_of(*key, h);

	for (uint64_t left = n->used & ALL << start; left; left &= left - 1) {
		unsigned i = __builtin_ctzll(left);
		uint64_t prefix = *key & ~(below_mask(h) | (uint64_t)(SLOTS - 1) << shift_of(h));
		uint64_t k = i == start ? *key : prefix | (uint64_t)i << shift_of(h);
		uintptr_t value = h == 1 ? n->slot[i] : next_in(n->slot[i], h - 1, &k);

		if (value) {
			*key = k;
			return value;
		}
	}
	return 0;
}

static uintptr_t prev_in(uintptr_t slot, unsigned h, uint64_t *key)
{
	const struct tree_node *n = node_of(slot);
	unsigned start = slot_of(*key, h);
	uint64_t left = n->used & ALL >> (SLOTS - 1 - start);

	while (left) {
		unsigned i = SLOTS - 1 - __builtin_clzll(left);
		uint64_t prefix = *key & ~(below_mask(h) | (uint64_t)(SLOTS - 1) << shift_of(h));
		uint64_t k = i == start ? *key : prefix | (uint64_t)i << shift_of(h) | below_mask(h);
		uintptr_t value = h == 1 ? n->slot[i] : prev_in(n->slot[i], h - 1, &k);

		if (value) {
			*key = k;
			return value;
		}
		left &= ~(1ull << i);
	}
	return 0;
}

uintptr_t tree_next(const struct tree *t, uint64_t *key)
{
	if (!t->root || height_of(*key) > t->height)
		return 0;
	return t->height ? next_in(t->root, t->height, key) : t->root;
}

uintptr_t tree_prev(const struct tree *t, uint64_t *key)
{
	if (!t->root)
		return 0;
	if (height_of(*key) > t->height)
		*key = t->height ? ((1ull << BITS * t->height) - 1) : 0;
	return t->height ? prev_in(t->root, t->height, key) : t->root;
}
