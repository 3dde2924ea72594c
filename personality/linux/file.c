/* SPDX-License-Identifier: MIT */
/*
 * file.c - open file descriptions.
 *
 * A struct file is what open(2) makes: access mode, status flags, an offset, and what is behind it.
 * Descriptors (fdtable.c) and mappings hold references; dup() shares the description, so offset and
 * flags are shared too. The last reference gives up its locks and its inode. Kinds of files are told
 * apart by their ops: regular.c, dir.c, device.c, console.c, and path_ops for O_PATH.
 */
#include "file.h"

#include <errno.h>
#include <linux/fcntl.h>
#include <linux/mman.h>
#include <stdlib.h>

#include "inode.h"
#include "lock.h"

struct file *file_new(const struct file_ops *ops, uint32_t flags, struct inode *inode)
{
	struct file *file = calloc(1, sizeof(*file));

	if (!file)
		return NULL;
	file->ops = ops;
	file->refs = 1;
	file->flags = flags;
	file->inode = inode;
	return file;
}

struct file *file_get(struct file *file)
{
	file->refs++;
	return file;
}

void file_put(struct file *file)
{
	if (!file || --file->refs)
		return;
	if (file->inode)
		lock_drop_file(file->inode, file);
	inode_put(file->inode);
	free(file);
}

bool file_readable(const struct file *file)
{
	unsigned mode = file->flags & O_ACCMODE;

	return !(file->flags & O_PATH) && (mode == O_RDONLY || mode == O_RDWR);
}

bool file_writable(const struct file *file)
{
	unsigned mode = file->flags & O_ACCMODE;

	return !(file->flags & O_PATH) && (mode == O_WRONLY || mode == O_RDWR);
}

/* mmap(2): EACCES for a mode the description does not have, ENODEV for a kind without pages. */
long file_mmap_check(const struct file *file, int prot, int flags)
{
	bool shared = (flags & MAP_TYPE) != MAP_PRIVATE;

	if (file->flags & O_PATH)
		return -EBADF;
	if (!file_readable(file))
		return -EACCES;
	if (shared && (prot & PROT_WRITE) && !file_writable(file))
		return -EACCES;
	if (!file->ops->pages && !file->ops->anonymous)
		return -ENODEV;
	return 0;
}

/* O_PATH: a place in the tree; its content is out of reach (open(2)). */
const struct file_ops path_ops = { 0 };
