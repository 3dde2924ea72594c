/* SPDX-License-Identifier: MIT */
/*
 * env.h - what the file system needs from outside: page frames, the time, and random numbers.
 *
 * The service takes them from the roottask and the machine (env.c); the unit tests bring their own.
 */
#pragma once
#include <stdint.h>

#define PAGE_SIZE	4096u
#define PAGE_SHIFT	12

struct page_counts {
	uint64_t total;		/* pages that the file system may have */
	uint64_t free;		/* of these, not used by it */
};

/* Zeroed and page aligned; NULL: quota exhausted. A page of a file is asked for with its place in the
 * file: if neighbours there are neighbours in memory, clients can map them in one piece. */
#define PAGE_ANYWHERE	(~0ull)
void *page_alloc(uint64_t place);
void page_free(void *page);
struct page_counts page_counts(void);

int64_t time_now(void);			/* ns since 1970-01-01 UTC */
uint64_t random_word(void);		/* cannot be foretold by a client */
