/* SPDX-License-Identifier: MIT */
/* mem.h - memory for the objects of the file system; the rules of use are at the head of mem.c. */
#pragma once
#include <stddef.h>

#define MEM_MAX	2032		/* bytes of the largest object */

void *mem_alloc(size_t size);	/* zeroed; NULL: no pages left */
void mem_free(void *object);	/* NULL is allowed */
