/* SPDX-License-Identifier: MIT */
/* string.h - the C functions that the compiler may call; string.c. Hosted: the C library's. */
#if __STDC_HOSTED__
#include_next <string.h>
#else
#pragma once
#include <stddef.h>

void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
#endif
