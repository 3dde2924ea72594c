/* SPDX-License-Identifier: MIT */
/* mprotect.c - mprotect(2), madvise(2), mincore(2), msync(2), mlock(2) on anonymous memory. */
#include "probe.h"
#include <sys/mman.h>

#define PAGE	4096ul
#define RW	(PROT_READ | PROT_WRITE)

static char *map(unsigned pages)
{
	return mmap(NULL, pages * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void protect(void)
{
	char *p = map(8);

	memset(p, 'x', 8 * PAGE);
	SHOW(mprotect(p + PAGE, 2 * PAGE, PROT_READ));
	SHOW(mprotect(p + 3 * PAGE, PAGE, PROT_NONE));
	SHOW(mprotect(p + 4 * PAGE, 1, PROT_READ));
	for (int i = 0; i < 6; i++) {
		printf("page %d ", i);
		show_access("is", p + i * PAGE);
	}
	SHOW(mprotect(p, 8 * PAGE, RW));
	show_access("all again", p + 3 * PAGE);
	SHOW(p[3 * PAGE + 99]);

	SHOW(mprotect(p, 0, PROT_READ));
	SHOW(mprotect(p + 1, PAGE, PROT_READ));
	SHOW(mprotect(p, PAGE, 0x100));
	SHOW(mprotect(p, -PAGE, PROT_READ));
	SHOW(munmap(p + 4 * PAGE, PAGE));
	SHOW(mprotect(p + 3 * PAGE, 3 * PAGE, PROT_READ));
	show_access("in front of a hole", p + 3 * PAGE + 8);
	show_access("behind a hole", p + 5 * PAGE + 8);
	SHOW(mprotect((void *)-PAGE, PAGE, PROT_READ));
}

/* Code may be made: written first, executed then. */
static void code(void)
{
	unsigned char *p = (unsigned char *)map(1);

	memcpy(p, "\xb8\x2a\x00\x00\x00\xc3", 6);	/* mov $42, %eax; ret */
	SHOW(mprotect(p, PAGE, PROT_READ | PROT_EXEC));
	SHOW(((int (*)(void))p)());
	show_access("code", p);
}

static void advise(void)
{
	char *p = map(4);

	memset(p, 'x', 4 * PAGE);
	SHOW(madvise(p, PAGE, MADV_DONTNEED));
	SHOW(p[0]);
	SHOW(p[PAGE]);
	SHOW(madvise(p, 4 * PAGE, MADV_NORMAL));
	SHOW(madvise(p, 4 * PAGE, MADV_WILLNEED));
	SHOW(madvise(p, 4 * PAGE, MADV_SEQUENTIAL));
	SHOW(madvise(p, 4 * PAGE, MADV_RANDOM));
	SHOW(madvise(p, 0, MADV_DONTNEED));
	SHOW(madvise(p + 1, PAGE, MADV_DONTNEED));
	SHOW(madvise(p, PAGE, 12345));
	SHOW(madvise(p, -PAGE, MADV_DONTNEED));
	SHOW(p[PAGE]);
	SHOW(munmap(p + 2 * PAGE, PAGE));
	SHOW(madvise(p, 4 * PAGE, MADV_DONTNEED));
	SHOW(p[3 * PAGE]);
}

static void residence(void)
{
	char *p = map(4);
	unsigned char in[4] = { 9, 9, 9, 9 };

	p[0] = 1;
	SHOW(mincore(p, PAGE, in));
	SHOW(in[0] & 1);
	SHOW(mincore(p + 1, PAGE, in));
	SHOW(mincore(p, PAGE, (void *)8));
	SHOW(munmap(p + PAGE, PAGE));
	SHOW(mincore(p, 4 * PAGE, in));
	SHOW(msync(p, PAGE, MS_SYNC));
	SHOW(msync(p, PAGE, MS_SYNC | MS_ASYNC));
	SHOW(msync(p + 1, PAGE, MS_SYNC));
	SHOW(msync(p, 2 * PAGE, MS_SYNC));
	SHOW(msync(p, PAGE, 0x100));
}

int main(void)
{
	protect();
	code();
	advise();
	residence();
	return 0;
}
