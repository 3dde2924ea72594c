/* SPDX-License-Identifier: MIT */
/* sources: personality/linux/vma.c */
/* test_vma.c - the tree of mappings against a plain list, over many random changes. */
#include "personality/linux/vma.h"

#include <stdlib.h>
#include <string.h>

#include "../tap.h"

#define SLOTS	64			/* mappings at most */
#define SPACE	1024			/* pages they lie in */
#define STEPS	20000

static struct vma_tree tree;
static struct vma *model[SLOTS];
static unsigned model_count;

static uint64_t at(uint64_t page)	{ return page * PAGE_SIZE; }

/* The tree's shape, heights and gaps are as the head of vma.c says. */
static int check_node(const struct vma *v, uint64_t *max_gap)
{
	uint64_t left_gap = 0, right_gap = 0, max;
	int l, r;

	*max_gap = 0;
	if (!v)
		return 0;
	if ((v->left && v->left->parent != v) || (v->right && v->right->parent != v))
		return -1000;
	l = check_node(v->left, &left_gap);
	r = check_node(v->right, &right_gap);
	max = v->gap > left_gap ? v->gap : left_gap;
	max = max > right_gap ? max : right_gap;
	*max_gap = max;
	if (l < 0 || r < 0 || l - r > 1 || r - l > 1 || v->max_gap != max)
		return -1000;
	return (l > r ? l : r) + 1;
}

static bool is_sound(void)
{
	uint64_t gap, end = 0;
	unsigned n = 0;

	if (check_node(tree.root, &gap) < 0 || (tree.root && tree.root->parent))
		return false;
	for (struct vma *v = vma_first(&tree); v; v = vma_next(v)) {
		if (v->start < end || v->gap != v->start - end)
			return false;
		if (vma_prev(v) && vma_next(vma_prev(v)) != v)
			return false;
		end = v->end;
		n++;
	}
	return n == tree.count && n == model_count;
}

static bool model_is_free(uint64_t start, uint64_t end)
{
	for (unsigned i = 0; i < model_count; i++)
		if (model[i]->start < end && start < model[i]->end)
			return false;
	return true;
}

static struct vma *model_find(uint64_t addr)
{
	struct vma *best = NULL;

	for (unsigned i = 0; i < model_count; i++)
		if (model[i]->end > addr && (!best || model[i]->start < best->start))
			best = model[i];
	return best;
}

static uint64_t model_gap(uint64_t len, uint64_t low, uint64_t high)
{
	for (uint64_t a = high - len; a >= low && a + len <= high; a -= PAGE_SIZE) {
		if (model_is_free(a, a + len))
			return a;
		if (a == low)
			break;
	}
	return 0;
}

static void step(void)
{
	uint64_t start = at(1 + random() % SPACE), end = start + at(1 + random() % 16);
	struct vma *v;
	unsigned i;

	if (model_count < SLOTS && random() % 5 < 3 && model_is_free(start, end)) {
		v = calloc(1, sizeof(*v));
		v->start = start;
		v->end = end;
		vma_insert(&tree, v);
		model[model_count++] = v;
	} else if (model_count && random() % 2) {
		i = random() % model_count;
		vma_remove(&tree, model[i]);
		free(model[i]);
		model[i] = model[--model_count];
	} else if (model_count) {
		v = model[random() % model_count];
		if (v->end - v->start > PAGE_SIZE)
			vma_resize(v, v->start + (random() % 2) * PAGE_SIZE, v->end);
	}
}

static void random_changes(void)
{
	bool sound = true, found = true, gaps = true;

	for (unsigned n = 0; n < STEPS; n++) {
		uint64_t addr = at(random() % SPACE), len = at(1 + random() % 32);
		uint64_t low = at(1 + random() % 100), high = at(SPACE / 2 + random() % SPACE);

		step();
		sound &= is_sound();
		found &= vma_find(&tree, addr) == model_find(addr);
		gaps &= vma_gap(&tree, len, low, high) == model_gap(len, low, high);
	}
	ok(sound, "the tree stays sorted, balanced, and its gaps true");
	ok(found, "vma_find finds what a list finds");
	ok(gaps, "vma_gap finds the highest place that is free");
}

static void stack_guard(void)
{
	struct vma_tree t = { 0 };
	struct vma stack = { .start = at(4096), .end = at(4100), .flags = VMA_GROWSDOWN };

	vma_insert(&t, &stack);
	ok(vma_gap(&t, at(1), at(1), at(4096)) == at(4096) - VMA_STACK_GUARD - at(1),
	   "nothing is placed right below a stack");
	ok(vma_gap(&t, at(1), at(4096) - VMA_STACK_GUARD, at(4096)) == 0, "nor within its guard");
}

static void merging(void)
{
	struct file *file = (struct file *)&tree;
	struct vma a = { .start = at(1), .end = at(3), .prot = 1 };
	struct vma b = { .start = at(3), .end = at(4), .prot = 1 };

	ok(vma_can_merge(&a, &b), "neighbours that are alike can be one");
	b.prot = 3;
	ok(!vma_can_merge(&a, &b), "not with other rights");
	b = (struct vma){ .start = at(4), .end = at(5), .prot = 1 };
	ok(!vma_can_merge(&a, &b), "not with space between them");
	a.file = b.file = file;
	b.start = at(3);
	b.pgoff = 2;
	ok(vma_can_merge(&a, &b), "parts of a file that follow each other");
	b.pgoff = 3;
	ok(!vma_can_merge(&a, &b), "not those that do not");
}

int main(void)
{
	srandom(1);
	random_changes();
	stack_guard();
	merging();
	while (model_count)
		free(model[--model_count]);
	return done();
}
