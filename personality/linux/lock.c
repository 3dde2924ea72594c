/* SPDX-License-Identifier: MIT */
/*
 * lock.c - advisory locks on files (fcntl_locking(2), flock(2)): who holds which bytes.
 *
 * A file's locks are a list. The locks of one owner and kind never overlap, and are split or cut as
 * a new one demands. Record locks of processes and of descriptions see each other; flock() sees only
 * its own kind. A change first gets the memory it can need, then cannot fail.
 *
 * Only locks among Linux programs are known here: the file service has none.
 */
#include "lock.h"

#include <errno.h>
#include <stdlib.h>

#include "inode.h"
#include "wait.h"

struct wait_queue lock_waiters = WAIT_QUEUE_INIT(lock_waiters);

static bool overlap(const struct file_lock *a, const struct file_lock *b)
{
	return a->start <= b->end && b->start <= a->end;
}

static bool same_owner(const struct file_lock *a, const struct file_lock *b)
{
	return a->kind == b->kind && a->owner == b->owner;
}

const struct file_lock *lock_conflict(const struct file_lock *list, const struct file_lock *want)
{
	for (; list; list = list->next) {
		if ((list->kind == LOCK_BSD) == (want->kind == LOCK_BSD) && !same_owner(list, want) &&
		    overlap(list, want) && (list->exclusive || want->exclusive))
			return list;
	}
	return NULL;
}

/* Cut `hole` out of its owner's locks. *spare is used up if a lock is split. */
static void cut(struct file_lock **list, const struct file_lock *hole, struct file_lock **spare)
{
	struct file_lock **link = list;

	while (*link) {
		struct file_lock *l = *link;

		if (!same_owner(l, hole) || !overlap(l, hole)) {
			link = &l->next;
		} else if (l->start < hole->start && l->end > hole->end) {
			struct file_lock *upper = *spare;

			*spare = NULL;
			*upper = *l;
			upper->start = hole->end + 1;
			l->end = hole->start - 1;
			l->next = upper;
			return;			/* an owner's locks do not overlap: this was the only one */
		} else if (l->start < hole->start) {
			l->end = hole->start - 1;
			link = &l->next;
		} else if (l->end > hole->end) {
			l->start = hole->end + 1;
			link = &l->next;
		} else {
			*link = l->next;
			free(l);
		}
	}
}

/* Make `l` larger by its owner's locks of the same sort that touch it. */
static void merge(struct file_lock **list, struct file_lock *l)
{
	struct file_lock **link = list;

	while (*link) {
		struct file_lock *o = *link;
		bool touch = o->end + 1 == l->start || l->end + 1 == o->start;

		if (o == l || !same_owner(o, l) || o->exclusive != l->exclusive || !touch) {
			link = &o->next;
			continue;
		}
		if (o->start < l->start)
			l->start = o->start;
		else
			l->end = o->end;
		*link = o->next;
		free(o);
		link = list;
	}
}

long lock_set(struct file_lock **list, const struct file_lock *want)
{
	struct file_lock *l, *spare;

	if (lock_conflict(*list, want))
		return -EAGAIN;
	l = malloc(sizeof(*l));
	spare = malloc(sizeof(*spare));
	if (!l || !spare) {
		free(l);
		free(spare);
		return -ENOMEM;
	}
	cut(list, want, &spare);
	free(spare);
	*l = *want;
	l->next = *list;
	*list = l;
	merge(list, l);
	wake_all(&lock_waiters);	/* an exclusive one may have become shared */
	return 0;
}

long lock_clear(struct file_lock **list, const struct file_lock *want)
{
	struct file_lock *spare = malloc(sizeof(*spare));

	if (!spare)
		return -ENOMEM;
	cut(list, want, &spare);
	free(spare);
	wake_all(&lock_waiters);
	return 0;
}

/* Whole locks go: nothing is split, so no memory is needed. */
static void drop(struct inode *inode, enum lock_kind kind, const void *owner)
{
	struct file_lock all = { .kind = kind, .owner = owner, .start = 0, .end = LOCK_END };
	struct file_lock *none = NULL;

	if (!inode->locks)
		return;
	cut(&inode->locks, &all, &none);
	wake_all(&lock_waiters);
}

void lock_drop_file(struct inode *inode, const struct file *file)
{
	drop(inode, LOCK_OFD, file);
	drop(inode, LOCK_BSD, file);
}

void lock_drop_process(struct inode *inode, const struct process *p)
{
	drop(inode, LOCK_POSIX, p);
}
