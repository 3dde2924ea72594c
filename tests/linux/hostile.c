/* SPDX-License-Identifier: MIT */
/*
 * hostile.c - bad pointers, bad descriptors, absurd lengths and unknown numbers, for every call that
 * takes one. The program must get an error, and live.
 */
#include "show.h"
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>

#define FD	1000			/* a file, open for reading and writing */
#define DIR_FD	1001			/* a directory */

enum { PTR = -7777 };			/* stands for the bad pointer */

static struct timespec no_time;
#define NO_TIME	(long)&no_time		/* for what would wait if the bad pointer is a null one */

struct call {
	const char *name;
	long number, a[6];
};
#define CALL(n, ...)	{ #n, SYS_##n, { __VA_ARGS__ } }

static const struct call pointer_calls[] = {
	CALL(read, FD, PTR, 4096), CALL(write, FD, PTR, 4096), CALL(open, PTR, O_RDONLY),
	CALL(stat, PTR, PTR), CALL(fstat, FD, PTR), CALL(lstat, PTR, PTR), CALL(poll, PTR, 1, 0),
	CALL(pread64, FD, PTR, 100, 0), CALL(pwrite64, FD, PTR, 100, 0), CALL(readv, FD, PTR, 1),
	CALL(writev, FD, PTR, 1), CALL(access, PTR, R_OK), CALL(select, 5, PTR, 0, 0, NO_TIME),
	CALL(nanosleep, PTR, 0), CALL(uname, PTR), CALL(truncate, PTR, 0), CALL(getcwd, PTR, 4096),
	CALL(chdir, PTR), CALL(rename, PTR, PTR), CALL(mkdir, PTR, 0700), CALL(rmdir, PTR),
	CALL(link, PTR, PTR), CALL(unlink, PTR), CALL(symlink, PTR, PTR),
	CALL(readlink, PTR, PTR, 10), CALL(chmod, PTR, 0), CALL(chown, PTR, 0, 0),
	CALL(gettimeofday, PTR, 0), CALL(getrlimit, 7, PTR), CALL(setrlimit, 7, PTR),
	CALL(sysinfo, PTR), CALL(getgroups, 0, 0), CALL(rt_sigaction, 10, PTR, 0, 8),
	CALL(rt_sigprocmask, 0, PTR, 0, 8), CALL(rt_sigpending, PTR, 8),
	CALL(sigaltstack, PTR, 0), CALL(statfs, PTR, PTR), CALL(fstatfs, FD, PTR),
	CALL(futex, PTR, 0, 0, 0, 0, 0), CALL(sched_getaffinity, 0, 128, PTR),
	CALL(getdents64, DIR_FD, PTR, 4096), CALL(clock_gettime, 0, PTR),
	CALL(clock_getres, 0, PTR), CALL(clock_nanosleep, 0, 0, PTR, 0),
	CALL(openat, AT_FDCWD, PTR, 0), CALL(mkdirat, AT_FDCWD, PTR, 0700),
	CALL(newfstatat, AT_FDCWD, PTR, PTR, 0), CALL(unlinkat, AT_FDCWD, PTR, 0),
	CALL(renameat, AT_FDCWD, PTR, AT_FDCWD, PTR), CALL(linkat, AT_FDCWD, PTR, AT_FDCWD, PTR, 0),
	CALL(symlinkat, PTR, AT_FDCWD, PTR), CALL(readlinkat, AT_FDCWD, PTR, PTR, 10),
	CALL(fchmodat, AT_FDCWD, PTR, 0), CALL(faccessat, AT_FDCWD, PTR, 0),
	CALL(pselect6, 5, PTR, 0, 0, NO_TIME, 0), CALL(ppoll, PTR, 1, 0, 0, 8),
	CALL(utimensat, AT_FDCWD, PTR, 0, 0), CALL(renameat2, AT_FDCWD, PTR, AT_FDCWD, PTR, 0),
	CALL(getrandom, PTR, 100, 0), CALL(statx, AT_FDCWD, PTR, 0, 0xfff, PTR),
	CALL(faccessat2, AT_FDCWD, PTR, 0, 0), CALL(prlimit64, 0, 7, PTR, 0),
	CALL(getresuid, PTR, PTR, PTR), CALL(getcpu, PTR, 0, 0),
	CALL(ioctl, 0, 0x5401, PTR), CALL(fcntl, FD, F_GETLK, PTR),
};

static const struct call fd_calls[] = {
	CALL(read, -1, 0, 0), CALL(write, 99, 0, 0), CALL(close, 99), CALL(close, -1),
	CALL(fstat, 99, 0), CALL(lseek, 99, 0, 0), CALL(lseek, INT_MIN, 0, 0), CALL(ioctl, 99, 0, 0),
	CALL(pread64, 99, 0, 0, 0), CALL(pwrite64, 99, 0, 0, 0), CALL(readv, 99, 0, 0),
	CALL(writev, 99, 0, 0), CALL(dup, 99), CALL(dup, -1), CALL(dup2, 99, 5), CALL(dup2, 0, -1),
	CALL(dup2, 0, INT_MAX), CALL(dup3, 99, 5, 0), CALL(dup3, 0, 0, 0), CALL(dup3, 0, 5, 0x123),
	CALL(fcntl, 99, F_GETFD), CALL(fsync, 99), CALL(fdatasync, 99), CALL(ftruncate, 99, 0),
	CALL(getdents64, 99, 0, 100), CALL(getdents64, FD, 0, 100), CALL(fchdir, 99),
	CALL(fchdir, FD), CALL(fchmod, 99, 0), CALL(fchown, 99, 0, 0), CALL(fstatfs, 99, 0),
	CALL(openat, 99, (long)"x", 0), CALL(openat, FD, (long)"x", 0),
	CALL(mkdirat, 99, (long)"x", 0), CALL(newfstatat, 99, (long)"x", 0, 0),
	CALL(unlinkat, 99, (long)"x", 0), CALL(readlinkat, 99, (long)"x", 0, 10),
	CALL(fchmodat, 99, (long)"x", 0), CALL(faccessat, 99, (long)"x", 0),
	CALL(utimensat, 99, (long)"x", 0, 0), CALL(mmap, 0, 4096, PROT_READ, MAP_PRIVATE, 99, 0),
	CALL(lseek, FD, 0, 99), CALL(lseek, FD, -1, SEEK_SET), CALL(lseek, FD, LONG_MIN, SEEK_CUR),
	CALL(read, DIR_FD, 0, 1), CALL(write, DIR_FD, 0, 1), CALL(ftruncate, DIR_FD, 0),
};

static const struct call length_calls[] = {
	CALL(pread64, FD, 0, 1, -1), CALL(pwrite64, FD, 0, 1, -1), CALL(pread64, FD, 0, 1, LONG_MIN),
	CALL(ftruncate, FD, -1), CALL(ftruncate, FD, LONG_MIN), CALL(truncate, (long)"file", -1),
	CALL(readv, FD, 0, -1), CALL(readv, FD, 0, 1025), CALL(writev, FD, 0, INT_MAX),
	CALL(getdents64, DIR_FD, 0, 0), CALL(readlink, (long)"link", 0, 0),
	CALL(readlink, (long)"link", 0, -1), CALL(poll, 0, -1, 0), CALL(select, -1, 0, 0, 0, 0),
	CALL(mmap, 0, 0, PROT_READ, MAP_PRIVATE, FD, 0),
	CALL(mmap, 0, -1, PROT_READ, MAP_PRIVATE, FD, 0),
	CALL(mmap, 0, 4096, PROT_READ, MAP_PRIVATE, FD, 1),
	CALL(mmap, 0, 8192, PROT_READ, MAP_PRIVATE, FD, -4096),
	CALL(munmap, 0, -1), CALL(mprotect, 4096, -4096, 0), CALL(getrandom, 0, 0, 0),
	CALL(rt_sigaction, 1, 0, 0, 0), CALL(rt_sigprocmask, 0, 0, 0, 128),
	CALL(sched_getaffinity, 0, 0, 0), CALL(open, (long)"", 0), CALL(mkdir, (long)"", 0),
	CALL(unlink, (long)""), CALL(rename, (long)"", (long)"x"), CALL(rmdir, (long)"/"),
	CALL(getcwd, 0, 0), CALL(umask, 022), CALL(fcntl, FD, F_DUPFD, -1),
	CALL(fcntl, FD, F_DUPFD, INT_MAX), CALL(fcntl, FD, 9999, 0),
};

static long issue(const struct call *c, uintptr_t bad)
{
	long a[6];

	for (int i = 0; i < 6; i++)
		a[i] = c->a[i] == PTR ? (long)bad : c->a[i];
	return syscall(c->number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static void run(const char *what, const struct call *calls, size_t n, uintptr_t bad)
{
	printf("-- %s\n", what);
	for (size_t i = 0; i < n; i++) {
		lseek(FD, 0, SEEK_SET);
		lseek(DIR_FD, 0, SEEK_SET);
		show(calls[i].name, issue(&calls[i], bad));
	}
}
#define RUN(what, calls, bad)	run(what, calls, sizeof(calls) / sizeof(calls[0]), bad)

/* A vector whose second part is bad: what the first part moved counts. */
static void vectors(char *none)
{
	char good[10] = "0123456789";
	struct iovec v[2] = { { good, 10 }, { none, 10 } }, huge = { good, -1ul };

	printf("-- vectors\n");
	lseek(FD, 0, SEEK_SET);
	SHOW(writev(FD, v, 2));
	lseek(FD, 0, SEEK_SET);
	SHOW(readv(FD, v, 2));
	SHOW(syscall(SYS_writev, FD, &huge, 1));
	v[1].iov_len = SSIZE_MAX;
	SHOW(syscall(SYS_readv, FD, v, 2));
	v[0].iov_len = 0;
	SHOW(syscall(SYS_writev, FD, v, 1));
	SHOW(syscall(SYS_writev, FD, v, 0));
}

/* Strings and structs that begin in good memory and run into bad. */
static void edges(char *page)
{
	char *end = page + 4096;
	struct stat *half = (struct stat *)(end - sizeof(*half) / 2);

	printf("-- edges\n");
	memset(page, 'a', 4096);
	SHOW(open(end - 3, O_RDONLY));
	SHOW(syscall(SYS_fstat, FD, half));
	SHOW(pwrite(FD, end - 100, 200, 0));
	SHOW(pread(FD, end - 3, 10, 0));
	SHOW(open(page, O_RDONLY));
	memcpy(end - 5, "file", 5);
	SHOW_OK(close(open(end - 5, O_RDONLY)));
}

static void unknown(void)
{
	static const long numbers[] = { -1, 400, 423, 1000, 4096, INT_MAX, INT_MIN };

	printf("-- unknown numbers\n");
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		show("call", syscall(numbers[i], -1, -1, -1, -1, -1, -1));
	SHOW_IF(syscall(1l << 32 | SYS_getpid) == getpid());	/* the number is an int */
}

int main(void)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int file = open("file", O_RDWR | O_CREAT | O_TRUNC, 0600), dir;

	symlink("file", "link");
	mkdir("dir", 0700);
	dir = open("dir", O_RDONLY);
	dup2(file, FD);
	dup2(dir, DIR_FD);
	close(file);
	close(dir);
	mprotect(page + 4096, 4096, PROT_NONE);
	write(FD, "0123456789", 10);

	RUN("null", pointer_calls, 0);
	RUN("not mapped", pointer_calls, 0x1000);
	RUN("not accessible", pointer_calls, (uintptr_t)page + 4096);
	RUN("the kernel's", pointer_calls, 0xffffffff80000000);
	RUN("not canonical", pointer_calls, 0x8000000000000000);
	RUN("the last byte", pointer_calls, UINTPTR_MAX);
	RUN("descriptors", fd_calls, 0);
	RUN("lengths", length_calls, 0);
	vectors(page + 4096);
	edges(page);
	unknown();

	unlink("link");
	unlink("file");
	rmdir("dir");
	puts("alive");
	return 0;
}
