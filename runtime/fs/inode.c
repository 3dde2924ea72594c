/* SPDX-License-Identifier: MIT */
/*
 * inode.c - what all types of files have in common: attributes, and how long a file lives.
 *
 * A file lives as long as it has a link (a directory entry; the root counts as linked), a hold (an
 * id of a session) or pinned pages. When the last link and the last hold are gone, the pages that
 * nobody pins go at once; the inode goes with the last pin. A removed directory holds its parent, so
 * `..` works in it.
 *
 * A new inode has a hold of its maker's, so that it can be thrown away by inode_release() when it
 * cannot be entered into a directory.
 */
#include "inode.h"

#include <string.h>

#include "dir.h"
#include "env.h"
#include "file.h"
#include "mem.h"

#define DAY_NS	(86400 * 1000000000ll)

static uint64_t last_ino;
static uint64_t count;

struct inode *inode_create(const struct node_attr *attr)
{
	struct inode *i = mem_alloc(sizeof(*i));

	if (!i)
		return NULL;
	i->ino = ++last_ino;
	i->mode = attr->mode;
	i->uid = attr->uid;
	i->gid = attr->gid;
	i->rdev = attr->rdev;
	i->atime = i->mtime = i->ctime = i->btime = time_now();
	i->holds = 1;
	if (is_dir(i))
		dir_init(i);
	count++;
	return i;
}

struct inode *inode_create_link(const struct node_attr *attr, const char *text, size_t len)
{
	struct inode *i = inode_create(attr);

	if (!i)
		return NULL;
	i->link = mem_alloc(len + 1);
	if (!i->link) {
		inode_release(i);
		return NULL;
	}
	memcpy(i->link, text, len);
	i->size = len;
	return i;
}

void inode_hold(struct inode *i)
{
	i->holds++;
}

void inode_settle(struct inode *i)
{
	while (!i->nlink && !i->holds) {
		struct inode *held = NULL;

		if (is_file(i)) {
			file_drop_unpinned(i);
			if (i->file.pins)
				return;
		} else if (is_dir(i)) {
			held = i->dir.parent;
		} else if (is_link(i)) {
			mem_free(i->link);
		}
		mem_free(i);
		count--;
		if (!held)
			return;
		i = held;		/* a removed directory had a hold on its parent */
		i->holds--;
	}
}

void inode_release(struct inode *i)
{
	i->holds--;
	inode_settle(i);
}

void inode_attr(const struct inode *i, struct fs_attr *attr)
{
	*attr = (struct fs_attr){
		.ino = i->ino,
		.size = i->size,
		.blocks = is_file(i) ? i->file.held * (PAGE_SIZE / 512) : 0,
		.mode = i->mode,
		.nlink = i->nlink,
		.uid = i->uid,
		.gid = i->gid,
		.rdev = i->rdev,
		.atime = i->atime,
		.mtime = i->mtime,
		.ctime = i->ctime,
		.btime = i->btime,
	};
}

void inode_accessed(struct inode *i)
{
	int64_t now = time_now();

	if (i->atime <= i->mtime || i->atime <= i->ctime || i->atime <= now - DAY_NS)
		i->atime = now;
}

void inode_changed(struct inode *i)
{
	i->ctime = time_now();
}

void inode_modified(struct inode *i)
{
	i->mtime = i->ctime = time_now();
}

uint64_t inode_count(void)
{
	return count;
}
