/* SPDX-License-Identifier: MIT */
/* inode.h - files of all types; the rules of use are at the head of inode.c. */
#pragma once
#include <hedron/fs.h>
#include <stdbool.h>

#include "tree.h"

struct dir_entry;
struct pins;

/* Content of a regular file, see file.c. */
struct content {
	struct tree frames;		/* page of the file -> struct frame */
	uint64_t held;			/* frames in the tree */
	struct pins *pins;		/* of all sessions that pin pages of this file */
};

/* Content of a directory, see dir.c. */
struct entries {
	struct tree by_cookie;		/* cookie -> struct dir_entry */
	struct tree buckets;		/* bucket -> chain of struct dir_entry */
	uint64_t bucket_count;		/* 0: as long as there are no entries */
	uint64_t count;			/* entries, without `.` and `..` */
	uint64_t next_cookie;		/* grows with each entry, never goes back */
	struct inode *parent;		/* the root is its own */
	struct dir_entry *self;		/* its place in the parent; NULL: root, or removed */
};

struct inode {
	uint64_t ino;
	uint64_t size;
	uint64_t rdev;
	uint32_t mode;			/* type and permissions; the type never changes */
	uint32_t nlink;			/* directory entries, `.` and `..` of children counted */
	uint32_t uid, gid;
	int64_t atime, mtime, ctime, btime;
	uint64_t holds;			/* ids, and removed directories below this one */
	union {				/* by type */
		struct content file;
		struct entries dir;
		char *link;		/* text, `size` bytes and a final 0 */
	};
};

/* What a new file gets. */
struct node_attr {
	uint32_t mode;			/* type and permissions */
	uint32_t uid, gid;
	uint64_t rdev;
};

/* nlink 0 and one hold. NULL: no memory. */
struct inode *inode_create(const struct node_attr *attr);
struct inode *inode_create_link(const struct node_attr *attr, const char *text, size_t len);
void inode_hold(struct inode *i);
void inode_release(struct inode *i);	/* gives one hold back; the last frees a file without links */
void inode_settle(struct inode *i);	/* frees it if nothing needs it any more */

void inode_attr(const struct inode *i, struct fs_attr *attr);
void inode_accessed(struct inode *i);	/* sets atime if it is older than mtime or ctime, or a day */
void inode_changed(struct inode *i);	/* sets ctime */
void inode_modified(struct inode *i);	/* sets mtime and ctime */

uint64_t inode_count(void);		/* files of all types that exist */

static inline uint32_t inode_type(const struct inode *i)	{ return i->mode & FS_IFMT; }
static inline bool is_dir(const struct inode *i)	{ return inode_type(i) == FS_IFDIR; }
static inline bool is_file(const struct inode *i)	{ return inode_type(i) == FS_IFREG; }
static inline bool is_link(const struct inode *i)	{ return inode_type(i) == FS_IFLNK; }
