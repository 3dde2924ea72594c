/* SPDX-License-Identifier: MIT */
/*
 * namei.h - from a path in a call's arguments to a place in the file service's tree. The rules are
 * at the head of namei.c.
 */
#pragma once
#include <linux/limits.h>

#include "fsclient.h"
#include "lx.h"

struct walk {
	struct fs_place place;		/* for fsclient.h */
	bool holds;			/* place.dir was opened for this walk */
	char text[PATH_MAX];
};

/*
 * walk_begin - take the path at `uaddr` of the program, relative to descriptor `dfd`.
 * 0; -EFAULT, -ENOENT (empty), -ENAMETOOLONG, -EBADF, -ENOTDIR, or what a step of a long path met.
 * Each walk_begin() that returned 0 needs its walk_end().
 */
long walk_begin(struct thread *t, struct walk *w, int dfd, uint64_t uaddr);
void walk_end(struct walk *w);

/* The same for a path of the personality's own, relative to p's working directory. */
long walk_begin_own(struct process *p, struct walk *w, const char *path);

/* AT_EMPTY_PATH: is the path at `uaddr` the empty string? */
bool walk_is_empty(const struct thread *t, uint64_t uaddr);

/* The owner of what the process creates. */
struct fs_owner owner_of(const struct process *p);

/* Attributes of what stands there. */
long walk_stat(const struct walk *w, bool follow, struct fs_attr *attr);
