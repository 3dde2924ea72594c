/* SPDX-License-Identifier: MIT */
/*
 * window.h - the memory through which input comes, and the lines that tell of it. No locking.
 *
 * The sender puts a chunk at the window's start, then writes a line with its length in bytes:
 * decimal, blanks around it do not count; 0 is the end of the input. It does so only when it has
 * been asked, and it is asked only when the chunk before has been taken.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct window {
	const uint8_t *byte;
	uint64_t size;
	uint64_t number;		/* the line, so far */
	uint64_t len, got;		/* of the chunk */
	bool asked;			/* a line is to come */
	bool ended;
};

static inline bool window_has_bytes(const struct window *w)	{ return w->got < w->len; }

/* May, and should, the next chunk be asked for? */
static inline bool window_is_free(const struct window *w)
{
	return !w->asked && !w->ended && !window_has_bytes(w);
}

/* A byte of a line. Returns whether it brought a chunk or the end; a length that cannot be is the
 * end too. */
static inline bool window_line(struct window *w, uint8_t c)
{
	if (!w->asked)
		return false;
	if (c >= '0' && c <= '9' && w->number <= w->size)
		w->number = w->number * 10 + (c - '0');
	if (c != '\n')
		return false;
	w->asked = false;
	w->ended = !w->number || w->number > w->size;
	w->len = w->ended ? 0 : w->number;
	w->got = w->number = 0;
	return true;
}

/* Take up to len bytes; returns how many. */
static inline uint32_t window_get(struct window *w, uint8_t *out, uint32_t len)
{
	const uint32_t n = w->len - w->got < len ? w->len - w->got : len;

	memcpy(out, w->byte + w->got, n);
	w->got += n;
	return n;
}
