/* SPDX-License-Identifier: MIT */
/* libc.c - how the C library ends a program, natively. */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "runtime.h"

void _Exit(int status)
{
	hedron_end(PROGRAM_EXITED, status & 0xff);
}

void _exit(int status) __attribute__((alias("_Exit")));

void abort(void)
{
	hedron_end(PROGRAM_KILLED, SIGABRT);
}
