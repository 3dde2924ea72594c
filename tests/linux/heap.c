/* SPDX-License-Identifier: MIT */
/* heap.c - malloc under stress, deep stacks, alloca, thread-local data, setjmp. */
#include "show.h"
#include <alloca.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>

static uint32_t state = 12345;

static uint32_t next(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	return state ^= state << 5;
}

static void fill(unsigned char *p, size_t size, unsigned seed)
{
	for (size_t i = 0; i < size; i++)
		p[i] = seed + i;
}

static int intact(const unsigned char *p, size_t size, unsigned seed)
{
	for (size_t i = 0; i < size; i++)
		if (p[i] != (unsigned char)(seed + i))
			return 0;
	return 1;
}

/* 20000 random malloc, realloc, free among 256 blocks from 1 byte to 300 KiB; contents are checked. */
static void stress(void)
{
	static struct { unsigned char *p; size_t size; unsigned seed; } b[256];
	unsigned damaged = 0, misaligned = 0;

	for (unsigned n = 0; n < 20000; n++) {
		unsigned i = next() % 256;
		size_t size = 1 + next() % (n % 97 ? 2000 : 300000);

		if (b[i].p && !intact(b[i].p, b[i].size, b[i].seed))
			damaged++;
		if (b[i].p && n % 3) {
			free(b[i].p);
			b[i].p = NULL;
			continue;
		}
		b[i].p = realloc(b[i].p, size);
		misaligned += (uintptr_t)b[i].p % 16 != 0;
		b[i].size = size;
		b[i].seed = n;
		fill(b[i].p, size, n);
	}
	for (unsigned i = 0; i < 256; i++)
		free(b[i].p);
	SHOW(damaged);
	SHOW(misaligned);
}

static void odd_sizes(void)
{
	volatile size_t huge = (size_t)-1 - 4096, square = (size_t)1 << 33;
	void *p = NULL;
	char *c;

	SHOW_IF(malloc(huge) == NULL && errno == ENOMEM);
	SHOW_IF(malloc(huge / 2) == NULL);
	SHOW_IF(calloc(square, square) == NULL);
	SHOW(posix_memalign(&p, 65536, 100));
	SHOW_IF((uintptr_t)p % 65536 == 0);
	free(p);
	SHOW(posix_memalign(&p, 3, 100) == EINVAL);
	c = calloc(1, 64 << 20);
	SHOW_IF(c != NULL);
	SHOW(c[(64 << 20) - 1]);
	c[(64 << 20) - 1] = 1;
	c = realloc(c, 100);
	SHOW_IF(c != NULL);
	free(c);
}

static int depth_sum(int depth)
{
	volatile char frame[1000];

	memset((char *)frame, depth, sizeof(frame));
	return depth == 0 ? frame[999] : depth_sum(depth - 1) + (frame[500] == (char)depth);
}

static void stacks(void)
{
	char *p = alloca(1 << 20);

	memset(p, 'a', 1 << 20);
	SHOW(p[(1 << 20) - 1]);
	SHOW(depth_sum(5000));			/* about 5 MiB */
}

static __thread int thread_value = 42;
static __thread char thread_array[100000];

static void thread_data(void)
{
	SHOW(thread_value);
	thread_value++;
	SHOW(thread_value);
	SHOW(thread_array[99999]);
	thread_array[99999] = 7;
	SHOW(thread_array[99999]);
}

static jmp_buf back;

static void jump(int value)
{
	char big[10000];

	memset(big, value, sizeof(big));
	longjmp(back, big[5000]);
}

static void jumps(void)
{
	volatile int round = 0;
	int value = setjmp(back);

	printf("setjmp: %d\n", value);
	if (++round < 5)
		jump(round);
	SHOW(round);
}

int main(void)
{
	stress();
	odd_sizes();
	stacks();
	thread_data();
	jumps();
	return 0;
}
