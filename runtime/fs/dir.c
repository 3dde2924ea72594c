/* SPDX-License-Identifier: MIT */
/*
 * dir.c - directories: names to files.
 *
 * An entry is found by name through a hash table that grows by one bucket at a time (linear hashing,
 * Litwin 1980), so no operation ever moves a whole table. In a tree the entries stand by cookie, a
 * number that each gets when it is made. FS_READDIR goes from the newest to the oldest: an entry
 * made, or renamed, while somebody reads is not met again, so every reading ends; the others keep
 * their places.
 *
 * `.` and `..` are not stored. Each directory knows its parent and its own entry there, so nlink of
 * a directory is 2 and one for each directory in it. Everything that can fail is tried before
 * anything is changed; only dir_enter() needs memory.
 */
#include "dir.h"

#include <string.h>

#include "hash.h"
#include "mem.h"

#define BUCKET_LOAD	2		/* entries a bucket, on average */

void dir_init(struct inode *dir)
{
	dir->size = dir_record_size(1) + dir_record_size(2);
	dir->dir.next_cookie = DIR_FIRST + 1;
}

void dir_make_root(struct inode *dir)
{
	dir->nlink = 2;
	dir->dir.parent = dir;
}

bool dir_is_empty(const struct inode *dir)
{
	return !dir->dir.count;
}

bool dir_is_removed(const struct inode *dir)
{
	return !dir->nlink;
}

bool dir_is_below(const struct inode *dir, const struct inode *ancestor)
{
	while (dir != ancestor && dir != dir->dir.parent)
		dir = dir->dir.parent;
	return dir == ancestor;
}

/* ---- finding --------------------------------------------------------------------------------- */

/* Bucket of a hash when there are `count` buckets, at least one. */
static uint64_t bucket_of(uint32_t hash, uint64_t count)
{
	uint64_t mask = (2ull << (63 - __builtin_clzll(count))) - 1;
	uint64_t bucket = hash & mask;

	return bucket < count ? bucket : hash & mask >> 1;
}

static struct dir_entry *chain_of(const struct inode *dir, uint64_t bucket)
{
	return (struct dir_entry *)tree_get(&dir->dir.buckets, bucket);
}

struct dir_entry *dir_find(const struct inode *dir, const char *name, size_t len)
{
	struct dir_entry *e;
	uint32_t hash;

	if (!dir->dir.count)
		return NULL;
	hash = hash_name(name, len);
	e = chain_of(dir, bucket_of(hash, dir->dir.bucket_count));
	while (e && (e->hash != hash || e->len != len || memcmp(e->name, name, len)))
		e = e->chain;
	return e;
}

struct dir_entry *dir_entry_at(const struct inode *dir, uint64_t position)
{
	uint64_t key = position == DIR_FIRST ? UINT64_MAX : position - 1;

	return (struct dir_entry *)tree_prev(&dir->dir.by_cookie, &key);
}

/* ---- the tables ------------------------------------------------------------------------------ */

/* Begin a bucket with `e` or change its first entry; false: no memory, only for a new bucket. */
static bool chain_set(struct inode *dir, uint64_t bucket, struct dir_entry *e)
{
	if (e)
		return tree_set(&dir->dir.buckets, bucket, (uintptr_t)e);
	tree_clear(&dir->dir.buckets, bucket);
	return true;
}

/* Add a bucket and move what belongs there. Without memory the chains stay longer, that is all. */
static void add_bucket(struct inode *dir)
{
	uint64_t new = dir->dir.bucket_count;
	uint64_t old = new & ~(1ull << (63 - __builtin_clzll(new)));
	struct dir_entry *e = chain_of(dir, old), *next;
	struct dir_entry *stay = NULL, *move = NULL;

	for (; e; e = next) {
		struct dir_entry **to = bucket_of(e->hash, new + 1) == new ? &move : &stay;

		next = e->chain;
		e->chain = *to;
		*to = e;
	}
	if (move && !chain_set(dir, new, move)) {	/* put them back */
		struct dir_entry **end = &move;

		while (*end)
			end = &(*end)->chain;
		*end = stay;
		chain_set(dir, old, move);
		return;
	}
	chain_set(dir, old, stay);
	dir->dir.bucket_count++;
}

static bool table_insert(struct inode *dir, struct dir_entry *e)
{
	struct entries *d = &dir->dir;
	uint64_t bucket;

	if (!d->count)
		d->bucket_count = 1;
	bucket = bucket_of(e->hash, d->bucket_count);
	e->chain = chain_of(dir, bucket);
	e->cookie = d->next_cookie;

	if (!tree_set(&d->by_cookie, e->cookie, (uintptr_t)e))
		return false;
	if (!chain_set(dir, bucket, e)) {
		tree_clear(&d->by_cookie, e->cookie);
		return false;
	}
	d->next_cookie++;
	d->count++;
	if (d->count > BUCKET_LOAD * d->bucket_count)
		add_bucket(dir);
	return true;
}

static void table_remove(struct inode *dir, struct dir_entry *e)
{
	uint64_t bucket = bucket_of(e->hash, dir->dir.bucket_count);
	struct dir_entry *head = chain_of(dir, bucket);

	if (head == e) {
		chain_set(dir, bucket, e->chain);
	} else {
		while (head->chain != e)
			head = head->chain;
		head->chain = e->chain;
	}
	tree_clear(&dir->dir.by_cookie, e->cookie);
	dir->dir.count--;
}

/* ---- links ----------------------------------------------------------------------------------- */

/* Entry `e` of `dir` becomes a link to `i`. */
static void attach(struct inode *dir, struct dir_entry *e, struct inode *i)
{
	e->inode = i;
	i->nlink++;
	if (is_dir(i)) {
		i->nlink++;		/* `.` */
		dir->nlink++;		/* `..` */
		i->dir.parent = dir;
		i->dir.self = e;
	}
	inode_changed(i);
	inode_modified(dir);
}

/* `dir` has lost an entry for `i`. */
static void detach(struct inode *dir, struct inode *i)
{
	i->nlink--;
	if (is_dir(i)) {
		i->nlink--;
		dir->nlink--;
		if (dir_is_removed(i)) {
			i->dir.self = NULL;
			inode_hold(dir);	/* inode_settle(i) gives it back */
		}
	}
	inode_changed(i);
	inode_modified(dir);
}

bool dir_enter(struct inode *dir, const char *name, size_t len, struct inode *i)
{
	struct dir_entry *e = mem_alloc(sizeof(*e) + len);

	if (!e)
		return false;
	e->hash = hash_name(name, len);
	e->len = len;
	memcpy(e->name, name, len);
	if (!table_insert(dir, e)) {
		mem_free(e);
		return false;
	}
	dir->size += dir_record_size(len);
	attach(dir, e, i);
	return true;
}

void dir_remove(struct inode *dir, struct dir_entry *e)
{
	struct inode *i = e->inode;

	table_remove(dir, e);
	dir->size -= dir_record_size(e->len);
	mem_free(e);
	detach(dir, i);
	inode_settle(i);
}

void dir_replace(struct inode *dir, struct dir_entry *e, struct inode *i)
{
	struct inode *old = e->inode;

	attach(dir, e, i);
	detach(dir, old);
	inode_settle(old);
}

void dir_exchange(struct inode *d1, struct dir_entry *e1, struct inode *d2, struct dir_entry *e2)
{
	struct inode *i1 = e1->inode, *i2 = e2->inode;

	attach(d1, e1, i2);
	attach(d2, e2, i1);
	detach(d1, i1);
	detach(d2, i2);
}
