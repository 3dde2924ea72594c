/* SPDX-License-Identifier: MIT */
/* linux-cpus - how many CPUs there are for this program, asked in every way, and whether all agree. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void)
{
	cpu_set_t set, wanted;
	int cpu = sched_getcpu();
	int moved = 0;

	CPU_ZERO(&set);
	sched_getaffinity(0, sizeof(set), &set);
	/* A CPU that is not ours cannot be had; all that are can. */
	for (int i = 0; i < 64; i++) {
		CPU_ZERO(&wanted);
		CPU_SET(i, &wanted);
		moved += sched_setaffinity(0, sizeof(wanted), &wanted) == 0 && CPU_ISSET(i, &set) == 0;
	}
	printf("%d CPUs\n", CPU_COUNT(&set));
	printf("online %s, configured %s, running on one of them %s, moved to others %d\n",
	       sysconf(_SC_NPROCESSORS_ONLN) == CPU_COUNT(&set) ? "same" : "other",
	       sysconf(_SC_NPROCESSORS_CONF) >= CPU_COUNT(&set) ? "as many" : "fewer",
	       cpu >= 0 && CPU_ISSET(cpu, &set) ? "yes" : "no", moved);
	return 0;
}
