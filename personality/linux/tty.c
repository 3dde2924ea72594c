/* SPDX-License-Identifier: MIT */
/*
 * tty.c - the terminal at the other end of the console's streams: tty(4), termios(3).
 *
 * Lines are edited, echoed and turned into signals by the terminal driver of the host, where the
 * user sits. The settings that programs make are kept, and told again, but do not reach that driver:
 * ICANON decides here whether a read ends at a newline, and nothing else has an effect.
 */
#include "tty.h"

#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <asm/termios.h>
#include <errno.h>

#include "console.h"
#include "file.h"
#include "inode.h"
#include "process.h"
#include "stat.h"
#include "usermem.h"

/* What a login finds (Linux's tty_std_termios). */
static struct ktermios termios = {
	.c_iflag = ICRNL | IXON,
	.c_oflag = OPOST | ONLCR,
	.c_cflag = B38400 | CS8 | CREAD | HUPCL,
	.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
	.c_cc = {
		[VINTR] = 003, [VQUIT] = 034, [VERASE] = 0177, [VKILL] = 025, [VEOF] = 004, [VMIN] = 1,
		[VSTART] = 021, [VSTOP] = 023, [VSUSP] = 032, [VREPRINT] = 022, [VDISCARD] = 017,
		[VWERASE] = 027, [VLNEXT] = 026,
	},
	.c_ispeed = 38400,
	.c_ospeed = 38400,
};
static struct winsize size;
static int foreground;			/* process group; 0: nobody asked yet */

void tty_init(uint16_t rows, uint16_t cols)
{
	size.ws_row = rows;
	size.ws_col = cols;
}

bool tty_by_line(void)
{
	return termios.c_lflag & ICANON;
}

/* struct termios (TCGETS) and struct termios2 (TCGETS2) are the beginning of struct ktermios. */
static long get_termios(struct mm *mm, uint64_t arg, size_t bytes)
{
	return copy_out(mm, arg, &termios, bytes);
}

static long set_termios(struct mm *mm, uint64_t arg, size_t bytes)
{
	struct ktermios next = termios;
	long r = copy_in(mm, &next, arg, bytes);

	if (!r)
		termios = next;
	return r;
}

/* TIOCSPGRP: a process group of some process. */
static long set_foreground(struct mm *mm, uint64_t arg)
{
	struct list *l;
	int pgid;

	if (copy_in(mm, &pgid, arg, sizeof(pgid)))
		return -EFAULT;
	if (pgid < 0)
		return -EINVAL;
	LIST_EACH(l, &processes) {
		if (LIST_ITEM(l, struct process, all)->pgid == pgid) {
			foreground = pgid;
			return 0;
		}
	}
	return -ESRCH;
}

static long put_int(struct mm *mm, uint64_t arg, int value)
{
	return copy_out(mm, arg, &value, sizeof(value));
}

static long pending(struct mm *mm, uint64_t arg)
{
	long n = console_pending();

	return n < 0 ? n : put_int(mm, arg, n);
}

static long tty_ioctl(struct thread *t, struct file *file, uint32_t cmd, uint64_t arg)
{
	struct mm *mm = t->process->mm;

	switch (cmd) {
	case TCGETS:
		return get_termios(mm, arg, sizeof(struct termios));
	case TCGETS2:
		return get_termios(mm, arg, sizeof(struct termios2));
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
		return set_termios(mm, arg, sizeof(struct termios));
	case TCSETS2:
	case TCSETSW2:
	case TCSETSF2:
		return set_termios(mm, arg, sizeof(struct termios2));
	case TIOCGWINSZ:
		return copy_out(mm, arg, &size, sizeof(size));
	case TIOCSWINSZ:
		return copy_in(mm, &size, arg, sizeof(size));
	case TIOCGPGRP:
		return put_int(mm, arg, foreground ? foreground : t->process->pgid);
	case TIOCSPGRP:
		return set_foreground(mm, arg);
	case TIOCGSID:
		return put_int(mm, arg, t->process->sid);
	case TIOCOUTQ:
		return put_int(mm, arg, 0);
	case FIONREAD:
		return pending(mm, arg);
	case TCSBRK:			/* tcdrain(3), tcsendbreak(3): all output is out */
	case TCSBRKP:
	case TCFLSH:
	case TCXONC:
		return 0;
	default:
		return -ENOTTY;
	}
}

static long tty_stat(struct file *file, struct fs_attr *attr)
{
	if (file->inode)
		return inode_stat(file->inode, attr);
	*attr = (struct fs_attr){
		.ino = 4, .mode = FS_IFCHR | 0620, .nlink = 1, .rdev = dev_make(5, 1),
	};
	return 0;
}

const struct file_ops tty_ops = {
	.read	= console_stream_read,
	.write	= console_stream_write,
	.stat	= tty_stat,
	.ioctl	= tty_ioctl,
	.poll	= console_poll,
};
