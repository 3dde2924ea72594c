/* SPDX-License-Identifier: MIT */
/* linux-unknown - makes a system call that there is not. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	long result = syscall(4242, 1, 2, 3);

	puts(result == -1 && errno == ENOSYS ? "ENOSYS" : "another answer");
	return 0;
}
