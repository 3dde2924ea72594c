/* SPDX-License-Identifier: MIT */
/*
 * fdtable.c - file descriptors of a process, and its working directory and umask.
 *
 * A table is an array that grows by doubling, up to what RLIMIT_NOFILE allows at the moment a
 * descriptor is made. A call that makes one first finds a slot (fdtable_free_slot), then opens, and
 * fills the slot last, when nothing can fail any more.
 */
#include "fdtable.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "inode.h"

#define ROOM_FIRST	64u

struct fdtable *fdtable_new(void)
{
	struct fdtable *fds = calloc(1, sizeof(*fds));

	if (fds)
		fds->refs = 1;
	return fds;
}

struct fdtable *fdtable_get(struct fdtable *fds)
{
	fds->refs++;
	return fds;
}

void fdtable_put(struct fdtable *fds)
{
	if (!fds || --fds->refs)
		return;
	for (unsigned fd = 0; fd < fds->room; fd++)
		file_put(fds->slots[fd].file);
	free(fds->slots);
	free(fds);
}

static bool grow(struct fdtable *fds, unsigned fd)
{
	unsigned room = fds->room ? fds->room : ROOM_FIRST;
	struct fd_slot *slots;

	if (fd < fds->room)
		return true;
	while (room <= fd)
		room *= 2;
	slots = realloc(fds->slots, room * sizeof(*slots));
	if (!slots)
		return false;
	memset(slots + fds->room, 0, (room - fds->room) * sizeof(*slots));
	fds->slots = slots;
	fds->room = room;
	return true;
}

struct fdtable *fdtable_copy(const struct fdtable *fds)
{
	struct fdtable *copy = fdtable_new();

	if (!copy)
		return NULL;
	if (fds->room && !grow(copy, fds->room - 1)) {
		fdtable_put(copy);
		return NULL;
	}
	copy->lowest = fds->lowest;
	for (unsigned fd = 0; fd < fds->room; fd++) {
		copy->slots[fd] = fds->slots[fd];
		if (copy->slots[fd].file)
			file_get(copy->slots[fd].file);
	}
	return copy;
}

void fdtable_exec(struct fdtable *fds)
{
	for (unsigned fd = 0; fd < fds->room; fd++) {
		if (fds->slots[fd].cloexec)
			file_put(fdtable_take(fds, fd));
	}
}

long fdtable_free_slot(struct fdtable *fds, unsigned from, uint64_t limit)
{
	unsigned fd = from > fds->lowest ? from : fds->lowest;

	while (fd < fds->room && fds->slots[fd].file)
		fd++;
	if (from <= fds->lowest)
		fds->lowest = fd;
	if (fd >= limit || fd > INT32_MAX)
		return -EMFILE;
	return grow(fds, fd) ? (long)fd : -ENOMEM;
}

void fdtable_set(struct fdtable *fds, unsigned fd, struct file *file, bool cloexec)
{
	fds->slots[fd] = (struct fd_slot){ .file = file, .cloexec = cloexec };
}

struct fd_slot *fdtable_slot(struct fdtable *fds, uint64_t fd)
{
	if (fd >= fds->room || !fds->slots[fd].file)
		return NULL;
	return &fds->slots[fd];
}

struct file *fdtable_take(struct fdtable *fds, uint64_t fd)
{
	struct fd_slot *slot = fdtable_slot(fds, fd);
	struct file *file;

	if (!slot)
		return NULL;
	file = slot->file;
	*slot = (struct fd_slot){ .file = NULL };
	if (fd < fds->lowest)
		fds->lowest = fd;
	return file;
}

/* ---- working directory and umask ----------------------------------------------------------------- */

struct fs_context *fs_context_copy(const struct fs_context *from)
{
	struct fs_context *fs = calloc(1, sizeof(*fs));

	if (!fs)
		return NULL;
	fs->refs = 1;
	fs->umask = from ? from->umask : 022;
	fs->cwd = from && from->cwd ? inode_get(from->cwd) : NULL;
	return fs;
}

struct fs_context *fs_context_new(void)
{
	return fs_context_copy(NULL);
}

void fs_context_put(struct fs_context *fs)
{
	if (!fs || --fs->refs)
		return;
	inode_put(fs->cwd);
	free(fs);
}
