/* SPDX-License-Identifier: MIT */
/* sources: kernel/tree.c */
/* test_tree.c - the treap against a sorted array, with random insertions and removals. */
#include "kernel/tree.h"
#include <stdlib.h>
#include "tests/unit/tap.h"

#define NODES	400
#define STEPS	20000
#define KEYS	300		/* fewer than nodes: some keys are there twice */

static struct tree_node nodes[NODES];
static bool in[NODES];

static unsigned depth(const struct tree_node *n)
{
	unsigned l, r;

	if (!n)
		return 0;
	l = depth(n->left);
	r = depth(n->right);
	return 1 + (l > r ? l : r);
}

static unsigned count(const struct tree_node *n)
{
	return n ? 1 + count(n->left) + count(n->right) : 0;
}

/* What the three searches must find, out of the array. */
static bool agrees(const struct tree *t, uint64_t key)
{
	const struct tree_node *first = NULL, *below = NULL, *above = NULL;
	struct tree_node *n;

	for (unsigned i = 0; i < NODES; i++) {
		if (!in[i])
			continue;
		if (!first || nodes[i].key < first->key)
			first = &nodes[i];
		if (nodes[i].key <= key && (!below || nodes[i].key > below->key))
			below = &nodes[i];
		if (nodes[i].key > key && (!above || nodes[i].key < above->key))
			above = &nodes[i];
	}
	n = tree_first(t);
	if (!n != !first || (n && n->key != first->key))
		return false;
	n = tree_at_or_below(t, key);
	if (!n != !below || (n && n->key != below->key))
		return false;
	n = tree_above(t, key);
	return !n == !above && (!n || n->key == above->key);
}

static void random_steps(void)
{
	struct tree t = { 0 };
	bool good = true, counted = true;
	unsigned here = 0;

	srand(1);
	for (unsigned s = 0; s < STEPS; s++) {
		unsigned i = rand() % NODES;

		if (in[i])
			tree_remove(&t, &nodes[i]);
		else
			tree_insert(&t, &nodes[i], rand() % KEYS);
		here += in[i] ? -1 : 1;
		in[i] = !in[i];
		good = good && agrees(&t, rand() % (KEYS + 2));
		counted = counted && (s % 64 || count(t.root) == here);
	}
	ok(good, "first, at or below, above agree with a sorted array");
	ok(counted, "nothing is lost or kept");
}

static void stays_flat(void)
{
	static struct tree_node many[4096];
	struct tree t = { 0 };

	for (unsigned i = 0; i < 4096; i++)
		tree_insert(&t, &many[i], i);
	ok(depth(t.root) < 60, "ascending keys do not make a list: depth %u", depth(t.root));
	for (unsigned i = 0; i < 4096; i++)
		tree_remove(&t, tree_first(&t));
	ok(!t.root && !tree_first(&t), "empty again");
}

int main(void)
{
	random_steps();
	stays_flat();
	return done();
}
