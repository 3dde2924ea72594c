/* SPDX-License-Identifier: MIT */
/* sources: runtime/fs/tree.c tests/unit/fs/mem_host.c tests/unit/fs/env_host.c */
/* test_tree.c - the radix tree against a plain table, with allocations that fail. */
#include <stdlib.h>
#include <string.h>

#include "runtime/fs/tree.h"
#include "tests/unit/fs/env_host.h"
#include "tests/unit/tap.h"

#define KEYS	5000

static uintptr_t model[KEYS];

static uint64_t model_free_key(void)
{
	uint64_t k = 0;

	while (k < KEYS && model[k])
		k++;
	return k;
}

static bool same_neighbours(const struct tree *t, uint64_t key)
{
	uint64_t next = key, prev = key, n = key;
	int64_t p = key;
	uintptr_t up = tree_next(t, &next), down = tree_prev(t, &prev);

	while (n < KEYS && !model[n])
		n++;
	while (p >= 0 && !model[p])
		p--;
	if (n == KEYS ? up != 0 : (up != model[n] || next != n))
		return false;
	return p < 0 ? down == 0 : (down == model[p] && prev == (uint64_t)p);
}

/* Random operations; `dense`: how many of 8 set a value. */
static bool random_ops(struct tree *t, unsigned count, unsigned dense, uint64_t range)
{
	while (count--) {
		uint64_t key = (uint64_t)rand() % range;
		uintptr_t value = (uintptr_t)rand() + 1;

		env_fail_at(rand() % 8 ? 0 : 1 + rand() % 4);
		if ((unsigned)rand() % 8 >= dense) {
			if (tree_clear(t, key) != model[key])
				return false;
			model[key] = 0;
		} else if (tree_set(t, key, value)) {
			model[key] = value;
		} else if (!env_failed() || model[key]) {
			return false;
		}
		env_fail_at(0);
		key = (uint64_t)rand() % range;
		if (tree_get(t, key) != model[key] || !same_neighbours(t, key))
			return false;
		if (tree_free_key(t) != model_free_key())
			return false;
	}
	return true;
}

static void check_model(void)
{
	static const uint64_t ranges[] = { 1, 2, 64, 65, 200, 4096, KEYS };
	struct tree t = { 0 };

	for (unsigned r = 0; r < sizeof(ranges) / sizeof(ranges[0]); r++) {
		ok(random_ops(&t, 1500, 6, ranges[r]), "filling, keys below %d", (int)ranges[r]);
		ok(random_ops(&t, 1500, 2, ranges[r]), "emptying, keys below %d", (int)ranges[r]);
	}
	for (uint64_t k = 0; k < KEYS; k++)
		tree_clear(&t, k);
	ok(!t.root && !t.height && !env_objects, "an empty tree holds no memory");
}

static void check_extremes(void)
{
	struct tree t = { 0 };
	uint64_t key = 1;

	ok(tree_set(&t, UINT64_MAX, 7) && tree_set(&t, 0, 5), "the smallest and the largest key");
	ok(tree_next(&t, &key) == 7 && key == UINT64_MAX, "next of 1 is the largest");
	key = UINT64_MAX - 1;
	ok(tree_prev(&t, &key) == 5 && key == 0, "the one before the largest is 0");
	ok(tree_free_key(&t) == 1, "1 is free");
	ok(tree_clear(&t, UINT64_MAX) == 7 && !t.height, "the tree becomes low again");
	ok(tree_clear(&t, 0) == 5 && !env_objects, "and is gone");
	key = 0;
	ok(!tree_next(&t, &key) && !tree_prev(&t, &key) && !tree_clear(&t, 9), "nothing is found");
}

static void check_dense(void)
{
	struct tree t = { 0 };
	bool good = true;

	for (uint64_t k = 0; k < 70000 && good; k++)
		good = tree_free_key(&t) == k && tree_set(&t, k, k + 1);
	ok(good, "the smallest free key of a dense tree is the one behind it");
	tree_clear(&t, 12345);
	ok(tree_free_key(&t) == 12345, "or the hole in it");
	for (uint64_t k = 0; k < 70000; k++)
		tree_clear(&t, k);
	ok(!env_objects, "no memory is left over");
}

int main(void)
{
	check_model();
	check_extremes();
	check_dense();
	return done();
}
