/* SPDX-License-Identifier: MIT */
/*
 * stat.c - attributes of files and of the file system: stat(2), statx(2), statfs(2), access(2).
 *
 * Permission bits are kept and told, and access(2) answers by them. They are not enforced otherwise:
 * the file service is the judge, and its clients are whole programs with a grant to read or write.
 */
#include "stat.h"

#include <asm/stat.h>
#include <asm/statfs.h>
#include <errno.h>
#include <linux/fcntl.h>
#include <linux/magic.h>
#include <linux/stat.h>
#include <string.h>

#include "calls.h"
#include "fd.h"
#include "inode.h"
#include "namei.h"
#include "usermem.h"
#include "wait.h"

long file_stat(struct file *file, struct fs_attr *attr, uint64_t *dev)
{
	*dev = file->inode ? DEV_FS : DEV_CONSOLE;
	return file->ops->stat ? file->ops->stat(file, attr) : inode_stat(file->inode, attr);
}

/* Whole seconds, rounded down, and the rest. */
static int64_t seconds(int64_t ns)	{ return ns / (int64_t)NS_PER_SEC - (ns % (int64_t)NS_PER_SEC < 0); }
static uint32_t fraction(int64_t ns)	{ return ns - seconds(ns) * (int64_t)NS_PER_SEC; }

/* ---- stat ---------------------------------------------------------------------------------------- */

static long put_stat(struct thread *t, uint64_t uaddr, const struct fs_attr *attr, uint64_t dev)
{
	struct stat st = {
		.st_dev = dev,
		.st_ino = attr->ino,
		.st_nlink = attr->nlink,
		.st_mode = attr->mode,
		.st_uid = attr->uid,
		.st_gid = attr->gid,
		.st_rdev = attr->rdev,
		.st_size = attr->size,
		.st_blksize = PAGE_SIZE,
		.st_blocks = attr->blocks,
		.st_atime = seconds(attr->atime),
		.st_atime_nsec = fraction(attr->atime),
		.st_mtime = seconds(attr->mtime),
		.st_mtime_nsec = fraction(attr->mtime),
		.st_ctime = seconds(attr->ctime),
		.st_ctime_nsec = fraction(attr->ctime),
	};

	return copy_out(t->process->mm, uaddr, &st, sizeof(st));
}

static struct statx_timestamp stamp(int64_t ns)
{
	return (struct statx_timestamp){ .tv_sec = seconds(ns), .tv_nsec = fraction(ns) };
}

static long put_statx(struct thread *t, uint64_t uaddr, const struct fs_attr *attr, uint64_t dev)
{
	struct statx stx = {
		.stx_mask = STATX_BASIC_STATS | STATX_BTIME,
		.stx_blksize = PAGE_SIZE,
		.stx_nlink = attr->nlink,
		.stx_uid = attr->uid,
		.stx_gid = attr->gid,
		.stx_mode = attr->mode,
		.stx_ino = attr->ino,
		.stx_size = attr->size,
		.stx_blocks = attr->blocks,
		.stx_atime = stamp(attr->atime),
		.stx_btime = stamp(attr->btime),
		.stx_ctime = stamp(attr->ctime),
		.stx_mtime = stamp(attr->mtime),
		.stx_rdev_major = dev_major(attr->rdev),
		.stx_rdev_minor = dev_minor(attr->rdev),
		.stx_dev_major = dev_major(dev),
		.stx_dev_minor = dev_minor(dev),
	};

	return copy_out(t->process->mm, uaddr, &stx, sizeof(stx));
}

static long stat_fd(struct thread *t, uint64_t fd, struct fs_attr *attr, uint64_t *dev)
{
	struct file *file = fd_any(t, fd);

	return file ? file_stat(file, attr, dev) : -EBADF;
}

static long stat_at(struct thread *t, int dfd, uint64_t uaddr, uint32_t flags, struct fs_attr *attr,
		    uint64_t *dev)
{
	struct walk w;
	long r;

	if ((flags & AT_EMPTY_PATH) && walk_is_empty(t, uaddr)) {
		if (dfd != AT_FDCWD)
			return stat_fd(t, dfd, attr, dev);
		r = walk_begin_own(t->process, &w, ".");
	} else {
		r = walk_begin(t, &w, dfd, uaddr);
	}
	if (r)
		return r;
	*dev = DEV_FS;
	r = walk_stat(&w, !(flags & AT_SYMLINK_NOFOLLOW), attr);
	walk_end(&w);
	return r;
}

static long stat_path(struct thread *t, int dfd, uint64_t uaddr, uint64_t out, uint32_t flags)
{
	struct fs_attr attr;
	uint64_t dev;
	long r = stat_at(t, dfd, uaddr, flags, &attr, &dev);

	return r ? r : put_stat(t, out, &attr, dev);
}

/* stat(2). */
long lx_stat(struct thread *t, const uint64_t *a)
{
	return stat_path(t, AT_FDCWD, a[0], a[1], 0);
}

long lx_lstat(struct thread *t, const uint64_t *a)
{
	return stat_path(t, AT_FDCWD, a[0], a[1], AT_SYMLINK_NOFOLLOW);
}

long lx_newfstatat(struct thread *t, const uint64_t *a)
{
	if ((uint32_t)a[3] & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH))
		return -EINVAL;
	return stat_path(t, (int)a[0], a[1], a[2], a[3]);
}

long lx_fstat(struct thread *t, const uint64_t *a)
{
	struct fs_attr attr;
	uint64_t dev;
	long r = stat_fd(t, a[0], &attr, &dev);

	return r ? r : put_stat(t, a[1], &attr, dev);
}

/* statx(2). All fields are always told; the hints about how fresh they must be change nothing. */
long lx_statx(struct thread *t, const uint64_t *a)
{
	uint32_t flags = a[2], mask = a[3];
	struct fs_attr attr;
	uint64_t dev;
	long r;

	if (mask & STATX__RESERVED)
		return -EINVAL;
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE) ||
	    (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
		return -EINVAL;
	r = stat_at(t, (int)a[0], a[1], flags, &attr, &dev);
	return r ? r : put_statx(t, a[4], &attr, dev);
}

/* ---- statfs -------------------------------------------------------------------------------------- */

/* One file system; nobody counts how many files still fit, so each free page is told as one. */
static long put_statfs(struct thread *t, uint64_t uaddr)
{
	struct fs_statfs fs;
	struct statfs st = {
		.f_type = TMPFS_MAGIC,
		.f_bsize = PAGE_SIZE,
		.f_namelen = FS_NAME_MAX,
		.f_frsize = PAGE_SIZE,
	};
	long r = fs_statfs(&fs);

	if (r < 0)
		return r;
	st.f_blocks = fs.pages_total;
	st.f_bfree = st.f_bavail = fs.pages_free;
	st.f_files = fs.files + fs.pages_free;
	st.f_ffree = fs.pages_free;
	return copy_out(t->process->mm, uaddr, &st, sizeof(st));
}

/* statfs(2). */
long lx_statfs(struct thread *t, const uint64_t *a)
{
	struct fs_attr attr;
	uint64_t dev;
	long r = stat_at(t, AT_FDCWD, a[0], 0, &attr, &dev);

	return r ? r : put_statfs(t, a[1]);
}

long lx_fstatfs(struct thread *t, const uint64_t *a)
{
	return fd_any(t, a[0]) ? put_statfs(t, a[1]) : -EBADF;
}

/* ---- access -------------------------------------------------------------------------------------- */

/* inode(7): which of rwx the bits give to this user. The superuser may all, but execute only what
 * somebody may execute. */
static uint32_t permitted(const struct fs_attr *attr, uint32_t uid, uint32_t gid)
{
	if (!uid)
		return 06 | ((attr->mode & 0111) || (attr->mode & FS_IFMT) == FS_IFDIR);
	if (uid == attr->uid)
		return attr->mode >> 6 & 07;
	return gid == attr->gid ? attr->mode >> 3 & 07 : attr->mode & 07;
}

static long access_at(struct thread *t, int dfd, uint64_t uaddr, uint32_t mode, uint32_t flags)
{
	const struct process *p = t->process;
	bool effective = flags & AT_EACCESS;
	struct fs_attr attr;
	uint64_t dev;
	long r;

	if (mode & ~07 || flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	r = stat_at(t, dfd, uaddr, flags, &attr, &dev);
	if (r)
		return r;
	if (mode & ~permitted(&attr, effective ? p->euid : p->uid, effective ? p->egid : p->gid))
		return -EACCES;
	return 0;
}

/* access(2). */
long lx_access(struct thread *t, const uint64_t *a)
{
	return access_at(t, AT_FDCWD, a[0], a[1], 0);
}

long lx_faccessat(struct thread *t, const uint64_t *a)
{
	return access_at(t, (int)a[0], a[1], a[2], 0);
}

long lx_faccessat2(struct thread *t, const uint64_t *a)
{
	return access_at(t, (int)a[0], a[1], a[2], a[3]);
}
