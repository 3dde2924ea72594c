/* SPDX-License-Identifier: MIT */
/* lock.h - advisory locks on files; the rules are at the head of lock.c. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct file;
struct inode;
struct process;
struct wait_queue;

/* Woken whenever a lock may have become free. */
extern struct wait_queue lock_waiters;

enum lock_kind {
	LOCK_POSIX,			/* fcntl(2) F_SETLK; owner: the process */
	LOCK_OFD,			/* fcntl(2) F_OFD_SETLK; owner: the open file description */
	LOCK_BSD,			/* flock(2); owner: the open file description */
};

struct file_lock {
	struct file_lock *next;		/* of the same file, in no order */
	enum lock_kind kind;
	const void *owner;
	int pid;			/* of the owner; -1 for a description */
	bool exclusive;
	uint64_t start, end;		/* bytes, both included */
};

#define LOCK_END	INT64_MAX	/* `end` of a lock that reaches as far as files do */

/* A lock of somebody else that stands in the way of `want`; NULL: none. */
const struct file_lock *lock_conflict(const struct file_lock *list, const struct file_lock *want);
/* Give `want` to its owner in place of what it has in that range. 0, -EAGAIN, -ENOMEM. */
long lock_set(struct file_lock **list, const struct file_lock *want);
/* Take away what want's owner has in that range. 0; -ENOMEM: a hole in the middle needs memory. */
long lock_clear(struct file_lock **list, const struct file_lock *want);

/* At the end of a description, and at any close() of a process. */
void lock_drop_file(struct inode *inode, const struct file *file);
void lock_drop_process(struct inode *inode, const struct process *p);
