/* SPDX-License-Identifier: MIT */
/*
 * path.c - walking paths, as path_resolution(7) says.
 *
 * Text still to be walked lies in a stack: the path itself, above it the texts of the symbolic links
 * that are being followed. At most FS_LINKS_MAX are followed in one walk, so that is its depth. The
 * texts belong to the message and to the links; nothing is copied. A place is good until the next
 * change of the tree.
 */
#include "path.h"

#include <string.h>

#include "dir.h"

struct inode *path_root;

struct text {
	const char *at, *end;
};

struct walker {
	struct inode *dir;			/* reached so far; not always a directory */
	unsigned depth, links;
	struct text todo[FS_LINKS_MAX + 1];	/* [depth] is walked now */
};

static void push(struct walker *w, const char *text, size_t len)
{
	w->todo[++w->depth] = (struct text){ text, text + len };
	if (*text == '/')
		w->dir = path_root;
}

static const char *skip_slashes(const struct text *t)
{
	const char *p = t->at;

	while (p < t->end && *p == '/')
		p++;
	return p;
}

/* Nothing but slashes is left, and *slash says whether there are any. */
static bool is_last(const struct walker *w, bool *slash)
{
	*slash = false;
	for (unsigned d = w->depth + 1; d--;) {
		const struct text *t = &w->todo[d];

		if (skip_slashes(t) < t->end)
			return false;
		if (t->at < t->end)
			*slash = true;
	}
	return true;
}

/* The next component; false: there is none. */
static bool next_name(struct walker *w, const char **name, size_t *len)
{
	for (;;) {
		struct text *t = &w->todo[w->depth];

		*name = skip_slashes(t);
		if (*name < t->end) {
			const char *slash = memchr(*name, '/', t->end - *name);

			t->at = slash ? slash : t->end;
			*len = t->at - *name;
			return true;
		}
		if (!w->depth)
			return false;
		w->depth--;
	}
}

static enum last kind_of(const char *name, size_t len)
{
	if (len == 1 && name[0] == '.')
		return LAST_DOT;
	if (len == 2 && name[0] == '.' && name[1] == '.')
		return LAST_DOTDOT;
	return LAST_NAME;
}

/* Whether the link that was found has to be followed. */
static bool followed(enum walk how, bool last, bool slash)
{
	if (!last || how == WALK_FOLLOW)
		return true;
	return slash ? how == WALK_NOFOLLOW : how == WALK_CREATE;
}

/* One component from w->dir on; `place` tells what is there, *done that the walk ends there. */
static enum svc_status step(struct walker *w, const char *name, size_t len, enum walk how,
			    struct place *place, bool *done)
{
	*place = (struct place){ .last = kind_of(name, len) };
	*done = is_last(w, &place->slash);

	if (!is_dir(w->dir))
		return SVC_NOT_DIR;
	if (place->last != LAST_NAME) {
		if (place->last == LAST_DOTDOT)
			w->dir = w->dir->dir.parent;
		place->inode = w->dir;
		return SVC_OK;
	}
	if (len > FS_NAME_MAX && !*done)
		return dir_is_removed(w->dir) ? SVC_NOT_FOUND : SVC_TOO_LONG;

	place->dir = w->dir;
	place->name = name;
	place->len = len;
	place->entry = dir_find(w->dir, name, len);
	if (!place->entry)
		return *done ? SVC_OK : SVC_NOT_FOUND;
	place->inode = place->entry->inode;

	if (is_link(place->inode) && followed(how, *done, place->slash)) {
		if (++w->links > FS_LINKS_MAX)
			return SVC_LOOP;
		push(w, place->inode->link, place->inode->size);
		*done = false;
	} else {
		w->dir = place->inode;
	}
	return SVC_OK;
}

enum svc_status path_walk(struct inode *start, const char *path, size_t len, enum walk how,
			  struct place *place)
{
	struct walker w;		/* of todo, only what is below depth is ever read */
	enum svc_status st = SVC_OK;
	const char *name;
	bool done = false;

	if (!len)
		return SVC_NOT_FOUND;
	if (memchr(path, 0, len))
		return SVC_INVALID;
	w.dir = *path == '/' ? path_root : start;
	w.depth = w.links = 0;
	w.todo[0] = (struct text){ path, path + len };

	while (!st && !done && next_name(&w, &name, &len))
		st = step(&w, name, len, how, place, &done);
	if (!st && !done)
		*place = (struct place){ .inode = w.dir, .last = LAST_ROOT };
	return st;
}
