/* SPDX-License-Identifier: MIT */
/*
 * open.c - open(2) and its kin, close(2).
 *
 * A descriptor is found first and filled last, so a call that fails leaves neither a file nor a
 * descriptor behind; only what O_CREAT and O_TRUNC did in the file system stays, as on Linux.
 */
#include <asm/resource.h>
#include <errno.h>
#include <linux/close_range.h>
#include <linux/fcntl.h>
#include <linux/openat2.h>
#include <string.h>

#include "calls.h"
#include "device.h"
#include "fd.h"
#include "inode.h"
#include "lock.h"
#include "mm.h"
#include "namei.h"
#include "usermem.h"

#define O_LARGEFILE_64	00100000	/* what 64-bit programs see in F_GETFL */
#define OPEN_FLAGS	(O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | \
			 O_DSYNC | __O_SYNC | FASYNC | O_DIRECT | O_LARGEFILE_64 | O_DIRECTORY | \
			 O_NOFOLLOW | O_NOATIME | O_CLOEXEC | O_PATH | __O_TMPFILE)
#define PATH_FLAGS	(O_DIRECTORY | O_NOFOLLOW | O_PATH | O_CLOEXEC)
#define UNSTORED_FLAGS	(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC)

static bool wants_write(int flags)
{
	return (flags & O_ACCMODE) != O_RDONLY;
}

/* Flags that contradict each other, or that are not served. */
static long check_flags(int flags)
{
	if (flags & __O_TMPFILE)
		return (flags & O_DIRECTORY) && wants_write(flags) ? -EOPNOTSUPP : -EINVAL;
	if (flags & O_DIRECT)
		return -EINVAL;
	if ((flags & O_CREAT) && (flags & O_DIRECTORY))
		return -EINVAL;
	return 0;
}

static uint32_t fs_flags(int flags)
{
	uint32_t f = flags & O_NOFOLLOW ? FS_O_NOFOLLOW : 0;

	if (flags & O_DIRECTORY)
		f |= FS_O_DIRECTORY;
	if (flags & O_PATH)
		return f | FS_O_PATH;
	if (flags & O_CREAT)
		f |= FS_O_CREATE;
	if ((flags & O_CREAT) && (flags & O_EXCL))
		f |= FS_O_EXCL;
	if (flags & O_TRUNC)
		f |= FS_O_TRUNC | FS_O_WRITE;
	if (wants_write(flags))
		f |= FS_O_WRITE;
	return f;
}

/* The kind of file. -EISDIR; -ENXIO: a device that is not there, or nobody at the other end. */
static long ops_for(const struct process *p, const struct inode *inode, int flags,
		    const struct file_ops **ops)
{
	*ops = NULL;
	if (flags & O_PATH)
		*ops = &path_ops;
	else if (inode_type(inode) == FS_IFREG)
		*ops = &regular_ops;
	else if (inode_type(inode) == FS_IFDIR)
		*ops = &dir_ops;
	else if (inode_type(inode) == FS_IFCHR)
		*ops = device_ops(inode->rdev, p->console);
	if (*ops == &dir_ops && (flags & O_CREAT))
		return -EISDIR;
	return *ops ? 0 : -ENXIO;
}

/* What the walk names, opened. */
static long open_walk(struct process *p, const struct walk *w, int flags, uint32_t mode,
		      struct file **file)
{
	enum inode_access access = flags & O_PATH	? INODE_PATH :
				   wants_write(flags) || flags & O_TRUNC ? INODE_WRITE : INODE_READ;
	const struct file_ops *ops;
	struct inode *inode;
	struct fs_attr attr;
	uint32_t id;
	long created, r;

	created = fs_open(w->place, fs_flags(flags), mode & ~p->fs->umask, owner_of(p), &id, &attr);
	if (created < 0)
		return created;
	inode = inode_adopt(id, access, &attr);
	if (!inode)
		return -ENOMEM;

	r = ops_for(p, inode, flags, &ops);
	*file = r ? NULL : file_new(ops, flags & ~UNSTORED_FLAGS, inode);
	if (!*file) {
		inode_put(inode);
		return r ? r : -ENOMEM;
	}
	if ((flags & O_TRUNC) && !created && ops == &regular_ops)
		mm_forget_file_pages(inode, 0);
	return 0;
}

/* Into a descriptor of the calling process. */
static long open_fd(struct thread *t, int dfd, uint64_t uaddr, int flags, uint32_t mode)
{
	struct process *p = t->process;
	struct file *file;
	struct walk w;
	long fd, r;

	flags &= flags & O_PATH ? PATH_FLAGS : OPEN_FLAGS;
	r = check_flags(flags);
	if (r)
		return r;
	r = walk_begin(t, &w, dfd, uaddr);
	if (r)
		return r;
	fd = fdtable_free_slot(p->fds, 0, process_limit(p, RLIMIT_NOFILE));
	r = fd < 0 ? fd : open_walk(p, &w, flags, mode & 07777, &file);
	walk_end(&w);
	if (r)
		return r;
	fdtable_set(p->fds, fd, file, flags & O_CLOEXEC);
	return fd;
}

long file_open_path(struct process *p, const char *path, int flags, struct file **file)
{
	struct walk w;
	long r = walk_begin_own(p, &w, path);

	if (r)
		return r;
	r = open_walk(p, &w, flags, 0, file);
	walk_end(&w);
	return r;
}

/* open(2). */
long lx_open(struct thread *t, const uint64_t *a)
{
	return open_fd(t, AT_FDCWD, a[0], (int)a[1] | O_LARGEFILE_64, a[2]);
}

long lx_openat(struct thread *t, const uint64_t *a)
{
	return open_fd(t, (int)a[0], a[1], (int)a[2] | O_LARGEFILE_64, a[3]);
}

long lx_creat(struct thread *t, const uint64_t *a)
{
	return open_fd(t, AT_FDCWD, a[0], O_CREAT | O_WRONLY | O_TRUNC | O_LARGEFILE_64, a[1]);
}

/* A struct of a size that grows with versions: what we do not know must be 0. */
static long copy_in_how(struct mm *mm, struct open_how *how, uint64_t uaddr, uint64_t size)
{
	uint8_t byte;

	if (size < sizeof(*how))
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	for (uint64_t i = sizeof(*how); i < size; i++) {
		if (copy_in(mm, &byte, uaddr + i, 1))
			return -EFAULT;
		if (byte)
			return -E2BIG;
	}
	return copy_in(mm, how, uaddr, sizeof(*how));
}

/* openat2(2). Of RESOLVE_*, those that hold anyway: one file system, no magic links. */
long lx_openat2(struct thread *t, const uint64_t *a)
{
	struct open_how how;
	long r = copy_in_how(t->process->mm, &how, a[2], a[3]);

	if (r)
		return r;
	if (how.flags & ~(uint64_t)OPEN_FLAGS || how.resolve & ~(RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS))
		return -EINVAL;
	if ((how.flags & O_PATH) && (how.flags & ~(uint64_t)PATH_FLAGS))
		return -EINVAL;
	if (how.flags & (O_CREAT | __O_TMPFILE) ? how.mode & ~07777ull : how.mode)
		return -EINVAL;
	return open_fd(t, (int)a[0], a[1], how.flags, how.mode);
}

/* Any close() of a process ends its record locks on that file (fcntl_locking(2)). */
static void close_file(struct process *p, struct file *file)
{
	if (file->inode)
		lock_drop_process(file->inode, p);
	file_put(file);
}

/* close(2). */
long lx_close(struct thread *t, const uint64_t *a)
{
	struct file *file = fdtable_take(t->process->fds, (uint32_t)a[0]);

	if (!file)
		return -EBADF;
	close_file(t->process, file);
	return 0;
}

/* close_range(2). One thread cannot share its table yet, so CLOSE_RANGE_UNSHARE has nothing to do. */
long lx_close_range(struct thread *t, const uint64_t *a)
{
	uint32_t first = a[0], last = a[1], flags = a[2];
	struct fdtable *fds = t->process->fds;

	if (flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC) || first > last)
		return -EINVAL;
	for (uint64_t fd = first; fd <= last && fd < fds->room; fd++) {
		struct fd_slot *slot = fdtable_slot(fds, fd);

		if (!slot)
			continue;
		if (flags & CLOSE_RANGE_CLOEXEC)
			slot->cloexec = true;
		else
			close_file(t->process, fdtable_take(fds, fd));
	}
	return 0;
}
