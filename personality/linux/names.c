/* SPDX-License-Identifier: MIT */
/*
 * names.c - calls that make, move and remove names: mkdir(2), mknod(2), symlink(2), link(2),
 * rename(2), unlink(2), rmdir(2).
 *
 * The file service does the work and answers the errors of Linux; flags are checked here.
 */
#include <errno.h>
#include <linux/fcntl.h>
#include <linux/fs.h>

#include "calls.h"
#include "fd.h"
#include "inode.h"
#include "namei.h"
#include "usermem.h"

static uint32_t masked(const struct thread *t, uint32_t mode)
{
	return mode & 07777 & ~t->process->fs->umask;
}

/* ---- making -------------------------------------------------------------------------------------- */

static long mkdir_at(struct thread *t, int dfd, uint64_t uaddr, uint32_t mode)
{
	struct walk w;
	long r = walk_begin(t, &w, dfd, uaddr);

	if (r)
		return r;
	r = fs_mkdir(w.place, masked(t, mode) & 01777, owner_of(t->process));
	walk_end(&w);
	return r;
}

/* mkdir(2). */
long lx_mkdir(struct thread *t, const uint64_t *a)
{
	return mkdir_at(t, AT_FDCWD, a[0], a[1]);
}

long lx_mkdirat(struct thread *t, const uint64_t *a)
{
	return mkdir_at(t, (int)a[0], a[1], a[2]);
}

/* A type that mknod(2) makes; 0 is a regular file. */
static long node_type(uint32_t mode, uint32_t *type)
{
	*type = mode & FS_IFMT;
	switch (*type) {
	case 0:
		*type = FS_IFREG;
		/* fall through */
	case FS_IFREG:
	case FS_IFCHR:
	case FS_IFBLK:
	case FS_IFIFO:
	case FS_IFSOCK:
		return 0;
	case FS_IFDIR:
		return -EPERM;
	default:
		return -EINVAL;
	}
}

static long mknod_at(struct thread *t, int dfd, uint64_t uaddr, uint32_t mode, uint32_t dev)
{
	bool device;
	struct walk w;
	uint32_t type;
	long r = node_type(mode, &type);

	if (r)
		return r;
	device = type == FS_IFCHR || type == FS_IFBLK;
	r = walk_begin(t, &w, dfd, uaddr);
	if (r)
		return r;
	r = fs_mknod(w.place, type | masked(t, mode), device ? dev : 0, owner_of(t->process));
	walk_end(&w);
	return r;
}

/* mknod(2). */
long lx_mknod(struct thread *t, const uint64_t *a)
{
	return mknod_at(t, AT_FDCWD, a[0], a[1], a[2]);
}

long lx_mknodat(struct thread *t, const uint64_t *a)
{
	return mknod_at(t, (int)a[0], a[1], a[2], a[3]);
}

static long symlink_at(struct thread *t, uint64_t target, int dfd, uint64_t uaddr)
{
	char text[FS_PATH_MAX + 1];
	struct walk w;
	long len, r;

	len = copy_in_string(t->process->mm, text, target, sizeof(text));
	if (len <= 0)
		return len ? len : -ENOENT;
	r = walk_begin(t, &w, dfd, uaddr);
	if (r)
		return r;
	r = fs_symlink(w.place, text, len, owner_of(t->process));
	walk_end(&w);
	return r;
}

/* symlink(2). Limit: the text is at most FS_PATH_MAX bytes, as it travels in one message. */
long lx_symlink(struct thread *t, const uint64_t *a)
{
	return symlink_at(t, a[0], AT_FDCWD, a[1]);
}

long lx_symlinkat(struct thread *t, const uint64_t *a)
{
	return symlink_at(t, a[0], (int)a[1], a[2]);
}

/* ---- two places ---------------------------------------------------------------------------------- */

struct two {
	struct walk from, to;
};

static long two_begin(struct thread *t, struct two *w, int dfd, uint64_t from, int dfd2, uint64_t to)
{
	long r = walk_begin(t, &w->from, dfd, from);

	if (r)
		return r;
	r = walk_begin(t, &w->to, dfd2, to);
	if (r)
		walk_end(&w->from);
	return r;
}

static void two_end(struct two *w)
{
	walk_end(&w->to);
	walk_end(&w->from);
}

/* What the service says of fs_link() when there are too many links. */
static long link_errno(long r)
{
	return r == -EFBIG ? -EMLINK : r;
}

/* AT_EMPTY_PATH: a new name for what a descriptor holds. */
static long link_fd(struct thread *t, int fd, int dfd, uint64_t to)
{
	struct file *file = fd_any(t, fd);
	struct walk w;
	long r;

	if (!file)
		return -EBADF;
	if (!file->inode)
		return -EXDEV;
	r = walk_begin(t, &w, dfd, to);
	if (r)
		return r;
	r = fs_link((struct fs_place){ .dir = file->inode->id, .path = "" }, w.place, 0);
	walk_end(&w);
	return link_errno(r);
}

static long link_at(struct thread *t, int dfd, uint64_t from, int dfd2, uint64_t to, uint32_t flags)
{
	struct two w;
	long r;

	if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if ((flags & AT_EMPTY_PATH) && walk_is_empty(t, from))
		return link_fd(t, dfd, dfd2, to);
	r = two_begin(t, &w, dfd, from, dfd2, to);
	if (r)
		return r;
	r = fs_link(w.from.place, w.to.place, flags & AT_SYMLINK_FOLLOW ? FS_LINK_FOLLOW : 0);
	two_end(&w);
	return link_errno(r);
}

/* link(2). */
long lx_link(struct thread *t, const uint64_t *a)
{
	return link_at(t, AT_FDCWD, a[0], AT_FDCWD, a[1], 0);
}

long lx_linkat(struct thread *t, const uint64_t *a)
{
	return link_at(t, (int)a[0], a[1], (int)a[2], a[3], a[4]);
}

static long rename_at(struct thread *t, int dfd, uint64_t from, int dfd2, uint64_t to, uint32_t flags)
{
	uint32_t fs_flags = (flags & RENAME_NOREPLACE ? FS_RENAME_NOREPLACE : 0) |
			    (flags & RENAME_EXCHANGE ? FS_RENAME_EXCHANGE : 0);
	struct two w;
	long r;

	if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE) ||
	    flags == (RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	r = two_begin(t, &w, dfd, from, dfd2, to);
	if (r)
		return r;
	r = fs_rename(w.from.place, w.to.place, fs_flags);
	two_end(&w);
	return r;
}

/* rename(2). RENAME_WHITEOUT is for overlays and is not served. */
long lx_rename(struct thread *t, const uint64_t *a)
{
	return rename_at(t, AT_FDCWD, a[0], AT_FDCWD, a[1], 0);
}

long lx_renameat(struct thread *t, const uint64_t *a)
{
	return rename_at(t, (int)a[0], a[1], (int)a[2], a[3], 0);
}

long lx_renameat2(struct thread *t, const uint64_t *a)
{
	return rename_at(t, (int)a[0], a[1], (int)a[2], a[3], a[4]);
}

/* ---- removing ------------------------------------------------------------------------------------ */

static long unlink_at(struct thread *t, int dfd, uint64_t uaddr, uint32_t flags)
{
	struct walk w;
	long r = walk_begin(t, &w, dfd, uaddr);

	if (r)
		return r;
	r = fs_unlink(w.place, flags);
	walk_end(&w);
	return r;
}

/* unlink(2), rmdir(2). */
long lx_unlink(struct thread *t, const uint64_t *a)
{
	return unlink_at(t, AT_FDCWD, a[0], 0);
}

long lx_rmdir(struct thread *t, const uint64_t *a)
{
	return unlink_at(t, AT_FDCWD, a[0], FS_UNLINK_DIR);
}

long lx_unlinkat(struct thread *t, const uint64_t *a)
{
	if ((uint32_t)a[2] & ~AT_REMOVEDIR)
		return -EINVAL;
	return unlink_at(t, (int)a[0], a[1], a[2] & AT_REMOVEDIR ? FS_UNLINK_DIR : 0);
}
