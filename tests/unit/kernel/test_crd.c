/* SPDX-License-Identifier: MIT */
/* sources: kernel/crd.c */
/* test_crd.c - where source, window and hotspot of a delegation meet (ABI reference 4.4). */
#include "kernel/crd.h"
#include "tests/unit/tap.h"

static bool is(struct crd_window w, uint64_t src, uint64_t dst, unsigned order)
{
	return w.src == src && w.dst == dst && w.order == order;
}

static void hotspots(void)
{
	ok(is(crd_window_hot(crd_obj(8, 0, 31), crd_obj(8, 0, 31), 0), 8, 8, 0), "one to one");
	ok(is(crd_window_hot(crd_obj(5, 0, 31), crd_obj(64, 5, 31), 9), 5, 73, 0),
	   "a small source lies in the window where the hotspot says");
	ok(is(crd_window_hot(crd_obj(8, 2, 31), crd_obj(64, 5, 31), 0xffff), 8, 92, 2),
	   "only the hotspot bits between the two orders count");
	ok(is(crd_window_hot(crd_obj(64, 5, 31), crd_obj(8, 2, 31), 13), 76, 8, 2),
	   "of a large source the part at the hotspot is taken");
	ok(is(crd_window_hot(crd_obj(64, 5, 31), crd_obj(128, 5, 31), ~0ull), 64, 128, 5),
	   "with equal orders the hotspot means nothing");
	ok(is(crd_window_hot(crd_obj(64, 7, 31), crd_obj(77, 3, 31), 0), 0, 72, 3),
	   "bases are rounded down to their order");
	ok(is(crd_window_hot(crd_mem(~0ull, 31, 7), crd_mem(~0ull, 31, 7), 0), 0xfffff80000000,
	      0xfffff80000000, 31), "the largest values stay in range");
}

static void common(void)
{
	struct crd_window w;

	ok(crd_window_common(crd_pio(0x3f8, 3), crd_pio(0x3f8, 3), &w) && is(w, 0x3f8, 0x3f8, 3),
	   "ports: the same range");
	ok(crd_window_common(crd_pio(0x3f8, 3), crd_pio(0, 16), &w) && is(w, 0x3f8, 0x3f8, 3),
	   "ports: a window around the source");
	ok(crd_window_common(crd_pio(0, 16), crd_pio(0x60, 0), &w) && is(w, 0x60, 0x60, 0),
	   "ports: a window inside the source");
	ok(!crd_window_common(crd_pio(0x3f8, 3), crd_pio(0x2f8, 3), &w), "ports: disjoint ranges");
	ok(!crd_window_common(crd_pio(0x400, 3), crd_pio(0, 10), &w), "ports: neighbours");
	ok(crd_window_common(crd_pio(0x3fb, 3), crd_pio(0x3ff, 3), &w) && is(w, 0x3f8, 0x3f8, 3),
	   "ports: bases are rounded down first");
}

int main(void)
{
	hotspots();
	common();
	return done();
}
