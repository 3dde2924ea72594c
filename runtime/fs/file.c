/* SPDX-License-Identifier: MIT */
/*
 * file.c - content of regular files: page frames in a tree by their place in the file.
 *
 * A place without a frame is a hole and reads as zeros. A frame that a session has pinned (pin.c)
 * stays with its place whatever happens to the file: when the file is cut before it, it is zeroed
 * and kept behind the end. Its holder may go on writing there, so whatever frames exist between the
 * old end and the new are zeroed when a file grows. Frames behind the end that nobody pins do not
 * exist.
 *
 * What needs memory is done first, by file_reserve(); nothing behind it can fail.
 */
#include "file.h"

#include <string.h>

#include "env.h"
#include "mem.h"

static uint64_t index_of(uint64_t offset)	{ return offset >> PAGE_SHIFT; }
static size_t start_of(uint64_t offset)		{ return offset & (PAGE_SIZE - 1); }

struct frame *file_frame(const struct inode *i, uint64_t index)
{
	return (struct frame *)tree_get(&i->file.frames, index);
}

/* The first frame at or behind *index, which becomes its place. */
static struct frame *next_frame(const struct inode *i, uint64_t *index)
{
	return (struct frame *)tree_next(&i->file.frames, index);
}

static struct frame *frame_create(struct inode *i, uint64_t index)
{
	struct frame *f = mem_alloc(sizeof(*f));

	if (!f)
		return NULL;
	f->index = index;
	f->page = page_alloc(index);
	if (!f->page)
		goto out_frame;
	if (!tree_set(&i->file.frames, index, (uintptr_t)f))
		goto out_page;
	i->file.held++;
	return f;

out_page:
	page_free(f->page);
out_frame:
	mem_free(f);
	return NULL;
}

static void frame_destroy(struct inode *i, struct frame *f)
{
	tree_clear(&i->file.frames, f->index);
	i->file.held--;
	page_free(f->page);
	mem_free(f);
}

void file_unreserve(struct inode *i, struct frame *made)
{
	while (made) {
		struct frame *f = made;

		made = f->undo;
		frame_destroy(i, f);
	}
}

bool file_reserve(struct inode *i, uint64_t first, uint64_t pages, struct frame **made)
{
	*made = NULL;
	for (uint64_t n = 0; n < pages; n++) {
		struct frame *f;

		if (file_frame(i, first + n))
			continue;
		f = frame_create(i, first + n);
		if (!f) {
			file_unreserve(i, *made);
			return false;
		}
		f->undo = *made;
		*made = f;
	}
	return true;
}

/* Bytes of the page at `offset` that belong to the next `len` bytes. */
static size_t piece_of(uint64_t offset, uint64_t len)
{
	size_t left = PAGE_SIZE - start_of(offset);

	return len < left ? len : left;
}

void file_read(const struct inode *i, uint64_t offset, void *to, size_t len)
{
	char *p = to;

	while (len) {
		const struct frame *f = file_frame(i, index_of(offset));
		size_t n = piece_of(offset, len);

		if (f)
			memcpy(p, (char *)f->page + start_of(offset), n);
		else
			memset(p, 0, n);
		p += n;
		offset += n;
		len -= n;
	}
}

/* Zero the frames that there are in from..to (behind the last byte). */
static void zero(struct inode *i, uint64_t from, uint64_t to)
{
	uint64_t index = index_of(from);
	struct frame *f;

	for (; (f = next_frame(i, &index)) && index << PAGE_SHIFT < to; index++) {
		uint64_t begin = index << PAGE_SHIFT;
		size_t a = from > begin ? from - begin : 0;
		size_t b = to - begin < PAGE_SIZE ? to - begin : PAGE_SIZE;

		memset((char *)f->page + a, 0, b - a);
	}
}

/* Cut the frames at and behind the page `index`. */
static void cut(struct inode *i, uint64_t index)
{
	struct frame *f;

	for (; (f = next_frame(i, &index)); index++) {
		if (f->pins)
			memset(f->page, 0, PAGE_SIZE);
		else
			frame_destroy(i, f);
	}
}

void file_resize(struct inode *i, uint64_t size)
{
	if (size < i->size) {
		cut(i, pages_of(size));
		zero(i, size, pages_of(size) << PAGE_SHIFT);
	} else {
		zero(i, i->size, size);
	}
	i->size = size;
}

/* Bring the end up to `size` and make the pages of offset..offset + len. All or nothing. */
static bool prepare(struct inode *i, uint64_t size, uint64_t offset, uint64_t len)
{
	uint64_t old = i->size;
	uint64_t first = index_of(offset);
	struct frame *made;

	if (size > old)
		file_resize(i, size);
	if (!len || file_reserve(i, first, pages_of(offset + len) - first, &made))
		return true;
	i->size = old;		/* what was zeroed lies behind the end: nobody sees it */
	return false;
}

bool file_extend(struct inode *i, uint64_t offset, uint64_t len)
{
	return prepare(i, offset + len, offset, len);
}

bool file_write(struct inode *i, uint64_t offset, const void *from, size_t len)
{
	const char *p = from;

	if (!prepare(i, offset, offset, len))
		return false;
	while (len) {
		struct frame *f = file_frame(i, index_of(offset));
		size_t n = piece_of(offset, len);

		memcpy((char *)f->page + start_of(offset), p, n);
		p += n;
		offset += n;
		len -= n;
	}
	if (i->size < offset)
		i->size = offset;
	return true;
}

void file_unpin(struct inode *i, uint64_t index)
{
	struct frame *f = file_frame(i, index);
	bool reachable = i->nlink || i->holds;

	if (--f->pins)
		return;
	if (!reachable || index >= pages_of(i->size))
		frame_destroy(i, f);
}

void file_drop_unpinned(struct inode *i)
{
	struct frame *f;

	for (uint64_t index = 0; (f = next_frame(i, &index)); index++)
		if (!f->pins)
			frame_destroy(i, f);
}
