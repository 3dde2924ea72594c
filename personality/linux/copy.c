/* SPDX-License-Identifier: MIT */
/*
 * copy.c - from file to file without the program's memory: sendfile(2), copy_file_range(2).
 *
 * Source is a regular file: its pinned pages are what the destination's write runs over.
 */
#include <errno.h>
#include <linux/fcntl.h>

#include "calls.h"
#include "fd.h"
#include "inode.h"
#include "uio.h"
#include "usermem.h"

#define COPY_MAX	(8ul << 20)	/* bytes one call moves at most */

static uint8_t zero_page[PAGE_SIZE];

/* What is at `offset` and behind it in one piece, at most *len bytes. 0: the end of the file. */
static long source_piece(struct inode *inode, uint64_t offset, size_t *len, void **p)
{
	uint64_t size, first = offset >> PAGE_SHIFT;
	size_t bytes;
	void *page;
	long r = inode_size(inode, &size);

	if (r < 0 || offset >= size)
		return r < 0 ? r : 0;
	if (*len > size - offset)
		*len = size - offset;
	r = inode_pages(inode, first, ((offset + *len - 1) >> PAGE_SHIFT) - first + 1, 0, &page);
	if (r < 0)
		return r;
	if (!r)
		page = zero_page;
	bytes = (r ? r : 1) * PAGE_SIZE - PAGE_OFFSET(offset);
	if (*len > bytes)
		*len = bytes;
	*p = (char *)page + PAGE_OFFSET(offset);
	return *len;
}

/* Moves both offsets. Bytes, fewer at the end of the source or when the destination is full. */
static long copy(struct thread *t, struct file *in, uint64_t *in_off, struct file *out,
		 uint64_t *out_off, size_t len)
{
	size_t done = 0;
	long r = 0;

	while (done < len) {
		size_t n = len - done;
		struct uio u;
		void *p;

		r = source_piece(in->inode, *in_off, &n, &p);
		if (r <= 0)
			break;
		uio_own(&u, p, n);
		r = out->ops->write(t, out, &u, out_off);
		if (r <= 0)
			break;
		*in_off += r;
		done += r;
	}
	return done ? (long)done : r;
}

/* An offset that the caller may give at `uaddr`, else the description's. */
static long offset_in(struct thread *t, const struct file *file, uint64_t uaddr, uint64_t *offset)
{
	*offset = file->offset;
	if (!uaddr)
		return 0;
	if (copy_in(t->process->mm, offset, uaddr, sizeof(*offset)))
		return -EFAULT;
	return (int64_t)*offset < 0 ? -EINVAL : 0;
}

static long offset_out(struct thread *t, struct file *file, uint64_t uaddr, uint64_t offset)
{
	if (uaddr)
		return copy_out(t->process->mm, uaddr, &offset, sizeof(offset));
	file->offset = offset;
	return 0;
}

/* Both calls may do less than they are asked for; one handler serves all programs. */
static size_t clip(uint64_t len)
{
	return len < COPY_MAX ? len : COPY_MAX;
}

/* sendfile(2). */
long lx_sendfile(struct thread *t, const uint64_t *a)
{
	struct file *out = fd_to_write(t, a[0]), *in = fd_to_read(t, a[1]);
	uint64_t from, to;
	long r, stored;

	if (!in || !out)
		return -EBADF;
	if (in->ops != &regular_ops || !out->ops->write || out->flags & O_APPEND || (int64_t)a[3] < 0)
		return -EINVAL;
	r = offset_in(t, in, a[2], &from);
	if (r)
		return r;
	to = out->offset;
	r = copy(t, in, &from, out, &to, clip(a[3]));
	if (r < 0)
		return r;
	out->offset = to;
	stored = offset_out(t, in, a[2], from);
	return stored ? stored : r;
}

static bool ranges_overlap(uint64_t a, uint64_t b, uint64_t len)
{
	return a < b ? b - a < len : a - b < len;
}

/* copy_file_range(2). */
long lx_copy_file_range(struct thread *t, const uint64_t *a)
{
	struct file *in = fd_to_read(t, a[0]), *out = fd_to_write(t, a[2]);
	size_t len = clip(a[4]);
	uint64_t from, to;
	long r;

	if ((uint32_t)a[5])
		return -EINVAL;
	if (!in || !out || out->flags & O_APPEND)
		return -EBADF;
	if (in->ops == &dir_ops || out->ops == &dir_ops)
		return -EISDIR;
	if (in->ops != &regular_ops || out->ops != &regular_ops)
		return -EINVAL;
	r = offset_in(t, in, a[1], &from);
	if (!r)
		r = offset_in(t, out, a[3], &to);
	if (!r && in->inode == out->inode && ranges_overlap(from, to, len))
		r = -EINVAL;
	if (r)
		return r;
	r = copy(t, in, &from, out, &to, len);
	if (r < 0)
		return r;
	if (offset_out(t, in, a[1], from) || offset_out(t, out, a[3], to))
		return -EFAULT;
	return r;
}
