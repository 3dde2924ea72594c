/* SPDX-License-Identifier: MIT */
/*
 * ops.c - the operations that work on file ids. Those that change names are in names.c.
 *
 * An operation is checked completely before it changes anything; what needs memory is taken first,
 * and given back if the rest fails. Requests come from anybody: every field is looked at here, only
 * the bounds of the message are checked by the protocol (protocol.c), which also knows which grants
 * an operation needs whatever its flags are.
 *
 * The file system is not locked: the caller sees to it that one operation runs at a time.
 */
#include "ops.h"

#include <string.h>

#include "dir.h"
#include "env.h"
#include "file.h"
#include "hash.h"
#include "names.h"
#include "path.h"
#include "pin.h"

#define PERMISSIONS	07777u

bool fs_init(void)
{
	const struct node_attr attr = { .mode = FS_IFDIR | 0755 };

	hash_seed(random_word(), random_word());
	path_root = inode_create(&attr);
	if (!path_root)
		return false;
	dir_make_root(path_root);
	return true;
}

/* ---- ids ------------------------------------------------------------------------------------- */

/* What stands behind an id. False: nothing. */
static bool find(const struct client *c, uint32_t id, struct file_id *f)
{
	const struct file_id *found;

	if (id == FS_ROOT) {
		*f = (struct file_id){ .inode = path_root };
		return true;
	}
	found = id_find(session_find(c->program), id);
	if (found)
		*f = *found;
	return found;
}

struct inode *fs_inode(const struct client *c, uint32_t id)
{
	struct file_id f;

	return find(c, id, &f) ? f.inode : NULL;
}

/* A regular file whose content may be read, or with FS_O_WRITE changed, through this id. */
static enum svc_status find_file(const struct client *c, uint32_t id, uint32_t flags,
				 struct inode **i)
{
	struct file_id f;

	if (!find(c, id, &f))
		return SVC_BAD_HANDLE;
	if (!is_file(f.inode))
		return SVC_TYPE;
	if ((f.flags & FS_O_PATH) || (f.flags & flags) != flags)
		return SVC_DENIED;
	*i = f.inode;
	return SVC_OK;
}

/* ---- open, close ----------------------------------------------------------------------------- */

#define O_ALL	(FS_O_CREATE | FS_O_EXCL | FS_O_TRUNC | FS_O_DIRECTORY | FS_O_NOFOLLOW | \
		 FS_O_WRITE | FS_O_PATH)

static enum svc_status check_open(const struct client *c, const struct fs_open *q)
{
	uint32_t change = q->flags & (FS_O_CREATE | FS_O_TRUNC | FS_O_WRITE);

	if ((q->flags & ~O_ALL) || (q->mode & ~PERMISSIONS))
		return SVC_INVALID;
	if ((q->flags & FS_O_TRUNC) && !(q->flags & FS_O_WRITE))
		return SVC_INVALID;
	if ((q->flags & FS_O_CREATE) && (q->flags & FS_O_DIRECTORY))
		return SVC_INVALID;
	if ((q->flags & FS_O_PATH) && change)
		return SVC_INVALID;
	if (change && !(c->grants & FS_GRANT_WRITE))
		return SVC_DENIED;
	return SVC_OK;
}

/* Whether what was found may be opened so. */
static enum svc_status check_found(const struct inode *i, uint32_t flags, bool slash)
{
	bool changed = flags & (FS_O_CREATE | FS_O_WRITE);

	if ((flags & FS_O_CREATE) && (flags & FS_O_EXCL))
		return SVC_EXISTS;
	if (is_dir(i))
		return changed ? SVC_IS_DIR : SVC_OK;
	if (slash || (flags & FS_O_DIRECTORY))
		return SVC_NOT_DIR;
	if (is_link(i) && !(flags & FS_O_PATH))
		return SVC_LOOP;
	return SVC_OK;
}

static enum svc_status open_found(struct session *s, struct inode *i, uint32_t flags, bool slash,
				  uint32_t *id)
{
	enum svc_status st = check_found(i, flags, slash);

	if (st)
		return st;
	*id = id_open(s, i, flags & (FS_O_WRITE | FS_O_PATH));
	if (!*id)
		return SVC_NO_MEMORY;
	if ((flags & FS_O_TRUNC) && is_file(i)) {
		file_resize(i, 0);
		inode_modified(i);
	}
	return SVC_OK;
}

static enum svc_status open_new(struct session *s, const struct place *p, const struct fs_open *q,
				uint32_t *id)
{
	const struct node_attr attr = {
		.mode = FS_IFREG | q->mode, .uid = q->uid, .gid = q->gid,
	};
	enum svc_status st = SVC_NO_MEMORY;
	struct inode *i;

	if (dir_is_removed(p->dir))
		return SVC_NOT_FOUND;
	i = names_create(p->dir, &attr, NULL, 0);
	if (!i)
		return SVC_NO_MEMORY;
	*id = id_open(s, i, q->flags & FS_O_WRITE);
	if (*id && dir_enter(p->dir, p->name, p->len, i))
		st = SVC_OK;
	else if (*id)
		id_close(s, *id);
	inode_release(i);
	return st;
}

static enum walk walk_for(uint32_t flags)
{
	if (!(flags & FS_O_CREATE))
		return flags & FS_O_NOFOLLOW ? WALK_NOFOLLOW : WALK_FOLLOW;
	return flags & (FS_O_NOFOLLOW | FS_O_EXCL) ? WALK_NAME : WALK_CREATE;
}

enum svc_status fs_open(const struct client *c, const struct fs_open *q, const char *path,
			struct fs_opened *a)
{
	enum svc_status st = check_open(c, q);
	struct session *s;
	struct place p;

	if (!st)
		st = names_walk(c, q->dir, path, q->len, walk_for(q->flags), &p);
	if (st)
		return st;
	if ((q->flags & FS_O_CREATE) && p.slash && p.last == LAST_NAME)
		return SVC_IS_DIR;
	st = names_found(&p);
	if (st == SVC_TOO_LONG || (st && !(q->flags & FS_O_CREATE)))
		return st;

	s = session_get(c->program);
	if (!s)
		return SVC_NO_MEMORY;
	if (p.inode)
		st = open_found(s, p.inode, q->flags, p.slash, &a->id);
	else
		st = open_new(s, &p, q, &a->id);
	if (!st) {
		a->rep.value = !p.inode;
		inode_attr(id_find(s, a->id)->inode, &a->attr);
	}
	session_put(s);
	return st;
}

/* INVALID: FS_ROOT is always open. */
enum svc_status fs_close(const struct client *c, uint32_t id)
{
	struct session *s = session_find(c->program);

	if (id == FS_ROOT)
		return SVC_INVALID;
	if (!id_find(s, id))
		return SVC_BAD_HANDLE;
	id_close(s, id);
	session_put(s);
	return SVC_OK;
}

/* ---- content --------------------------------------------------------------------------------- */

/* IS_DIR; TYPE: neither directory nor regular file. */
enum svc_status fs_read(const struct client *c, const struct fs_io *q, void *to, uint32_t *count)
{
	struct inode *i;
	enum svc_status st = find_file(c, q->id, 0, &i);

	if (st == SVC_TYPE && is_dir(fs_inode(c, q->id)))
		return SVC_IS_DIR;
	if (st)
		return st;
	if (q->len > FS_READ_MAX)
		return SVC_INVALID;

	*count = 0;
	if (q->offset < i->size)
		*count = q->len < i->size - q->offset ? q->len : i->size - q->offset;
	file_read(i, q->offset, to, *count);
	inode_accessed(i);
	return SVC_OK;
}

static enum svc_status find_range(const struct client *c, const struct fs_write *q,
				  struct inode **i, uint64_t *offset)
{
	enum svc_status st = find_file(c, q->id, FS_O_WRITE, i);

	if (st)
		return st;
	*offset = q->offset == FS_APPEND ? (*i)->size : q->offset;
	if (*offset > FS_SIZE_MAX || q->len > FS_SIZE_MAX - *offset)
		return SVC_TOO_BIG;
	return SVC_OK;
}

static enum svc_status written(struct inode *i, const struct fs_write *q, uint64_t offset,
			       struct fs_written *a)
{
	if (q->len)
		inode_modified(i);
	a->rep.value = q->len;
	a->offset = offset;
	a->size = i->size;
	return SVC_OK;
}

enum svc_status fs_write(const struct client *c, const struct fs_write *q, const void *from,
			 struct fs_written *a)
{
	struct inode *i;
	uint64_t offset;
	enum svc_status st = find_range(c, q, &i, &offset);

	if (st)
		return st;
	if (q->len && !file_write(i, offset, from, q->len))
		return SVC_NO_MEMORY;
	return written(i, q, offset, a);
}

enum svc_status fs_extend(const struct client *c, const struct fs_write *q, struct fs_written *a)
{
	struct inode *i;
	uint64_t offset;
	enum svc_status st = find_range(c, q, &i, &offset);

	if (st)
		return st;
	if (q->len && !file_extend(i, offset, q->len))
		return SVC_NO_MEMORY;
	return written(i, q, offset, a);
}

enum svc_status fs_truncate(const struct client *c, const struct fs_truncate *q)
{
	struct inode *i;
	enum svc_status st = find_file(c, q->id, FS_O_WRITE, &i);

	if (st)
		return st;
	if (q->size > FS_SIZE_MAX)
		return SVC_TOO_BIG;
	file_resize(i, q->size);
	inode_modified(i);
	return SVC_OK;
}

/* ---- pages ----------------------------------------------------------------------------------- */

static enum svc_status check_map(const struct client *c, const struct fs_map *q)
{
	if (q->flags & ~(FS_MAP_WRITE | FS_MAP_ALLOC))
		return SVC_INVALID;
	if (!q->pages || q->pages > FS_MAP_MAX)
		return SVC_INVALID;
	if (q->flags && !(c->grants & FS_GRANT_WRITE))
		return SVC_DENIED;
	return SVC_OK;
}

/* DENIED: for write through an id without FS_O_WRITE. */
enum svc_status fs_map(const struct client *c, const struct fs_map *q, void *page[FS_MAP_MAX],
		       uint32_t *count)
{
	uint32_t need = q->flags & FS_MAP_WRITE ? FS_O_WRITE : 0;
	enum svc_status st = check_map(c, q);
	struct frame *made = NULL, *f;
	struct session *s;
	struct inode *i;
	uint64_t end;

	if (!st)
		st = find_file(c, q->id, need, &i);
	if (st)
		return st;
	end = pages_of(i->size);
	if (q->page >= end || q->pages > end - q->page)
		return SVC_INVALID;
	if ((q->flags & FS_MAP_ALLOC) && !file_reserve(i, q->page, q->pages, &made))
		return SVC_NO_MEMORY;

	for (*count = 0; *count < q->pages && (f = file_frame(i, q->page + *count)); ++*count)
		page[*count] = f->page;
	s = session_find(c->program);	/* there is one: it has the id */
	if (*count && !pin_pages(s, i, q->page, *count)) {
		file_unreserve(i, made);
		return SVC_NO_MEMORY;
	}
	inode_accessed(i);
	return SVC_OK;
}

/* Without FS_GRANT_UNPIN nothing is freed yet; count = pages really given back. */
enum svc_status fs_unmap(const struct client *c, const struct fs_map *q, uint32_t *count)
{
	struct inode *i;
	enum svc_status st = find_file(c, q->id, 0, &i);

	if (st)
		return st;
	if (q->flags || !q->pages || q->pages - 1 > UINT64_MAX - q->page)
		return SVC_INVALID;
	*count = 0;
	if (c->grants & FS_GRANT_UNPIN)
		*count = unpin_pages(session_find(c->program), i, q->page, q->page + q->pages - 1);
	return SVC_OK;
}

/* ---- attributes ------------------------------------------------------------------------------ */

enum svc_status fs_stat(const struct client *c, uint32_t id, struct fs_attr *a)
{
	struct file_id f;

	if (!find(c, id, &f))
		return SVC_BAD_HANDLE;
	inode_attr(f.inode, a);
	return SVC_OK;
}

#define SET_ALL	(FS_SET_MODE | FS_SET_UID | FS_SET_GID | FS_SET_ATIME | FS_SET_MTIME)

/* TYPE: the mode of a symbolic link cannot be changed. */
enum svc_status fs_setattr(const struct client *c, const struct fs_setattr *q)
{
	struct inode *i = fs_inode(c, q->id);

	if (!i)
		return SVC_BAD_HANDLE;
	if ((q->mask & ~SET_ALL) || ((q->mask & FS_SET_MODE) && (q->mode & ~PERMISSIONS)))
		return SVC_INVALID;
	if ((q->mask & FS_SET_MODE) && is_link(i))
		return SVC_TYPE;

	if (q->mask & FS_SET_MODE)
		i->mode = inode_type(i) | q->mode;
	if (q->mask & FS_SET_UID)
		i->uid = q->uid;
	if (q->mask & FS_SET_GID)
		i->gid = q->gid;
	inode_changed(i);
	if (q->mask & FS_SET_ATIME)
		i->atime = q->atime;
	if (q->mask & FS_SET_MTIME)
		i->mtime = q->mtime;
	return SVC_OK;
}

enum svc_status fs_statfs(struct fs_statfs *a)
{
	struct page_counts pages = page_counts();

	a->pages_total = pages.total;
	a->pages_free = pages.free;
	a->files = inode_count();
	return SVC_OK;
}

/* ---- directories and links ------------------------------------------------------------------- */

/* One record at `to`; how many bytes it takes, 0 if more than `room`. */
static size_t put_record(void *to, size_t room, const struct inode *i, const char *name, size_t len,
			 uint64_t next)
{
	struct fs_dirent *d = to;
	size_t size = dir_record_size(len);

	if (size > room)
		return 0;
	memset(d, 0, size);
	d->ino = i->ino;
	d->next = next;
	d->size = size;
	d->len = len;
	d->mode = inode_type(i);
	memcpy(d->name, name, len);
	return size;
}

/* The record at a position of a directory; false: end. *size 0: does not fit. */
static bool put_at(const struct inode *dir, uint64_t position, void *to, size_t room, size_t *size)
{
	const struct dir_entry *e;

	if (position == 0) {
		*size = put_record(to, room, dir, ".", 1, 1);
		return true;
	}
	if (position == 1) {
		*size = put_record(to, room, dir->dir.parent, "..", 2, DIR_FIRST);
		return true;
	}
	e = dir_entry_at(dir, position);
	if (e)
		*size = put_record(to, room, e->inode, e->name, e->len, e->cookie);
	return e;
}

/* INVALID: no room for the next record. NOT_FOUND: the directory has been removed. */
enum svc_status fs_readdir(const struct client *c, const struct fs_io *q, void *to,
			   uint32_t *count)
{
	uint64_t position = q->offset;
	struct file_id f;
	size_t size;

	if (!find(c, q->id, &f))
		return SVC_BAD_HANDLE;
	if (!is_dir(f.inode))
		return SVC_NOT_DIR;
	if (f.flags & FS_O_PATH)
		return SVC_DENIED;
	if (q->len > FS_READ_MAX)
		return SVC_INVALID;
	if (dir_is_removed(f.inode))
		return SVC_NOT_FOUND;

	*count = 0;
	while (put_at(f.inode, position, (char *)to + *count, q->len - *count, &size)) {
		if (!size && !*count)
			return SVC_INVALID;
		if (!size)
			break;
		position = ((struct fs_dirent *)((char *)to + *count))->next;
		*count += size;
	}
	inode_accessed(f.inode);
	return SVC_OK;
}

enum svc_status fs_readlink(const struct client *c, uint32_t id, void *to, uint32_t *count)
{
	struct inode *i = fs_inode(c, id);

	if (!i)
		return SVC_BAD_HANDLE;
	if (!is_link(i))
		return SVC_TYPE;
	*count = i->size;
	memcpy(to, i->link, i->size);
	inode_accessed(i);
	return SVC_OK;
}

/* NOT_DIR; NOT_FOUND: removed; TOO_LONG: more than FS_READ_MAX bytes. */
enum svc_status fs_getpath(const struct client *c, uint32_t id, void *to, uint32_t *count)
{
	const struct inode *i = fs_inode(c, id), *up;
	char *end;
	size_t len = 0;

	if (!i)
		return SVC_BAD_HANDLE;
	if (!is_dir(i))
		return SVC_NOT_DIR;
	if (dir_is_removed(i))
		return SVC_NOT_FOUND;

	for (up = i; up != path_root && len <= FS_READ_MAX; up = up->dir.parent)
		len += 1 + up->dir.self->len;
	if (len > FS_READ_MAX)
		return SVC_TOO_LONG;
	end = (char *)to + len;
	for (up = i; up != path_root; up = up->dir.parent) {
		end -= up->dir.self->len;
		memcpy(end, up->dir.self->name, up->dir.self->len);
		*--end = '/';
	}
	if (i == path_root) {
		*end = '/';
		len = 1;
	}
	*count = len;
	return SVC_OK;
}
