/* SPDX-License-Identifier: MIT */
/*
 * uio.h - the bytes a transfer runs over: one buffer or an iovec array of a process, or memory of
 * the personality itself (sendfile, copy_file_range).  Rules of use at the head of uio.c.
 */
#pragma once
#include <linux/uio.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UIO_RW_MAX	0x7ffff000ul	/* bytes one call moves at most (read(2), NOTES) */

struct mm;

struct uio {
	struct mm *mm;			/* whose addresses; NULL: the personality's own */
	const struct iovec *iov;	/* next segment */
	size_t count;			/* segments left, the current one included */
	size_t done;			/* bytes of the current segment that are behind us */
	size_t left;			/* bytes left in all segments */
	struct iovec one;		/* a transfer with a single segment */
};

long uio_user(struct uio *u, struct mm *mm, uint64_t addr, uint64_t len);
void uio_own(struct uio *u, void *buf, size_t len);
long uio_import(struct uio *u, struct mm *mm, uint64_t iov, uint64_t count);

size_t uio_copy_out(struct uio *u, const void *src, size_t len);
size_t uio_copy_in(struct uio *u, void *dst, size_t len);
size_t uio_fill_zero(struct uio *u, size_t len);
size_t uio_reach(const struct uio *u, size_t len, bool write);
void uio_skip(struct uio *u, size_t len);
