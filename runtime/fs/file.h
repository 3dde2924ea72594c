/* SPDX-License-Identifier: MIT */
/* file.h - content of regular files; the rules of use are at the head of file.c. */
#pragma once
#include "inode.h"

struct frame {
	void *page;
	struct frame *undo;	/* until the operation that made it has succeeded: one made before */
	uint64_t index;		/* page of the file */
	uint32_t pins;		/* sessions that hold this page */
};

struct frame *file_frame(const struct inode *i, uint64_t index);	/* NULL: a hole */

void file_read(const struct inode *i, uint64_t offset, void *to, size_t len);

/* Make the missing pages of the range; all (true) or none (false: no memory). *made is for
 * file_unreserve(), which takes them away again. */
bool file_reserve(struct inode *i, uint64_t first, uint64_t pages, struct frame **made);
void file_unreserve(struct inode *i, struct frame *made);

/* Move the end; content behind the old end is zero. */
void file_resize(struct inode *i, uint64_t size);

/* Copy into the file, or only make the pages of the range; the end moves if need be. All (true) or
 * nothing (false: no memory). len 0 changes nothing. */
bool file_write(struct inode *i, uint64_t offset, const void *from, size_t len);
bool file_extend(struct inode *i, uint64_t offset, uint64_t len);

void file_unpin(struct inode *i, uint64_t index);	/* one session less holds that page */
void file_drop_unpinned(struct inode *i);		/* of a file that nobody can reach any more */

static inline uint64_t pages_of(uint64_t bytes)
{
	return (bytes >> 12) + !!(bytes & 0xfff);
}
