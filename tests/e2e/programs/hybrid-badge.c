/* SPDX-License-Identifier: MIT */
/*
 * hybrid-badge - a hostile hybrid program: it gives its own EC the badges that other threads may have,
 * and asks each time who it is, by a system call and by a page fault. With an argument it goes on for
 * ever. A kernel without badges answers BAD_PAR, and it stays itself all the more.
 */
#include <hedron/hybrid.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static const uint64_t badges[] = {
	0, 1, 2, 3, 4, 5, 6, 7, 8, 63, 64, 128, 1 << 6, 2 << 6, 1ull << 32, ~0ull,
};

/* The page's first touch is a fault, which must be served here and nowhere else. */
static int faults_are_ours(void)
{
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int ok = page != MAP_FAILED;

	if (ok) {
		page[5] = 'x';
		ok = page[5] == 'x' && page[6] == 0;
		munmap(page, 4096);
	}
	return ok;
}

int main(int argc, char **argv)
{
	long self = syscall(SYS_getpid);
	int same = 1;

	if (!hedron_present())
		return puts("not on Hedron"), 0;
	do {
		for (unsigned i = 0; i < sizeof(badges) / sizeof(badges[0]); i++) {
			hedron_ec_badge(hedron_caps() + CAPS_EC, badges[i]);
			same &= syscall(SYS_getpid) == self && faults_are_ours();
		}
	} while (argc > 1);
	printf("always itself: %s\n", same ? "yes" : "no");
	return 0;
}
