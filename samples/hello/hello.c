/* SPDX-License-Identifier: MIT */
/* hello - a Linux program with no knowledge of Hedron. */
#include <stdio.h>

int main(int argc, char **argv)
{
	printf("Hello from Linux.\n");
	for (int i = 1; i < argc; i++)
		printf("argument %d: %s\n", i, argv[i]);
	return 0;
}
