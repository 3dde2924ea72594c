/* SPDX-License-Identifier: MIT */
/*
 * fsclient.h - the file service, called from the personality: one function a message.
 *
 * All return >= 0 or -errno (fs_errno()). Requests are built in the UTCB of the calling EC and
 * answers are read from it before anything else is sent.
 */
#pragma once
#include <hedron/fs.h>
#include <stddef.h>
#include <stdint.h>

/* A place to walk to: a path, relative to a directory id. */
struct fs_place {
	uint32_t dir;
	uint32_t len;			/* bytes, at most FS_PATH_MAX */
	const char *path;
};

/* Who will own what is created. */
struct fs_owner {
	uint32_t uid, gid;
};

void fsclient_init(cap_sel portal);	/* portal to the service "fs" */
long fs_errno(uint32_t status);		/* enum svc_status to 0 or -errno */

/* 1 if the file was created, else 0. owner is for FS_O_CREATE only. */
long fs_open(struct fs_place at, uint32_t flags, uint32_t mode, struct fs_owner owner, uint32_t *id,
	     struct fs_attr *attr);
void fs_close(uint32_t id);
long fs_stat(uint32_t id, struct fs_attr *attr);
long fs_setattr(uint32_t id, const struct fs_setattr *set);	/* set->mask and the values it names */
long fs_truncate(uint32_t id, uint64_t size);

/* Bytes read: `len`, or fewer at the end of the file. len at most FS_READ_MAX. *data lies in the
 * UTCB, until the next message. */
long fs_read(uint32_t id, uint64_t offset, size_t len, const uint8_t **data);
/* The same for directory entries: struct fs_dirent records from cookie `offset` on. */
long fs_readdir(uint32_t id, uint64_t offset, size_t len, const uint8_t **data);

/* Where the data of a write goes: room for FS_WRITE_MAX bytes in the UTCB, to fill before
 * fs_write(); nothing may be sent in between. */
uint8_t *fs_write_buffer(void);
/* Writes `len` bytes of fs_write_buffer(). offset may be FS_APPEND; *end: offset behind them. */
long fs_write(uint32_t id, uint64_t offset, size_t len, uint64_t *end);
/* Makes room for `len` bytes instead; the caller writes them into pages of fs_map(). */
long fs_extend(uint32_t id, uint64_t offset, size_t len, uint64_t *end);

/* Pages handed out, page i at `window` + i pages; window is aligned to 2^order pages >= count. */
long fs_map(uint32_t id, uint32_t flags, uint64_t page, size_t count, void *window, unsigned order);
void fs_unmap(uint32_t id, uint64_t page, size_t count);

long fs_mkdir(struct fs_place at, uint32_t mode, struct fs_owner owner);
long fs_mknod(struct fs_place at, uint32_t mode, uint64_t rdev, struct fs_owner owner);
long fs_unlink(struct fs_place at, uint32_t flags);
long fs_rename(struct fs_place from, struct fs_place to, uint32_t flags);
long fs_link(struct fs_place from, struct fs_place to, uint32_t flags);
long fs_symlink(struct fs_place at, const char *text, size_t len, struct fs_owner owner);

/* Bytes put into buf, at most max; what does not fit is cut off. */
long fs_readlink(uint32_t id, char *buf, size_t max);
long fs_getpath(uint32_t id, char *buf, size_t max);
long fs_statfs(struct fs_statfs *out);
