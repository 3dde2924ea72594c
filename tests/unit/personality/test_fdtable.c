/* SPDX-License-Identifier: MIT */
/* sources: personality/linux/fdtable.c personality/linux/file.c personality/linux/lock.c */
/* flags: -Ipersonality/linux -Wno-unused-parameter -std=c11 */
/* c11: glibc's own struct timeval does not meet the kernel's in <linux/time.h>. */
/* test_fdtable.c - descriptors: the lowest one, limits, growth, references. */
#include "fdtable.h"

#include <errno.h>
#include <linux/fcntl.h>

#include "file.h"
#include "inode.h"
#include "tests/unit/tap.h"
#include "wait.h"

void wake_all(struct wait_queue *q)
{
}

static unsigned inode_puts;

void inode_put(struct inode *inode)
{
	inode_puts += inode != NULL;
}

struct inode *inode_get(struct inode *inode)
{
	return inode;
}

static const struct file_ops ops;
static struct inode inode;

static long add(struct fdtable *fds, unsigned from, uint64_t limit)
{
	long fd = fdtable_free_slot(fds, from, limit);

	if (fd >= 0)
		fdtable_set(fds, fd, file_new(&ops, O_RDWR, &inode), fd & 1);
	return fd;
}

static void check_lowest(void)
{
	struct fdtable *fds = fdtable_new();
	bool rising = true;

	for (long n = 0; n < 300; n++)
		rising &= add(fds, 0, 1000) == n;
	ok(rising, "descriptors rise, beyond the first size of the table");
	file_put(fdtable_take(fds, 100));
	file_put(fdtable_take(fds, 7));
	ok(add(fds, 50, 1000) == 100, "the lowest from a number on");
	ok(add(fds, 0, 1000) == 7, "the lowest of all");
	ok(add(fds, 0, 300) == -EMFILE, "not beyond the limit");
	ok(add(fds, 900, 1000) == 900, "far behind the others");
	ok(add(fds, 0, 1000) == 300, "and the gap is used");
	ok(!fdtable_slot(fds, 301) && !fdtable_slot(fds, 1 << 30) && !fdtable_slot(fds, ~0u),
	   "what is not open is not found");
	ok(!fdtable_take(fds, 301), "nor taken");
	fdtable_put(fds);
	ok(inode_puts == 304, "the table's end closes all: %u", inode_puts);
}

static void check_copy(void)
{
	struct fdtable *fds = fdtable_new(), *copy;
	struct file *file;

	for (unsigned n = 0; n < 4; n++)
		add(fds, 0, 10);
	copy = fdtable_copy(fds);
	file = fdtable_slot(fds, 2)->file;
	ok(file == fdtable_slot(copy, 2)->file && file->refs == 2, "a copy shares the descriptions");
	fdtable_exec(copy);
	ok(fdtable_slot(copy, 0) && !fdtable_slot(copy, 1) && fdtable_slot(copy, 2) &&
	   !fdtable_slot(copy, 3), "exec closes what is marked");
	ok(fdtable_free_slot(copy, 0, 10) == 1, "its descriptors are free again");
	fdtable_put(fds);
	ok(file->refs == 1, "the other table's are not");
	fdtable_put(copy);
}

static void check_modes(void)
{
	static const struct { uint32_t flags; bool r, w; } m[] = {
		{ O_RDONLY, true, false }, { O_WRONLY, false, true }, { O_RDWR, true, true },
		{ O_ACCMODE, false, false }, { O_PATH, false, false }, { O_PATH | O_RDWR, false, false },
	};

	for (unsigned i = 0; i < sizeof(m) / sizeof(m[0]); i++) {
		struct file f = { .flags = m[i].flags };

		ok(file_readable(&f) == m[i].r && file_writable(&f) == m[i].w, "mode %o", m[i].flags);
	}
}

int main(void)
{
	check_lowest();
	check_copy();
	check_modes();
	return done();
}
