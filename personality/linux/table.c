/* SPDX-License-Identifier: MIT */
/*
 * table.c - the table of system calls: number, name, handler, trace format, what is served.
 *
 * A host program (docs.c) is linked with it to write docs/linux-calls.md; the remark stands there.
 * Format words: calls.h.
 */
#include "calls.h"
#include <asm/unistd_64.h>

#define FULL(nr, fmt)		[__NR_##nr] = { #nr, lx_##nr, fmt, LX_FULL, NULL }
#define PART(nr, fmt, rem)	[__NR_##nr] = { #nr, lx_##nr, fmt, LX_PART, rem }

const struct lx_call lx_calls[] = {
	/* Processes, identity, machine. */
	FULL(exit,		"int =none"),
	FULL(exit_group,	"int =none"),
	FULL(getpid,		""),
	FULL(gettid,		""),
	FULL(getppid,		""),

	/* Scheduling. */

	/* Memory. */

	/* Time and futexes. */

	/* Signals. */

	/* Files: content. */
	FULL(read,		"fd out:ret len"),
	FULL(write,		"fd in:2 len"),
	FULL(readv,		"fd ptr int"),
	FULL(writev,		"fd ptr int"),
	FULL(pread64,		"fd out:ret len off"),
	FULL(pwrite64,		"fd in:2 len off"),
	FULL(preadv,		"fd ptr int off"),
	FULL(pwritev,		"fd ptr int off"),
	PART(preadv2,		"fd ptr int off int hex", "flags RWF_HIPRI, RWF_DSYNC, RWF_SYNC"),
	PART(pwritev2,		"fd ptr int off int hex", "flags RWF_HIPRI, RWF_DSYNC, RWF_SYNC"),
	PART(sendfile,		"fd fd ptr len", "source: a regular file"),
	FULL(copy_file_range,	"fd ptr fd ptr len hex"),
	PART(lseek,		"fd off int", "SEEK_DATA, SEEK_HOLE: all of a file is data"),
	FULL(truncate,		"path off"),
	FULL(ftruncate,		"fd off"),
	PART(fallocate,		"fd hex off off", "mode 0"),
	FULL(fsync,		"fd"),
	FULL(fdatasync,		"fd"),
	FULL(sync,		"=none"),
	FULL(syncfs,		"fd"),
	FULL(sync_file_range,	"fd off off hex"),
	FULL(fadvise64,		"fd off len int"),
	FULL(readahead,		"fd off len"),

	/* Files: descriptors. */
	PART(open,		"path hex mode", "no O_TMPFILE, O_DIRECT; no pipes, sockets, disks"),
	PART(openat,		"fd path hex mode", "as open"),
	PART(openat2,		"fd path ptr len", "as open; RESOLVE_NO_XDEV, RESOLVE_NO_MAGICLINKS"),
	FULL(creat,		"path mode"),
	FULL(close,		"fd"),
	FULL(close_range,	"uint uint hex"),
	FULL(dup,		"fd"),
	FULL(dup2,		"fd fd"),
	FULL(dup3,		"fd fd hex"),
	PART(fcntl,		"fd int hex", "descriptors, flags, locks; no leases, signals, seals, pipe sizes"),
	FULL(flock,		"fd hex"),
	PART(ioctl,		"fd hex ptr", "descriptor flags, FIONREAD, terminal settings"),

	/* Files: names and attributes. */
	FULL(stat,		"path ptr"),
	FULL(fstat,		"fd ptr"),
	FULL(lstat,		"path ptr"),
	FULL(newfstatat,	"fd path ptr hex"),
	FULL(statx,		"fd path hex hex ptr"),
	FULL(statfs,		"path ptr"),
	FULL(fstatfs,		"fd ptr"),
	FULL(access,		"path int"),
	FULL(faccessat,		"fd path int"),
	FULL(faccessat2,	"fd path int hex"),
	FULL(getdents,		"fd ptr uint"),
	FULL(getdents64,	"fd ptr uint"),
	FULL(mkdir,		"path mode"),
	FULL(mkdirat,		"fd path mode"),
	FULL(rmdir,		"path"),
	FULL(unlink,		"path"),
	FULL(unlinkat,		"fd path hex"),
	FULL(rename,		"path path"),
	FULL(renameat,		"fd path fd path"),
	PART(renameat2,		"fd path fd path hex", "no RENAME_WHITEOUT"),
	FULL(link,		"path path"),
	FULL(linkat,		"fd path fd path hex"),
	PART(symlink,		"path path", "text of at most 1900 bytes"),
	PART(symlinkat,		"path fd path", "text of at most 1900 bytes"),
	FULL(readlink,		"path out:ret len"),
	FULL(readlinkat,	"fd path out:ret len"),
	FULL(mknod,		"path mode hex"),
	FULL(mknodat,		"fd path mode hex"),
	FULL(getcwd,		"out:ret len"),
	FULL(chdir,		"path"),
	FULL(fchdir,		"fd"),
	FULL(umask,		"mode"),
	FULL(chmod,		"path mode"),
	FULL(fchmod,		"fd mode"),
	FULL(fchmodat,		"fd path mode"),
	FULL(chown,		"path int int"),
	FULL(fchown,		"fd int int"),
	FULL(lchown,		"path int int"),
	FULL(fchownat,		"fd path int int hex"),
	FULL(utime,		"path ptr"),
	FULL(utimes,		"path ptr"),
	FULL(futimesat,		"fd path ptr"),
	FULL(utimensat,		"fd path ptr hex"),

	/* Files: waiting. */
	FULL(poll,		"ptr uint int"),
	FULL(ppoll,		"ptr uint *timespec ptr"),
	FULL(select,		"int ptr ptr ptr ptr"),
	FULL(pselect6,		"int ptr ptr ptr *timespec"),
};

const unsigned lx_call_count = ARRAY_SIZE(lx_calls);
