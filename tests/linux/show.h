/* SPDX-License-Identifier: MIT */
/*
 * show.h - what the programs in tests/linux share: one line of output for each check.
 *
 * Every program here is plain Linux C. It is built static with musl and with glibc, and run twice
 * from the same file: on the host and under Hedron, each time in an empty working directory that it
 * may fill, with standard input empty. Output, errors and exit status must be the same (e2e case
 * linux.bats). So a program prints results, errno names and relations ("later: yes"), never
 * addresses, process ids, times or anything else that two Linux machines would answer differently.
 */
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static inline const char *errno_name(int e)
{
	static const struct { int number; const char *name; } names[] = {
#define NAME(e) { e, #e }
		NAME(E2BIG), NAME(EACCES), NAME(EAGAIN), NAME(EBADF), NAME(EBUSY), NAME(ECHILD),
		NAME(EDOM), NAME(EEXIST), NAME(EFAULT), NAME(EFBIG), NAME(EINTR), NAME(EINVAL),
		NAME(EIO), NAME(EISDIR), NAME(ELOOP), NAME(EMFILE), NAME(EMLINK), NAME(ENAMETOOLONG),
		NAME(ENFILE), NAME(ENODATA), NAME(ENODEV), NAME(ENOENT), NAME(ENOEXEC), NAME(ENOMEM),
		NAME(ENOSPC), NAME(ENOSYS), NAME(ENOTDIR), NAME(ENOTEMPTY), NAME(ENOTSOCK),
		NAME(ENOTTY), NAME(ENXIO), NAME(EOPNOTSUPP), NAME(EOVERFLOW), NAME(EPERM),
		NAME(EPIPE), NAME(ERANGE), NAME(EROFS), NAME(ESPIPE), NAME(ESRCH), NAME(ETIMEDOUT),
		NAME(ETXTBSY), NAME(EXDEV),
#undef NAME
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].number == e)
			return names[i].name;
	return "another errno";
}

/* "WHAT: 5", or "WHAT: EINVAL" for -1. */
static inline void show(const char *what, long result)
{
	if (result == -1)
		printf("%s: %s\n", what, errno_name(errno));
	else
		printf("%s: %ld\n", what, result);
}

/* The same for a call whose result is an address, a descriptor or a number of no interest. */
static inline void show_ok(const char *what, long result)
{
	printf("%s: %s\n", what, result == -1 ? errno_name(errno) : "ok");
}

#define SHOW(call)	show(#call, (long)(call))
#define SHOW_OK(call)	show_ok(#call, (long)(call))
#define SHOW_IF(cond)	printf("%s: %s\n", #cond, (cond) ? "yes" : "no")
