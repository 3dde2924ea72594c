/* SPDX-License-Identifier: MIT */
/*
 * dir.c - directories as open files: getdents64(2), getdents(2).
 *
 * The offset of an open directory is the file service's cookie of the next entry, which stays valid
 * while other names come and go; d_off is the cookie behind an entry, as lseek(2) takes it back.
 * The service's records are turned into Linux's one message at a time, in a buffer of our own:
 * reaching the program's memory may need the UTCB in which they lie.
 */
#include <errno.h>
#include <linux/fs.h>
#include <string.h>

#include "calls.h"
#include "fd.h"
#include "fsclient.h"
#include "inode.h"
#include "usermem.h"

#define LISTING_MAX	(1ul << 20)	/* bytes one call gives at most */

/* getdents64(2): struct linux_dirent64; getdents(2) has the type in the record's last byte. */
struct dirent64 {
	uint64_t ino;			/* 0x00 */
	int64_t off;			/* 0x08 */
	uint16_t reclen;		/* 0x10 */
	uint8_t type;			/* 0x12 */
	char name[];			/* 0x13 */
} __attribute__((packed));

struct dirent_old {
	uint64_t ino;			/* 0x00 */
	uint64_t off;			/* 0x08 */
	uint16_t reclen;		/* 0x10 */
	char name[];			/* 0x12 */
} __attribute__((packed));

/* Both need the header, the name with its 0, and the type (before or behind it): the same length. */
static size_t record_size(size_t name_len)
{
	return (sizeof(struct dirent64) + name_len + 1 + 7) & ~7ul;
}
_Static_assert(sizeof(struct dirent64) == sizeof(struct dirent_old) + 1, "one size for both");

static void make_record(uint8_t *out, const struct fs_dirent *e, size_t size, bool old)
{
	uint8_t type = e->mode >> 12;	/* DT_* are the type bits of a mode, shifted */
	struct dirent64 *d = (void *)out;
	struct dirent_old *o = (void *)out;
	char *name = old ? o->name : d->name;

	memset(out, 0, size);
	d->ino = e->ino;
	d->off = e->next;
	d->reclen = size;
	if (old)
		out[size - 1] = type;
	else
		d->type = type;
	memcpy(name, e->name, e->len);
}

struct listing {
	uint8_t records[2 * FS_READ_MAX];	/* of one message; ours can be no longer than twice its */
	size_t len;
	uint64_t cookie;		/* where to go on */
	bool full;			/* the program's buffer has no room for the next */
	bool end;
};

/* One message: entries from l->cookie on, as far as `room` bytes of records go. */
static long list_some(struct inode *dir, struct listing *l, size_t room, bool old)
{
	const uint8_t *data, *p;
	long n = fs_readdir(dir->id, l->cookie, FS_READ_MAX, &data);

	if (n < 0)
		return n;
	l->len = 0;
	l->end = !n;
	for (p = data; p + sizeof(struct fs_dirent) <= data + n && !l->full;) {
		const struct fs_dirent *e = (const void *)p;
		size_t size = record_size(e->len);

		if (e->size < sizeof(*e) + e->len || e->size > data + n - p ||
		    l->len + size > sizeof(l->records))
			return -EIO;
		l->full = l->len + size > room;
		if (!l->full) {
			make_record(l->records + l->len, e, size, old);
			l->len += size;
			l->cookie = e->next;
			p += e->size;
		}
	}
	return 0;
}

static long list(struct thread *t, const uint64_t *a, bool old)
{
	struct file *file = fd_file(t, a[0]);
	size_t count = (uint32_t)a[2] < LISTING_MAX ? (uint32_t)a[2] : LISTING_MAX, done = 0;
	struct listing l;
	long r;

	if (!file)
		return -EBADF;
	if (file->ops != &dir_ops)
		return -ENOTDIR;
	l.cookie = file->offset;
	l.full = false;
	l.end = false;
	while (!l.full && !l.end) {
		r = list_some(file->inode, &l, count - done, old);
		if (!r)
			r = copy_out(t->process->mm, a[1] + done, l.records, l.len);
		if (r)
			return done ? (long)done : r;
		done += l.len;
		file->offset = l.cookie;
	}
	return done || l.end ? (long)done : -EINVAL;
}

long lx_getdents64(struct thread *t, const uint64_t *a)	{ return list(t, a, false); }
long lx_getdents(struct thread *t, const uint64_t *a)	{ return list(t, a, true); }

/* ---- the kind of file ---------------------------------------------------------------------------- */

static long dir_read(struct thread *t, struct file *file, struct uio *u, uint64_t *offset)
{
	return -EISDIR;
}

/* To a cookie that getdents64 told, or the start. */
static int64_t dir_seek(struct file *file, int64_t offset, unsigned whence)
{
	if (whence == SEEK_CUR)
		offset += (int64_t)file->offset;
	else if (whence != SEEK_SET)
		return -EINVAL;
	return offset < 0 ? -EINVAL : offset;
}

const struct file_ops dir_ops = {
	.read	= dir_read,
	.seek	= dir_seek,
};
