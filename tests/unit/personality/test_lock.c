/* SPDX-License-Identifier: MIT */
/* sources: personality/linux/lock.c */
/* flags: -Ipersonality/linux -Wno-unused-parameter -std=c11 */
/* c11: glibc's own struct timeval does not meet the kernel's in <linux/time.h>. */
/* test_lock.c - advisory locks, against a model that knows each byte. */
#include "lock.h"

#include <errno.h>
#include <stdlib.h>

#include "inode.h"
#include "tests/unit/tap.h"
#include "wait.h"

#define BYTES	64
#define OWNERS	3

void wake_all(struct wait_queue *q)
{
}

/* What each owner has on each byte: 0 none, 1 shared, 2 exclusive. */
static uint8_t model[OWNERS][BYTES];
static const char owner[OWNERS];

static struct file_lock make(unsigned who, bool exclusive, uint64_t start, uint64_t end)
{
	return (struct file_lock){
		.kind = who == 2 ? LOCK_OFD : LOCK_POSIX, .owner = &owner[who], .exclusive = exclusive,
		.start = start, .end = end,
	};
}

static bool model_conflict(unsigned who, bool exclusive, unsigned start, unsigned end)
{
	for (unsigned o = 0; o < OWNERS; o++) {
		for (unsigned i = start; i <= end; i++) {
			if (o != who && (model[o][i] == 2 || (model[o][i] && exclusive)))
				return true;
		}
	}
	return false;
}

/* The list says of each byte what the model says, in as few locks as possible. */
static bool agrees(const struct file_lock *list)
{
	uint8_t seen[OWNERS][BYTES] = { { 0 } };
	unsigned locks = 0, runs = 0;

	for (const struct file_lock *l = list; l; l = l->next, locks++) {
		unsigned who = (const char *)l->owner - owner;

		for (uint64_t i = l->start; i <= l->end; i++) {
			if (seen[who][i])
				return false;
			seen[who][i] = 1 + l->exclusive;
		}
	}
	for (unsigned o = 0; o < OWNERS; o++) {
		for (unsigned i = 0; i < BYTES; i++) {
			if (seen[o][i] != model[o][i])
				return false;
			runs += seen[o][i] && (!i || seen[o][i - 1] != seen[o][i]);
		}
	}
	return locks == runs;
}

static void drop_all(struct file_lock **list)
{
	for (unsigned o = 0; o < OWNERS; o++) {
		struct file_lock all = make(o, false, 0, LOCK_END);

		lock_clear(list, &all);
	}
}

static void check_model(void)
{
	struct file_lock *list = NULL;
	bool same = true, answers = true;

	srand(1);
	for (unsigned n = 0; n < 20000; n++) {
		unsigned who = rand() % OWNERS, start = rand() % BYTES, end = start + rand() % (BYTES - start);
		unsigned type = rand() % 3;	/* 0: unlock */
		struct file_lock l = make(who, type == 2, start, end);
		bool refused = type && model_conflict(who, type == 2, start, end);
		long r = type ? lock_set(&list, &l) : lock_clear(&list, &l);

		answers &= r == (refused ? -EAGAIN : 0);
		for (unsigned i = start; i <= end && !refused; i++)
			model[who][i] = type;
		same &= agrees(list);
	}
	ok(answers, "a lock is refused exactly where somebody else's stands in the way");
	ok(same, "each owner has the bytes it should, in as few locks as possible");
	drop_all(&list);
	ok(!list, "nothing is left after unlocking everything");
}

static void check_kinds(void)
{
	struct inode inode = { .refs = 1 };
	const struct process *p = (void *)&owner[0];
	const struct file *f = (void *)&owner[1];
	struct file_lock posix = { .kind = LOCK_POSIX, .owner = p, .exclusive = true, .end = LOCK_END };
	struct file_lock bsd = { .kind = LOCK_BSD, .owner = f, .exclusive = true, .end = LOCK_END };
	struct file_lock ofd = { .kind = LOCK_OFD, .owner = f, .end = 5 };

	ok(!lock_set(&inode.locks, &posix), "a record lock to the end of all files");
	ok(!lock_set(&inode.locks, &bsd), "is not seen by flock()");
	ok(lock_set(&inode.locks, &ofd) == -EAGAIN, "but by a lock of a description");
	ok(lock_conflict(inode.locks, &ofd)->owner == p, "which is told who has it");
	lock_drop_file(&inode, f);
	ok(inode.locks && !inode.locks->next, "the end of the description takes its lock");
	lock_drop_process(&inode, p);
	ok(!inode.locks, "a close() takes those of the process");
}

int main(void)
{
	check_model();
	check_kinds();
	return done();
}
