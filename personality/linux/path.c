/* SPDX-License-Identifier: MIT */
/* path.c - the text of paths. */
#include "path.h"

#include <string.h>

struct path_end path_end(const char *path, size_t len)
{
	struct path_end end = { .last = PATH_NAME };
	size_t start;

	while (len && path[len - 1] == '/') {
		len--;
		end.slash = true;
	}
	if (!len) {
		end.last = PATH_ROOT;
		end.slash = false;
		end.len = 1;
		return end;
	}
	for (start = len; start && path[start - 1] != '/';)
		start--;
	end.len = len;
	if (len - start == 1 && path[start] == '.')
		end.last = PATH_DOT;
	else if (len - start == 2 && !memcmp(path + start, "..", 2))
		end.last = PATH_DOTDOT;
	return end;
}

size_t path_step(const char *path, size_t len, size_t max)
{
	size_t n = len < max ? len : max;

	while (n && path[n - 1] != '/')
		n--;
	return n;
}
