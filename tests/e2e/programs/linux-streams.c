/* SPDX-License-Identifier: MIT */
/* linux-streams - writes to both output streams in turn and ends with the status of its argument. */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	for (int i = 0; i < 3; i++) {
		printf("out %d\n", i);
		fflush(stdout);
		fprintf(stderr, "err %d\n", i);
	}
	return argc > 1 ? atoi(argv[1]) : 0;
}
