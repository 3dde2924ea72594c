/* SPDX-License-Identifier: MIT */
/* files.c - the descriptors and the working directory that a process starts with. */
#include <errno.h>
#include <linux/fcntl.h>

#include "console.h"
#include "fdtable.h"
#include "file.h"
#include "inode.h"
#include "lock.h"
#include "process.h"

static long open_streams(struct process *p)
{
	for (unsigned s = CONSOLE_IN; s <= CONSOLE_ERR; s++) {
		long fd = fdtable_free_slot(p->fds, s, s + 1);
		struct file *file = fd < 0 ? NULL : console_open(s, p->console);

		if (!file)
			return -ENOMEM;
		fdtable_set(p->fds, fd, file, false);
	}
	return 0;
}

static long enter(struct process *p, const char *cwd)
{
	struct file *file;
	long r = file_open_path(p, cwd, O_PATH | O_DIRECTORY, &file);

	if (r)
		return r;
	p->fs->cwd = inode_get(file->inode);
	file_put(file);
	return 0;
}

long files_init(struct process *p, const char *cwd)
{
	long r;

	p->fds = fdtable_new();
	p->fs = fs_context_new();
	if (!p->fds || !p->fs)
		r = -ENOMEM;
	else
		r = enter(p, cwd);
	if (!r)
		r = open_streams(p);
	if (r)
		files_exit(p);
	return r;
}

/* The process gives up its record locks; those of descriptions go with the descriptions. */
static void drop_locks(struct process *p)
{
	for (unsigned fd = 0; fd < p->fds->room; fd++) {
		struct file *file = p->fds->slots[fd].file;

		if (file && file->inode)
			lock_drop_process(file->inode, p);
	}
}

void files_exit(struct process *p)
{
	if (p->fds)
		drop_locks(p);
	fdtable_put(p->fds);
	fs_context_put(p->fs);
	p->fds = NULL;
	p->fs = NULL;
}
