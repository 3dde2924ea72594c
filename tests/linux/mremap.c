/* SPDX-License-Identifier: MIT */
/* mremap.c - mremap(2) and brk(2). */
#include "probe.h"
#include <stdint.h>
#include <sys/mman.h>

#define PAGE	4096ul
#define RW	(PROT_READ | PROT_WRITE)

static char *map(unsigned pages)
{
	return mmap(NULL, pages * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/* A mapping of `pages` with a free page behind it or, `tight`, with another mapping there. */
static char *map_alone(unsigned pages, int tight)
{
	char *p = map(pages + 8);

	munmap(p + pages * PAGE, 8 * PAGE);
	if (tight)
		mmap(p + pages * PAGE, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	return p;
}

static void resize(void)
{
	char *p = map_alone(4, 0), *q;

	memset(p, 'x', 4 * PAGE);
	SHOW_IF(mremap(p, 4 * PAGE, 2 * PAGE, 0) == p);
	show_access("kept", p + PAGE);
	show_access("cut off", p + 2 * PAGE);
	SHOW_IF(mremap(p, 2 * PAGE, 3 * PAGE, 0) == p);
	SHOW(p[2 * PAGE]);
	SHOW_IF(mremap(p, 3 * PAGE, 3 * PAGE, 0) == p);

	p = map_alone(4, 1);
	memset(p, 'y', 4 * PAGE);
	SHOW_IF(mremap(p, 4 * PAGE, 5 * PAGE, 0) == MAP_FAILED && errno == ENOMEM);
	q = mremap(p, 4 * PAGE, 64 * PAGE, MREMAP_MAYMOVE);
	SHOW_IF(q != MAP_FAILED && q != p);
	SHOW(q[4 * PAGE - 1]);
	SHOW(q[4 * PAGE]);
	show_access("old place", p);
	SHOW(munmap(q, 64 * PAGE));
}

static void move(void)
{
	char *p = map(4), *target = map(8), *q;

	memset(p, 'z', 4 * PAGE);
	q = mremap(p, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target);
	SHOW_IF(q == target);
	SHOW(q[0]);
	SHOW(q[4 * PAGE]);
	show_access("moved away", p);
	q = mremap(target, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target + 6 * PAGE);
	SHOW_IF(q == target + 6 * PAGE);
	show_access("middle moved away", target);
	show_access("its neighbour", target + PAGE);
}

static void refused(void)
{
	char *p = map(8);

	SHOW_OK(mremap(p + 1, PAGE, PAGE, 0));
	SHOW_OK(mremap(p, PAGE, 0, 0));
	SHOW_OK(mremap(p, PAGE, PAGE, 0x100));
	SHOW_OK(mremap(p, PAGE, PAGE, MREMAP_FIXED, p + PAGE));
	SHOW_OK(mremap(p, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + 1));
	SHOW_OK(mremap(p, 2 * PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + PAGE));
	munmap(p + 4 * PAGE, PAGE);
	SHOW_OK(mremap(p + 4 * PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE));
	SHOW_OK(mremap(p + 2 * PAGE, 4 * PAGE, 5 * PAGE, MREMAP_MAYMOVE));
}

static uintptr_t raw_brk(uintptr_t to)
{
	return syscall(SYS_brk, to);
}

static void program_break(void)
{
	uintptr_t start = raw_brk(0);

	SHOW_IF(raw_brk(0) == start);
	SHOW_IF(raw_brk(start + 3 * PAGE) == start + 3 * PAGE);
	memset((void *)start, 'b', 3 * PAGE);
	SHOW_IF(raw_brk(start + 100000) == start + 100000);
	SHOW(*(char *)(start + 99999));
	SHOW_IF(raw_brk(start + PAGE) == start + PAGE);
	show_access("given back", (void *)((start + 3 * PAGE) & -PAGE));
	SHOW_IF(raw_brk(start + 3 * PAGE) == start + 3 * PAGE);
	SHOW(*(char *)((start + 2 * PAGE) & -PAGE));
	SHOW_IF(raw_brk(1) == start + 3 * PAGE);
	SHOW_IF(raw_brk(-1ul) == start + 3 * PAGE);
	SHOW_IF(raw_brk(1ul << 46) == start + 3 * PAGE);
	SHOW_IF(raw_brk(start) == start);
}

int main(void)
{
	resize();
	move();
	refused();
	program_break();
	return 0;
}
