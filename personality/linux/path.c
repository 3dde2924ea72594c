/* SPDX-License-Identifier: MIT */
/* path.c - the text of paths. */
#include "path.h"

size_t path_squeeze(char *path, size_t len)
{
	size_t kept = 0;

	for (size_t i = 0; i < len; i++) {
		if (path[i] != '/' || !kept || path[kept - 1] != '/')
			path[kept++] = path[i];
	}
	return kept;
}

size_t path_step(const char *path, size_t len, size_t max)
{
	size_t n = max < len - 1 ? max : len - 1;	/* a slash at the end belongs to the last name */

	while (n && path[n - 1] != '/')
		n--;
	return n;
}
