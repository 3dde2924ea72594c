/* SPDX-License-Identifier: MIT */
/* string.c - the four functions that GCC expects of a freestanding environment. */
#include "string.h"
#include "types.h"

typedef uint64_t __attribute__((may_alias)) word;

static bool aligned(const void *p, size_t n)
{
	return !(((uintptr_t)p | n) & (sizeof(word) - 1));
}

void *memset(void *dst, int c, size_t n)
{
	unsigned char *d = dst;
	word *w = dst;

	if (aligned(dst, n)) {
		for (; n; n -= sizeof(word))
			*w++ = (unsigned char)c * 0x0101010101010101ull;
		return dst;
	}
	while (n--)
		*d++ = c;
	return dst;
}

void *memcpy(void *restrict dst, const void *restrict src, size_t n)
{
	unsigned char *d = dst;
	const unsigned char *s = src;
	word *dw = dst;
	const word *sw = src;

	if (aligned(dst, n) && aligned(src, n)) {
		for (; n; n -= sizeof(word))
			*dw++ = *sw++;
		return dst;
	}
	while (n--)
		*d++ = *s++;
	return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
	unsigned char *d = dst;
	const unsigned char *s = src;

	if (d <= s)
		return memcpy(dst, src, n);	/* which copies upwards */
	while (n--)
		d[n] = s[n];
	return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;

	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}
