/* SPDX-License-Identifier: MIT */
/* sources: kernel/pagetable.c */
/* flags: -DPHYSMAP_VMA=0 */
/* test_pagetable.c - ranges in page tables: large pages, splitting, replacing, holes, exhaustion. */
#include "kernel/pagetable.h"
#include <hedron/crd.h>
#include "tests/unit/kernel/host_pages.h"
#include "tests/unit/tap.h"

#define KIB4	0x1000ull
#define MIB2	0x200000ull
#define GIB	0x40000000ull
#define RWX	(MEM_R | MEM_W | MEM_X)

static struct pagetable t;
static struct tlb_gone gone;
static unsigned chunks;			/* that the last operation took */

static void start(void)
{
	t.pml4 = page_alloc();
	gone = (struct tlb_gone){ 0 };
}

/* What tlb_flush() does; how many tables. */
static unsigned flush(void)
{
	void *table;
	unsigned n = 0;

	while ((table = gone.tables)) {
		gone.tables = *(void **)table;
		page_free(table);
		n++;
	}
	gone.pages = 0;
	return n;
}

static bool map_flags(uaddr va, paddr phys, uint64_t len, uint64_t flags)
{
	struct span s = { va, phys, len };

	for (chunks = 0; s.len; chunks++) {
		struct work w = WORK_INIT;

		if (!pagetable_map(&t, &s, flags, &w, &gone))
			return false;
	}
	return true;
}

static bool map(uaddr va, paddr phys, uint64_t len, unsigned rights)
{
	return map_flags(va, phys, len, pagetable_flags(rights));
}

static bool clear(uaddr va, uint64_t len)
{
	struct span s = { va, 0, len };

	for (chunks = 0; s.len; chunks++) {
		struct work w = WORK_INIT;

		if (!pagetable_clear(&t, &s, &w, &gone))
			return false;
	}
	return true;
}

static void end(const char *what)
{
	ok(clear(0, 1ull << 47), "%s: everything cleared", what);
	flush();
	page_free(t.pml4);
	ok(!host_pages, "%s: all tables are back", what);
}

static bool maps(uaddr va, paddr phys, unsigned rights)
{
	struct extent e = pagetable_extent(&t, va, 1);

	return e.phys == phys && e.rights == rights;
}

static bool is_hole(uaddr va)
{
	return !pagetable_extent(&t, va, 1).rights;
}

static void sizes(void)
{
	start();
	ok(map(GIB, GIB * 3, GIB + MIB2 + KIB4, RWX), "a range with parts of all sizes");
	ok(host_pages == 4, "takes one table a level: %u pages", host_pages);
	ok(pagetable_extent(&t, GIB + 5 * KIB4, 1).len == GIB - 5 * KIB4, "first a page of 1 GiB");
	ok(pagetable_extent(&t, 2 * GIB, 1).len == MIB2, "then one of 2 MiB");
	ok(pagetable_extent(&t, 2 * GIB + MIB2, 1).len == KIB4, "then one of 4 KiB");
	ok(maps(2 * GIB + MIB2, 4 * GIB + MIB2, RWX), "the last page maps the last bytes");
	ok(is_hole(2 * GIB + MIB2 + KIB4) && is_hole(GIB - KIB4), "nothing around it");
	ok(!gone.pages && !gone.tables, "new mappings leave the TLB alone");
	end("sizes");
}

static void misaligned(void)
{
	start();
	ok(map(MIB2, MIB2 + KIB4, MIB2, RWX), "physical alignment differs");
	ok(pagetable_extent(&t, MIB2, 1).len == KIB4, "only small pages fit");
	ok(pagetable_extent(&t, MIB2, 5 * KIB4).len == 5 * KIB4 &&
	   pagetable_extent(&t, 2 * MIB2 - KIB4, GIB).len == KIB4,
	   "their run is as long as asked for, up to the end of the table");
	ok(!pagetable_extent(&t, MIB2 - 3 * KIB4, 2 * KIB4).rights &&
	   pagetable_extent(&t, 2 * MIB2 + KIB4, 7 * KIB4).len == MIB2 - KIB4, "so are holes");
	end("misaligned");
}

static void splits(void)
{
	bool good = true;

	start();
	good = map(0, 0, GIB, RWX) && clear(5 * MIB2 + 3 * KIB4, KIB4);
	ok(good, "one page cleared out of 1 GiB");
	ok(is_hole(5 * MIB2 + 3 * KIB4), "it is gone");
	ok(maps(5 * MIB2 + 2 * KIB4, 5 * MIB2 + 2 * KIB4, RWX) &&
	   maps(5 * MIB2 + 4 * KIB4, 5 * MIB2 + 4 * KIB4, RWX), "its neighbours map as before");
	ok(maps(GIB - KIB4, GIB - KIB4, RWX), "so does the end");
	ok(map(5 * MIB2, GIB, MIB2, MEM_R), "2 MiB replace a table");
	ok(maps(5 * MIB2 + 3 * KIB4, GIB + 3 * KIB4, MEM_R) && gone.pages > TLB_SINGLE,
	   "and the TLB must forget it");
	ok(flush() == 1, "before it is freed");
	end("splits");
}

static void rights(void)
{
	start();
	ok(map(KIB4, 0, KIB4, MEM_R) && maps(KIB4, 0, MEM_R), "read");
	ok(map(KIB4, 0, KIB4, MEM_R | MEM_W) && maps(KIB4, 0, MEM_R | MEM_W), "read and write");
	ok(map(KIB4, 0, KIB4, MEM_R | MEM_X) && maps(KIB4, 0, MEM_R | MEM_X), "read and execute");
	ok(gone.pages == 2 && gone.va[0] == KIB4, "a replaced page leaves the TLB");
	end("rights");
}

static void fixed(void)
{
	start();
	ok(map_flags(KIB4, 7 * KIB4, KIB4, pagetable_flags(MEM_R | MEM_W) | PTE_FIXED),
	   "a fixed page");
	ok(is_hole(KIB4), "counts as a hole");
	ok(!pagetable_clear_fixed(&t, KIB4, 8 * KIB4, &gone), "another page is not cleared");
	ok(!pagetable_clear_fixed(&t, 2 * KIB4, 7 * KIB4, &gone), "nor at another address");
	ok(pagetable_clear_fixed(&t, KIB4, 7 * KIB4, &gone), "it is cleared");
	ok(!pagetable_clear_fixed(&t, KIB4, 7 * KIB4, &gone), "once");
	ok(map(KIB4, 7 * KIB4, KIB4, RWX) && !pagetable_clear_fixed(&t, KIB4, 7 * KIB4, &gone),
	   "an ordinary page is left alone");
	end("fixed");
}

static void exhaustion(void)
{
	start();
	host_pages_max = 3;
	ok(!map(0, KIB4, 2 * KIB4, RWX), "no memory for tables");
	host_pages_max = 100000;
	ok(map(0, 0, GIB, RWX), "a large page");
	host_pages_max = host_pages;
	ok(!clear(KIB4, KIB4) && maps(KIB4, KIB4, RWX),
	   "no memory to split: the mapping stays whole");
	ok(clear(0, GIB), "as a whole it can go");
	host_pages_max = 100000;
	end("exhaustion");
}

static void preparation(void)
{
	struct span s = { KIB4, KIB4, GIB };
	struct work w = WORK_INIT;
	unsigned made;

	start();
	ok(map(0, 0, GIB, RWX) && map(2 * GIB, 0, GIB, MEM_R), "two large pages");
	while (s.len && pagetable_prepare_map(&t, &s, &w))
		w = WORK_INIT;
	ok(!s.len && pagetable_prepare_clear(&t, 2 * GIB + KIB4, MIB2), "tables for what comes");
	ok(maps(KIB4, KIB4, RWX) && is_hole(GIB) && maps(2 * GIB + KIB4, KIB4, MEM_R),
	   "change nothing");
	made = host_pages;
	host_pages_max = host_pages;
	ok(map(KIB4, KIB4, GIB, MEM_R) && clear(2 * GIB + KIB4, MIB2), "so no memory is needed");
	ok(host_pages == made && maps(GIB, GIB, MEM_R) && is_hole(2 * GIB + MIB2), "it is done");
	host_pages_max = 100000;
	end("preparation");
}

static void chunked(void)
{
	start();
	ok(map(0, KIB4, GIB, RWX) && chunks > 100, "many pages take %u chunks", chunks);
	ok(clear(KIB4, GIB - KIB4) && chunks > 1, "clearing them %u", chunks);
	flush();
	ok(host_pages == 4 && clear(0, GIB), "the first page keeps its tables");
	flush();
	ok(host_pages == 2, "tables go that are empty up to their end");
	end("chunks");
}

/* Random ranges against a flat array of what each page should map. */
static void random_ranges(void)
{
	enum { PAGES = 3 * 512 };
	static paddr phys[PAGES];
	static unsigned char right[PAGES];
	bool good = true;

	start();
	memset(right, 0, sizeof(right));
	srand(4);
	for (unsigned s = 0; s < 3000; s++) {
		unsigned first = rand() % PAGES, n = 1 + rand() % (rand() % 4 ? 20 : PAGES);
		unsigned r = rand() % 4 ? MEM_R | (rand() & RWX) : 0;
		paddr p = (rand() % 3 ? first : (unsigned)rand() % PAGES) * KIB4;

		if (n > PAGES - first)
			n = PAGES - first;
		good = good && (r ? map(first * KIB4, p, n * KIB4, r) :
				    clear(first * KIB4, n * KIB4));
		flush();
		for (unsigned i = 0; i < n; i++) {
			phys[first + i] = p + i * KIB4;
			right[first + i] = r;
		}
		for (unsigned i = 0; s % 20 == 0 && i < PAGES; i++)
			good = good && (right[i] ? maps(i * KIB4, phys[i], right[i]) :
						   is_hole(i * KIB4));
	}
	ok(good, "random ranges: every page maps what it should");
	end("random ranges");
}

int main(void)
{
	pagetable_max_level = 2;
	sizes();
	misaligned();
	splits();
	rights();
	fixed();
	exhaustion();
	preparation();
	chunked();
	random_ranges();
	pagetable_max_level = 1;
	random_ranges();
	return done();
}
