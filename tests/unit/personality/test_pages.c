/* SPDX-License-Identifier: MIT */
/* sources: personality/linux/pages.c */
/* test_pages.c - the table of pages against a plain array, and that it gives its nodes back. */
#include "personality/linux/pages.h"

#include <stdlib.h>
#include <string.h>

#include "personality/linux/frame.h"

#include "../tap.h"

#define STEPS	40000
#define PLACES	2048

static unsigned frames, frames_left = 1000000;

void *frame_alloc(enum frame_pool pool)
{
	void *page = pool == FRAME_PLAIN && frames_left ? aligned_alloc(HEDRON_PAGE_SIZE, HEDRON_PAGE_SIZE) : NULL;

	if (!page)
		return NULL;
	frames_left--;
	frames++;
	return memset(page, 0, HEDRON_PAGE_SIZE);
}

void frame_put(void *page)
{
	frames--;
	frames_left++;
	free(page);
}

static pte_t model[PLACES];

/* Places near each other, and far apart: some in one leaf, some in none with others. */
static uint64_t page_of(unsigned place)
{
	static const uint64_t areas[] = { 0, 0x555555554, 0x7ffff7f00, LX_TASK_SIZE / PAGE_SIZE - 512 };

	return areas[place / (PLACES / 4)] + place % (PLACES / 4);
}

static unsigned next_in_model(unsigned place, unsigned end)
{
	while (place < end && !model[place])
		place++;
	return place;
}

static void random_changes(void)
{
	struct page_dir *dir = pages_new();
	bool get = true, next = true, set = true;

	for (unsigned n = 0; n < STEPS; n++) {
		unsigned place = random() % PLACES, area = place / (PLACES / 4) * (PLACES / 4);
		unsigned end = area + PLACES / 4, from = area + random() % (PLACES / 4), found;
		pte_t pte = random() % 3 ? (pte_t)(1 + random() % 1000) << PAGE_SHIFT | PTE_FRAME : 0;

		set &= pages_set(dir, page_of(place), pte);
		model[place] = pte;
		get &= pages_get(dir, page_of(from)) == model[from];
		found = next_in_model(from, end);
		next &= pages_next(dir, page_of(from), page_of(end - 1) + 1) ==
			(found < end ? page_of(found) : page_of(end - 1) + 1);
	}
	ok(set && get, "what was set is there");
	ok(next, "pages_next finds the next one that is there");
	for (unsigned i = 0; i < PLACES; i++)
		pages_set(dir, page_of(i), 0);
	ok(frames == 1, "an empty table is one frame (%u)", frames);
	pages_free(dir);
	ok(frames == 0, "and none when it is freed");
}

static void ranges(void)
{
	struct page_dir *dir = pages_new();
	pte_t *leaf;

	ok(!pages_leaf(dir, 1000), "no leaf where nothing is");
	for (uint64_t p = 1000; p < 1100; p++)
		pages_set(dir, p, PAGE_SIZE | PTE_FRAME);
	leaf = pages_leaf(dir, 1000);
	leaf[1000 % PAGES_LEAF] |= PTE_MAPPED;
	ok(pages_get(dir, 1000) == (PAGE_SIZE | PTE_FRAME | PTE_MAPPED), "a leaf is changed in place");
	pages_clear(dir, 1000, 1024);
	ok(pages_next(dir, 0, 2000) == 1024, "a range is cleared");
	ok(pages_next(dir, 1100, 1ull << 34) == 1ull << 34, "far jumps over nothing");
	pages_clear(dir, 1024, 1536);
	ok(frames == 1, "its nodes are freed");
	pages_free(dir);
}

static void no_memory(void)
{
	struct page_dir *dir = pages_new();
	bool failed = true, kept = true;

	for (unsigned left = 0; left < 3; left++) {
		frames_left = left;
		failed &= !pages_set(dir, 77, PAGE_SIZE);
		kept &= frames == 1 && pages_get(dir, 77) == 0;
	}
	frames_left = 3;
	ok(failed, "without memory for its nodes an entry is refused");
	ok(kept, "and nothing is left of the attempt");
	ok(pages_set(dir, 77, PAGE_SIZE), "with enough it is not");
	frames_left = 0;
	ok(pages_set(dir, 77, 2 * PAGE_SIZE) && pages_set(dir, 78, PAGE_SIZE),
	   "nor where the nodes are there");
	pages_free(dir);
	ok(frames == 0, "no frame is lost");
}

int main(void)
{
	srandom(1);
	random_changes();
	ranges();
	no_memory();
	return done();
}
