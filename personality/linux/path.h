/* SPDX-License-Identifier: MIT */
/* path.h - the text of paths, without looking at any file: path_resolution(7). */
#pragma once
#include <stddef.h>

/* Make one slash of several, in place: they mean the same. The length that is left. */
size_t path_squeeze(char *path, size_t len);

/*
 * path_step - cut a squeezed path that is longer than `max` in two.
 *
 * Returns how much of it to walk first: up to and with a slash, at most `max` bytes; what is left
 * begins with a name. 0: a name is longer than that.
 */
size_t path_step(const char *path, size_t len, size_t max);
