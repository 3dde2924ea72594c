/* SPDX-License-Identifier: MIT */
/*
 * hedron/fs.h - protocol of the file service ("fs"), version 1; lies in the words of the UTCB.
 *
 * A session (one client, told by its badge) holds file ids, small numbers that keep a file alive
 * as an open descriptor does; FS_ROOT is the root directory and always valid. Paths are walked by
 * the service: relative to a directory id, or to the root if they begin with '/'. Paths lie in the
 * message, without final 0, at most FS_PATH_MAX bytes; a client walks a longer one in steps.
 *
 * Content lives in page frames that the service can hand out (FS_MAP): a page once handed out stays
 * with its place in the file until the session ends or gives it back, also across truncation, so a
 * client may keep its mapping and copy or map it on without asking for every read. Bytes behind the
 * end of the file in its last page are zero when they become part of the file.
 */
#pragma once
#include <hedron/service.h>

#define FS_VERSION	1
#define FS_NAME		"fs"
#define FS_ROOT		0u		/* id of the root directory */
#define FS_NAME_MAX	255		/* bytes of one name */
#define FS_PATH_MAX	1900		/* bytes of one path in a message */
#define FS_LINKS_MAX	40		/* symbolic links followed in one walk; more: LOOP */
#define FS_SIZE_MAX	(1ull << 43)	/* bytes of a file; more: TOO_BIG */

/* Grants in the client's badge. What is not said of READ, WRITE and MAP below, any of READ and WRITE
 * allows: opening to read, attributes, FS_GETPATH, FS_STATFS. */
#define FS_GRANT_READ	(1u << 0)	/* content, entries, texts of links */
#define FS_GRANT_WRITE	(1u << 1)	/* create, change, remove */
#define FS_GRANT_MAP	(1u << 2)	/* FS_MAP, with READ; with its flags also WRITE */
#define FS_GRANT_UNPIN	(1u << 3)	/* trusted: FS_UNMAP frees frames before the session ends */

enum fs_op {
	FS_OPEN		= 1,
	FS_CLOSE	= 2,
	FS_READ		= 3,
	FS_WRITE	= 4,
	FS_MAP		= 5,
	FS_UNMAP	= 6,
	FS_EXTEND	= 7,
	FS_TRUNCATE	= 8,
	FS_STAT		= 9,
	FS_SETATTR	= 10,
	FS_READDIR	= 11,
	FS_MKDIR	= 12,
	FS_UNLINK	= 13,
	FS_RENAME	= 14,
	FS_LINK		= 15,
	FS_SYMLINK	= 16,
	FS_READLINK	= 17,
	FS_MKNOD	= 18,
	FS_GETPATH	= 19,
	FS_STATFS	= 20,
};

/* File types and mode bits, as POSIX numbers them (inode(7)). */
#define FS_IFMT		0170000u
#define FS_IFIFO	0010000u
#define FS_IFCHR	0020000u
#define FS_IFDIR	0040000u
#define FS_IFBLK	0060000u
#define FS_IFREG	0100000u
#define FS_IFLNK	0120000u
#define FS_IFSOCK	0140000u

/* Attributes of a file. Times in ns since 1970-01-01 UTC. */
struct fs_attr {
	uint64_t ino;			/* 0x00  unique while the machine runs */
	uint64_t size;			/* 0x08  bytes; symbolic link: length of its text */
	uint64_t blocks;		/* 0x10  of 512 bytes, really held */
	uint32_t mode;			/* 0x18  type and permissions */
	uint32_t nlink;			/* 0x1c */
	uint32_t uid;			/* 0x20 */
	uint32_t gid;			/* 0x24 */
	uint64_t rdev;			/* 0x28  device number of FS_IFCHR, FS_IFBLK; opaque */
	int64_t atime, mtime, ctime, btime;	/* 0x30 */
};
_Static_assert(sizeof(struct fs_attr) == 0x50, "fs protocol 1");

/* FS_OPEN: walk a path and hold what is there. Answer: fs_opened. Errors: NOT_FOUND, NOT_DIR, LOOP
 * (also: a link under NOFOLLOW without PATH), EXISTS (EXCL), IS_DIR (WRITE or TRUNC of a directory),
 * TOO_LONG, DENIED, NO_MEMORY. */
#define FS_O_CREATE	(1u << 0)	/* a regular file with `mode` if there is nothing */
#define FS_O_EXCL	(1u << 1)
#define FS_O_TRUNC	(1u << 2)	/* a regular file, with O_WRITE */
#define FS_O_DIRECTORY	(1u << 3)	/* NOT_DIR for anything else */
#define FS_O_NOFOLLOW	(1u << 4)	/* do not follow a link at the end */
#define FS_O_WRITE	(1u << 5)	/* content may be changed through this id */
#define FS_O_PATH	(1u << 6)	/* hold the place only; with NOFOLLOW: a link itself */
struct fs_open {
	struct svc_request req;
	uint32_t dir;			/* 0x08  id; FS_ROOT */
	uint32_t flags;			/* 0x0c  FS_O_* */
	uint32_t mode;			/* 0x10  permission bits, FS_O_CREATE */
	uint32_t uid, gid;		/* 0x14  owner, FS_O_CREATE */
	uint32_t len;			/* 0x1c  bytes of path */
	char path[];			/* 0x20 */
};
struct fs_opened {
	struct svc_reply rep;		/* value: 1 if the file was created */
	uint32_t id;			/* 0x08 */
	uint32_t pad;			/* 0x0c */
	struct fs_attr attr;		/* 0x10 */
};

/* Operations on an id alone: FS_CLOSE (answer svc_reply; INVALID: FS_ROOT), FS_STAT (answer
 * fs_stat_reply), FS_READLINK (answer fs_data; TYPE: no link), FS_GETPATH of a directory (answer
 * fs_data; NOT_FOUND: removed; TOO_LONG: more than FS_READ_MAX). */
struct fs_id {
	struct svc_request req;
	uint32_t id;			/* 0x08 */
	uint32_t pad;			/* 0x0c */
};
struct fs_stat_reply {
	struct svc_reply rep;
	struct fs_attr attr;		/* 0x08 */
};

/* Answer with bytes: value = how many. */
struct fs_data {
	struct svc_reply rep;
	uint8_t data[];			/* 0x08 */
};
#define FS_READ_MAX	SVC_INLINE_MAX(sizeof(struct fs_data))

/* FS_READ: answer fs_data, fewer bytes only at the end of the file. FS_READDIR: offset is a cookie,
 * 0 at first; answer fs_data with whole struct fs_dirent records; 0 bytes: end; INVALID: `len` is too
 * small for the next. Cookies stay valid while other names come and go. `.` and `..` are included,
 * then the newest name comes first, so that names made by the reader do not come up. Both: DENIED
 * through an id with FS_O_PATH. */
struct fs_io {
	struct svc_request req;
	uint32_t id;			/* 0x08 */
	uint32_t len;			/* 0x0c  bytes wanted, at most FS_READ_MAX */
	uint64_t offset;		/* 0x10 */
};
struct fs_dirent {
	uint64_t ino;			/* 0x00 */
	uint64_t next;			/* 0x08  cookie behind this entry */
	uint16_t size;			/* 0x10  of this record, a multiple of 8 */
	uint16_t len;			/* 0x12  bytes of name */
	uint32_t mode;			/* 0x14  type bits only */
	char name[];			/* 0x18  not 0-terminated */
};
_Static_assert(sizeof(struct fs_dirent) == 0x18, "fs protocol 1");

/* FS_WRITE: answer fs_written. offset FS_APPEND: at the end. FS_EXTEND: the same without data: makes
 * the pages of the range, moves the end if needed, sets the times; then the client writes into pages
 * it has from FS_MAP. All or nothing: NO_MEMORY changes nothing. */
#define FS_APPEND	(~0ull)
struct fs_write {
	struct svc_request req;
	uint32_t id;			/* 0x08 */
	uint32_t len;			/* 0x0c  FS_WRITE: at most FS_WRITE_MAX; FS_EXTEND: any */
	uint64_t offset;		/* 0x10 */
	uint8_t data[];			/* 0x18 */
};
#define FS_WRITE_MAX	SVC_INLINE_MAX(sizeof(struct fs_write))
struct fs_written {
	struct svc_reply rep;		/* value: bytes */
	uint64_t offset;		/* 0x08  where they went */
	uint64_t size;			/* 0x10  of the file now */
};

/* FS_MAP: answer svc_reply (value = pages handed out) and typed items, page i of the range at
 * hotspot i of the client's delegate window. Without FS_MAP_WRITE read-only and executable; pages
 * that do not exist are made only with FS_MAP_ALLOC, else the answer ends before the first hole
 * (value 0: a hole; it reads as zeros). At most FS_MAP_MAX pages a call. The range may reach behind
 * the end of the file only up to its last page (INVALID). FS_UNMAP: gives the pages back, also behind
 * the end; value = pages that it freed from this session, 0 without FS_GRANT_UNPIN. It needs an id of
 * the file, so unmap before the last close. */
#define FS_MAP_WRITE	1u
#define FS_MAP_ALLOC	2u
#define FS_MAP_MAX	128u
struct fs_map {
	struct svc_request req;
	uint32_t id;			/* 0x08 */
	uint32_t flags;			/* 0x0c */
	uint64_t page;			/* 0x10  first page of the range in the file */
	uint64_t pages;			/* 0x18 */
};

/* FS_TRUNCATE: answer svc_reply. TYPE: not a regular file; DENIED: id without FS_O_WRITE. */
struct fs_truncate {
	struct svc_request req;
	uint32_t id;			/* 0x08 */
	uint32_t pad;			/* 0x0c */
	uint64_t size;			/* 0x10 */
};

/* FS_SETATTR: answer svc_reply; sets what `mask` names, and ctime. */
#define FS_SET_MODE	(1u << 0)	/* permission bits */
#define FS_SET_UID	(1u << 1)
#define FS_SET_GID	(1u << 2)
#define FS_SET_ATIME	(1u << 3)
#define FS_SET_MTIME	(1u << 4)
struct fs_setattr {
	struct svc_request req;
	uint32_t id;			/* 0x08 */
	uint32_t mask;			/* 0x0c */
	uint32_t mode, uid, gid, pad;	/* 0x10 */
	int64_t atime, mtime;		/* 0x20 */
};

/* FS_MKDIR, FS_MKNOD (mode with type; rdev): answer svc_reply. FS_UNLINK (flags FS_UNLINK_DIR: a
 * directory, NOT_EMPTY; else IS_DIR). FS_SYMLINK: path is the new name, path2 the text. FS_RENAME
 * (path to path2 in dir2; flags FS_RENAME_*), FS_LINK (path, or the file `dir` itself if len is 0,
 * to path2 in dir2; flags FS_LINK_FOLLOW). Both paths lie behind each other. Errors as rename(2),
 * link(2) etc. have them; TYPE for EPERM. */
#define FS_UNLINK_DIR		1u
#define FS_RENAME_NOREPLACE	1u
#define FS_RENAME_EXCHANGE	2u
#define FS_LINK_FOLLOW		1u
struct fs_names {
	struct svc_request req;
	uint32_t dir, dir2;		/* 0x08 */
	uint32_t flags;			/* 0x10 */
	uint32_t mode;			/* 0x14 */
	uint32_t uid, gid;		/* 0x18 */
	uint64_t rdev;			/* 0x20 */
	uint32_t len, len2;		/* 0x28  bytes of path and path2 */
	char paths[];			/* 0x30 */
};
_Static_assert(sizeof(struct fs_names) == 0x30, "fs protocol 1");
_Static_assert(sizeof(struct fs_names) + 2 * FS_PATH_MAX <= UTCB_WORDS_MAX * 8, "two paths fit");

/* FS_STATFS: request svc_request. */
struct fs_statfs {
	struct svc_reply rep;
	uint64_t pages_total, pages_free;	/* 0x08  of HEDRON_PAGE_SIZE bytes */
	uint64_t files;				/* 0x18 */
};
