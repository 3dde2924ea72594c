/* SPDX-License-Identifier: MIT */
/*
 * env.c - page frames, time and random numbers of the service; the host's for unit tests stand in
 * tests/unit/fs/env_host.c.
 *
 * Page frames come from the roottask in chunks, larger ones as the service grows, and stay with the
 * service: its quota is set aside for it anyway. They are mapped with all rights, because one can
 * delegate only the rights that one has, and clients map programs from files. Nothing here ever
 * jumps into them.
 *
 * All calls come from under the service's lock (main.c).
 */
#include "env.h"

#include <cpuid.h>
#include <stdbool.h>
#include <string.h>

#include <hedron/native.h>

#include "../lib/runtime.h"
#include "service.h"

#define CHUNK_ORDER_FIRST	6	/* 256 KiB */
#define CHUNK_ORDER_MAX		9	/* 2 MiB */
#define RUN_ORDER		4	/* 64 KiB: what is worth mapping in one piece */

/* ---- page frames ----------------------------------------------------------------------------- */

struct free_page {
	struct free_page *next;
};

static struct free_page *returned;	/* used before: not zero */
static uint64_t returned_count;
static char *fresh;			/* the rest of the last chunk: zero */
static uint64_t fresh_count;
static unsigned next_order = CHUNK_ORDER_FIRST;

static bool map_chunk(unsigned order)
{
	void *addr = hedron_window_alloc(order);

	if (!addr)
		return false;
	if (backing_map((uint64_t)addr, 1ull << order, MEM_R | MEM_W | MEM_X)) {
		hedron_window_free(addr, order);
		return false;
	}
	fresh = addr;
	fresh_count = 1ull << order;
	return true;
}

/* A chunk from the roottask, a smaller one if that is all there is. When there is nothing left, the
 * next try is for one page only. */
static bool get_chunk(void)
{
	while (!map_chunk(next_order)) {
		if (!next_order)
			return false;
		next_order--;
	}
	if (next_order < CHUNK_ORDER_MAX)
		next_order++;
	return true;
}

static void *take_returned(void)
{
	struct free_page *p = returned;

	returned = p->next;
	returned_count--;
	return memset(p, 0, PAGE_SIZE);
}

static void *take_fresh(void)
{
	void *p = fresh;

	fresh += PAGE_SIZE;
	fresh_count--;
	return p;
}

/* Whether the next fresh page lies as `place` does, counted from a multiple of 2^RUN_ORDER pages. */
static bool fits(uint64_t place)
{
	uint64_t vpn = (uintptr_t)fresh >> PAGE_SHIFT;

	return fresh_count && !((vpn ^ place) & ((1u << RUN_ORDER) - 1));
}

/* A file that is written from its beginning gets fresh pages one behind the other, so long as nobody
 * else takes one; then the pages up to the next that fits go to those that do not care. */
void *page_alloc(uint64_t place)
{
	if (place != PAGE_ANYWHERE && fits(place))
		return take_fresh();
	if (returned)
		return take_returned();
	if (!fresh_count && !get_chunk())
		return NULL;
	if (place != PAGE_ANYWHERE)
		while (fresh_count > 1 && !fits(place))
			page_free(take_fresh());
	return take_fresh();
}

void page_free(void *page)
{
	struct free_page *p = page;

	p->next = returned;
	returned = p;
	returned_count++;
}

struct page_counts page_counts(void)
{
	struct page_counts c = { .free = returned_count + fresh_count };
	struct root_info info;
	uint64_t left;

	if (hedron_info(&info))
		return c;
	left = info.quota_pages - info.used_pages;
	c.total = info.quota_pages;
	c.free += left < info.free_pages ? left : info.free_pages;
	return c;
}

/* ---- time ------------------------------------------------------------------------------------ */

static int64_t epoch_ns;
static uint64_t epoch_tsc;
static uint64_t ns_per_tick;		/* 32.32 fixed point: no division at each call */

enum svc_status env_init(void)
{
	struct root_info info;
	enum svc_status st = hedron_info(&info);

	if (st)
		return st;
	epoch_ns = info.epoch_ns;
	epoch_tsc = info.epoch_tsc;
	ns_per_tick = (1000000ull << 32) / info.tsc_khz;
	return SVC_OK;
}

int64_t time_now(void)
{
	uint64_t ticks = __builtin_ia32_rdtsc() - epoch_tsc;

	return epoch_ns + (int64_t)((unsigned __int128)ticks * ns_per_tick >> 32);
}

/* ---- random numbers -------------------------------------------------------------------------- */

__attribute__((target("rdrnd")))
static bool hardware_word(unsigned long long *word)
{
	return __builtin_ia32_rdrand64_step(word);
}

/* Without the instruction: what the time stamp counter says of when the machine got here. */
uint64_t random_word(void)
{
	unsigned a, b, c, d;
	unsigned long long word;

	if (__get_cpuid(1, &a, &b, &c, &d) && (c & bit_RDRND) && hardware_word(&word))
		return word;
	return __builtin_ia32_rdtsc() * 0x9e3779b97f4a7c15;
}
