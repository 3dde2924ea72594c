/* SPDX-License-Identifier: MIT */
/*
 * inode.h - files of the file service that this personality holds, and their pages.  The story is
 * at the head of inode.c.
 */
#pragma once
#include <hedron/fs.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct file_lock;
struct inode_chunk;

/* How far an fs id reaches; each level includes those before it. */
enum inode_access {
	INODE_PATH,			/* attributes, names below it */
	INODE_READ,
	INODE_WRITE,
};

struct inode {
	struct inode *hash_next;
	unsigned refs;			/* open files, mappings, working directories */
	uint32_t id;			/* in the personality's fs session */
	enum inode_access access;	/* of id */
	uint32_t mode;			/* type bits; permission bits may be stale */
	uint64_t ino;
	uint64_t rdev;			/* FS_IFCHR, FS_IFBLK */
	bool escaped;			/* pages were given to a hybrid program: never unpin them */
	struct inode_chunk **chunks;	/* pinned pages, by rising index */
	size_t chunk_count, chunk_room;
	struct file_lock *locks;	/* lock.c */
};

/* Takes over `id`, which the file service just gave out with `attr`. NULL: no memory, id closed. */
struct inode *inode_adopt(uint32_t id, enum inode_access access, const struct fs_attr *attr);
struct inode *inode_get(struct inode *inode);		/* one more reference; returns inode */
void inode_put(struct inode *inode);			/* NULL is allowed */

static inline uint32_t inode_type(const struct inode *inode)	{ return inode->mode & FS_IFMT; }

/* Attributes and size as they are now: one message each. 0, -EIO. */
long inode_stat(struct inode *inode, struct fs_attr *attr);
long inode_size(struct inode *inode, uint64_t *size);

/*
 * inode_pages - the file's pages index .. index + count - 1 in the personality's own space.
 * @flags  INODE_PAGE_WRITE: writable (the inode needs INODE_WRITE), else readable and executable;
 *         INODE_PAGE_ALLOC: make pages that do not exist yet
 * @first  address of the first; the others lie behind it
 *
 * Returns how many there are, 1..count; 0: page `index` is a hole (without ALLOC); -ENXIO: it lies
 * behind the last page of the file; -ENOMEM; -EIO. The pages stay, also when the file is truncated,
 * until the last reference to the inode is dropped. No message if they are pinned already: then it
 * does not tell whether the file still reaches that far.
 */
#define INODE_PAGE_WRITE	1u
#define INODE_PAGE_ALLOC	2u
long inode_pages(struct inode *inode, uint64_t index, size_t count, unsigned flags, void **first);

/* Is the page pinned in the wanted view (INODE_PAGE_WRITE or 0), so that it needs no message? */
bool inode_has_page(const struct inode *inode, uint64_t index, unsigned flags);

/* Read bytes into the personality's memory: what an ELF loader needs. Bytes read, -errno. */
long inode_read(struct inode *inode, uint64_t offset, void *buf, size_t len);
