/* SPDX-License-Identifier: MIT */
/* path.c - the text of paths. */
#include "path.h"

size_t path_trim(const char *path, size_t len)
{
	while (len > 1 && path[len - 1] == '/' && path[len - 2] == '/')
		len--;
	return len;
}

size_t path_step(const char *path, size_t len, size_t max)
{
	size_t n = max < len - 1 ? max : len - 1;	/* a slash at the end belongs to the last name */

	while (n && !(path[n - 1] == '/' && path[n] != '/'))
		n--;
	return n;
}
