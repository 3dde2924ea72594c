/* SPDX-License-Identifier: MIT */
/*
 * load.c - fills the file system from the boot archive.
 *
 * Members below `root/` become the tree, with their types, owners, permissions and times; a later
 * member takes the place of an earlier one of the same name, as in a Linux initramfs, and directories
 * that are missing on the way are made. Hard links are told by device and inode number within one
 * archive; their content may come with any of them. Directories get their times in a second pass,
 * because making something in a directory changes them.
 */
#include "load.h"

#include <stdbool.h>
#include <string.h>

#include "../lib/cpio.h"
#include "dir.h"
#include "file.h"
#include "mem.h"
#include "names.h"

#define PREFIX		"root"
#define NS		1000000000ll

/* A file that has more than one name in the archive. */
struct linked {
	struct linked *next;		/* with the same inode number */
	struct inode *inode;		/* held */
	size_t archive;
	uint32_t dev_major, dev_minor;
};

static struct tree links;		/* inode number -> struct linked; only while loading */

/* Path below the root, "" for the root itself; NULL: the member does not belong to it. */
static const char *path_of(const struct cpio_entry *e)
{
	const char *path = cpio_path(e);
	size_t len = sizeof(PREFIX) - 1;

	if (strncmp(path, PREFIX, len) || (path[len] && path[len] != '/'))
		return NULL;
	path += len;
	while (*path == '/')
		path++;
	return path;
}

static enum svc_status make_dir(const char *path, size_t len, uint32_t mode)
{
	const struct node_attr attr = { .mode = FS_IFDIR | mode };
	struct place p;
	enum svc_status st = path_walk(path_root, path, len, WALK_FOLLOW, &p);

	if (st || p.inode)
		return st;
	return names_make(&p, &attr, NULL, 0);
}

static enum svc_status make_parents(const char *path)
{
	for (const char *end = path; (end = strchr(end, '/')); end++) {
		enum svc_status st = make_dir(path, end - path, 0755);

		if (st)
			return st;
	}
	return SVC_OK;
}

static void set_times(struct inode *i, const struct cpio_entry *e)
{
	i->atime = i->mtime = e->mtime * NS;
}

/* ---- hard links ------------------------------------------------------------------------------ */

static struct inode *find_linked(const struct cpio_entry *e)
{
	struct linked *l = (struct linked *)tree_get(&links, e->ino);

	while (l && (l->archive != e->archive || l->dev_major != e->dev_major ||
		     l->dev_minor != e->dev_minor))
		l = l->next;
	return l ? l->inode : NULL;
}

static bool note_linked(const struct cpio_entry *e, struct inode *i)
{
	struct linked *l = mem_alloc(sizeof(*l));

	if (!l)
		return false;
	*l = (struct linked){
		.next = (struct linked *)tree_get(&links, e->ino),
		.inode = i,
		.archive = e->archive,
		.dev_major = e->dev_major,
		.dev_minor = e->dev_minor,
	};
	if (!tree_set(&links, e->ino, (uintptr_t)l)) {
		mem_free(l);
		return false;
	}
	inode_hold(i);
	return true;
}

static void forget_linked(void)
{
	for (uint64_t ino = 0; tree_next(&links, &ino); ino++) {
		struct linked *l = (struct linked *)tree_clear(&links, ino), *next;

		for (; l; l = next) {
			next = l->next;
			inode_release(l->inode);
			mem_free(l);
		}
	}
}

/* ---- members --------------------------------------------------------------------------------- */

static uint64_t device_of(const struct cpio_entry *e)
{
	uint64_t major = e->rdev_major, minor = e->rdev_minor;

	/* as makedev(3) has it, so that Linux programs see the numbers that they know */
	return (major & 0xfffff000) << 32 | (major & 0xfff) << 8 | (minor & 0xffffff00) << 12 |
	       (minor & 0xff);
}

static enum svc_status make_node(const struct cpio_entry *e, const struct place *p)
{
	uint32_t type = e->mode & FS_IFMT;
	const struct node_attr attr = {
		.mode = e->mode, .uid = e->uid, .gid = e->gid,
		.rdev = type == FS_IFCHR || type == FS_IFBLK ? device_of(e) : 0,
	};

	switch (type) {
	case FS_IFLNK:
		if (!e->size || memchr(e->data, 0, e->size))
			return SVC_INVALID;
		if (e->size > FS_PATH_MAX)
			return SVC_TOO_LONG;
		return names_make(p, &attr, (const char *)e->data, e->size);
	case FS_IFREG:
	case FS_IFDIR:
	case FS_IFCHR:
	case FS_IFBLK:
	case FS_IFIFO:
	case FS_IFSOCK:
		return names_make(p, &attr, NULL, 0);
	default:
		return SVC_FORMAT;
	}
}

/* Something that is no directory takes the place of what is there. */
static enum svc_status make_room(const struct place *p)
{
	if (p->inode && is_dir(p->inode))
		return SVC_IS_DIR;
	if (p->inode)
		dir_remove(p->dir, p->entry);
	return SVC_OK;
}

static enum svc_status fill(struct inode *i, const struct cpio_entry *e)
{
	if (is_file(i) && e->size && !file_write(i, 0, e->data, e->size))
		return SVC_NO_MEMORY;
	set_times(i, e);
	return SVC_OK;
}

static enum svc_status load_file(const struct cpio_entry *e, struct place *p)
{
	bool linked = (e->mode & FS_IFMT) == FS_IFREG && e->nlink > 1;
	struct inode *i = linked ? find_linked(e) : NULL;
	enum svc_status st;

	if (i && i == p->inode)
		return fill(i, e);
	st = make_room(p);
	if (st)
		return st;
	p->inode = NULL;
	if (i)
		st = dir_enter(p->dir, p->name, p->len, i) ? SVC_OK : SVC_NO_MEMORY;
	else
		st = make_node(e, p);
	if (st)
		return st;
	if (!i) {
		i = dir_find(p->dir, p->name, p->len)->inode;
		if (linked && !note_linked(e, i))
			return SVC_NO_MEMORY;
	}
	return fill(i, e);
}

static enum svc_status load_dir(const struct cpio_entry *e, const struct place *p)
{
	if (!p->inode)
		return make_node(e, p);
	if (!is_dir(p->inode))
		return SVC_NOT_DIR;
	p->inode->mode = e->mode;
	p->inode->uid = e->uid;
	p->inode->gid = e->gid;
	return SVC_OK;
}

static enum svc_status load_member(const struct cpio_entry *e, const char *path)
{
	bool dir = (e->mode & FS_IFMT) == FS_IFDIR;
	struct place p = { .inode = path_root, .last = LAST_ROOT };
	enum svc_status st = SVC_OK;

	if (e->mode & ~(FS_IFMT | 07777u))
		return SVC_FORMAT;
	if (*path) {
		st = make_parents(path);
		if (!st)
			st = path_walk(path_root, path, strlen(path), WALK_NAME, &p);
	}
	if (st)
		return st;
	if (dir)
		return load_dir(e, &p);
	return p.last == LAST_NAME ? load_file(e, &p) : SVC_IS_DIR;
}

/* The second pass, for directories. */
static enum svc_status load_times(const struct cpio_entry *e, const char *path)
{
	struct place p = { .inode = path_root };

	if (*path && path_walk(path_root, path, strlen(path), WALK_NAME, &p))
		return SVC_OK;
	if (p.inode && is_dir(p.inode) && (e->mode & FS_IFMT) == FS_IFDIR)
		set_times(p.inode, e);
	return SVC_OK;
}

static enum svc_status for_members(const void *base, size_t size, const char **name,
				   enum svc_status (*load)(const struct cpio_entry *, const char *))
{
	enum svc_status st = SVC_OK;
	struct cpio_entry e;
	struct cpio_iter it;
	enum cpio_result r;

	*name = "";
	cpio_start(&it, base, size);
	while (!st && (r = cpio_next(&it, &e)) == CPIO_ENTRY) {
		const char *path = path_of(&e);

		*name = e.name;
		if (path)
			st = load(&e, path);
	}
	return !st && r == CPIO_CORRUPT ? SVC_FORMAT : st;
}

enum svc_status load_archive(const void *base, size_t size, const char **name)
{
	enum svc_status st = for_members(base, size, name, load_member);

	forget_linked();
	return st ? st : for_members(base, size, name, load_times);
}

enum svc_status load_defaults(void)
{
	enum svc_status st = make_dir("tmp", 3, 01777);

	return st ? st : make_dir("dev", 3, 0755);
}
