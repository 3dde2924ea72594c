/* SPDX-License-Identifier: MIT */
/*
 * linux-touch - page faults that might never end, or end too much.
 *
 *	spread		waits a while, then touches a page in every 2 MiB: each needs a page table
 *	populate	waits a while, then maps memory with its pages until there is no more
 *	shared-code	wants to write and to execute the same shared page of a file
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SPREAD	(1ul << 30)
#define STEP	(2ul << 20)
#define SECONDS	6

static int spread(void)
{
	char *p;

	sleep(SECONDS);
	p = mmap(NULL, SPREAD, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return 1;
	for (size_t i = 0; i < SPREAD; i += STEP)
		p[i] = 1;
	puts("touched");
	return 0;
}

static int populate(void)
{
	sleep(SECONDS);
	while (mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1,
		    0) != MAP_FAILED)
		;
	return errno != ENOMEM;
}

static const char *result(int failed)
{
	return failed ? strerror(errno) : "done";
}

/* mov $42, %eax; ret */
static const unsigned char code[4096] = { 0xb8, 42, 0, 0, 0, 0xc3 };

static int shared_code(void)
{
	int fd = open("/tmp/code", O_RDWR | O_CREAT | O_TRUNC, 0700);
	unsigned char *p;

	write(fd, code, sizeof(code));
	p = mmap(NULL, sizeof(code), PROT_READ | PROT_WRITE | PROT_EXEC, MAP_SHARED, fd, 0);
	printf("mmap: %s\n", result(p == MAP_FAILED));
	p = mmap(NULL, sizeof(code), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	p[1] = 43;
	printf("both: %s\n", result(mprotect(p, sizeof(code), PROT_READ | PROT_WRITE | PROT_EXEC)));
	printf("one: %s\n", result(mprotect(p, sizeof(code), PROT_READ | PROT_EXEC)));
	printf("runs: %d\n", ((int (*)(void))p)());
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "spread"))
		return spread();
	return !strcmp(what, "populate") ? populate() : shared_code();
}
