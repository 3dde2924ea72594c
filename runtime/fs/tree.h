/* SPDX-License-Identifier: MIT */
/* tree.h - a map from 64-bit numbers to words; the rules of use are at the head of tree.c. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct tree {
	uintptr_t root;		/* height 0: the value of key 0; else a struct tree_node; 0: empty */
	unsigned height;	/* levels of nodes */
};

uintptr_t tree_get(const struct tree *t, uint64_t key);		/* 0: nothing there */
bool tree_set(struct tree *t, uint64_t key, uintptr_t value);	/* value not 0; false: no memory */
uintptr_t tree_clear(struct tree *t, uint64_t key);		/* what was there */
uint64_t tree_free_key(const struct tree *t);			/* the smallest key without a value */

/* The value with the smallest key from *key on, or the largest up to *key; *key becomes that key.
 * 0: none. */
uintptr_t tree_next(const struct tree *t, uint64_t *key);
uintptr_t tree_prev(const struct tree *t, uint64_t *key);
