/* SPDX-License-Identifier: MIT */
/* cwd.c - paths that are told: the working directory, getcwd(2), chdir(2), and links, readlink(2). */
#include <errno.h>
#include <linux/fcntl.h>

#include "calls.h"
#include "fd.h"
#include "inode.h"
#include "namei.h"
#include "usermem.h"

/* ---- working directory --------------------------------------------------------------------------- */

/* getcwd(2): the length with the final 0. ENOENT: the directory was removed. */
long lx_getcwd(struct thread *t, const uint64_t *a)
{
	const struct inode *cwd = t->process->fs->cwd;
	char path[PATH_MAX + 1] = "/";
	long n = 1;

	if (cwd)
		n = fs_getpath(cwd->id, path, sizeof(path));
	if (n < 0)
		return n;
	if (n >= PATH_MAX)
		return -ENAMETOOLONG;
	path[n++] = '\0';
	if ((uint64_t)n > a[1])
		return -ERANGE;
	return copy_out(t->process->mm, a[0], path, n) ? -EFAULT : n;
}

static void set_cwd(struct process *p, struct inode *inode)
{
	inode_put(p->fs->cwd);
	p->fs->cwd = inode;
}

/* chdir(2). */
long lx_chdir(struct thread *t, const uint64_t *a)
{
	struct fs_attr attr;
	struct inode *inode;
	struct walk w;
	uint32_t id;
	long r = walk_begin(t, &w, AT_FDCWD, a[0]);

	if (r)
		return r;
	r = fs_open(w.place, FS_O_PATH | FS_O_DIRECTORY, 0, owner_of(t->process), &id, &attr);
	walk_end(&w);
	if (r < 0)
		return r;
	inode = inode_adopt(id, INODE_PATH, &attr);
	if (!inode)
		return -ENOMEM;
	set_cwd(t->process, inode);
	return 0;
}

long lx_fchdir(struct thread *t, const uint64_t *a)
{
	struct file *file = fd_any(t, a[0]);

	if (!file)
		return -EBADF;
	if (!file->inode || inode_type(file->inode) != FS_IFDIR)
		return -ENOTDIR;
	set_cwd(t->process, inode_get(file->inode));
	return 0;
}

/* ---- readlink ------------------------------------------------------------------------------------ */

/* The text of the link with that id, to the program, cut to its buffer. */
static long put_link(struct thread *t, uint32_t id, uint64_t out, uint32_t size)
{
	char text[PATH_MAX];
	long n = fs_readlink(id, text, size < sizeof(text) ? size : sizeof(text));

	if (n < 0)
		return n == -EPERM ? -EINVAL : n;
	return copy_out(t->process->mm, out, text, n) ? -EFAULT : n;
}

static long readlink_at(struct thread *t, int dfd, uint64_t uaddr, uint64_t out, int size)
{
	struct fs_attr attr;
	struct walk w;
	uint32_t id;
	long r;

	if (size <= 0)
		return -EINVAL;
	r = walk_begin(t, &w, dfd, uaddr);
	if (r)
		return r;
	r = fs_open(w.place, FS_O_PATH | FS_O_NOFOLLOW, 0, owner_of(t->process), &id, &attr);
	walk_end(&w);
	if (r < 0)
		return r;
	r = (attr.mode & FS_IFMT) == FS_IFLNK ? put_link(t, id, out, size) : -EINVAL;
	fs_close(id);
	return r;
}

/* A link held by O_PATH | O_NOFOLLOW; its path is empty. ENOENT for other files (readlink(2)). */
static long readlink_fd(struct thread *t, int fd, uint64_t out, int size)
{
	struct file *file = fd_any(t, fd);

	if (size <= 0)
		return -EINVAL;
	if (!file)
		return -EBADF;
	if (!file->inode || inode_type(file->inode) != FS_IFLNK)
		return -ENOENT;
	return put_link(t, file->inode->id, out, size);
}

/* readlink(2). */
long lx_readlink(struct thread *t, const uint64_t *a)
{
	return readlink_at(t, AT_FDCWD, a[0], a[1], (int)a[2]);
}

long lx_readlinkat(struct thread *t, const uint64_t *a)
{
	if ((int)a[0] != AT_FDCWD && walk_is_empty(t, a[1]))
		return readlink_fd(t, (int)a[0], a[2], (int)a[3]);
	return readlink_at(t, (int)a[0], a[1], a[2], (int)a[3]);
}
