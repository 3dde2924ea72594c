/* SPDX-License-Identifier: MIT */
/*
 * file.h - struct file: an open file description (open(2), NOTES), and what each kind of file does.
 * Rules of use at the head of file.c.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct file;
struct fs_attr;
struct inode;
struct process;
struct thread;
struct uio;
struct wait_queue;

/*
 * Operations of a kind of file. A missing one gives the error that the manual page has for a file
 * which cannot do it. Results: >= 0, -errno or LX_PARK.
 *
 * read, write: at *offset, which they move on; what has no offset leaves it. The access mode has
 * been checked. Both stop early where the memory of the program ends: bytes so far, or -EFAULT.
 * seek: lseek(2) without storing the new offset; missing: ESPIPE, also for pread and pwrite.
 * poll: POLL* bits that hold now; *queue: where to wait for a change, NULL if none can come. Missing:
 * always ready to read and write.
 */
struct file_ops {
	long (*read)(struct thread *t, struct file *file, struct uio *u, uint64_t *offset);
	long (*write)(struct thread *t, struct file *file, struct uio *u, uint64_t *offset);
	int64_t (*seek)(struct file *file, int64_t offset, unsigned whence);
	long (*stat)(struct file *file, struct fs_attr *attr);
	long (*ioctl)(struct thread *t, struct file *file, uint32_t cmd, uint64_t arg);
	short (*poll)(struct file *file, struct wait_queue **queue);
	bool pages;				/* content is pages of the inode: can be mapped */
	bool anonymous;				/* a mapping of it is anonymous memory: zero(4) */
};

/* The kinds. */
extern const struct file_ops regular_ops, dir_ops, path_ops;

struct file {
	const struct file_ops *ops;
	unsigned refs;			/* descriptors, mappings */
	uint32_t flags;			/* O_ACCMODE and status flags, as F_GETFL tells them */
	uint64_t offset;
	struct inode *inode;		/* NULL: not in the file system */
	unsigned stream;		/* console.c: enum console_stream */
};

struct file *file_new(const struct file_ops *ops, uint32_t flags, struct inode *inode);
struct file *file_get(struct file *file);	/* one more reference; returns file */
void file_put(struct file *file);		/* NULL is allowed */

bool file_readable(const struct file *file);
bool file_writable(const struct file *file);

/*
 * file_mmap_check - may `file` be mapped with these PROT_* and MAP_* (mmap(2))?
 * 0; -ENODEV: this kind cannot be mapped; -EACCES: not open for it.
 */
long file_mmap_check(const struct file *file, int prot, int flags);

/*
 * file_open_path - open a path for the personality itself (a program, a working directory).
 * @p      whose working directory and umask count; NULL: relative to the root
 * @flags  O_*
 * 0 with *file, or -errno as open(2).
 */
long file_open_path(struct process *p, const char *path, int flags, struct file **file);
