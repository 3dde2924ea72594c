/* SPDX-License-Identifier: MIT */
/*
 * device.c - character devices: null(4), zero(4), full(4), random(4), tty(4), console(4).
 *
 * The nodes are files of the file service like any other, with Linux's numbers; what they do is
 * here, and for the terminal in console.c. Programs may make further nodes with mknod(2).
 */
#include "device.h"

#include <errno.h>
#include <linux/fs.h>
#include <string.h>

#include "console.h"
#include "file.h"
#include "fsclient.h"
#include "lx.h"
#include "random.h"
#include "stat.h"
#include "uio.h"

static long read_end(struct thread *t, struct file *file, struct uio *u, uint64_t *offset)
{
	return 0;
}

static long read_zeros(struct thread *t, struct file *file, struct uio *u, uint64_t *offset)
{
	size_t want = u->left, n = uio_fill_zero(u, want);

	return n || !want ? (long)n : -EFAULT;
}

#define RANDOM_READ_MAX	0x1ffffffl	/* bytes of one read (random(4)) */

static long read_random(struct thread *t, struct file *file, struct uio *u, uint64_t *offset)
{
	uint8_t bytes[256];
	long done = 0;

	while (u->left && done < RANDOM_READ_MAX) {
		size_t n = u->left < sizeof(bytes) ? u->left : sizeof(bytes), copied;

		if (n > (size_t)(RANDOM_READ_MAX - done))
			n = RANDOM_READ_MAX - done;
		random_bytes(bytes, n);
		copied = uio_copy_out(u, bytes, n);
		done += copied;
		if (copied < n)
			return done ? done : -EFAULT;
	}
	return done;
}

/* Takes everything, without looking at it. */
static long write_away(struct thread *t, struct file *file, struct uio *u, uint64_t *offset)
{
	size_t n = u->left;

	uio_skip(u, n);
	return n;
}

static long write_full(struct thread *t, struct file *file, struct uio *u, uint64_t *offset)
{
	return -ENOSPC;
}

/* These have no offset, but do not complain (null(4)). */
static int64_t seek_nowhere(struct file *file, int64_t offset, unsigned whence)
{
	return 0;
}

static const struct file_ops null_ops = {
	.read = read_end, .write = write_away, .seek = seek_nowhere,
};
static const struct file_ops zero_ops = {
	.read = read_zeros, .write = write_away, .seek = seek_nowhere, .anonymous = true,
};
static const struct file_ops full_ops = {
	.read = read_zeros, .write = write_full, .seek = seek_nowhere,
};
static const struct file_ops random_ops = {
	.read = read_random, .write = write_away, .seek = seek_nowhere,
};

/* Numbers as in Linux's admin-guide/devices.txt. */
static const struct device {
	const char *path;
	uint32_t major, minor;
	const struct file_ops *ops;	/* NULL: the terminal */
} devices[] = {
	{ "/dev/null",		1, 3, &null_ops },
	{ "/dev/zero",		1, 5, &zero_ops },
	{ "/dev/full",		1, 7, &full_ops },
	{ "/dev/random",	1, 8, &random_ops },
	{ "/dev/urandom",	1, 9, &random_ops },
	{ "/dev/tty",		5, 0, NULL },
	{ "/dev/console",	5, 1, NULL },
};

const struct file_ops *device_ops(uint64_t rdev, uint32_t console)
{
	for (unsigned i = 0; i < ARRAY_SIZE(devices); i++) {
		const struct device *d = &devices[i];

		if (rdev == dev_make(d->major, d->minor))
			return d->ops ? d->ops : console_terminal(console);
	}
	return NULL;
}

static struct fs_place place(const char *path)
{
	return (struct fs_place){ .dir = FS_ROOT, .len = strlen(path), .path = path };
}

/* What is there already is left as it is. */
void device_make_nodes(void)
{
	const struct fs_owner root = { 0, 0 };

	fs_mkdir(place("/tmp"), 01777, root);
	fs_mkdir(place("/dev"), 0755, root);
	for (unsigned i = 0; i < ARRAY_SIZE(devices); i++) {
		const struct device *d = &devices[i];

		fs_mknod(place(d->path), FS_IFCHR | 0666, dev_make(d->major, d->minor), root);
	}
}
