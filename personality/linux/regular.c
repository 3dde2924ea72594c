/* SPDX-License-Identifier: MIT */
/*
 * regular.c - regular files: data between the pages of a file and the memory of a program.
 *
 * Any client of the file service may change a file between two calls, so its size is asked for in
 * every call, and one message is what a call costs:
 *
 *	read	FS_STAT, then copy from pinned pages; or FS_READ, if it is short and its page is not pinned
 *	write	FS_EXTEND, then copy into pinned pages; or FS_WRITE likewise
 *
 * and one FS_MAP for each run of pages that is met for the first time, taken AHEAD pages at once.
 *
 * User memory is made reachable before a message is built (uio_reach): reaching it can itself send
 * messages, and the UTCB holds one at a time. A write is cut to what is reachable before the file
 * grows, so a file never ends in bytes that nobody wrote.
 */
#include "file.h"

#include <asm/ioctls.h>
#include <asm/resource.h>
#include <asm/signal.h>
#include <errno.h>
#include <linux/fcntl.h>
#include <linux/fs.h>

#include "fsclient.h"
#include "inode.h"
#include "process.h"
#include "uio.h"
#include "usermem.h"

#define AHEAD		32u			/* pages pinned at least, when the file is that long */
#define PIECE		(1ul << 20)		/* bytes a file grows at once */

static uint64_t page_of(uint64_t offset)	{ return offset >> PAGE_SHIFT; }

/* ---- read ---------------------------------------------------------------------------------------- */

static long read_message(struct file *file, struct uio *u, uint64_t *offset)
{
	size_t len = uio_reach(u, u->left, true);
	const uint8_t *data;
	uint64_t size;
	long n;

	if (!len) {			/* at the end of the file a bad address does not count */
		n = inode_size(file->inode, &size);
		return n < 0 ? n : *offset < size ? -EFAULT : 0;
	}
	n = fs_read(file->inode->id, *offset, len, &data);
	if (n <= 0)
		return n;
	uio_copy_out(u, data, n);
	*offset += n;
	return n;
}

/* Bytes from `offset` on that lie in consecutive pinned pages, at most `len`; *p is NULL for a hole.
 * `size` is the file's. */
static long pinned_bytes(struct inode *inode, uint64_t offset, size_t len, uint64_t size, void **p)
{
	uint64_t first = page_of(offset), last = page_of(offset + len - 1);
	uint64_t ahead = page_of(size - 1) - first + 1;
	size_t want = last - first + 1, bytes;
	void *page;
	long n;

	if (want < AHEAD)
		want = ahead < AHEAD ? ahead : AHEAD;
	n = inode_pages(inode, first, want, 0, &page);
	if (n < 0)
		return n;
	bytes = (n ? n : 1) * PAGE_SIZE - PAGE_OFFSET(offset);
	*p = n ? (char *)page + PAGE_OFFSET(offset) : NULL;
	return bytes < len ? bytes : len;
}

static long read_pages(struct file *file, struct uio *u, uint64_t *offset)
{
	size_t done = 0;
	uint64_t size;
	long r = inode_size(file->inode, &size);

	while (r >= 0 && u->left && *offset < size) {
		size_t len = u->left < size - *offset ? u->left : size - *offset;
		size_t copied;
		void *p;

		r = pinned_bytes(file->inode, *offset, len, size, &p);
		if (r < 0)
			break;
		len = r;
		copied = p ? uio_copy_out(u, p, len) : uio_fill_zero(u, len);
		*offset += copied;
		done += copied;
		if (copied < len)
			r = -EFAULT;
	}
	return done ? (long)done : r < 0 ? r : 0;
}

static long regular_read(struct thread *t, struct file *file, struct uio *u, uint64_t *offset)
{
	if (!u->left)
		return 0;
	if (*offset >= FS_SIZE_MAX)
		return 0;
	if (u->left <= FS_READ_MAX && !inode_has_page(file->inode, page_of(*offset), 0))
		return read_message(file, u, offset);
	return read_pages(file, u, offset);
}

/* ---- write --------------------------------------------------------------------------------------- */

/* How many of `len` bytes at `offset` the file may take (setrlimit(2), RLIMIT_FSIZE). -EFBIG. */
static long room_for(struct thread *t, uint64_t offset, size_t len)
{
	uint64_t limit = process_limit(t->process, RLIMIT_FSIZE);

	if (offset >= limit) {
		signal_send(t, SIGXFSZ);
		return -EFBIG;
	}
	if (offset >= FS_SIZE_MAX)
		return -EFBIG;
	if (limit > FS_SIZE_MAX)
		limit = FS_SIZE_MAX;
	return len < limit - offset ? len : limit - offset;
}

/* Copies `len` bytes, which can be reached, to pages that exist. Bytes, or -errno. */
static long fill_pages(struct inode *inode, struct uio *u, uint64_t offset, size_t len)
{
	size_t done = 0;

	while (done < len) {
		uint64_t at = offset + done;
		size_t pages = page_of(offset + len - 1) - page_of(at) + 1, n;
		void *page;
		long r = inode_pages(inode, page_of(at), pages, INODE_PAGE_WRITE | INODE_PAGE_ALLOC,
				     &page);

		if (r <= 0)
			return done ? (long)done : r ? r : -EIO;
		n = r * PAGE_SIZE - PAGE_OFFSET(at);
		if (n > len - done)
			n = len - done;
		uio_copy_in(u, (char *)page + PAGE_OFFSET(at), n);
		done += n;
	}
	return done;
}

/* One piece, all of it reachable. `at` may be FS_APPEND; *end: the offset behind it. */
static long write_piece(struct inode *inode, struct uio *u, uint64_t at, size_t len, uint64_t *end)
{
	bool pinned = at != FS_APPEND && inode_has_page(inode, page_of(at), INODE_PAGE_WRITE);
	long r;

	if (len <= FS_WRITE_MAX && !pinned) {
		uio_copy_in(u, fs_write_buffer(), len);
		r = fs_write(inode->id, at, len, end);
		return r < 0 ? r : (long)len;
	}
	r = fs_extend(inode->id, at, len, end);
	return r < 0 ? r : fill_pages(inode, u, *end - len, len);
}

static long regular_write(struct thread *t, struct file *file, struct uio *u, uint64_t *offset)
{
	bool append = file->flags & O_APPEND;
	size_t done = 0, piece = PIECE;
	uint64_t at = *offset;
	long r = 0;

	if (!u->left)
		return 0;
	if (append)
		r = inode_size(file->inode, &at);
	if (r >= 0)
		r = room_for(t, at, u->left);
	if (r < 0)
		return r;

	for (size_t len = r; done < len;) {
		const struct uio before = *u;
		size_t n = uio_reach(u, len - done < piece ? len - done : piece, false);

		r = n ? write_piece(file->inode, u, append ? FS_APPEND : *offset, n, &at) : -EFAULT;
		if (r == -ENOSPC && piece > PAGE_SIZE) {
			*u = before;		/* all or nothing: try less */
			piece /= 2;
			continue;
		}
		if (r < 0)
			break;
		*offset = at - n + r;
		done += r;
		if ((size_t)r < n)
			break;
	}
	return done ? (long)done : r;
}

/* ---- the rest ------------------------------------------------------------------------------------ */

/* Holes are not told apart from data: all of the file is data, as lseek(2) allows. */
static int64_t seek_content(struct file *file, int64_t offset, unsigned whence)
{
	uint64_t size;
	long r = inode_size(file->inode, &size);

	if (r < 0)
		return r;
	if (whence == SEEK_END)
		return __builtin_add_overflow(offset, (int64_t)size, &offset) || offset < 0 ?
			       -EINVAL : offset;
	if (offset < 0 || (uint64_t)offset >= size)
		return -ENXIO;
	return whence == SEEK_DATA ? offset : (int64_t)size;
}

static int64_t regular_seek(struct file *file, int64_t offset, unsigned whence)
{
	switch (whence) {
	case SEEK_CUR:
		if (__builtin_add_overflow(offset, (int64_t)file->offset, &offset))
			return -EINVAL;
		/* fall through */
	case SEEK_SET:
		return offset < 0 ? -EINVAL : offset;
	case SEEK_END:
	case SEEK_DATA:
	case SEEK_HOLE:
		return seek_content(file, offset, whence);
	default:
		return -EINVAL;
	}
}

static long regular_ioctl(struct thread *t, struct file *file, uint32_t cmd, uint64_t arg)
{
	uint64_t size;
	long r;
	int left;

	if (cmd != FIONREAD)
		return -ENOTTY;
	r = inode_size(file->inode, &size);
	if (r < 0)
		return r;
	left = (int)(size - file->offset);
	return copy_out(t->process->mm, arg, &left, sizeof(left));
}

const struct file_ops regular_ops = {
	.read	= regular_read,
	.write	= regular_write,
	.seek	= regular_seek,
	.ioctl	= regular_ioctl,
	.pages	= true,
};
