/* SPDX-License-Identifier: MIT */
/* dir.h - directories; the rules of use are at the head of dir.c. */
#pragma once
#include "inode.h"

struct dir_entry {
	struct dir_entry *chain;	/* next in the same bucket */
	struct inode *inode;
	uint64_t cookie;
	uint32_t hash;
	uint8_t len;			/* bytes of name */
	char name[];			/* not 0-terminated */
};

void dir_init(struct inode *dir);	/* of a new inode */
void dir_make_root(struct inode *dir);

struct dir_entry *dir_find(const struct inode *dir, const char *name, size_t len);
bool dir_is_empty(const struct inode *dir);
bool dir_is_removed(const struct inode *dir);
bool dir_is_below(const struct inode *dir, const struct inode *ancestor);	/* or the same */

/* Changes. The directories and the files entered or left get new times; a file that loses its last
 * link is freed, unless held. dir_enter() false: no memory, nothing changed. */
bool dir_enter(struct inode *dir, const char *name, size_t len, struct inode *i);
void dir_remove(struct inode *dir, struct dir_entry *e);
void dir_replace(struct inode *dir, struct dir_entry *e, struct inode *i);
void dir_exchange(struct inode *d1, struct dir_entry *e1, struct inode *d2, struct dir_entry *e2);

/* Positions in a directory as FS_READDIR has them: 0 is `.`, 1 is `..`, DIR_FIRST the newest entry,
 * and a larger one the place behind the entry with that cookie. */
#define DIR_FIRST	2
struct dir_entry *dir_entry_at(const struct inode *dir, uint64_t position);	/* NULL: end */

static inline size_t dir_record_size(size_t len)
{
	return (sizeof(struct fs_dirent) + len + 7) & ~(size_t)7;
}
