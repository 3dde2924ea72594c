/* SPDX-License-Identifier: MIT */
/*
 * names.c - the operations that make, move and remove names.
 *
 * The errors, and which of several comes first, are those of Linux on tmpfs (TYPE for EPERM), so that
 * the personality can pass them on: mkdir(2), mknod(2), symlink(2), link(2), unlink(2), rmdir(2),
 * rename(2). A directory with the set-group-ID bit gives its group to what is made in it, inode(7).
 */
#include "names.h"

#include <string.h>

#include "dir.h"

#define PERMISSIONS	07777u
#define SET_GID		02000u

/* ---- shared ---------------------------------------------------------------------------------- */

enum svc_status names_walk(const struct client *c, uint32_t id, const char *path, uint32_t len,
			   enum walk how, struct place *place)
{
	struct inode *start = path_root;

	if (len > FS_PATH_MAX)
		return SVC_TOO_LONG;
	if (!len || *path != '/')
		start = fs_inode(c, id);
	if (!start)
		return SVC_BAD_HANDLE;
	return path_walk(start, path, len, how, place);
}

enum svc_status names_found(const struct place *place)
{
	if (place->inode)
		return SVC_OK;
	if (dir_is_removed(place->dir))
		return SVC_NOT_FOUND;
	return place->len > FS_NAME_MAX ? SVC_TOO_LONG : SVC_NOT_FOUND;
}

struct inode *names_create(const struct inode *dir, const struct node_attr *attr, const char *text,
			   size_t len)
{
	struct node_attr a = *attr;

	if (dir->mode & SET_GID) {
		a.gid = dir->gid;
		if ((a.mode & FS_IFMT) == FS_IFDIR)
			a.mode |= SET_GID;
	}
	return text ? inode_create_link(&a, text, len) : inode_create(&a);
}

/* Whether a new name may be made there. */
static enum svc_status check_new(const struct place *p, bool for_dir)
{
	enum svc_status st = names_found(p);

	if (st != SVC_NOT_FOUND)
		return st ? st : SVC_EXISTS;
	if ((p->slash && !for_dir) || dir_is_removed(p->dir))
		return SVC_NOT_FOUND;
	return SVC_OK;
}

enum svc_status names_make(const struct place *p, const struct node_attr *attr, const char *text,
			   size_t len)
{
	enum svc_status st = check_new(p, (attr->mode & FS_IFMT) == FS_IFDIR);
	struct inode *i;

	if (st)
		return st;
	i = names_create(p->dir, attr, text, len);
	if (!i)
		return SVC_NO_MEMORY;
	if (!dir_enter(p->dir, p->name, p->len, i))
		st = SVC_NO_MEMORY;
	inode_release(i);
	return st;
}

/* ---- making ---------------------------------------------------------------------------------- */

enum svc_status fs_mkdir(const struct client *c, const struct fs_names *q, const char *paths)
{
	const struct node_attr attr = {
		.mode = FS_IFDIR | q->mode, .uid = q->uid, .gid = q->gid,
	};
	enum svc_status st;
	struct place p;

	if (q->mode & ~PERMISSIONS)
		return SVC_INVALID;
	st = names_walk(c, q->dir, paths, q->len, WALK_NAME, &p);
	return st ? st : names_make(&p, &attr, NULL, 0);
}

/* INVALID: no such type; TYPE: a directory, which FS_MKDIR makes. */
static enum svc_status check_type(uint32_t mode)
{
	if (mode & ~(FS_IFMT | PERMISSIONS))
		return SVC_INVALID;
	switch (mode & FS_IFMT) {
	case FS_IFREG:
	case FS_IFCHR:
	case FS_IFBLK:
	case FS_IFIFO:
	case FS_IFSOCK:
		return SVC_OK;
	case FS_IFDIR:
		return SVC_TYPE;
	default:
		return SVC_INVALID;
	}
}

enum svc_status fs_mknod(const struct client *c, const struct fs_names *q, const char *paths)
{
	uint32_t type = q->mode & FS_IFMT;
	const struct node_attr attr = {
		.mode = q->mode, .uid = q->uid, .gid = q->gid,
		.rdev = type == FS_IFCHR || type == FS_IFBLK ? q->rdev : 0,
	};
	enum svc_status st = check_type(q->mode);
	struct place p;

	if (!st)
		st = names_walk(c, q->dir, paths, q->len, WALK_NAME, &p);
	return st ? st : names_make(&p, &attr, NULL, 0);
}

enum svc_status fs_symlink(const struct client *c, const struct fs_names *q, const char *paths)
{
	const struct node_attr attr = {
		.mode = FS_IFLNK | 0777, .uid = q->uid, .gid = q->gid,
	};
	const char *text = paths + q->len;
	enum svc_status st;
	struct place p;

	if (!q->len2)
		return SVC_NOT_FOUND;
	if (q->len2 > FS_PATH_MAX)
		return SVC_TOO_LONG;
	if (memchr(text, 0, q->len2))
		return SVC_INVALID;
	st = names_walk(c, q->dir, paths, q->len, WALK_NAME, &p);
	return st ? st : names_make(&p, &attr, text, q->len2);
}

/* The file that gets one more link. */
static enum svc_status link_source(const struct client *c, const struct fs_names *q,
				   const char *path, struct inode **i)
{
	enum walk how = q->flags & FS_LINK_FOLLOW ? WALK_FOLLOW : WALK_NOFOLLOW;
	enum svc_status st;
	struct place p;

	if (!q->len) {
		*i = fs_inode(c, q->dir);
		return *i ? SVC_OK : SVC_BAD_HANDLE;
	}
	st = names_walk(c, q->dir, path, q->len, how, &p);
	if (!st)
		st = names_found(&p);
	if (st)
		return st;
	if (p.slash && !is_dir(p.inode))
		return SVC_NOT_DIR;
	*i = p.inode;
	return SVC_OK;
}

/* TYPE: a directory; TOO_BIG: too many links. */
enum svc_status fs_link(const struct client *c, const struct fs_names *q, const char *paths)
{
	enum svc_status st;
	struct place p;
	struct inode *i;

	if (q->flags & ~FS_LINK_FOLLOW)
		return SVC_INVALID;
	st = link_source(c, q, paths, &i);
	if (!st)
		st = names_walk(c, q->dir2, paths + q->len, q->len2, WALK_NAME, &p);
	if (!st)
		st = check_new(&p, false);
	if (st)
		return st;
	if (is_dir(i))
		return SVC_TYPE;
	if (!i->nlink)
		return SVC_NOT_FOUND;
	if (i->nlink == UINT32_MAX)
		return SVC_TOO_BIG;
	return dir_enter(p.dir, p.name, p.len, i) ? SVC_OK : SVC_NO_MEMORY;
}

/* ---- removing -------------------------------------------------------------------------------- */

static enum svc_status check_unlink_dir(const struct place *p)
{
	enum svc_status st = names_found(p);

	switch (p->last) {
	case LAST_DOT:
		return SVC_INVALID;
	case LAST_DOTDOT:
		return SVC_NOT_EMPTY;
	case LAST_ROOT:
		return SVC_BUSY;
	case LAST_NAME:
		break;
	}
	if (st)
		return st;
	if (!is_dir(p->inode))
		return SVC_NOT_DIR;
	return dir_is_empty(p->inode) ? SVC_OK : SVC_NOT_EMPTY;
}

static enum svc_status check_unlink(const struct place *p)
{
	enum svc_status st = names_found(p);

	if (st)
		return st;
	if (is_dir(p->inode))
		return SVC_IS_DIR;
	return p->slash ? SVC_NOT_DIR : SVC_OK;
}

enum svc_status fs_unlink(const struct client *c, const struct fs_names *q, const char *paths)
{
	enum svc_status st;
	struct place p;

	if (q->flags & ~FS_UNLINK_DIR)
		return SVC_INVALID;
	st = names_walk(c, q->dir, paths, q->len, WALK_NAME, &p);
	if (!st)
		st = q->flags & FS_UNLINK_DIR ? check_unlink_dir(&p) : check_unlink(&p);
	if (!st)
		dir_remove(p.dir, p.entry);
	return st;
}

/* ---- renaming -------------------------------------------------------------------------------- */

/* The places as such, before what is there is compared. */
static enum svc_status check_places(const struct place *from, const struct place *to,
				    uint32_t flags)
{
	bool noreplace = flags & FS_RENAME_NOREPLACE, exchange = flags & FS_RENAME_EXCHANGE;
	enum svc_status old = names_found(from), new = names_found(to);

	if (from->last != LAST_NAME)
		return SVC_BUSY;
	if (to->last != LAST_NAME)
		return noreplace ? SVC_EXISTS : SVC_BUSY;
	if (old || new == SVC_TOO_LONG)
		return old ? old : new;
	if (to->inode && noreplace)
		return SVC_EXISTS;
	if (!to->inode && (exchange || dir_is_removed(to->dir)))
		return SVC_NOT_FOUND;
	if (exchange && to->slash && !is_dir(to->inode))
		return SVC_NOT_DIR;
	if (!is_dir(from->inode) && (from->slash || (!exchange && to->slash)))
		return SVC_NOT_DIR;
	return SVC_OK;
}

/* A directory may not get below itself. */
static enum svc_status check_loop(const struct place *from, const struct place *to, bool exchange)
{
	if (is_dir(from->inode) && dir_is_below(to->dir, from->inode))
		return SVC_INVALID;
	if (to->inode && is_dir(to->inode) && dir_is_below(from->dir, to->inode))
		return exchange ? SVC_INVALID : SVC_NOT_EMPTY;
	return SVC_OK;
}

static enum svc_status check_replace(const struct inode *i, const struct inode *old)
{
	if (is_dir(i) && !is_dir(old))
		return SVC_NOT_DIR;
	if (!is_dir(i) && is_dir(old))
		return SVC_IS_DIR;
	return is_dir(old) && !dir_is_empty(old) ? SVC_NOT_EMPTY : SVC_OK;
}

enum svc_status fs_rename(const struct client *c, const struct fs_names *q, const char *paths)
{
	bool exchange = q->flags & FS_RENAME_EXCHANGE;
	struct place from, to;
	enum svc_status st;

	if ((q->flags & ~(FS_RENAME_NOREPLACE | FS_RENAME_EXCHANGE)) ||
	    (exchange && (q->flags & FS_RENAME_NOREPLACE)))
		return SVC_INVALID;
	st = names_walk(c, q->dir, paths, q->len, WALK_NAME, &from);
	if (!st)
		st = names_walk(c, q->dir2, paths + q->len, q->len2, WALK_NAME, &to);
	if (!st)
		st = check_places(&from, &to, q->flags);
	if (!st)
		st = check_loop(&from, &to, exchange);
	if (st || from.inode == to.inode)	/* two links to one file: nothing happens */
		return st;

	if (exchange) {
		dir_exchange(from.dir, from.entry, to.dir, to.entry);
		return SVC_OK;
	}
	if (to.inode) {
		st = check_replace(from.inode, to.inode);
		if (st)
			return st;
		dir_replace(to.dir, to.entry, from.inode);
	} else if (!dir_enter(to.dir, to.name, to.len, from.inode)) {
		return SVC_NO_MEMORY;
	}
	dir_remove(from.dir, from.entry);
	return SVC_OK;
}
