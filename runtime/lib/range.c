/* SPDX-License-Identifier: MIT */
/*
 * range.c - sets of numbers kept as a sorted array of ranges.
 *
 * Neighbours are merged, so the array is as long as the set has gaps. Numbers are below 2^63: no
 * sum wraps. No locking: whoever owns the set guards it. Taking or adding may need room for one
 * more range; without room the set is left as it was and the caller is told.
 */
#include "range.h"

#include <string.h>

uint64_t range_total(const struct range_set *s)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < s->n; i++)
		sum += s->v[i].count;
	return sum;
}

static uint64_t end_of(const struct range *r)
{
	return r->first + r->count;
}

/* Index of the first range that ends at or behind x. */
static size_t find(const struct range_set *s, uint64_t x)
{
	size_t lo = 0, hi = s->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (end_of(&s->v[mid]) < x)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

int range_meets(const struct range_set *s, uint64_t first, uint64_t count)
{
	size_t i = find(s, first + 1);

	return count && i < s->n && s->v[i].first < first + count;
}

static int have_room(struct range_set *s)
{
	return s->n < s->max || (s->grow && s->grow(s));
}

static void insert_at(struct range_set *s, size_t i, struct range r)
{
	memmove(&s->v[i + 1], &s->v[i], (s->n - i) * sizeof(r));
	s->v[i] = r;
	s->n++;
}

static void delete_at(struct range_set *s, size_t i, size_t n)
{
	memmove(&s->v[i], &s->v[i + n], (s->n - i - n) * sizeof(*s->v));
	s->n -= n;
}

int range_add(struct range_set *s, uint64_t first, uint64_t count)
{
	uint64_t end = first + count;
	size_t i, last;

	if (!count)
		return 1;
	if (!have_room(s))
		return 0;

	i = find(s, first);
	for (last = i; last < s->n && s->v[last].first <= end; last++) {
		if (s->v[last].first < first)
			first = s->v[last].first;
		if (end_of(&s->v[last]) > end)
			end = end_of(&s->v[last]);
	}
	delete_at(s, i, last - i);
	insert_at(s, i, (struct range){ first, end - first });
	return 1;
}

int range_remove(struct range_set *s, uint64_t first, uint64_t count)
{
	uint64_t end = first + count;

	if (!count)
		return 1;
	if (!have_room(s))
		return 0;

	for (size_t i = find(s, first); i < s->n && s->v[i].first < end;) {
		struct range r = s->v[i];

		delete_at(s, i, 1);
		if (r.first < first && end_of(&r) > r.first) {
			uint64_t left = (end_of(&r) < first ? end_of(&r) : first) - r.first;

			insert_at(s, i++, (struct range){ r.first, left });
		}
		if (end_of(&r) > end)
			insert_at(s, i++, (struct range){ end, end_of(&r) - end });
	}
	return 1;
}

int range_take(struct range_set *s, uint64_t count, uint64_t align, uint64_t phase, uint64_t *first)
{
	for (size_t i = 0; i < s->n; i++) {
		uint64_t start = s->v[i].first + ((phase - s->v[i].first) & (align - 1));

		if (start >= end_of(&s->v[i]) || end_of(&s->v[i]) - start < count)
			continue;
		if (!range_remove(s, start, count))
			return 0;
		*first = start;
		return 1;
	}
	return 0;
}

int range_take_largest(struct range_set *s, uint64_t max, struct range *out)
{
	size_t best = 0;

	if (!s->n)
		return 0;
	for (size_t i = 1; i < s->n; i++)
		if (s->v[i].count > s->v[best].count)
			best = i;

	*out = s->v[best];
	if (out->count > max)
		out->count = max;
	s->v[best].first += out->count;		/* from its start: no room is needed */
	s->v[best].count -= out->count;
	if (!s->v[best].count)
		delete_at(s, best, 1);
	return 1;
}
