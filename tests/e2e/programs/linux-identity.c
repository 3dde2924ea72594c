/* SPDX-License-Identifier: MIT */
/*
 * linux-identity NAME [FILE...] - changes what is its own, waits until the others (FILEs) have done so
 * too, and prints what it has: its memory at one fixed address, its directory, its process id.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int *shared = mmap((void *)0x10000000, 4096, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	char path[64], cwd[64];
	FILE *f;

	++*shared;
	snprintf(path, sizeof(path), "/tmp/dir-%s", argv[1]);
	mkdir(path, 0700);
	chdir(path);
	snprintf(path, sizeof(path), "/tmp/pid-%s", argv[1]);
	f = fopen(path, "w");
	fprintf(f, "%d", getpid());
	fclose(f);
	for (int i = 2; i < argc; i++)
		while (access(argv[i], R_OK))
			usleep(10000);
	printf("%s: pid %d, %s, value %d\n", argv[1], getpid(), getcwd(cwd, sizeof(cwd)), *shared);
	fflush(stdout);
	if (argc > 2)
		sleep(1);		/* let the others print theirs */
	return 0;
}
