/* SPDX-License-Identifier: MIT */
/* native-crash - a hyperapp that ends in the way its argument says. */
#include <hedron/native.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int recurse(int depth)
{
	volatile char frame[4096];

	frame[0] = depth;
	return frame[0] == depth % 256 - 1000 ? 0 : recurse(depth + 1) + frame[0];
}

static void crash(void *how)
{
	volatile int zero = 0;

	if (!strcmp(how, "write"))
		*(volatile long *)(uintptr_t)(0xbad000 + zero) = 1;
	if (!strcmp(how, "text"))
		*(volatile char *)(uintptr_t)crash = 1;
	if (!strcmp(how, "jump"))
		((void (*)(void))(uintptr_t)(0xbad000 + zero))();
	if (!strcmp(how, "trap"))
		__builtin_trap();
	if (!strcmp(how, "divide"))
		__asm__ volatile("idivl %0" :: "r"(zero), "a"(1), "d"(0));
	if (!strcmp(how, "stack"))
		zero = recurse(0);
	if (!strcmp(how, "hlt"))
		__asm__ volatile("hlt");
	if (!strcmp(how, "abort"))
		abort();
}

int main(int argc, char **argv)
{
	struct hedron_thread *t;
	char *how = argc > 1 ? argv[1] : "";

	puts("before");
	fflush(stdout);
	if (!strcmp(how, "thread") && hedron_thread_create(&t, NULL, crash, "write") == SVC_OK)
		hedron_thread_join(t);
	crash(how);
	if (!strcmp(how, "exit"))
		exit(argc > 2 ? atoi(argv[2]) : 0);
	puts("still here");
	return argc > 2 ? atoi(argv[2]) : 0;
}
