/* SPDX-License-Identifier: MIT */
/* linux-kill - kills the process whose pid is in the file PATH, once it is there; says if it went. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define TRIES	300

int main(int argc, char **argv)
{
	int pid = 0;

	for (int i = 0; i < TRIES && argc > 1; i++) {
		FILE *f = fopen(argv[1], "r");

		if (f && fscanf(f, "%d\n", &pid) == 1)
			break;
		if (f)
			fclose(f);
		usleep(10000);
	}
	usleep(100000);			/* now it sleeps */
	printf("kill: %d\n", pid > 0 ? kill(pid, SIGKILL) : -1);
	for (int i = 0; i < TRIES; i++) {
		if (kill(pid, 0) && errno == ESRCH)
			return puts("gone"), 0;
		usleep(10000);
	}
	puts("still there");
	return 1;
}
