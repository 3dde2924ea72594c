/* SPDX-License-Identifier: MIT */
/* native-hog - takes memory until its quota ends, gives it back, and takes some again. */
#include <hedron/native.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGES	256

int main(void)
{
	static void *piece[16384];
	struct root_info info;
	size_t n = 0;
	void *p;

	while (n < 16384 && (piece[n] = hedron_pages_alloc(PAGES, 1)))
		memset(piece[n++], 'x', PAGES * HEDRON_PAGE_SIZE);
	printf("the end came: %s\n", n > 4 && n < 16384 ? "yes" : "no");
	printf("malloc of 1 MiB: %s\n", malloc(1 << 20) ? "served" : "NULL");
	while (n)
		hedron_pages_free(piece[--n], PAGES);
	p = malloc(1 << 20);
	printf("and then again: %s\n", p ? "served" : "NULL");
	printf("pages in use are within the quota: %s\n",
	       hedron_info(&info) == SVC_OK && info.used_pages <= info.quota_pages ? "yes" : "no");
	return 0;
}
