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

void *page_alloc(void);			/* zeroed and page aligned; NULL: quota exhausted */
void page_free(void *page);
struct page_counts page_counts(void);

int64_t time_now(void);			/* ns since 1970-01-01 UTC */
uint64_t random_word(void);		/* cannot be foretold by a client */
