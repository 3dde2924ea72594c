/* SPDX-License-Identifier: MIT */
/* env_host.c - page frames from the host's heap, so that the sanitizers see what happens to them. */
#include "tests/unit/fs/env_host.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/fs/env.h"

uint64_t env_pages, env_objects, env_limit = 1 << 20;
int64_t env_time = 1000000000;

static uint64_t allocs, fail_at;
static char *arena, *arena_next, *arena_end;

void env_fail_at(uint64_t n)
{
	allocs = 0;
	fail_at = n;
}

bool env_failed(void)
{
	return fail_at && allocs >= fail_at;
}

bool env_may_alloc(void)
{
	allocs++;
	return !env_failed();
}

void env_arena(void *memory, uint64_t pages)
{
	arena = arena_next = memory;
	arena_end = arena + pages * PAGE_SIZE;
}

void *page_alloc(uint64_t place)
{
	void *p;

	(void)place;
	if (!env_may_alloc() || env_pages == env_limit)
		return NULL;
	env_pages++;
	if (arena_next < arena_end) {
		p = arena_next;
		arena_next += PAGE_SIZE;
	} else {
		p = aligned_alloc(PAGE_SIZE, PAGE_SIZE);
	}
	return memset(p, 0, PAGE_SIZE);
}

void page_free(void *page)
{
	env_pages--;
	if ((char *)page < arena || (char *)page >= arena_end)
		free(page);
}

struct page_counts page_counts(void)
{
	return (struct page_counts){ env_limit, env_limit - env_pages };
}

int64_t time_now(void)
{
	return env_time++;
}

uint64_t random_word(void)
{
	return 0x123456789abcdef;
}
