/* SPDX-License-Identifier: MIT */
/*
 * tree.c - treap: a search tree by key, and a heap by a random number of each node, which keeps it
 * about log n deep whatever order the keys come in.
 *
 * Equal keys are allowed; they are ordered by the node's address. No allocation, no recursion. The
 * user does the locking, and knows which tree a node is in.
 */
#include "tree.h"

static bool before(const struct tree_node *n, uint64_t key, const struct tree_node *at)
{
	return n->key < key || (n->key == key && n < at);
}

static uint64_t next_random(struct tree *t)
{
	t->seed ^= t->seed << 13;
	t->seed ^= t->seed >> 7;
	t->seed ^= t->seed << 17;
	return t->seed;
}

void tree_insert(struct tree *t, struct tree_node *n, uint64_t key)
{
	struct tree_node **link = &t->root, *rest;
	struct tree_node **less = &n->left, **more = &n->right;

	if (!t->seed)
		t->seed = (uintptr_t)t | 1;
	n->key = key;
	n->prio = next_random(t);
	while (*link && (*link)->prio >= n->prio)
		link = before(*link, key, n) ? &(*link)->right : &(*link)->left;

	/* n takes this place; what hung here is split into what is before n and what is after it. */
	rest = *link;
	*link = n;
	while (rest) {
		if (before(rest, key, n)) {
			*less = rest;
			less = &rest->right;
			rest = rest->right;
		} else {
			*more = rest;
			more = &rest->left;
			rest = rest->left;
		}
	}
	*less = *more = NULL;
}

void tree_remove(struct tree *t, struct tree_node *n)
{
	struct tree_node **link = &t->root, *l = n->left, *r = n->right;

	while (*link != n)
		link = before(*link, n->key, n) ? &(*link)->right : &(*link)->left;
	while (l && r) {
		if (l->prio >= r->prio) {
			*link = l;
			link = &l->right;
			l = l->right;
		} else {
			*link = r;
			link = &r->left;
			r = r->left;
		}
	}
	*link = l ? l : r;
}

struct tree_node *tree_first(const struct tree *t)
{
	struct tree_node *n = t->root;

	while (n && n->left)
		n = n->left;
	return n;
}

struct tree_node *tree_at_or_below(const struct tree *t, uint64_t key)
{
	struct tree_node *n = t->root, *best = NULL;

	while (n) {
		if (n->key <= key) {
			best = n;
			n = n->right;
		} else {
			n = n->left;
		}
	}
	return best;
}

struct tree_node *tree_above(const struct tree *t, uint64_t key)
{
	struct tree_node *n = t->root, *best = NULL;

	while (n) {
		if (n->key > key) {
			best = n;
			n = n->left;
		} else {
			n = n->right;
		}
	}
	return best;
}
