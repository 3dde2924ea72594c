/* SPDX-License-Identifier: MIT */
/*
 * namei.c - from a path in a call's arguments to a place in the file service's tree.
 *
 * The service walks paths itself, with links, slashes at the end, `.` and `..`, and answers the errors
 * of Linux; one message takes FS_PATH_MAX bytes. A walk here finds the directory to start from and
 * cuts the path to what fits: of a longer one it opens the leading part as a directory first, which
 * then is held until the walk ends.
 */
#include "namei.h"

#include <errno.h>
#include <linux/fcntl.h>
#include <string.h>

#include "fd.h"
#include "inode.h"
#include "path.h"
#include "usermem.h"

static const struct fs_owner nobody;

struct fs_owner owner_of(const struct process *p)
{
	return (struct fs_owner){ .uid = p->euid, .gid = p->egid };
}

static uint32_t cwd_of(const struct process *p)
{
	return p->fs->cwd ? p->fs->cwd->id : FS_ROOT;
}

/* Replace the place's directory by the one that the first `n` bytes of its path name. */
static long step(struct walk *w, size_t n)
{
	struct fs_place part = { .dir = w->place.dir, .len = n, .path = w->place.path };
	struct fs_attr attr;
	uint32_t id;
	long r;

	r = fs_open(part, FS_O_PATH | FS_O_DIRECTORY, 0, nobody, &id, &attr);
	if (r < 0)
		return r;
	walk_end(w);
	w->place.dir = id;
	w->holds = true;
	w->place.path += n;
	w->place.len -= n;
	return 0;
}

/* w->text is filled, w->place.dir is where a relative path starts. */
static long prepare(struct walk *w, size_t len)
{
	w->holds = false;
	w->place.path = w->text;
	w->place.len = len <= FS_PATH_MAX ? len : path_squeeze(w->text, len);
	while (w->place.len > FS_PATH_MAX) {
		size_t n = path_step(w->place.path, w->place.len, FS_PATH_MAX);
		long r = n ? step(w, n) : -ENAMETOOLONG;

		if (r) {
			walk_end(w);
			return r;
		}
	}
	return 0;
}

static long start_directory(struct thread *t, struct walk *w, int dfd)
{
	struct file *file;

	w->place.dir = FS_ROOT;
	if (w->text[0] == '/')
		return 0;
	if (dfd == AT_FDCWD) {
		w->place.dir = cwd_of(t->process);
		return 0;
	}
	file = fd_any(t, dfd);
	if (!file)
		return -EBADF;
	if (!file->inode || inode_type(file->inode) != FS_IFDIR)
		return -ENOTDIR;
	w->place.dir = file->inode->id;
	return 0;
}

long walk_begin(struct thread *t, struct walk *w, int dfd, uint64_t uaddr)
{
	long len = copy_in_string(t->process->mm, w->text, uaddr, sizeof(w->text));
	long r;

	if (len < 0)
		return len;
	if (!len)
		return -ENOENT;
	r = start_directory(t, w, dfd);
	return r ? r : prepare(w, len);
}

long walk_begin_own(struct process *p, struct walk *w, const char *path)
{
	size_t len = strlen(path);

	if (!len)
		return -ENOENT;
	if (len >= sizeof(w->text))
		return -ENAMETOOLONG;
	memcpy(w->text, path, len + 1);
	w->place.dir = path[0] == '/' ? FS_ROOT : cwd_of(p);
	return prepare(w, len);
}

bool walk_is_empty(const struct thread *t, uint64_t uaddr)
{
	char first;

	return !copy_in(t->process->mm, &first, uaddr, 1) && !first;
}

void walk_end(struct walk *w)
{
	if (w->holds)
		fs_close(w->place.dir);
	w->holds = false;
}

long walk_stat(const struct walk *w, bool follow, struct fs_attr *attr)
{
	uint32_t id;
	long r = fs_open(w->place, FS_O_PATH | (follow ? 0 : FS_O_NOFOLLOW), 0, nobody, &id, attr);

	if (r < 0)
		return r;
	fs_close(id);
	return 0;
}
