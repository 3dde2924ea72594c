/* SPDX-License-Identifier: MIT */
/* linux-argv0 - prints argv[0]. */
#include <stdio.h>

int main(int argc, char **argv)
{
	puts(argv[0]);
	return 0;
}
