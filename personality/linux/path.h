/* SPDX-License-Identifier: MIT */
/* path.h - the text of paths, without looking at any file: path_resolution(7). */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* What the last part of a path is. */
enum path_last {
	PATH_NAME,			/* a name that can be made or removed */
	PATH_DOT,			/* `.` */
	PATH_DOTDOT,
	PATH_ROOT,			/* nothing but slashes */
};

struct path_end {
	enum path_last last;
	bool slash;			/* slashes behind the name: it must be a directory */
	size_t len;			/* of the path without them; at least 1 for the root */
};

struct path_end path_end(const char *path, size_t len);

/* How much of a path longer than `max` to walk first: up to and with a slash, at most `max` bytes.
 * 0: a single name is longer than that. */
size_t path_step(const char *path, size_t len, size_t max);
