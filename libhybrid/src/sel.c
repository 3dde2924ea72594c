/* SPDX-License-Identifier: MIT */
/*
 * sel.c - the allocator of selectors.
 *
 * A bitmap, one bit a selector from CAPS_FREE on; a set bit is in use. A range never crosses a word
 * of the map, and words are changed by compare-and-swap, so there is no lock and no order of locks.
 * The search begins where the last one succeeded: a selector is reused late, which keeps mistakes
 * visible, and low pages of the object space fill first (ABI reference 4.7).
 */
#include <hedron/hybrid.h>

#define WORDS	(HEDRON_SEL_COUNT / 64)

static uint64_t used[WORDS];
static unsigned next;		/* word where to begin; a hint, races are harmless */

/* Selector of bit 0 of the map: a multiple of 64, so that a range's alignment is its bit's. */
static cap_sel first_sel(void)
{
	return (hedron_caps() + CAPS_FREE + 63) & ~63ull;
}

static uint64_t range_mask(unsigned order)
{
	return order == 6 ? ~0ull : (1ull << (1u << order)) - 1;
}

/* Take an aligned range from one word. Returns its bit, or 64 if there is none. */
static unsigned take(uint64_t *word, unsigned order)
{
	uint64_t old = __atomic_load_n(word, __ATOMIC_RELAXED);
	unsigned bit = 0;

	while (bit < 64) {
		uint64_t mask = range_mask(order) << bit;

		if (old & mask)
			bit += 1u << order;
		else if (__atomic_compare_exchange_n(word, &old, old | mask, false,
						     __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
			return bit;
		else
			bit = 0;	/* `old` is new: look again from the start */
	}
	return 64;
}

cap_sel hedron_sel_alloc(unsigned order)
{
	unsigned start = __atomic_load_n(&next, __ATOMIC_RELAXED);

	if (order > HEDRON_SEL_ORDER_MAX)
		return HEDRON_NO_SEL;

	for (unsigned i = 0; i < WORDS; i++) {
		unsigned w = (start + i) % WORDS;
		unsigned bit = take(&used[w], order);

		if (bit < 64) {
			__atomic_store_n(&next, w, __ATOMIC_RELAXED);
			return first_sel() + w * 64 + bit;
		}
	}
	return HEDRON_NO_SEL;
}

void hedron_sel_free(cap_sel sel, unsigned order)
{
	uint64_t i = sel - first_sel();

	__atomic_fetch_and(&used[i / 64], ~(range_mask(order) << i % 64), __ATOMIC_RELEASE);
}
