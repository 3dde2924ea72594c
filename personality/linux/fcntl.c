/* SPDX-License-Identifier: MIT */
/*
 * fcntl.c - descriptors and their flags, dup(2), fcntl(2), and locks, fcntl_locking(2), flock(2).
 *
 * A lock that somebody else holds is waited for on lock_waiters, where every release wakes all; the
 * call then tries again. Deadlock among waiters is not detected: they can be interrupted.
 */
#include <asm/resource.h>
#include <errno.h>
#include <linux/fcntl.h>
#include <linux/fs.h>

#include "calls.h"
#include "fd.h"
#include "inode.h"
#include "lock.h"
#include "usermem.h"
#include "wait.h"

/* ---- dup ----------------------------------------------------------------------------------------- */

static long dup_from(struct thread *t, struct file *file, unsigned from, bool cloexec)
{
	struct fdtable *fds = t->process->fds;
	long fd = fdtable_free_slot(fds, from, process_limit(t->process, RLIMIT_NOFILE));

	if (fd >= 0)
		fdtable_set(fds, fd, file_get(file), cloexec);
	return fd;
}

/* Onto a descriptor of the caller's choice; what was open there is closed. */
static long dup_to(struct thread *t, struct file *file, uint32_t fd, bool cloexec)
{
	struct process *p = t->process;
	struct file *old;
	long r;

	if (fd >= process_limit(p, RLIMIT_NOFILE))
		return -EBADF;
	file_get(file);
	old = fdtable_take(p->fds, fd);
	if (old && old->inode)
		lock_drop_process(old->inode, p);
	file_put(old);
	r = fdtable_free_slot(p->fds, fd, (uint64_t)fd + 1);
	if (r < 0) {
		file_put(file);
		return r;
	}
	fdtable_set(p->fds, fd, file, cloexec);
	return fd;
}

/* dup(2). */
long lx_dup(struct thread *t, const uint64_t *a)
{
	struct file *file = fd_any(t, a[0]);

	return file ? dup_from(t, file, 0, false) : -EBADF;
}

long lx_dup2(struct thread *t, const uint64_t *a)
{
	struct file *file = fd_any(t, a[0]);

	if (!file)
		return -EBADF;
	if ((uint32_t)a[0] == (uint32_t)a[1])
		return (uint32_t)a[1];
	return dup_to(t, file, a[1], false);
}

long lx_dup3(struct thread *t, const uint64_t *a)
{
	struct file *file = fd_any(t, a[0]);
	uint32_t flags = a[2];

	if (flags & ~O_CLOEXEC || (uint32_t)a[0] == (uint32_t)a[1])
		return -EINVAL;
	return file ? dup_to(t, file, a[1], flags & O_CLOEXEC) : -EBADF;
}

/* ---- locks --------------------------------------------------------------------------------------- */

/* struct flock to bytes. SEEK_CUR and SEEK_END count from there; a negative length reaches back. */
static long lock_range(struct file *file, const struct flock *fl, struct file_lock *lock)
{
	int64_t start = 0, end;
	uint64_t size;
	long r;

	switch (fl->l_whence) {
	case SEEK_SET:
		break;
	case SEEK_CUR:
		start = file->offset;
		break;
	case SEEK_END:
		r = inode_size(file->inode, &size);
		if (r < 0)
			return r;
		start = size;
		break;
	default:
		return -EINVAL;
	}
	if (__builtin_add_overflow(start, fl->l_start, &start))
		return -EOVERFLOW;
	if (start < 0)
		return -EINVAL;
	if (fl->l_len > 0) {
		if (__builtin_add_overflow(start, fl->l_len - 1, &end))
			return -EOVERFLOW;
	} else if (fl->l_len < 0) {
		end = start - 1;
		if (__builtin_add_overflow(start, fl->l_len, &start) || start < 0)
			return -EINVAL;
	} else {
		end = LOCK_END;
	}
	lock->start = start;
	lock->end = end;
	return 0;
}

/* Try; what is in the way is waited for if `wait`. */
static long take(struct thread *t, struct inode *inode, const struct file_lock *lock, bool wait)
{
	long r = lock_set(&inode->locks, lock);

	if (r == -ENOMEM)
		return -ENOLCK;
	if (!r || !wait)
		return r;
	if (signal_pending(t))
		return -EINTR;
	return wait_on(t, &lock_waiters) ? -ENOMEM : LX_PARK;
}

static long release(struct inode *inode, const struct file_lock *lock)
{
	return lock_clear(&inode->locks, lock) ? -ENOLCK : 0;
}

/* F_GETLK: who is in the way; type F_UNLCK: nobody. */
static long tell_conflict(struct thread *t, struct inode *inode, const struct file_lock *lock,
			  struct flock *fl, uint64_t uaddr)
{
	const struct file_lock *other = lock_conflict(inode->locks, lock);

	if (other) {
		fl->l_type = other->exclusive ? F_WRLCK : F_RDLCK;
		fl->l_whence = SEEK_SET;
		fl->l_start = other->start;
		fl->l_len = other->end == LOCK_END ? 0 : other->end - other->start + 1;
		fl->l_pid = other->pid;
	} else {
		fl->l_type = F_UNLCK;
	}
	return copy_out(t->process->mm, uaddr, fl, sizeof(*fl));
}

static long record_lock(struct thread *t, struct file *file, uint32_t cmd, uint64_t uaddr)
{
	bool ofd = cmd == F_OFD_GETLK || cmd == F_OFD_SETLK || cmd == F_OFD_SETLKW;
	struct file_lock lock = {
		.kind = ofd ? LOCK_OFD : LOCK_POSIX,
		.owner = ofd ? (const void *)file : t->process,
		.pid = ofd ? -1 : t->process->pid,
	};
	struct flock fl;
	long r;

	if (copy_in(t->process->mm, &fl, uaddr, sizeof(fl)))
		return -EFAULT;
	if (ofd && fl.l_pid)
		return -EINVAL;
	if (!file->inode || file->ops != &regular_ops)
		return -EBADF;		/* Limit: no locks on directories and devices */
	r = lock_range(file, &fl, &lock);
	if (r)
		return r;
	lock.exclusive = fl.l_type == F_WRLCK;

	if (cmd == F_GETLK || cmd == F_OFD_GETLK)
		return fl.l_type == F_RDLCK || fl.l_type == F_WRLCK ?
			       tell_conflict(t, file->inode, &lock, &fl, uaddr) : -EINVAL;
	switch (fl.l_type) {
	case F_RDLCK:
		if (!file_readable(file))
			return -EBADF;
		break;
	case F_WRLCK:
		if (!file_writable(file))
			return -EBADF;
		break;
	case F_UNLCK:
		return release(file->inode, &lock);
	default:
		return -EINVAL;
	}
	return take(t, file->inode, &lock, cmd == F_SETLKW || cmd == F_OFD_SETLKW);
}

/* flock(2). */
long lx_flock(struct thread *t, const uint64_t *a)
{
	struct file *file = fd_file(t, a[0]);
	int op = (int)a[1] & ~LOCK_NB;
	struct file_lock lock = {
		.kind = LOCK_BSD, .owner = file, .pid = -1, .exclusive = op == LOCK_EX, .end = LOCK_END,
	};

	if (op != LOCK_SH && op != LOCK_EX && op != LOCK_UN)
		return -EINVAL;
	if (!file)
		return -EBADF;
	if (!file->inode)
		return 0;		/* a stream of the console: nobody else has this description */
	if (op == LOCK_UN)
		return release(file->inode, &lock);
	return take(t, file->inode, &lock, !((int)a[1] & LOCK_NB));
}

/* ---- fcntl --------------------------------------------------------------------------------------- */

#define SETFL_FLAGS	(O_APPEND | O_NONBLOCK | O_NOATIME)

/* F_SETFL: other flags are ignored; O_DIRECT and O_ASYNC are not served. */
static long set_flags(struct file *file, uint32_t flags)
{
	if (flags & (O_DIRECT | FASYNC))
		return -EINVAL;
	file->flags = (file->flags & ~SETFL_FLAGS) | (flags & SETFL_FLAGS);
	return 0;
}

static bool allowed_on_path(uint32_t cmd)
{
	return cmd == F_DUPFD || cmd == F_DUPFD_CLOEXEC || cmd == F_GETFD || cmd == F_SETFD ||
	       cmd == F_GETFL;
}

/* fcntl(2). */
long lx_fcntl(struct thread *t, const uint64_t *a)
{
	struct fd_slot *slot = fdtable_slot(t->process->fds, (uint32_t)a[0]);
	uint32_t cmd = a[1];
	struct file *file;

	if (!slot || ((slot->file->flags & O_PATH) && !allowed_on_path(cmd)))
		return -EBADF;
	file = slot->file;

	switch (cmd) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		if ((uint32_t)a[2] >= process_limit(t->process, RLIMIT_NOFILE))
			return -EINVAL;
		return dup_from(t, file, a[2], cmd == F_DUPFD_CLOEXEC);
	case F_GETFD:
		return slot->cloexec ? FD_CLOEXEC : 0;
	case F_SETFD:
		slot->cloexec = a[2] & FD_CLOEXEC;
		return 0;
	case F_GETFL:
		return file->flags;
	case F_SETFL:
		return set_flags(file, a[2]);
	case F_GETLK:
	case F_SETLK:
	case F_SETLKW:
	case F_OFD_GETLK:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
		return record_lock(t, file, cmd, a[2]);
	default:
		return -EINVAL;
	}
}
