/* SPDX-License-Identifier: MIT */
/*
 * vma.c - the tree of mappings of one process.
 *
 * An AVL tree by address. Mappings never overlap and are never empty. Each node knows the free space
 * right below it (gap) and the largest such space in its subtree (max_gap), so that a place for a
 * new mapping is found in logarithmic time. The space above the last mapping belongs to no node;
 * vma_gap() looks at it first.
 */
#include "vma.h"

static inline int height(const struct vma *v)		{ return v ? v->height : 0; }
static inline uint64_t max_gap(const struct vma *v)	{ return v ? v->max_gap : 0; }
static inline uint64_t max_u64(uint64_t a, uint64_t b)	{ return a > b ? a : b; }
static inline uint64_t min_u64(uint64_t a, uint64_t b)	{ return a < b ? a : b; }

static void update(struct vma *v)
{
	int l = height(v->left), r = height(v->right);

	v->height = (l > r ? l : r) + 1;
	v->max_gap = max_u64(v->gap, max_u64(max_gap(v->left), max_gap(v->right)));
}

/* Put `v` where `old` hung below its parent. */
static void replace_child(struct vma_tree *tree, struct vma *old, struct vma *v)
{
	struct vma *parent = old->parent;

	if (!parent)
		tree->root = v;
	else if (parent->left == old)
		parent->left = v;
	else
		parent->right = v;
	if (v)
		v->parent = parent;
}

static struct vma *rotate_left(struct vma_tree *tree, struct vma *v)
{
	struct vma *r = v->right;

	replace_child(tree, v, r);
	v->right = r->left;
	if (v->right)
		v->right->parent = v;
	r->left = v;
	v->parent = r;
	update(v);
	update(r);
	return r;
}

static struct vma *rotate_right(struct vma_tree *tree, struct vma *v)
{
	struct vma *l = v->left;

	replace_child(tree, v, l);
	v->left = l->right;
	if (v->left)
		v->left->parent = v;
	l->right = v;
	v->parent = l;
	update(v);
	update(l);
	return l;
}

static struct vma *balance(struct vma_tree *tree, struct vma *v)
{
	int lean = height(v->left) - height(v->right);

	if (lean > 1) {
		if (height(v->left->left) < height(v->left->right))
			rotate_left(tree, v->left);
		return rotate_right(tree, v);
	}
	if (lean < -1) {
		if (height(v->right->right) < height(v->right->left))
			rotate_right(tree, v->right);
		return rotate_left(tree, v);
	}
	return v;
}

/* Heights and gaps from `v` up to the root, which changes below it have put out of date. */
static void rebalance(struct vma_tree *tree, struct vma *v)
{
	for (; v; v = v->parent) {
		update(v);
		v = balance(tree, v);
	}
}

static void update_gap(struct vma *v)
{
	struct vma *below = vma_prev(v);

	v->gap = v->start - (below ? below->end : 0);
	for (; v; v = v->parent)
		update(v);
}

struct vma *vma_first(const struct vma_tree *tree)
{
	struct vma *v = tree->root;

	while (v && v->left)
		v = v->left;
	return v;
}

struct vma *vma_next(const struct vma *v)
{
	if (v->right) {
		for (v = v->right; v->left; v = v->left)
			;
		return (struct vma *)v;
	}
	while (v->parent && v->parent->right == v)
		v = v->parent;
	return v->parent;
}

struct vma *vma_prev(const struct vma *v)
{
	if (v->left) {
		for (v = v->left; v->right; v = v->right)
			;
		return (struct vma *)v;
	}
	while (v->parent && v->parent->left == v)
		v = v->parent;
	return v->parent;
}

struct vma *vma_find(const struct vma_tree *tree, uint64_t addr)
{
	struct vma *v = tree->root, *found = NULL;

	while (v) {
		if (v->end > addr) {
			found = v;
			v = v->left;
		} else {
			v = v->right;
		}
	}
	return found;
}

struct vma *vma_at(const struct vma_tree *tree, uint64_t addr)
{
	struct vma *v = vma_find(tree, addr);

	return v && v->start <= addr ? v : NULL;
}

void vma_insert(struct vma_tree *tree, struct vma *v)
{
	struct vma **link = &tree->root, *parent = NULL, *above;

	while (*link) {
		parent = *link;
		link = v->start < parent->start ? &parent->left : &parent->right;
	}
	*link = v;
	v->parent = parent;
	v->left = v->right = NULL;
	tree->count++;

	above = vma_next(v);
	update_gap(v);
	if (above)
		update_gap(above);
	rebalance(tree, v);
}

void vma_remove(struct vma_tree *tree, struct vma *v)
{
	struct vma *above = vma_next(v), *from;

	if (v->left && v->right) {
		/* `above` is the leftmost of the right subtree: it takes v's place. */
		from = above->parent == v ? above : above->parent;
		replace_child(tree, above, above->right);
		above->left = v->left;
		above->left->parent = above;
		above->right = v->right;
		if (above->right)
			above->right->parent = above;
		replace_child(tree, v, above);
	} else {
		from = v->parent;
		replace_child(tree, v, v->left ? v->left : v->right);
	}
	tree->count--;
	rebalance(tree, from);
	if (above)
		update_gap(above);
}

void vma_resize(struct vma *v, uint64_t start, uint64_t end)
{
	struct vma *above;

	v->start = start;
	v->end = end;
	update_gap(v);
	above = vma_next(v);
	if (above)
		update_gap(above);
}

/* The highest `len` bytes of the part of [from, to) that lies in [low, high); 0: too small. */
static uint64_t place(uint64_t from, uint64_t to, uint64_t len, uint64_t low, uint64_t high)
{
	from = max_u64(from, low);
	to = min_u64(to, high);
	return to > from && to - from >= len ? to - len : 0;
}

static uint64_t gap_below(const struct vma *v, uint64_t len, uint64_t low, uint64_t high)
{
	uint64_t guard = v->flags & VMA_GROWSDOWN ? VMA_STACK_GUARD : 0;

	if (v->gap <= guard)
		return 0;
	return place(v->start - v->gap, v->start - guard, len, low, high);
}

static uint64_t search(const struct vma *v, uint64_t len, uint64_t low, uint64_t high)
{
	uint64_t addr;

	if (!v || v->max_gap < len)
		return 0;
	if (v->end < high) {
		addr = search(v->right, len, low, high);
		if (addr)
			return addr;
	}
	addr = gap_below(v, len, low, high);
	if (addr)
		return addr;
	return v->start - v->gap > low ? search(v->left, len, low, high) : 0;
}

uint64_t vma_gap(const struct vma_tree *tree, uint64_t len, uint64_t low, uint64_t high)
{
	const struct vma *last = tree->root;
	uint64_t addr;

	while (last && last->right)
		last = last->right;
	addr = place(last ? last->end : 0, high, len, low, high);
	return addr ? addr : search(tree->root, len, low, high);
}

bool vma_can_merge(const struct vma *a, const struct vma *b)
{
	if (a->end != b->start || a->prot != b->prot || a->flags != b->flags || a->file != b->file)
		return false;
	return !a->file || a->pgoff + (a->end - a->start) / PAGE_SIZE == b->pgoff;
}
