/* SPDX-License-Identifier: MIT */
/* pages.h - the kernel's memory, in pages; the rules are at the head of pages.c. */
#pragma once
#include <hedron/abi.h>
#include "types.h"

#define PAGE_SHIFT	HEDRON_PAGE_SHIFT
#define PAGE_SIZE	HEDRON_PAGE_SIZE

void pages_init(void *start, size_t len_bytes);
void *page_alloc(void);			/* zeroed; NULL: kernel memory exhausted */
void page_free(void *page);
void pages_count(size_t *free_bytes, size_t *all_bytes);	/* pages of slabs are not free */
