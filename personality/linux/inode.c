/* SPDX-License-Identifier: MIT */
/*
 * inode.c - files of the file service that this personality holds, and their pages.
 *
 * There is one struct inode for each file of the service that is in use here, found by its ino, with
 * one fs id; opening a file that is known already gives up the new id, or the old one if the new one
 * reaches further. The last reference closes the id.
 *
 * What the file is (size, times, mode) is always asked for: other clients of the service change it
 * at any time. What is kept are its pages, which the service lets us keep: a page handed out stays
 * that place of the file. They are seen through views of the personality's address space, CHUNK_PAGES
 * at a time: one view is readable and executable, so that it can be delegated on to a program that
 * runs the file, one is writable. Either exists only once it is needed. read() and write() copy
 * straight between these views and the frames of the program, and mappings delegate from them.
 *
 * Giving pages back: the service may use their frames again at once, so they are revoked here before,
 * and all mappings of programs were (each holds a reference). Where a hybrid program had them it may
 * have passed them on: such an inode is `escaped`, and its pages stay pinned for good.
 */
#include "inode.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <hedron/native.h>

#include "fsclient.h"

#define CHUNK_PAGES	FS_MAP_MAX		/* 2^CHUNK_ORDER */
#define CHUNK_ORDER	7
_Static_assert(CHUNK_PAGES == 1u << CHUNK_ORDER, "one window is one message");

enum { VIEW_READ, VIEW_WRITE, VIEWS };

struct view {
	char *base;				/* NULL: no addresses taken yet */
	uint64_t pinned[CHUNK_PAGES / 64];	/* pages that are mapped */
};

struct inode_chunk {
	uint64_t number;			/* first page / CHUNK_PAGES */
	struct view view[VIEWS];
};

#define HASH_SIZE	1024			/* chains stay short: open files of a few programs */

static struct inode *hash[HASH_SIZE];

static struct inode **bucket(uint64_t ino)
{
	return &hash[ino % HASH_SIZE];
}

static struct inode *find(uint64_t ino)
{
	struct inode *inode = *bucket(ino);

	while (inode && inode->ino != ino)
		inode = inode->hash_next;
	return inode;
}

/* ---- chunks -------------------------------------------------------------------------------------- */

/* Position of the first chunk with that number or a larger one. */
static size_t chunk_position(const struct inode *inode, uint64_t number)
{
	size_t low = 0, high = inode->chunk_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (inode->chunks[mid]->number < number)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct inode_chunk *find_chunk(const struct inode *inode, uint64_t number)
{
	size_t i = chunk_position(inode, number);

	if (i < inode->chunk_count && inode->chunks[i]->number == number)
		return inode->chunks[i];
	return NULL;
}

static struct inode_chunk *make_chunk(struct inode *inode, uint64_t number)
{
	size_t i = chunk_position(inode, number);
	struct inode_chunk *chunk;

	if (inode->chunk_count == inode->chunk_room) {
		size_t room = 2 * inode->chunk_room + 1;
		struct inode_chunk **grown = realloc(inode->chunks, room * sizeof(*grown));

		if (!grown)
			return NULL;
		inode->chunks = grown;
		inode->chunk_room = room;
	}
	chunk = calloc(1, sizeof(*chunk));
	if (!chunk)
		return NULL;
	chunk->number = number;
	memmove(&inode->chunks[i + 1], &inode->chunks[i],
		(inode->chunk_count - i) * sizeof(inode->chunks[0]));
	inode->chunks[i] = chunk;
	inode->chunk_count++;
	return chunk;
}

static bool is_pinned(const struct view *v, unsigned page)
{
	return v->pinned[page / 64] >> page % 64 & 1;
}

/* Pages from `page` on, at most `max`, that all are pinned (want) or all are not. */
static unsigned run(const struct view *v, unsigned page, unsigned max, bool want)
{
	unsigned n = 0;

	while (n < max && page + n < CHUNK_PAGES && is_pinned(v, page + n) == want)
		n++;
	return n;
}

/* Pin pages from `page` of the chunk on, at most `count`: as many as one message can bring to a
 * window that begins there. Pages, 0 for a hole, -errno. */
static long pin(struct inode *inode, struct inode_chunk *chunk, struct view *v, unsigned page,
		unsigned count, unsigned flags)
{
	unsigned order = page ? __builtin_ctz(page) : CHUNK_ORDER;
	uint32_t fs_flags = 0;
	long r;

	if (!v->base)
		v->base = hedron_window_alloc(CHUNK_ORDER);
	if (!v->base)
		return -ENOMEM;
	if (count > 1u << order)
		count = 1u << order;
	if (flags & INODE_PAGE_WRITE)
		fs_flags |= FS_MAP_WRITE;
	if (flags & INODE_PAGE_ALLOC)
		fs_flags |= FS_MAP_ALLOC;

	r = fs_map(inode->id, fs_flags, chunk->number * CHUNK_PAGES + page, count,
		   v->base + page * HEDRON_PAGE_SIZE, order);
	for (long i = 0; i < r; i++)
		v->pinned[(page + i) / 64] |= 1ull << (page + i) % 64;
	return r;
}

/* Give back all pages of a chunk and forget it. */
static void free_chunk(struct inode *inode, struct inode_chunk *chunk)
{
	struct view all = chunk->view[VIEW_READ];
	unsigned n;

	for (unsigned i = 0; i < CHUNK_PAGES / 64; i++)
		all.pinned[i] |= chunk->view[VIEW_WRITE].pinned[i];
	for (unsigned i = 0; i < VIEWS; i++) {
		if (chunk->view[i].base)
			hedron_window_free(chunk->view[i].base, CHUNK_ORDER);
	}
	for (unsigned page = 0; page < CHUNK_PAGES && !inode->escaped; page += n) {
		n = run(&all, page, CHUNK_PAGES, true);
		if (n)
			fs_unmap(inode->id, chunk->number * CHUNK_PAGES + page, n);
		else
			n = 1;
	}
	free(chunk);
}

long inode_pages(struct inode *inode, uint64_t index, size_t count, unsigned flags, void **first)
{
	uint64_t number = index / CHUNK_PAGES;
	unsigned page = index % CHUNK_PAGES;
	struct inode_chunk *chunk = find_chunk(inode, number);
	struct view *v;
	long r;

	if (index >= FS_SIZE_MAX / HEDRON_PAGE_SIZE)
		return -ENXIO;
	if (!chunk)
		chunk = make_chunk(inode, number);
	if (!chunk)
		return -ENOMEM;
	if (count > CHUNK_PAGES - page)
		count = CHUNK_PAGES - page;

	v = &chunk->view[flags & INODE_PAGE_WRITE ? VIEW_WRITE : VIEW_READ];
	if (!is_pinned(v, page)) {
		r = pin(inode, chunk, v, page, run(v, page, count, false), flags);
		if (r <= 0)
			return r == -EINVAL ? -ENXIO : r == -ENOSPC ? -ENOMEM : r;
	}
	*first = v->base + page * HEDRON_PAGE_SIZE;
	return run(v, page, count, true);
}

bool inode_has_page(const struct inode *inode, uint64_t index, unsigned flags)
{
	const struct inode_chunk *chunk = find_chunk(inode, index / CHUNK_PAGES);

	return chunk && is_pinned(&chunk->view[flags & INODE_PAGE_WRITE ? VIEW_WRITE : VIEW_READ],
				  index % CHUNK_PAGES);
}

/* ---- life ---------------------------------------------------------------------------------------- */

struct inode *inode_adopt(uint32_t id, enum inode_access access, const struct fs_attr *attr)
{
	struct inode *inode = find(attr->ino);

	if (inode) {
		uint32_t spare = id;

		if (access > inode->access) {
			spare = inode->id;
			inode->id = id;
			inode->access = access;
		}
		fs_close(spare);
		return inode_get(inode);
	}

	inode = calloc(1, sizeof(*inode));
	if (!inode) {
		fs_close(id);
		return NULL;
	}
	inode->refs = 1;
	inode->id = id;
	inode->access = access;
	inode->mode = attr->mode;
	inode->ino = attr->ino;
	inode->rdev = attr->rdev;
	inode->hash_next = *bucket(attr->ino);
	*bucket(attr->ino) = inode;
	return inode;
}

struct inode *inode_get(struct inode *inode)
{
	inode->refs++;
	return inode;
}

void inode_put(struct inode *inode)
{
	struct inode **link;

	if (!inode || --inode->refs)
		return;
	for (size_t i = 0; i < inode->chunk_count; i++)
		free_chunk(inode, inode->chunks[i]);
	free(inode->chunks);
	fs_close(inode->id);

	link = bucket(inode->ino);
	while (*link != inode)
		link = &(*link)->hash_next;
	*link = inode->hash_next;
	free(inode);
}

/* ---- content ------------------------------------------------------------------------------------- */

long inode_stat(struct inode *inode, struct fs_attr *attr)
{
	return fs_stat(inode->id, attr);
}

long inode_size(struct inode *inode, uint64_t *size)
{
	struct fs_attr attr;
	long r = fs_stat(inode->id, &attr);

	if (r >= 0)
		*size = attr.size;
	return r;
}

/* Into the personality's memory, for those that do not run over a struct uio. */
long inode_read(struct inode *inode, uint64_t offset, void *buf, size_t len)
{
	size_t done = 0;

	while (done < len) {
		size_t want = len - done < FS_READ_MAX ? len - done : FS_READ_MAX;
		const uint8_t *data;
		long n = fs_read(inode->id, offset + done, want, &data);

		if (n < 0)
			return n;
		memcpy((char *)buf + done, data, n);
		done += n;
		if ((size_t)n < want)
			break;
	}
	return done;
}
