/* SPDX-License-Identifier: MIT */
/* ioctl.c - ioctl(2): what concerns the descriptor is done here, the rest by the kind of file. */
#include <asm/ioctls.h>
#include <errno.h>
#include <linux/fcntl.h>

#include "calls.h"
#include "fd.h"
#include "usermem.h"

static long set_nonblock(struct thread *t, struct file *file, uint64_t arg)
{
	int on;

	if (copy_in(t->process->mm, &on, arg, sizeof(on)))
		return -EFAULT;
	if (on)
		file->flags |= O_NONBLOCK;
	else
		file->flags &= ~O_NONBLOCK;
	return 0;
}

/* ioctl(2). */
long lx_ioctl(struct thread *t, const uint64_t *a)
{
	struct fd_slot *slot = fdtable_slot(t->process->fds, (uint32_t)a[0]);
	uint32_t cmd = a[1];

	if (!slot || slot->file->flags & O_PATH)
		return -EBADF;
	switch (cmd) {
	case FIOCLEX:
	case FIONCLEX:
		slot->cloexec = cmd == FIOCLEX;
		return 0;
	case FIONBIO:
		return set_nonblock(t, slot->file, a[2]);
	default:
		return slot->file->ops->ioctl ? slot->file->ops->ioctl(t, slot->file, cmd, a[2]) : -ENOTTY;
	}
}
