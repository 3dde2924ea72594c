/* SPDX-License-Identifier: MIT */
/* linux-gather PATH... - waits for each file, says how many there were, and prints them. */
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char text[256];

	for (int i = 1; i < argc; i++)
		while (access(argv[i], R_OK))
			usleep(10000);
	printf("%d files\n", argc - 1);
	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "r");

		if (f && fgets(text, sizeof(text), f))
			puts(text);
		if (f)
			fclose(f);
	}
	return 0;
}
