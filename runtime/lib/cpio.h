/* SPDX-License-Identifier: MIT */
/* cpio.h - reader of cpio archives, format newc; the rules of use are at the head of cpio.c. */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct cpio_iter {
	const uint8_t *base;	/* the archive in memory; stays the caller's */
	size_t size;		/* bytes */
	size_t pos;		/* of the next header, or of the zeros before it */
	size_t start;		/* of the single archive that pos lies in: paddings count from it */
};

/* One member. Pointers lead into the archive. */
struct cpio_entry {
	const char *name;	/* 0-terminated, as stored; see cpio_path() */
	const uint8_t *data;	/* content; the text of a symbolic link, not 0-terminated */
	size_t size;		/* bytes of data */
	size_t archive;		/* offset of its single archive: ino and dev are unique in there */
	uint32_t mode;		/* type and permission bits, inode(7) */
	uint32_t uid, gid;
	uint32_t mtime;		/* seconds since 1970-01-01 UTC */
	uint32_t nlink, ino;
	uint32_t dev_major, dev_minor;
	uint32_t rdev_major, rdev_minor;	/* of a device file */
};

enum cpio_result {
	CPIO_END	= 0,	/* no more members */
	CPIO_ENTRY	= 1,
	CPIO_CORRUPT	= -1,	/* not an archive, or cut off; it->pos says where */
};

void cpio_start(struct cpio_iter *it, const void *base, size_t size);
enum cpio_result cpio_next(struct cpio_iter *it, struct cpio_entry *e);

/* The member's name without leading `/` and `./`; "" is the top directory itself. */
const char *cpio_path(const struct cpio_entry *e);

/* Data of a hard link lies with only one of its names: if *e has none, take it from there. */
void cpio_resolve_link(const void *base, size_t size, struct cpio_entry *e);

/* The last member with that path (as cpio_path() has it), hard link resolved. False: none. */
int cpio_find(const void *base, size_t size, const char *path, struct cpio_entry *e);
