/* SPDX-License-Identifier: MIT */
/* sources: runtime/lib/range.c */
/* Sets of ranges against a bitmap that does the same. */
#include <stdlib.h>
#include <string.h>

#include "runtime/lib/range.h"
#include "tests/unit/tap.h"

#define N	512

static struct range room[N];
static struct range_set set = { room, 0, N, NULL };
static char map[N];

static bool same(void)
{
	char now[N] = { 0 };

	for (size_t i = 0; i < set.n; i++) {
		if (!set.v[i].count || (i && set.v[i - 1].first + set.v[i - 1].count >= set.v[i].first))
			return false;		/* empty, unsorted, or not merged */
		memset(now + set.v[i].first, 1, set.v[i].count);
	}
	return !memcmp(now, map, N);
}

static void test_random(void)
{
	bool fine = true, taken = true;

	srand(1);
	for (int i = 0; i < 20000 && fine; i++) {
		uint64_t first = rand() % N, count = rand() % (N - first) % 40;
		uint64_t align = 1ull << rand() % 5, phase = rand() % 64;

		switch (rand() % 4) {
		case 0:
			fine &= range_add(&set, first, count);
			memset(map + first, 1, count);
			break;
		case 1:
			fine &= range_remove(&set, first, count);
			memset(map + first, 0, count);
			break;
		case 2:
			if (count && range_take(&set, count, align, phase, &first)) {
				taken &= (first - phase) % align == 0 &&
					 !memchr(map + first, 0, count);
				memset(map + first, 0, count);
			}
			break;
		case 3: {
			struct range r;

			if (rand() % 8 == 0 && count && range_take_largest(&set, count, &r))
				memset(map + r.first, 0, r.count);
			break;
		}
		}
		fine &= same() && range_meets(&set, first, count) == (memchr(map + first, 1, count) != NULL);
	}
	ok(fine, "20000 random operations give what a bitmap gives");
	ok(taken, "what is taken was there, at the right place");
}

static void test_full(void)
{
	struct range two[2];
	struct range_set s = { two, 0, 2, NULL };
	uint64_t first;

	ok(range_add(&s, 10, 10) && range_add(&s, 30, 10), "two ranges fit into two");
	ok(!range_remove(&s, 12, 2) && s.n == 2 && two[0].count == 10, "a split without room is refused");
	ok(!range_take(&s, 2, 4, 0, &first) && range_total(&s) == 20, "also when taking from the middle");
	ok(!range_take(&s, 11, 1, 0, &first), "no piece is larger than the largest");
}

int main(void)
{
	test_random();
	test_full();
	return done();
}
