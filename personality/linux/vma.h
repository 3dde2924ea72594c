/* SPDX-License-Identifier: MIT */
/* vma.h - the tree of mappings of one process; the rules are at the head of vma.c. */
#pragma once
#include "mm.h"

struct vma *vma_first(const struct vma_tree *tree);
struct vma *vma_next(const struct vma *v);
struct vma *vma_prev(const struct vma *v);

/* The mapping that contains addr, or else the first one above it; NULL: none. */
struct vma *vma_find(const struct vma_tree *tree, uint64_t addr);
/* The mapping that contains addr; NULL: none. */
struct vma *vma_at(const struct vma_tree *tree, uint64_t addr);

/* Put `v` in; it overlaps nothing. Take it out; it is the caller's then. */
void vma_insert(struct vma_tree *tree, struct vma *v);
void vma_remove(struct vma_tree *tree, struct vma *v);

/* Change the borders of a mapping; it still overlaps nothing. */
void vma_resize(struct vma *v, uint64_t start, uint64_t end);

/*
 * vma_gap - the highest address of `len` free bytes within [low, high), 0 if there are none.
 * The space of VMA_STACK_GUARD bytes below a stack is not free.
 */
#define VMA_STACK_GUARD	(256 * PAGE_SIZE)
uint64_t vma_gap(const struct vma_tree *tree, uint64_t len, uint64_t low, uint64_t high);

/* May these two, the second beginning where the first ends, be one? */
bool vma_can_merge(const struct vma *a, const struct vma *b);
