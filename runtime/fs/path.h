/* SPDX-License-Identifier: MIT */
/* path.h - walking paths; the rules of use are at the head of path.c. */
#pragma once
#include "inode.h"

/* What the last component of a path was. */
enum last {
	LAST_NAME,
	LAST_DOT,
	LAST_DOTDOT,
	LAST_ROOT,		/* nothing but slashes */
};

/* Where a walk ended. */
struct place {
	struct inode *inode;		/* what is there; NULL: nothing (LAST_NAME only) */
	enum last last;
	bool slash;			/* slashes follow the name: a directory is meant */
	struct inode *dir;		/* LAST_NAME: the directory ... */
	struct dir_entry *entry;	/* ... its entry, NULL if there is none ... */
	const char *name;		/* ... and the name, in the path or in a link's text; may be
					 * too long, then nothing can be there */
	size_t len;
};

enum walk {
	WALK_NAME,		/* a link at the end is the place itself, also before slashes */
	WALK_NOFOLLOW,		/* the same, but slashes behind it make it followed */
	WALK_FOLLOW,
	WALK_CREATE,		/* followed, unless there are slashes behind it */
};

extern struct inode *path_root;

/* Walk from the directory `start`, or from the root. NOT_FOUND, NOT_DIR, TOO_LONG, LOOP, INVALID (a
 * byte 0). That the last component is missing, or too long, is not an error. */
enum svc_status path_walk(struct inode *start, const char *path, size_t len, enum walk how,
			  struct place *place);
