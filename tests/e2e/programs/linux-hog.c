/* SPDX-License-Identifier: MIT */
/* linux-hog - takes and touches memory until there is no more, gives it back, takes some again. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define PIECE	(4ul << 20)

static void *take(void)
{
	return mmap(NULL, PIECE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
}

int main(void)
{
	static char *piece[65536];
	size_t n = 0;

	while (n < 65536 && (piece[n] = take()) != MAP_FAILED)
		memset(piece[n++], 'x', PIECE);
	printf("%s after more than 16 MiB: %s\n", errno == ENOMEM ? "ENOMEM" : "another error",
	       n > 4 ? "yes" : "no");
	while (n)
		munmap(piece[--n], PIECE);
	printf("and then again: %s\n", take() == MAP_FAILED ? "no" : "yes");
	return 0;
}
