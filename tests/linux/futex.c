/* SPDX-License-Identifier: MIT */
/* futex.c - futex(2) in a process of one thread: no one else wakes, so waits end by time. */
#include "show.h"
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>

/* As in <linux/futex.h>, which musl's compiler does not find. */
enum {
	FUTEX_WAIT = 0, FUTEX_WAKE = 1, FUTEX_REQUEUE = 3, FUTEX_CMP_REQUEUE = 4,
	FUTEX_WAIT_BITSET = 9, FUTEX_WAKE_BITSET = 10,
	FUTEX_PRIVATE = 128, FUTEX_CLOCK_REALTIME = 256,
};
#define ANY	0xffffffffu

static long futex(void *word, int op, uint32_t value, const void *timeout, void *word2, uint32_t v3)
{
	return syscall(SYS_futex, word, op, value, timeout, word2, v3);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int main(void)
{
	static uint32_t word = 5, other;
	struct timespec t = { 0, 30000000 }, past = { 1, 0 };
	int64_t start = now_ms();

	SHOW(futex(&word, FUTEX_WAIT, 5, &t, NULL, 0));
	SHOW_IF(now_ms() - start >= 30);
	start = now_ms();
	SHOW(futex(&word, FUTEX_WAIT | FUTEX_PRIVATE, 5, &t, NULL, 0));
	SHOW_IF(now_ms() - start >= 30);
	SHOW(futex(&word, FUTEX_WAIT, 4, NULL, NULL, 0));
	SHOW(futex(&word, FUTEX_WAIT_BITSET, 5, &past, NULL, ANY));
	SHOW(futex(&word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 5, &past, NULL, 1));
	SHOW(futex(&word, FUTEX_WAIT_BITSET, 5, &past, NULL, 0));
	SHOW(futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0));
	SHOW(futex(&word, FUTEX_WAKE | FUTEX_PRIVATE, 0x7fffffff, NULL, NULL, 0));
	SHOW(futex(&word, FUTEX_WAKE_BITSET, 1, NULL, NULL, 0));
	SHOW(futex(&word, FUTEX_REQUEUE, 1, (void *)1, &other, 0));
	SHOW(futex(&word, FUTEX_CMP_REQUEUE, 1, (void *)1, &other, 5));
	SHOW(futex(&word, FUTEX_CMP_REQUEUE, 1, (void *)1, &other, 6));

	SHOW(futex((char *)&word + 1, FUTEX_WAIT, 5, &t, NULL, 0));
	SHOW(futex((char *)&word + 1, FUTEX_WAKE, 1, NULL, NULL, 0));
	SHOW(futex((void *)8, FUTEX_WAIT, 5, &t, NULL, 0));
	SHOW(futex((void *)0xffff800000000000, FUTEX_WAKE, 1, NULL, NULL, 0));
	SHOW(futex(&word, FUTEX_WAIT, 5, (void *)8, NULL, 0));
	t = (struct timespec){ 0, 1000000000 };
	SHOW(futex(&word, FUTEX_WAIT, 5, &t, NULL, 0));
	t = (struct timespec){ -1, 0 };
	SHOW(futex(&word, FUTEX_WAIT, 5, &t, NULL, 0));
	SHOW(futex(&word, 99, 0, NULL, NULL, 0));
	return 0;
}
