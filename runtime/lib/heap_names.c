/* SPDX-License-Identifier: MIT */
/* heap_names.c - the names under which musl's own members know malloc() and its family. */
#include <stdlib.h>

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void __libc_free(void *p);

void *__libc_malloc(size_t n)			{ return malloc(n); }
void *__libc_calloc(size_t n, size_t size)	{ return calloc(n, size); }
void *__libc_realloc(void *p, size_t n)		{ return realloc(p, n); }
void __libc_free(void *p)			{ free(p); }
