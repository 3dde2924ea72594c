/* SPDX-License-Identifier: MIT */
/* trace_names.c - names of flags and values, and of error numbers, for trace.c. */
#include "trace.h"

#include <stdio.h>
#include <string.h>

#include <asm/errno.h>
#include <asm/ioctls.h>
#include <asm/prctl.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/futex.h>
#include <linux/mman.h>
#include <linux/prctl.h>
#include <linux/random.h>
#include <linux/resource.h>
#include <linux/signal.h>
#include <linux/stat.h>
#include <linux/time.h>

/* linux/fcntl.h leaves these to the C library. */
#define R_OK	4
#define W_OK	2
#define X_OK	1

/* `mask`: the bits that hold a value of their own, ~0 for one flag: its own bits. */
struct name {
	const char *text;
	uint64_t value, mask;
};

#define VALUE(x)	{ #x, (uint32_t)(x), 0xffffffff }
#define FLAG(x)		{ #x, x, x }
#define FIELD(x, m)	{ #x, x, m }

static const struct name open_names[] = {
	FIELD(O_RDONLY, O_ACCMODE), FIELD(O_WRONLY, O_ACCMODE), FIELD(O_RDWR, O_ACCMODE),
	FLAG(O_CREAT), FLAG(O_EXCL), FLAG(O_NOCTTY), FLAG(O_TRUNC), FLAG(O_APPEND), FLAG(O_NONBLOCK),
	FLAG(O_SYNC), FLAG(O_DSYNC), FLAG(FASYNC), FLAG(O_DIRECT), FLAG(O_LARGEFILE),
	FLAG(O_TMPFILE), FLAG(O_DIRECTORY), FLAG(O_NOFOLLOW), FLAG(O_NOATIME), FLAG(O_CLOEXEC),
	FLAG(O_PATH),
};

static const struct name at_names[] = {
	FLAG(AT_SYMLINK_NOFOLLOW), FLAG(AT_REMOVEDIR), FLAG(AT_SYMLINK_FOLLOW), FLAG(AT_NO_AUTOMOUNT),
	FLAG(AT_EMPTY_PATH), FLAG(AT_STATX_FORCE_SYNC), FLAG(AT_STATX_DONT_SYNC),
};

static const struct name access_names[] = { FLAG(R_OK), FLAG(W_OK), FLAG(X_OK) };

static const struct name whence_names[] = {
	VALUE(SEEK_SET), VALUE(SEEK_CUR), VALUE(SEEK_END), VALUE(SEEK_DATA), VALUE(SEEK_HOLE),
};

static const struct name fcntl_names[] = {
	VALUE(F_DUPFD), VALUE(F_GETFD), VALUE(F_SETFD), VALUE(F_GETFL), VALUE(F_SETFL),
	VALUE(F_GETLK), VALUE(F_SETLK), VALUE(F_SETLKW), VALUE(F_DUPFD_CLOEXEC),
};

static const struct name ioctl_names[] = {
	VALUE(TCGETS), VALUE(TCSETS), VALUE(TCSETSW), VALUE(TCSETSF), VALUE(TIOCGWINSZ),
	VALUE(TIOCSWINSZ), VALUE(TIOCGPGRP), VALUE(TIOCSPGRP), VALUE(FIONREAD), VALUE(FIONBIO),
	VALUE(FIOCLEX), VALUE(FIONCLEX), VALUE(TIOCGSID), VALUE(TIOCSCTTY),
};

static const struct name prot_names[] = {
	FIELD(PROT_NONE, 7), FLAG(PROT_READ), FLAG(PROT_WRITE), FLAG(PROT_EXEC), FLAG(PROT_GROWSDOWN),
	FLAG(PROT_GROWSUP),
};

static const struct name map_names[] = {
	FIELD(MAP_SHARED, MAP_TYPE), FIELD(MAP_PRIVATE, MAP_TYPE), FIELD(MAP_SHARED_VALIDATE, MAP_TYPE),
	FLAG(MAP_FIXED), FLAG(MAP_ANONYMOUS), FLAG(MAP_32BIT), FLAG(MAP_NORESERVE), FLAG(MAP_POPULATE),
	FLAG(MAP_NONBLOCK), FLAG(MAP_GROWSDOWN), FLAG(MAP_DENYWRITE), FLAG(MAP_LOCKED), FLAG(MAP_STACK),
	FLAG(MAP_HUGETLB), FLAG(MAP_SYNC), FLAG(MAP_FIXED_NOREPLACE),
};

static const struct name mremap_names[] = {
	FLAG(MREMAP_MAYMOVE), FLAG(MREMAP_FIXED), FLAG(MREMAP_DONTUNMAP),
};

static const struct name madvise_names[] = {
	VALUE(MADV_NORMAL), VALUE(MADV_RANDOM), VALUE(MADV_SEQUENTIAL), VALUE(MADV_WILLNEED),
	VALUE(MADV_DONTNEED), VALUE(MADV_FREE), VALUE(MADV_HUGEPAGE), VALUE(MADV_NOHUGEPAGE),
	VALUE(MADV_DONTDUMP), VALUE(MADV_DODUMP), VALUE(MADV_COLD), VALUE(MADV_PAGEOUT),
	VALUE(MADV_POPULATE_READ), VALUE(MADV_POPULATE_WRITE),
};

static const struct name msync_names[] = { FLAG(MS_ASYNC), FLAG(MS_INVALIDATE), FLAG(MS_SYNC) };

static const struct name clock_names[] = {
	VALUE(CLOCK_REALTIME), VALUE(CLOCK_MONOTONIC), VALUE(CLOCK_PROCESS_CPUTIME_ID),
	VALUE(CLOCK_THREAD_CPUTIME_ID), VALUE(CLOCK_MONOTONIC_RAW), VALUE(CLOCK_REALTIME_COARSE),
	VALUE(CLOCK_MONOTONIC_COARSE), VALUE(CLOCK_BOOTTIME), VALUE(CLOCK_REALTIME_ALARM),
	VALUE(CLOCK_BOOTTIME_ALARM), VALUE(CLOCK_TAI),
};

static const struct name futex_names[] = {
	FIELD(FUTEX_WAIT, FUTEX_CMD_MASK), FIELD(FUTEX_WAKE, FUTEX_CMD_MASK),
	FIELD(FUTEX_REQUEUE, FUTEX_CMD_MASK), FIELD(FUTEX_CMP_REQUEUE, FUTEX_CMD_MASK),
	FIELD(FUTEX_WAKE_OP, FUTEX_CMD_MASK), FIELD(FUTEX_WAIT_BITSET, FUTEX_CMD_MASK),
	FIELD(FUTEX_WAKE_BITSET, FUTEX_CMD_MASK), FLAG(FUTEX_PRIVATE_FLAG), FLAG(FUTEX_CLOCK_REALTIME),
};

static const struct name sighow_names[] = {
	VALUE(SIG_BLOCK), VALUE(SIG_UNBLOCK), VALUE(SIG_SETMASK),
};

static const struct name rlimit_names[] = {
	VALUE(RLIMIT_CPU), VALUE(RLIMIT_FSIZE), VALUE(RLIMIT_DATA), VALUE(RLIMIT_STACK),
	VALUE(RLIMIT_CORE), VALUE(RLIMIT_RSS), VALUE(RLIMIT_NPROC), VALUE(RLIMIT_NOFILE),
	VALUE(RLIMIT_MEMLOCK), VALUE(RLIMIT_AS), VALUE(RLIMIT_LOCKS), VALUE(RLIMIT_SIGPENDING),
	VALUE(RLIMIT_MSGQUEUE), VALUE(RLIMIT_NICE), VALUE(RLIMIT_RTPRIO), VALUE(RLIMIT_RTTIME),
};

static const struct name rusage_names[] = {
	VALUE(RUSAGE_SELF), VALUE(RUSAGE_CHILDREN), VALUE(RUSAGE_THREAD),
};

static const struct name archprctl_names[] = {
	VALUE(ARCH_SET_GS), VALUE(ARCH_SET_FS), VALUE(ARCH_GET_FS), VALUE(ARCH_GET_GS),
};

static const struct name prctl_names[] = {
	VALUE(PR_SET_PDEATHSIG), VALUE(PR_GET_PDEATHSIG), VALUE(PR_GET_DUMPABLE), VALUE(PR_SET_DUMPABLE),
	VALUE(PR_SET_NAME), VALUE(PR_GET_NAME), VALUE(PR_CAPBSET_READ), VALUE(PR_SET_NO_NEW_PRIVS),
	VALUE(PR_GET_NO_NEW_PRIVS), VALUE(PR_SET_VMA),
};

static const struct name random_names[] = {
	FLAG(GRND_NONBLOCK), FLAG(GRND_RANDOM), FLAG(GRND_INSECURE),
};

static const struct name timer_names[] = { FLAG(TIMER_ABSTIME) };

static const struct name statx_names[] = {
	FLAG(STATX_ALL), FLAG(STATX_BASIC_STATS), FLAG(STATX_TYPE), FLAG(STATX_MODE), FLAG(STATX_NLINK),
	FLAG(STATX_UID), FLAG(STATX_GID), FLAG(STATX_ATIME), FLAG(STATX_MTIME), FLAG(STATX_CTIME),
	FLAG(STATX_INO), FLAG(STATX_SIZE), FLAG(STATX_BLOCKS), FLAG(STATX_BTIME),
};

static const struct name rename_names[] = {
	FLAG(RENAME_NOREPLACE), FLAG(RENAME_EXCHANGE), FLAG(RENAME_WHITEOUT),
};

#define TABLE(t)	{ #t, t##_names, ARRAY_SIZE(t##_names) }

static const struct {
	const char *name;
	const struct name *names;
	size_t count;
} tables[] = {
	TABLE(open), TABLE(at), TABLE(access), TABLE(whence), TABLE(fcntl), TABLE(ioctl), TABLE(prot),
	TABLE(map), TABLE(mremap), TABLE(madvise), TABLE(msync), TABLE(clock), TABLE(futex),
	TABLE(sighow), TABLE(rlimit), TABLE(rusage), TABLE(archprctl), TABLE(prctl), TABLE(random),
	TABLE(timer), TABLE(statx), TABLE(rename),
};

static int write_words(char *buf, size_t room, const struct name *names, size_t count, uint64_t value)
{
	uint64_t rest = (uint32_t)value;
	const char *bar = "";
	size_t len = 0;

	for (size_t i = 0; i < count && len < room; i++) {
		const struct name *n = &names[i];

		if (((uint32_t)value & n->mask) != n->value || (n->value && !(rest & n->value)))
			continue;
		len += snprintf(buf + len, room - len, "%s%s", bar, n->text);
		rest &= ~n->mask;
		bar = "|";
	}
	if (len < room && (rest || !*bar))
		len += snprintf(buf + len, room - len, rest ? "%s%#llx" : "%s%llx", bar,
				(unsigned long long)rest);
	return len;
}

int trace_words(char *buf, size_t room, const char *name, uint64_t value)
{
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		if (!strcmp(tables[i].name, name))
			return write_words(buf, room, tables[i].names, tables[i].count, value);
	return -1;
}

#define ERROR(e)	[e] = #e

static const char *const errors[] = {
	ERROR(EPERM), ERROR(ENOENT), ERROR(ESRCH), ERROR(EINTR), ERROR(EIO), ERROR(ENXIO), ERROR(E2BIG),
	ERROR(ENOEXEC), ERROR(EBADF), ERROR(ECHILD), ERROR(EAGAIN), ERROR(ENOMEM), ERROR(EACCES),
	ERROR(EFAULT), ERROR(ENOTBLK), ERROR(EBUSY), ERROR(EEXIST), ERROR(EXDEV), ERROR(ENODEV),
	ERROR(ENOTDIR), ERROR(EISDIR), ERROR(EINVAL), ERROR(ENFILE), ERROR(EMFILE), ERROR(ENOTTY),
	ERROR(ETXTBSY), ERROR(EFBIG), ERROR(ENOSPC), ERROR(ESPIPE), ERROR(EROFS), ERROR(EMLINK),
	ERROR(EPIPE), ERROR(EDOM), ERROR(ERANGE), ERROR(EDEADLK), ERROR(ENAMETOOLONG), ERROR(ENOLCK),
	ERROR(ENOSYS), ERROR(ENOTEMPTY), ERROR(ELOOP), ERROR(EPROTO), ERROR(EOVERFLOW), ERROR(EUSERS),
	ERROR(ENOTSOCK), ERROR(EOPNOTSUPP), ERROR(ENOBUFS), ERROR(ETIMEDOUT), ERROR(ESTALE),
};

int trace_errno(char *buf, size_t room, int err)
{
	const char *name = err < (int)ARRAY_SIZE(errors) ? errors[err] : NULL;

	if (!name)
		return snprintf(buf, room, "errno %d", err);
	return snprintf(buf, room, "%s (%s)", name, strerror(err));
}
