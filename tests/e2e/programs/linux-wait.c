/* SPDX-License-Identifier: MIT */
/*
 * linux-wait - "spin": computes for ever; "sleep": sleeps for ever; "first": reads one byte of the
 * input; "write": writes for ever. Says first that it has begun; a second argument is a file for its
 * pid.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	volatile unsigned long n = 0;
	char c;

	write(1, "begun\n", 6);
	if (argc > 2) {
		FILE *f = fopen(argv[2], "w");

		fprintf(f, "%d\n", getpid());
		fclose(f);
	}
	if (!strcmp(how, "first"))
		return read(0, &c, 1) == 1 ? (unsigned char)c : 255;
	for (;;) {
		if (!strcmp(how, "sleep"))
			sleep(1000);
		if (!strcmp(how, "write") && write(1, "more\n", 5) != 5)
			return 3;
		n++;
	}
}
