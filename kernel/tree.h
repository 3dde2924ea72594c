/* SPDX-License-Identifier: MIT */
/* tree.h - a binary search tree, the links inside the elements; the rules are at the head of tree.c. */
#pragma once
#include "types.h"

struct tree_node {
	struct tree_node *left, *right;
	uint64_t key;
	uint64_t prio;
};

struct tree {
	struct tree_node *root;
	uint64_t seed;
};

#define tree_entry(n, type, member) container_of(n, type, member)

void tree_insert(struct tree *t, struct tree_node *n, uint64_t key);
void tree_remove(struct tree *t, struct tree_node *n);
struct tree_node *tree_first(const struct tree *t);			/* NULL: empty */
struct tree_node *tree_at_or_below(const struct tree *t, uint64_t key);	/* NULL: none */
struct tree_node *tree_above(const struct tree *t, uint64_t key);	/* NULL: none */
