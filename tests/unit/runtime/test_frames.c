/* SPDX-License-Identifier: MIT */
/* sources: runtime/roottask/frames.c runtime/lib/range.c */
/* Page frames: what a HIP leaves, and what grants look like. */
#include <stdlib.h>
#include <string.h>

#include <hedron/hip.h>

#include "runtime/roottask/frames.h"
#include "tests/unit/tap.h"

static struct range room[256];
static struct range_set s;

static void empty(void)
{
	s = (struct range_set){ room, 0, 256, NULL };
}

static bool has(uint64_t frame)
{
	for (size_t i = 0; i < s.n; i++)
		if (frame >= s.v[i].first && frame - s.v[i].first < s.v[i].count)
			return true;
	return false;
}

static void test_hip(void)
{
	const struct hip_mem mem[] = {
		{ 0, 0x9fc00, HIP_MEM_RAM, 0 },
		{ 0x9fc00, 0x400, 2, 0 },
		{ 0x100000, 0x7f00000, HIP_MEM_RAM, 0 },
		{ 0x7fff800, 0x800, 2, 0 },
		{ 0x1000000, 0x1234, HIP_MEM_MODULE, 0x3000ff0 },
		{ 0x2000000, 0x400000, HIP_MEM_KERNEL, 0 },
	};
	static union {
		struct hip hip;
		char page[HEDRON_PAGE_SIZE];
	} u;

	memcpy(u.hip.mem, mem, sizeof(mem));
	u.hip.mem_offset = offsetof(struct hip, mem);
	u.hip.mem_size = sizeof(struct hip_mem);
	u.hip.length = u.hip.mem_offset + sizeof(mem);
	empty();
	ok(frames_from_hip(&s, &u.hip), "the memory map is read");
	ok(!has(0) && !has(0xff) && has(0x100), "the first MiB is left alone");
	ok(!has(0x1000) && !has(0x1001) && has(0x1002), "modules, to their last page");
	ok(!has(0x2000) && !has(0x23ff) && has(0x2400), "the kernel");
	ok(!has(0x3000) && !has(0x3001) && has(0x3002), "a module's string, also across a page");
	ok(has(0x7ffe) && !has(0x7fff), "a page that is in part reserved");
	ok(frames_are_memory(&u.hip, 0x7ff0000, 0x100000) && frames_are_memory(&u.hip, 0x1001000, 0x1000) &&
	   frames_are_memory(&u.hip, 0, 0x10000000), "ranges with memory in them");
	ok(!frames_are_memory(&u.hip, 0x8000000, 0x1000) && !frames_are_memory(&u.hip, 0xf0000, 0x10000),
	   "ranges without");
}

static void test_grants(void)
{
	struct range_set none = { 0 };
	struct range own_room[16];
	struct range_set own = { own_room, 0, 16, NULL };
	struct grant *g, *h;
	bool fine;

	empty();
	range_add(&s, 0x1001, 0x1000);
	g = frames_take(&none, &s, 0x400, 0x77777123);
	ok(g && g->n == 1 && g->pages == 0x400 && (g->piece[0].first & 511) == (0x77777123 & 511),
	   "one piece, congruent to its address modulo 2 MiB");
	h = frames_take(&none, &s, 0x1000 - 0x400, 0x5000);
	ok(h && h->pages == 0xc00 && range_total(&s) == 0, "all that is left, in pieces");
	ok(!frames_take(&none, &s, 1, 0), "more is refused");
	frames_give(&s, g);
	frames_give(&s, h);
	ok(s.n == 1 && s.v[0].first == 0x1001 && s.v[0].count == 0x1000, "given back it is whole again");
	ok(!frames_take(&none, &s, 0x1001, 0) && range_total(&s) == 0x1000, "too much takes nothing");

	empty();
	for (unsigned i = 0; i < 100; i++)
		range_add(&s, 2 * i, 1);
	g = frames_take(&none, &s, 100, 0x400);
	ok(g && g->n == 100, "from the smallest pieces");
	frames_give(&s, g);

	range_add(&own, 0x5000, 10);
	g = frames_take(&own, &s, 12, 0x300);
	fine = g && range_total(&own) == 0 && range_total(&s) == 98;
	ok(fine, "a pool of one's own is used first");
	if (g)
		frames_give(&s, g);
}

int main(void)
{
	test_hip();
	test_grants();
	return done();
}
