/* SPDX-License-Identifier: MIT */
/* mmap.c - anonymous mappings: mmap(2), munmap(2), and what they refuse. */
#include "probe.h"
#include <stdint.h>
#include <sys/mman.h>

#define PAGE	4096ul
#define RW	(PROT_READ | PROT_WRITE)
#define ANON	(MAP_PRIVATE | MAP_ANONYMOUS)

static char *map(unsigned pages)
{
	return mmap(NULL, pages * PAGE, RW, ANON, -1, 0);
}

static void refused(void)
{
	SHOW_OK(mmap(NULL, 0, RW, ANON, -1, 0));
	SHOW_OK(mmap(NULL, PAGE, RW, MAP_ANONYMOUS, -1, 0));
	SHOW_OK(mmap(NULL, PAGE, RW, MAP_PRIVATE, -1, 0));
	SHOW_OK(mmap(NULL, PAGE, RW, MAP_PRIVATE, 99, 0));
	SHOW_OK(mmap(NULL, PAGE, RW, MAP_PRIVATE, 0, 100));
	SHOW_OK(mmap((void *)100, PAGE, RW, ANON | MAP_FIXED, -1, 0));
	SHOW_OK(mmap((void *)(1ul << 56), PAGE, RW, ANON | MAP_FIXED, -1, 0));
	SHOW_OK(mmap((void *)-PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0));
	SHOW_OK(mmap(NULL, 1ul << 48, RW, ANON, -1, 0));
	SHOW_OK(mmap(NULL, -1ul, RW, ANON, -1, 0));
	SHOW_OK(mmap(NULL, -PAGE, RW, ANON, -1, 0));
	SHOW_OK(munmap((void *)100, PAGE));
	SHOW_OK(munmap(NULL, 0));
	SHOW_OK(munmap((void *)-PAGE, PAGE));
	SHOW_OK(munmap((void *)PAGE, -1ul));
}

static void content(void)
{
	char *p = map(16);
	unsigned nonzero = 0;

	for (size_t i = 0; i < 16 * PAGE; i++)
		nonzero += p[i] != 0;
	SHOW(nonzero);
	memset(p, 'x', 16 * PAGE);
	SHOW(munmap(p + 4 * PAGE, 2 * PAGE));
	show_access("before the hole", p + 3 * PAGE);
	show_access("in the hole", p + 4 * PAGE);
	show_access("behind the hole", p + 6 * PAGE);
	SHOW(munmap(p + 4 * PAGE, 2 * PAGE));
	SHOW_IF(mmap(p + 4 * PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0) == p + 4 * PAGE);
	SHOW(p[4 * PAGE]);
	SHOW(p[3 * PAGE]);
	SHOW(munmap(p, 16 * PAGE));
	show_access("unmapped", p);
}

static void places(void)
{
	char *p = map(4), *q;

	SHOW_IF((uintptr_t)p % PAGE == 0);
	SHOW_IF(mmap(p + PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0) == p + PAGE);
	q = mmap(p + PAGE, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0);
	SHOW_IF(q == MAP_FAILED && errno == EEXIST);
	q = mmap(p + PAGE, PAGE, RW, ANON, -1, 0);
	SHOW_IF(q != MAP_FAILED && (q < p || q >= p + 4 * PAGE));
	SHOW(munmap(q, PAGE));
	SHOW(munmap(p + PAGE, PAGE));
	SHOW_IF(mmap(p + PAGE, PAGE, RW, ANON, -1, 0) == p + PAGE);
	SHOW_IF(mmap(p + PAGE + 1, 1, RW, ANON | MAP_FIXED, -1, 0) == MAP_FAILED);
	q = mmap(NULL, PAGE, RW, ANON | MAP_32BIT, -1, 0);
	SHOW_IF((uintptr_t)q < 1ul << 32);
	SHOW(munmap(p, 4 * PAGE));
}

/* What is mapped costs memory only where it is touched. */
static void sparse(void)
{
	size_t size = 16ul << 30;
	char *p = mmap(NULL, size, RW, ANON | MAP_NORESERVE, -1, 0);

	SHOW_IF(p != MAP_FAILED);
	for (size_t i = 0; i < size; i += size / 64)
		p[i] = i / (size / 64);
	SHOW(p[size / 64 * 63]);
	SHOW(p[size - 1]);
	SHOW(munmap(p, size));
}

static void kinds(void)
{
	char *p;

	p = mmap(NULL, PAGE, PROT_NONE, ANON, -1, 0);
	show_access("PROT_NONE", p);
	p = mmap(NULL, PAGE, PROT_READ, ANON, -1, 0);
	show_access("PROT_READ", p);
	p = mmap(NULL, PAGE, RW, ANON, -1, 0);
	show_access("PROT_READ | PROT_WRITE", p);
	p = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	show_access("MAP_SHARED", p);
	p = mmap(NULL, PAGE, RW, ANON | MAP_POPULATE, -1, 0);
	show_access("MAP_POPULATE", p);
	p = mmap(NULL, PAGE, RW, ANON | MAP_STACK, -1, 0);
	show_access("MAP_STACK", p);
}

static void lengths(void)
{
	char *p = map(3);

	SHOW(munmap(p, 1));
	show_access("first page", p);
	show_access("second page", p + PAGE);
	SHOW(munmap(p + PAGE, PAGE + 1));
	show_access("third page", p + 2 * PAGE);
}

int main(void)
{
	refused();
	content();
	places();
	sparse();
	kinds();
	lengths();
	return 0;
}
