/* SPDX-License-Identifier: MIT */
/*
 * rw.c - read(2), write(2) and their vector and offset variants, lseek(2).
 *
 * Order of checks, as Linux has it: the descriptor and its mode, the offset, the iovec array, then
 * the file. The offset of the description moves by the bytes that the call moved.
 */
#include <errno.h>
#include <linux/fs.h>

#include "calls.h"
#include "fd.h"
#include "uio.h"
#include "wait.h"

/*
 * One handler serves all programs, so a long transfer is done in slices: after each, the thread is
 * answered so that its call runs again, and others get their turn. call.done says how far it came.
 * What has no offset may give fewer bytes than were asked for, so reading it is never continued.
 */
#define SLICE		(8ul << 20)
#define STREAM_SLICE	(64ul << 10)	/* output through the console is slow */

static long transfer(struct thread *t, struct file *file, struct uio *u, uint64_t *offset, bool write)
{
	if (write)
		return file->ops->write ? file->ops->write(t, file, u, offset) : -EINVAL;
	return file->ops->read ? file->ops->read(t, file, u, offset) : -EINVAL;
}

/* The next slice of what `u` is in all; *offset is where it begins. */
static long transfer_slice(struct thread *t, struct file *file, struct uio *u, uint64_t *offset,
			   bool write)
{
	size_t slice = file->ops->seek ? SLICE : STREAM_SLICE;
	uint64_t *done = &t->call.done;
	bool more = false;
	long r;

	if (*done >= u->left && *done)
		return *done;		/* another thread made the iovec array shorter */
	uio_skip(u, *done);
	if (u->left > slice && (write || file->ops->seek)) {
		u->left = slice;
		more = true;
	}
	r = transfer(t, file, u, offset, write);
	if (r == LX_PARK)
		return r;
	if (r > 0)
		*done += r;
	if (more && r == (long)slice) {
		wake_thread(t);		/* it does not sleep, but runs again */
		return LX_PARK;
	}
	return *done ? (long)*done : r;
}

static struct file *fd_for(const struct thread *t, uint64_t fd, bool write)
{
	return write ? fd_to_write(t, fd) : fd_to_read(t, fd);
}

/* At the description's own offset. */
static long at_current(struct thread *t, struct file *file, struct uio *u, bool write)
{
	uint64_t offset = file->offset;
	long r = transfer_slice(t, file, u, &offset, write);

	file->offset = offset;
	return r;
}

/* At an offset of the call's; the description's does not move. */
static long at_offset(struct thread *t, struct file *file, struct uio *u, uint64_t offset, bool write)
{
	offset += t->call.done;
	return transfer_slice(t, file, u, &offset, write);
}

static long plain(struct thread *t, const uint64_t *a, bool write)
{
	struct file *file = fd_for(t, a[0], write);
	struct uio u;
	long r;

	if (!file)
		return -EBADF;
	r = uio_user(&u, t->process->mm, a[1], a[2]);
	return r ? r : at_current(t, file, &u, write);
}

static long vector(struct thread *t, const uint64_t *a, bool write)
{
	struct file *file = fd_for(t, a[0], write);
	struct uio u;
	long r;

	if (!file)
		return -EBADF;
	r = uio_import(&u, t->process->mm, a[1], a[2]);
	return r ? r : at_current(t, file, &u, write);
}

/* Checks of the p-variants: EINVAL for the offset comes before EBADF, ESPIPE after it (pread(2)). */
static long check_offset(const struct thread *t, const uint64_t *a, bool write, struct file **file)
{
	if ((int64_t)a[3] < 0)
		return -EINVAL;
	*file = fd_any(t, a[0]);
	if (!*file || (*file)->flags & O_PATH)
		return -EBADF;
	if (!(*file)->ops->seek)
		return -ESPIPE;
	return fd_for(t, a[0], write) ? 0 : -EBADF;
}

static long plain_at(struct thread *t, const uint64_t *a, bool write)
{
	struct file *file;
	struct uio u;
	long r = check_offset(t, a, write, &file);

	if (!r)
		r = uio_user(&u, t->process->mm, a[1], a[2]);
	return r ? r : at_offset(t, file, &u, a[3], write);
}

static long vector_at(struct thread *t, const uint64_t *a, bool write)
{
	struct file *file;
	struct uio u;
	long r = check_offset(t, a, write, &file);

	if (!r)
		r = uio_import(&u, t->process->mm, a[1], a[2]);
	return r ? r : at_offset(t, file, &u, a[3], write);
}

/*
 * preadv2, pwritev2: offset -1 is the description's own. All is in memory and nothing of it waits,
 * so RWF_HIPRI, RWF_DSYNC and RWF_SYNC hold anyway; other flags are refused.
 */
static long vector2(struct thread *t, const uint64_t *a, bool write)
{
	uint32_t flags = a[5];

	if (flags & ~(RWF_HIPRI | RWF_DSYNC | RWF_SYNC))
		return -EOPNOTSUPP;
	return (int64_t)a[3] == -1 ? vector(t, a, write) : vector_at(t, a, write);
}

long lx_read(struct thread *t, const uint64_t *a)	{ return plain(t, a, false); }
long lx_write(struct thread *t, const uint64_t *a)	{ return plain(t, a, true); }
long lx_readv(struct thread *t, const uint64_t *a)	{ return vector(t, a, false); }
long lx_writev(struct thread *t, const uint64_t *a)	{ return vector(t, a, true); }
long lx_pread64(struct thread *t, const uint64_t *a)	{ return plain_at(t, a, false); }
long lx_pwrite64(struct thread *t, const uint64_t *a)	{ return plain_at(t, a, true); }
long lx_preadv(struct thread *t, const uint64_t *a)	{ return vector_at(t, a, false); }
long lx_pwritev(struct thread *t, const uint64_t *a)	{ return vector_at(t, a, true); }
long lx_preadv2(struct thread *t, const uint64_t *a)	{ return vector2(t, a, false); }
long lx_pwritev2(struct thread *t, const uint64_t *a)	{ return vector2(t, a, true); }

/* lseek(2). */
long lx_lseek(struct thread *t, const uint64_t *a)
{
	struct file *file = fd_file(t, a[0]);
	int64_t r;

	if (!file)
		return -EBADF;
	if ((uint32_t)a[2] > SEEK_MAX)
		return -EINVAL;
	if (!file->ops->seek)
		return -ESPIPE;
	r = file->ops->seek(file, a[1], a[2]);
	if (r >= 0)
		file->offset = r;
	return r;
}
