/* SPDX-License-Identifier: MIT */
/*
 * fd.h - from a descriptor in a call's arguments to its file. All return NULL for EBADF; the
 * reference stays the table's, which cannot change while the call is served.
 */
#pragma once
#include <linux/fcntl.h>

#include "fdtable.h"
#include "file.h"
#include "process.h"

/* Any descriptor. */
static inline struct file *fd_any(const struct thread *t, uint64_t arg)
{
	struct fd_slot *slot = fdtable_slot(t->process->fds, (uint32_t)arg);

	return slot ? slot->file : NULL;
}

/* One that is not O_PATH: for calls that need the file itself. */
static inline struct file *fd_file(const struct thread *t, uint64_t arg)
{
	struct file *file = fd_any(t, arg);

	return file && !(file->flags & O_PATH) ? file : NULL;
}

static inline struct file *fd_to_read(const struct thread *t, uint64_t arg)
{
	struct file *file = fd_any(t, arg);

	return file && file_readable(file) ? file : NULL;
}

static inline struct file *fd_to_write(const struct thread *t, uint64_t arg)
{
	struct file *file = fd_any(t, arg);

	return file && file_writable(file) ? file : NULL;
}
