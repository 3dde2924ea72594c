/* SPDX-License-Identifier: MIT */
/* range.h - sets of numbers kept as ranges: free page frames, free addresses; see range.c. */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct range {
	uint64_t first;
	uint64_t count;		/* not 0 */
};

struct range_set {
	struct range *v;	/* sorted, disjoint, never adjacent */
	size_t n;
	size_t max;		/* room in v */
	int (*grow)(struct range_set *s);	/* make max larger, v may move; false: cannot. Or NULL */
};

uint64_t range_total(const struct range_set *s);

/* Is any of [first, first + count) there? */
int range_meets(const struct range_set *s, uint64_t first, uint64_t count);

/* Add, or take away, what of [first, first + count) is not, or is, there. False: no room for one
 * more range; then the set is as before. */
int range_add(struct range_set *s, uint64_t first, uint64_t count);
int range_remove(struct range_set *s, uint64_t first, uint64_t count);

/* Take `count` numbers in one piece, the first equal to `phase` modulo `align` (a power of two):
 * the lowest that fit. False: there is no such piece, or no room to note the split. */
int range_take(struct range_set *s, uint64_t count, uint64_t align, uint64_t phase, uint64_t *first);

/* Take the largest range, at most `max` of it. False: the set is empty. */
int range_take_largest(struct range_set *s, uint64_t max, struct range *out);
