/* SPDX-License-Identifier: MIT */
/* linux-memory - prints how many MiB of memory sysinfo(2) tells of. */
#include <stdio.h>
#include <sys/sysinfo.h>

int main(void)
{
	struct sysinfo i;

	if (sysinfo(&i))
		return 1;
	printf("%lu\n", i.totalram * i.mem_unit >> 20);
	return 0;
}
