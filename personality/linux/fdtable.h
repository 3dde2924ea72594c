/* SPDX-License-Identifier: MIT */
/*
 * fdtable.h - file descriptors of a process, and its working directory and umask.
 * Rules of use at the head of fdtable.c.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct file;
struct inode;
struct process;

struct fd_slot {
	struct file *file;		/* NULL: free */
	bool cloexec;
};

/* Shared by threads (CLONE_FILES). */
struct fdtable {
	unsigned refs;
	unsigned room;			/* slots */
	unsigned lowest;		/* no free slot below it */
	struct fd_slot *slots;
};

/* Shared by threads (CLONE_FS). */
struct fs_context {
	unsigned refs;
	uint32_t umask;
	struct inode *cwd;
};

struct fdtable *fdtable_new(void);
struct fdtable *fdtable_get(struct fdtable *fds);
void fdtable_put(struct fdtable *fds);
struct fdtable *fdtable_copy(const struct fdtable *fds);	/* for fork; NULL: no memory */
void fdtable_exec(struct fdtable *fds);				/* closes what is FD_CLOEXEC */

/* Lowest free descriptor >= from and < limit, not yet in use; -EMFILE, -ENOMEM. */
long fdtable_free_slot(struct fdtable *fds, unsigned from, uint64_t limit);
/* Puts `file` (its reference goes along) into a slot that fdtable_free_slot() found. */
void fdtable_set(struct fdtable *fds, unsigned fd, struct file *file, bool cloexec);
struct fd_slot *fdtable_slot(struct fdtable *fds, uint64_t fd);	/* NULL: not open */
struct file *fdtable_take(struct fdtable *fds, uint64_t fd);	/* out of the table; NULL: not open */

struct fs_context *fs_context_new(void);		/* working directory: the root */
struct fs_context *fs_context_copy(const struct fs_context *fs);
void fs_context_put(struct fs_context *fs);

/*
 * files_init - p->fds and p->fs of a process that starts: standard input, output and error, its
 * working directory `cwd`.  p->console: CONSOLE_GRANT_*.  0; -ENOMEM; or why cwd is none.
 * files_exit - drops both; may be called twice.
 */
long files_init(struct process *p, const char *cwd);
void files_exit(struct process *p);
