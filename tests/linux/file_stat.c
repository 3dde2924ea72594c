/* SPDX-License-Identifier: MIT */
/* file_stat.c - stat(2), statx(2), access(2), chmod(2), chown(2), utimensat(2), statfs(2), umask(2). */
#include "files.h"
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <utime.h>
#ifndef STATX_TYPE			/* musl leaves it to the kernel's header */
#include <linux/stat.h>
#endif

static void mode_of(const char *path)
{
	struct stat st;

	if (lstat(path, &st))
		printf("%s: %s\n", path, errno_name(errno));
	else
		printf("%s: mode %o, %ld links\n", path, st.st_mode,
		       S_ISDIR(st.st_mode) ? 0L : (long)st.st_nlink);
}

static void kinds(void)
{
	put("f", "hello");
	mkdir("d", 0751);
	symlink("f", "l");
	symlink("nowhere", "broken");
	mode_of("f");
	mode_of("d");
	mode_of("l");
	mode_of("broken");
	SHOW(mkfifo("fifo", 0640));
	mode_of("fifo");
	SHOW(mknod("plain", S_IFREG | 0604, 0));
	mode_of("plain");
	SHOW(mknod("plain2", 0600, 0));
	mode_of("plain2");
	SHOW(mknod("dir", S_IFDIR | 0600, 0));
	SHOW(mknod("f", S_IFREG | 0600, 0));
	SHOW(mknod("bad", 0170000, 0));
	SHOW(mknod("sock", S_IFSOCK | 0600, 0));
	mode_of("sock");

	struct stat a, b;
	SHOW(stat("broken", &a));
	SHOW(stat("l", &a));
	SHOW(stat("f", &b));
	SHOW_IF(a.st_ino == b.st_ino && a.st_dev == b.st_dev);
	SHOW((long)a.st_size);
	SHOW_IF(a.st_blksize >= 512);
	SHOW(lstat("l", &a));
	SHOW((long)a.st_size);
	SHOW(stat("/", &a));
	SHOW(stat("/..", &b));
	SHOW_IF(a.st_ino == b.st_ino);
	SHOW(stat("missing/x", &a));
	SHOW(stat("f/x", &a));
	SHOW(stat("", &a));
	SHOW(syscall(SYS_stat, "f", 8));
	SHOW(fstat(99, &a));
	SHOW(stat("/dev/null", &a));
	printf("null %o %d:%d\n", a.st_mode & S_IFMT, major(a.st_rdev), minor(a.st_rdev));
}

static long at(int fd, const char *path, struct stat *st, int flags)
{
	return syscall(SYS_newfstatat, fd, path, st, flags);
}

static void relative(void)
{
	int d = open("d", O_RDONLY), f = open("f", O_RDONLY);
	struct stat st;

	put("d/in", "in");
	SHOW(at(d, "in", &st, 0));
	SHOW((long)st.st_size);
	SHOW(at(d, "../l", &st, AT_SYMLINK_NOFOLLOW));
	SHOW_IF(S_ISLNK(st.st_mode));
	SHOW(at(f, "", &st, AT_EMPTY_PATH));
	SHOW((long)st.st_size);
	SHOW(at(f, "", &st, 0));
	SHOW(at(f, "x", &st, 0));
	SHOW(at(AT_FDCWD, "", &st, AT_EMPTY_PATH));
	SHOW_IF(S_ISDIR(st.st_mode));
	SHOW(at(99, "in", &st, 0));
	SHOW(at(99, "", &st, AT_EMPTY_PATH));
	SHOW(at(d, "in", &st, 0x4));
	close(d);
	close(f);
}

static long statx_raw(int fd, const char *path, int flags, unsigned mask, void *buf)
{
	return syscall(SYS_statx, fd, path, flags, mask, buf);
}

static void extended(void)
{
	struct statx x;

	memset(&x, 0, sizeof(x));
	SHOW(statx_raw(AT_FDCWD, "f", 0, STATX_BASIC_STATS, &x));
	SHOW_IF((x.stx_mask & STATX_BASIC_STATS) == STATX_BASIC_STATS);
	printf("mode %o size %ld links %ld\n", x.stx_mode, (long)x.stx_size, (long)x.stx_nlink);
	SHOW(statx_raw(AT_FDCWD, "l", AT_SYMLINK_NOFOLLOW, STATX_TYPE, &x));
	printf("mode %o\n", x.stx_mode);
	SHOW(statx_raw(AT_FDCWD, "f", 0x8000000, STATX_TYPE, &x));
	SHOW(statx_raw(AT_FDCWD, "f", 0, 0x80000000, &x));
	SHOW(statx_raw(AT_FDCWD, "f", AT_STATX_FORCE_SYNC | AT_STATX_DONT_SYNC, 0, &x));
	SHOW(statx_raw(AT_FDCWD, "missing", 0, STATX_TYPE, &x));
	SHOW(statx_raw(AT_FDCWD, "f", 0, STATX_TYPE, (void *)8));
	SHOW(statx_raw(0, "", AT_EMPTY_PATH, STATX_TYPE, &x));
}

static void permissions(void)
{
	int fd = open("f", O_RDWR);

	SHOW(chmod("f", 04711));
	mode_of("f");
	SHOW(chmod("l", 0640));
	mode_of("f");
	mode_of("l");
	SHOW(chmod("d", 01777));
	mode_of("d");
	SHOW(fchmod(fd, 0200));
	mode_of("f");
	SHOW(fchmodat(AT_FDCWD, "f", 0177777, 0));
	mode_of("f");
	SHOW(chmod("missing", 0));
	SHOW(chmod("broken", 0));
	SHOW(fchmod(99, 0));
	SHOW(chown("f", getuid(), getgid()));
	SHOW(chown("f", -1, -1));
	SHOW(lchown("l", getuid(), -1));
	SHOW(fchown(fd, -1, getgid()));
	SHOW(chown("missing", -1, -1));
	SHOW(fchownat(AT_FDCWD, "f", -1, -1, 0x4));
	mode_of("f");
	SHOW(chmod("f", 06777));
	SHOW(chown("f", getuid(), -1));
	mode_of("f");
	SHOW(chmod("f", 0644));

	SHOW(access("f", F_OK));
	SHOW(access("f", R_OK | W_OK));
	SHOW(access("f", X_OK));
	SHOW(access("d", R_OK | W_OK | X_OK));
	SHOW(access("f", 010));
	SHOW(access("broken", F_OK));
	SHOW(access("f/", F_OK));
	SHOW(syscall(SYS_faccessat2, AT_FDCWD, "broken", F_OK, AT_SYMLINK_NOFOLLOW));
	SHOW(syscall(SYS_faccessat2, AT_FDCWD, "f", R_OK, AT_EACCESS));
	SHOW(syscall(SYS_faccessat2, AT_FDCWD, "f", R_OK, 0x4));
	SHOW(syscall(SYS_faccessat2, fd, "", R_OK, AT_EMPTY_PATH));
	close(fd);

	SHOW(umask(07777));
	SHOW(umask(022));
}

static void times_of(const char *path)
{
	struct stat st;

	lstat(path, &st);
	printf("%s: %lld.%09ld %lld.%09ld\n", path, (long long)st.st_atim.tv_sec, st.st_atim.tv_nsec,
	       (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

static int later(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec > b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec >= b->tv_nsec);
}

static void times(void)
{
	struct timespec ts[2] = { { 1000000000, 123456789 }, { 1500000000, 987654321 } };
	struct timeval tv[2] = { { 1100000000, 500000 }, { 1200000000, 250000 } };
	struct utimbuf tb = { 111111111, 222222222 };
	int fd = open("f", O_RDWR);
	struct stat before, after;

	SHOW(utimensat(AT_FDCWD, "f", ts, 0));
	times_of("f");
	ts[0].tv_nsec = UTIME_OMIT;
	ts[1].tv_sec = 5;
	SHOW(utimensat(AT_FDCWD, "f", ts, 0));
	times_of("f");
	SHOW(utimes("f", tv));
	times_of("f");
	SHOW(utime("f", &tb));
	times_of("f");
	ts[0] = (struct timespec){ 42, 7 };
	ts[1] = (struct timespec){ 43, 8 };
	SHOW(utimensat(AT_FDCWD, "l", ts, AT_SYMLINK_NOFOLLOW));
	times_of("l");
	times_of("f");
	SHOW(futimens(fd, ts));
	times_of("f");
	ts[0] = (struct timespec){ -5, 7 };
	SHOW(futimens(fd, ts));
	times_of("f");

	ts[0].tv_nsec = 1000000000;
	SHOW(futimens(fd, ts));
	ts[0].tv_nsec = ts[1].tv_nsec = UTIME_OMIT;
	SHOW(utimensat(AT_FDCWD, "missing", ts, 0));
	SHOW(utimensat(AT_FDCWD, "missing", NULL, 0));
	SHOW(utimensat(AT_FDCWD, "f", NULL, 0x4));
	SHOW(utimensat(99, "f", NULL, 0));
	SHOW(syscall(SYS_utimensat, AT_FDCWD, NULL, NULL, 0));
	tv[0].tv_usec = 1000000;
	SHOW(syscall(SYS_utimes, "f", tv));
	SHOW(syscall(SYS_utimes, "f", 8));

	SHOW(utimensat(AT_FDCWD, "f", NULL, 0));
	stat("f", &before);
	SHOW_IF(before.st_mtim.tv_sec > 1700000000);
	SHOW(write(fd, "x", 1));
	stat("f", &after);
	SHOW_IF(later(&after.st_mtim, &before.st_mtim));
	SHOW_IF(later(&after.st_ctim, &before.st_ctim));
	close(fd);

	stat("d", &before);
	put("d/more", "");
	stat("d", &after);
	SHOW_IF(later(&after.st_mtim, &before.st_mtim));
}

static void file_system(void)
{
	struct statfs fs;
	int fd = open("f", O_RDONLY);

	SHOW(statfs(".", &fs));
	SHOW((long)fs.f_namelen);
	SHOW_IF(fs.f_bsize >= 512);
	SHOW_IF(fs.f_blocks > 0 && fs.f_bfree <= fs.f_blocks);
	SHOW(fstatfs(fd, &fs));
	SHOW(statfs("missing", &fs));
	SHOW(fstatfs(99, &fs));
	SHOW(syscall(SYS_statfs, ".", 8));
	close(fd);
}

int main(void)
{
	start();
	kinds();
	relative();
	extended();
	permissions();
	times();
	file_system();
	return 0;
}
