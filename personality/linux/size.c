/* SPDX-License-Identifier: MIT */
/*
 * size.c - calls about the extent of a file: truncate(2), fallocate(2), and those that are about its
 * way to a disk, of which there is none: fsync(2), sync(2), readahead(2), posix_fadvise(2).
 */
#include <asm/resource.h>
#include <asm/signal.h>
#include <errno.h>
#include <linux/fadvise.h>
#include <linux/fs.h>

#include "calls.h"
#include "fd.h"
#include "fsclient.h"
#include "inode.h"
#include "mm.h"
#include "namei.h"

#define PIECE	(1ull << 30)		/* FS_EXTEND counts its bytes in 32 bits */

/* May the file end there? -EFBIG, with SIGXFSZ if a limit of the process says so. */
static long check_end(struct thread *t, uint64_t end)
{
	if (end > process_limit(t->process, RLIMIT_FSIZE)) {
		signal_send(t, SIGXFSZ);
		return -EFBIG;
	}
	return end > FS_SIZE_MAX ? -EFBIG : 0;
}

/* The limit counts for growth only. Pages that are cut off fault from now on. */
static long set_size(struct thread *t, struct inode *inode, uint64_t size)
{
	uint64_t old;
	long r;

	if (inode_type(inode) != FS_IFREG)
		return -EINVAL;
	r = inode_size(inode, &old);
	if (r >= 0 && size > old)
		r = check_end(t, size);
	if (r >= 0)
		r = fs_truncate(inode->id, size);
	if (r >= 0 && size < old)
		mm_forget_file_pages(inode, PAGE_UP(size) >> PAGE_SHIFT);
	return r;
}

/* truncate(2). */
long lx_truncate(struct thread *t, const uint64_t *a)
{
	struct inode *inode;
	struct fs_attr attr;
	struct walk w;
	uint32_t id;
	long r;

	if ((int64_t)a[1] < 0)
		return -EINVAL;
	r = walk_begin(t, &w, AT_FDCWD, a[0]);
	if (r)
		return r;
	r = fs_open(w.place, FS_O_WRITE, 0, owner_of(t->process), &id, &attr);
	walk_end(&w);
	if (r < 0)
		return r;
	inode = inode_adopt(id, INODE_WRITE, &attr);
	if (!inode)
		return -ENOMEM;
	r = set_size(t, inode, a[1]);
	inode_put(inode);
	return r;
}

/* ftruncate(2): EINVAL also for a file that is not open for writing. */
long lx_ftruncate(struct thread *t, const uint64_t *a)
{
	struct file *file = fd_file(t, a[0]);

	if ((int64_t)a[1] < 0)
		return -EINVAL;
	if (!file)
		return -EBADF;
	if (file->ops != &regular_ops || !file_writable(file))
		return -EINVAL;
	return set_size(t, file->inode, a[1]);
}

/* fallocate(2), mode 0: the pages exist afterwards. The other modes are not served. */
long lx_fallocate(struct thread *t, const uint64_t *a)
{
	struct file *file = fd_to_write(t, a[0]);
	int64_t offset = a[2], len = a[3], end;
	long r = 0;

	if (!fd_file(t, a[0]))
		return -EBADF;
	if (offset < 0 || len <= 0)
		return -EINVAL;
	if ((uint32_t)a[1])
		return -EOPNOTSUPP;
	if (!file)
		return -EBADF;
	if (file->ops != &regular_ops)
		return file->ops->seek ? -ENODEV : -ESPIPE;
	if (__builtin_add_overflow(offset, len, &end))
		return -EFBIG;
	r = check_end(t, end);
	while (r >= 0 && offset < end) {
		uint64_t n = (uint64_t)(end - offset) < PIECE ? (uint64_t)(end - offset) : PIECE, behind;

		r = fs_extend(file->inode->id, offset, n, &behind);
		offset += n;
	}
	return r < 0 ? r : 0;
}

/* ---- nothing is written back --------------------------------------------------------------------- */

static bool is_file_or_dir(const struct file *file)
{
	return file->ops == &regular_ops || file->ops == &dir_ops;
}

/* fsync(2). EINVAL: a kind of file that has no storage. */
long lx_fsync(struct thread *t, const uint64_t *a)
{
	const struct file *file = fd_file(t, a[0]);

	return !file ? -EBADF : is_file_or_dir(file) ? 0 : -EINVAL;
}

long lx_fdatasync(struct thread *t, const uint64_t *a)
{
	return lx_fsync(t, a);
}

long lx_sync(struct thread *t, const uint64_t *a)
{
	return 0;
}

long lx_syncfs(struct thread *t, const uint64_t *a)
{
	return fd_file(t, a[0]) ? 0 : -EBADF;
}

/* sync_file_range(2). */
long lx_sync_file_range(struct thread *t, const uint64_t *a)
{
	const struct file *file = fd_file(t, a[0]);
	int64_t offset = a[1], len = a[2], end;

	if (!file)
		return -EBADF;
	if ((uint32_t)a[3] & ~(SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
			       SYNC_FILE_RANGE_WAIT_AFTER))
		return -EINVAL;
	if (offset < 0 || len < 0 || __builtin_add_overflow(offset, len, &end))
		return -EINVAL;
	return is_file_or_dir(file) ? 0 : -ESPIPE;
}

/* readahead(2). */
long lx_readahead(struct thread *t, const uint64_t *a)
{
	const struct file *file = fd_to_read(t, a[0]);

	if (!file)
		return -EBADF;
	return file->ops == &regular_ops ? 0 : -EINVAL;
}

/* posix_fadvise(2). */
long lx_fadvise64(struct thread *t, const uint64_t *a)
{
	const struct file *file = fd_file(t, a[0]);

	if (!file)
		return -EBADF;
	if (!file->ops->seek)
		return -ESPIPE;
	if ((int64_t)a[2] < 0 || (uint32_t)a[3] > POSIX_FADV_NOREUSE)
		return -EINVAL;
	return 0;
}
