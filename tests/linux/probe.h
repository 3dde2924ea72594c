/* SPDX-License-Identifier: MIT */
/*
 * probe.h - may this page be read, may it be written? Asked of the kernel, which answers EFAULT
 * where the program itself would die.
 */
#pragma once
#include "show.h"
#include <sys/syscall.h>
#include <time.h>

/* rt_sigprocmask() copies a mask in, 8 bytes, here to block those signals: a program that is not
 * sent any does not mind. */
static inline const char *can_read(const void *at)
{
	return syscall(SYS_rt_sigprocmask, 0, at, NULL, 8) ? errno_name(errno) : "yes";
}

/* clock_getres() copies its result out, 16 bytes. */
static inline const char *can_write(void *at)
{
	return syscall(SYS_clock_getres, CLOCK_MONOTONIC, at) ? errno_name(errno) : "yes";
}

static inline void show_access(const char *what, void *at)
{
	printf("%s: read %s, write %s\n", what, can_read(at), can_write(at));
}
