/* SPDX-License-Identifier: MIT */
/* host_pages.h - kernel/pages.h for host tests: pages from malloc, counted, with a limit. */
#pragma once
#include "kernel/pages.h"
#include <stdlib.h>
#include <string.h>

static unsigned host_pages, host_pages_max = 100000;

void *page_alloc(void)
{
	void *page;

	if (host_pages == host_pages_max)
		return NULL;
	page = aligned_alloc(PAGE_SIZE, PAGE_SIZE);
	host_pages += page != NULL;
	return page ? memset(page, 0, PAGE_SIZE) : NULL;
}

void page_free(void *page)
{
	host_pages--;
	free(page);
}
