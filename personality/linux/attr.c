/* SPDX-License-Identifier: MIT */
/*
 * attr.c - calls that set attributes: chmod(2), chown(2), utimensat(2) and its ancestors, umask(2).
 *
 * By descriptor: a file of the file service; a stream of the console has none that could be set.
 */
#include <errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include <linux/time_types.h>
#include <linux/utime.h>

#include "calls.h"
#include "fd.h"
#include "fsclient.h"
#include "inode.h"
#include "namei.h"
#include "usermem.h"
#include "wait.h"

/* How to find the file that a call means. */
struct target {
	int dfd;
	uint64_t uaddr;			/* path */
	uint32_t flags;			/* AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH */
};

/* What may depend on the file before it is set. */
typedef void adjust(struct fs_setattr *set, const struct fs_attr *attr);

static long set_fd(struct file *file, struct fs_setattr *set, adjust *fix)
{
	struct fs_attr attr;
	long r;

	if (!file)
		return -EBADF;
	if (!file->inode)
		return 0;		/* a pipe of the host: nobody would see it */
	if (fix) {
		r = inode_stat(file->inode, &attr);
		if (r < 0)
			return r;
		fix(set, &attr);
	}
	return fs_setattr(file->inode->id, set);
}

static long set_path(struct thread *t, struct target at, struct fs_setattr *set, adjust *fix)
{
	struct fs_attr attr;
	struct walk w;
	uint32_t id;
	long r;

	if ((at.flags & AT_EMPTY_PATH) && walk_is_empty(t, at.uaddr)) {
		if (at.dfd != AT_FDCWD)
			return set_fd(fd_any(t, at.dfd), set, fix);
		r = walk_begin_own(t->process, &w, ".");
	} else {
		r = walk_begin(t, &w, at.dfd, at.uaddr);
	}
	if (r)
		return r;
	r = fs_open(w.place, FS_O_PATH | (at.flags & AT_SYMLINK_NOFOLLOW ? FS_O_NOFOLLOW : 0), 0,
		    owner_of(t->process), &id, &attr);
	walk_end(&w);
	if (r < 0)
		return r;
	if (fix)
		fix(set, &attr);
	r = fs_setattr(id, set);
	fs_close(id);
	return r;
}

/* ---- mode ---------------------------------------------------------------------------------------- */

static struct fs_setattr mode_of(uint32_t mode)
{
	return (struct fs_setattr){ .mask = FS_SET_MODE, .mode = mode & 07777 };
}

/* chmod(2). */
long lx_chmod(struct thread *t, const uint64_t *a)
{
	struct fs_setattr set = mode_of(a[1]);

	return set_path(t, (struct target){ AT_FDCWD, a[0], 0 }, &set, NULL);
}

long lx_fchmodat(struct thread *t, const uint64_t *a)
{
	struct fs_setattr set = mode_of(a[2]);

	return set_path(t, (struct target){ (int)a[0], a[1], 0 }, &set, NULL);
}

long lx_fchmod(struct thread *t, const uint64_t *a)
{
	struct fs_setattr set = mode_of(a[1]);

	return set_fd(fd_file(t, a[0]), &set, NULL);
}

/* umask(2). */
long lx_umask(struct thread *t, const uint64_t *a)
{
	struct fs_context *fs = t->process->fs;
	uint32_t old = fs->umask;

	fs->umask = a[0] & 0777;
	return old;
}

/* ---- owner --------------------------------------------------------------------------------------- */

/* A change of owner takes set-user-ID, and set-group-ID of what the group may execute (chown(2)). */
static void drop_set_id(struct fs_setattr *set, const struct fs_attr *attr)
{
	uint32_t drop = 04000 | (attr->mode & 010 ? 02000 : 0);

	if ((attr->mode & FS_IFMT) != FS_IFREG || !(attr->mode & drop))
		return;
	set->mask |= FS_SET_MODE;
	set->mode = attr->mode & 07777 & ~drop;
}

/* -1 leaves a value as it is. */
static struct fs_setattr owner_set(uint32_t uid, uint32_t gid)
{
	struct fs_setattr set = { .uid = uid, .gid = gid };

	if (uid != (uint32_t)-1)
		set.mask |= FS_SET_UID;
	if (gid != (uint32_t)-1)
		set.mask |= FS_SET_GID;
	return set;
}

static long chown_at(struct thread *t, struct target at, uint32_t uid, uint32_t gid)
{
	struct fs_setattr set = owner_set(uid, gid);

	return set_path(t, at, &set, drop_set_id);
}

/* chown(2). */
long lx_chown(struct thread *t, const uint64_t *a)
{
	return chown_at(t, (struct target){ AT_FDCWD, a[0], 0 }, a[1], a[2]);
}

long lx_lchown(struct thread *t, const uint64_t *a)
{
	return chown_at(t, (struct target){ AT_FDCWD, a[0], AT_SYMLINK_NOFOLLOW }, a[1], a[2]);
}

long lx_fchownat(struct thread *t, const uint64_t *a)
{
	uint32_t flags = a[4];

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	return chown_at(t, (struct target){ (int)a[0], a[1], flags }, a[2], a[3]);
}

long lx_fchown(struct thread *t, const uint64_t *a)
{
	struct fs_setattr set = owner_set(a[1], a[2]);

	return set_fd(fd_file(t, a[0]), &set, drop_set_id);
}

/* ---- times --------------------------------------------------------------------------------------- */

/* One of the two times. UTIME_NOW and UTIME_OMIT stand in the nanoseconds. */
#define UTIME_NOW	((1l << 30) - 1l)
#define UTIME_OMIT	((1l << 30) - 2l)

static bool time_is_valid(const struct __kernel_timespec *ts)
{
	return ts->tv_nsec == UTIME_NOW || ts->tv_nsec == UTIME_OMIT ||
	       (ts->tv_nsec >= 0 && ts->tv_nsec < (long long)NS_PER_SEC);
}

/* The file service counts nanoseconds in 64 bits: years 1678 to 2262, and its ends for others. */
static int64_t to_ns(const struct __kernel_timespec *ts)
{
	int64_t ns;

	if (ts->tv_nsec == UTIME_NOW)
		return realtime_ns();
	if (__builtin_mul_overflow(ts->tv_sec, (int64_t)NS_PER_SEC, &ns) ||
	    __builtin_add_overflow(ns, ts->tv_nsec, &ns))
		return ts->tv_sec < 0 ? INT64_MIN : INT64_MAX;
	return ns;
}

static struct fs_setattr times_set(const struct __kernel_timespec ts[2])
{
	struct fs_setattr set = { .atime = to_ns(&ts[0]), .mtime = to_ns(&ts[1]) };

	if (ts[0].tv_nsec != UTIME_OMIT)
		set.mask |= FS_SET_ATIME;
	if (ts[1].tv_nsec != UTIME_OMIT)
		set.mask |= FS_SET_MTIME;
	return set;
}

/* ts NULL: both now. Nothing to set is no reason to look at the file (utimensat(2)). */
static long set_times(struct thread *t, struct target at, const struct __kernel_timespec *ts)
{
	static const struct __kernel_timespec now[2] = {
		{ .tv_nsec = UTIME_NOW }, { .tv_nsec = UTIME_NOW },
	};
	struct fs_setattr set = times_set(ts ? ts : now);

	if (!set.mask)
		return 0;
	if (!at.uaddr && at.dfd != AT_FDCWD)
		return at.flags ? -EINVAL : set_fd(fd_file(t, at.dfd), &set, NULL);
	return set_path(t, at, &set, NULL);
}

/* utimensat(2); futimens(3) is the call without a path. */
long lx_utimensat(struct thread *t, const uint64_t *a)
{
	struct __kernel_timespec ts[2];
	uint32_t flags = a[3];

	if (a[2]) {
		if (copy_in(t->process->mm, ts, a[2], sizeof(ts)))
			return -EFAULT;
		if (!time_is_valid(&ts[0]) || !time_is_valid(&ts[1]))
			return -EINVAL;
	}
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	return set_times(t, (struct target){ (int)a[0], a[1], flags }, a[2] ? ts : NULL);
}

/* Two struct timeval at `uaddr`; 0 is NULL. */
static long set_timevals(struct thread *t, struct target at, uint64_t uaddr)
{
	struct __kernel_timespec ts[2];
	struct __kernel_old_timeval tv[2];

	if (!uaddr)
		return set_times(t, at, NULL);
	if (copy_in(t->process->mm, tv, uaddr, sizeof(tv)))
		return -EFAULT;
	for (unsigned i = 0; i < 2; i++) {
		if (tv[i].tv_usec < 0 || tv[i].tv_usec >= 1000000)
			return -EINVAL;
		ts[i] = (struct __kernel_timespec){ tv[i].tv_sec, tv[i].tv_usec * 1000 };
	}
	return set_times(t, at, ts);
}

/* utimes(2), futimesat(2). */
long lx_utimes(struct thread *t, const uint64_t *a)
{
	return set_timevals(t, (struct target){ AT_FDCWD, a[0], 0 }, a[1]);
}

long lx_futimesat(struct thread *t, const uint64_t *a)
{
	return set_timevals(t, (struct target){ (int)a[0], a[1], 0 }, a[2]);
}

/* utime(2): whole seconds. */
long lx_utime(struct thread *t, const uint64_t *a)
{
	const struct target at = { AT_FDCWD, a[0], 0 };
	struct utimbuf times;

	if (!a[1])
		return set_times(t, at, NULL);
	if (copy_in(t->process->mm, &times, a[1], sizeof(times)))
		return -EFAULT;
	return set_times(t, at, (struct __kernel_timespec[2]){
					{ .tv_sec = times.actime }, { .tv_sec = times.modtime } });
}
