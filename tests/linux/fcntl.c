/* SPDX-License-Identifier: MIT */
/* fcntl.c - dup(2), fcntl(2), close_range(2), ioctl(2) on descriptors. */
#include "files.h"
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

#define LARGEFILE	0100000		/* always there for 64-bit programs, not told by all libcs */

static void duplicating(void)
{
	char c;
	int fd = open("f", O_RDWR | O_CREAT, 0600);

	SHOW(dup(fd));
	SHOW(dup(99));
	SHOW(dup(-1));
	SHOW(dup2(fd, 10));
	SHOW(dup2(fd, fd));
	SHOW(dup2(99, 99));
	SHOW(dup2(99, 10));
	SHOW(dup2(fd, -1));
	SHOW(dup2(fd, 10));
	SHOW(dup3(fd, 11, O_CLOEXEC));
	SHOW(fcntl(11, F_GETFD));
	SHOW(dup3(fd, fd, 0));
	SHOW(dup3(fd, 12, O_APPEND));
	SHOW(dup3(99, 12, 0));
	SHOW(write(10, "x", 1));
	SHOW(lseek(11, 0, SEEK_CUR));
	SHOW(fcntl(fd, F_DUPFD, 20));
	SHOW(fcntl(fd, F_DUPFD, 20));
	SHOW(fcntl(fd, F_DUPFD_CLOEXEC, 20));
	SHOW(fcntl(22, F_GETFD));
	SHOW(fcntl(21, F_GETFD));
	SHOW(fcntl(fd, F_DUPFD, -1));
	SHOW(fcntl(99, F_DUPFD, 0));

	SHOW(syscall(SYS_close_range, 20, 21, 0));
	SHOW(fcntl(20, F_GETFD));
	SHOW(fcntl(22, F_GETFD));
	SHOW(syscall(SYS_close_range, 10, 11, 4 /* CLOSE_RANGE_CLOEXEC */));
	SHOW(fcntl(10, F_GETFD));
	SHOW(syscall(SYS_close_range, 5, 4, 0));
	SHOW(syscall(SYS_close_range, 5, 6, 64));
	SHOW(syscall(SYS_close_range, 4, ~0u, 0));
	SHOW(fcntl(10, F_GETFD));
	SHOW(read(fd, &c, 1));
	SHOW(close(fd));
	SHOW(close(fd));
}

static void show_flags(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	printf("flags %o\n", flags < 0 ? flags : flags & ~LARGEFILE);
}

static void flags(void)
{
	int fd = open("f", O_RDWR | O_APPEND | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, 0600), on = 1;

	show_flags(fd);
	SHOW(fcntl(fd, F_GETFD));
	SHOW(fcntl(fd, F_SETFD, 0));
	SHOW(fcntl(fd, F_GETFD));
	SHOW(fcntl(fd, F_SETFD, FD_CLOEXEC));
	SHOW(fcntl(fd, F_GETFD));
	SHOW(fcntl(fd, F_SETFL, 0));
	show_flags(fd);
	SHOW(fcntl(fd, F_SETFL, O_WRONLY | O_APPEND | O_CREAT));
	show_flags(fd);
	SHOW(fcntl(fd, 9999, 0));
	SHOW(fcntl(99, F_GETFL));
	SHOW(ioctl(fd, FIONCLEX));
	SHOW(fcntl(fd, F_GETFD));
	SHOW(ioctl(fd, FIOCLEX));
	SHOW(fcntl(fd, F_GETFD));
	SHOW(ioctl(fd, FIONBIO, &on));
	show_flags(fd);
	on = 0;
	SHOW(ioctl(fd, FIONBIO, &on));
	show_flags(fd);
	SHOW(ioctl(fd, FIONBIO, 8));
	SHOW(write(fd, "12345", 5));
	SHOW(lseek(fd, 2, SEEK_SET));
	SHOW(ioctl(fd, FIONREAD, &on));
	SHOW(on);
	SHOW(ioctl(fd, TIOCGWINSZ, &on));
	SHOW(ioctl(99, FIONREAD, &on));
	SHOW(isatty(fd));
	close(fd);
	fd = open(".", O_RDONLY | O_DIRECTORY);
	show_flags(fd);
	close(fd);
	fd = open("f", O_RDONLY | O_NOFOLLOW | O_NOCTTY);
	show_flags(fd);
	close(fd);
}

static void lock(int fd, int cmd, int type, int whence, long start_at, long len)
{
	struct flock fl = { .l_type = type, .l_whence = whence, .l_start = start_at, .l_len = len };
	long r = fcntl(fd, cmd, &fl);

	printf("lock cmd %d type %d at %ld+%ld: %s", cmd, type, start_at, len, r ? errno_name(errno) : "ok");
	if (!r && cmd == F_OFD_GETLK)
		printf(" type %d whence %d start %ld len %ld pid %d", fl.l_type, fl.l_whence,
		       (long)fl.l_start, (long)fl.l_len, fl.l_pid);
	putchar('\n');
}

/* One process never stands in its own way with F_SETLK; descriptions do, with F_OFD_SETLK. */
static void locks(void)
{
	int a = open("lock", O_RDWR | O_CREAT, 0600), b = open("lock", O_RDWR), r = open("lock", O_RDONLY);

	lock(a, F_SETLK, F_WRLCK, SEEK_SET, 0, 0);
	lock(b, F_SETLK, F_WRLCK, SEEK_SET, 0, 0);
	lock(r, F_SETLK, F_WRLCK, SEEK_SET, 0, 0);
	lock(r, F_SETLK, F_RDLCK, SEEK_SET, 0, 10);
	lock(a, F_SETLKW, F_UNLCK, SEEK_SET, 0, 0);
	lock(a, F_SETLK, 77, SEEK_SET, 0, 0);
	lock(a, F_SETLK, F_WRLCK, 77, 0, 0);
	lock(a, F_SETLK, F_WRLCK, SEEK_SET, -1, 0);
	lock(a, F_SETLK, F_WRLCK, SEEK_SET, 5, -6);
	lock(99, F_SETLK, F_WRLCK, SEEK_SET, 0, 0);
	SHOW(fcntl(a, F_SETLK, 8));

	lock(a, F_OFD_SETLK, F_WRLCK, SEEK_SET, 100, 100);
	lock(b, F_OFD_SETLK, F_RDLCK, SEEK_SET, 150, 10);
	lock(b, F_OFD_GETLK, F_RDLCK, SEEK_SET, 150, 10);
	lock(b, F_OFD_SETLK, F_WRLCK, SEEK_SET, 200, 10);
	lock(b, F_OFD_SETLK, F_WRLCK, SEEK_SET, 90, 10);
	lock(a, F_OFD_SETLK, F_UNLCK, SEEK_SET, 140, 20);
	lock(b, F_OFD_SETLK, F_RDLCK, SEEK_SET, 140, 20);
	lock(a, F_OFD_GETLK, F_RDLCK, SEEK_SET, 0, 0);
	lock(b, F_OFD_GETLK, F_RDLCK, SEEK_SET, 160, 0);
	lock(r, F_OFD_SETLK, F_RDLCK, SEEK_SET, 145, 5);
	lock(a, F_OFD_SETLK, F_WRLCK, SEEK_SET, 145, 5);
	close(b);
	close(r);
	lock(a, F_OFD_SETLK, F_WRLCK, SEEK_SET, 0, 0);
	close(a);
}

static void whole_files(void)
{
	int a = open("lock", O_RDWR), b = open("lock", O_RDWR), c = dup(a);

	SHOW(flock(a, LOCK_EX));
	SHOW(flock(b, LOCK_EX | LOCK_NB));
	SHOW(flock(b, LOCK_SH | LOCK_NB));
	SHOW(flock(c, LOCK_SH | LOCK_NB));
	SHOW(flock(b, LOCK_SH | LOCK_NB));
	SHOW(flock(a, LOCK_EX | LOCK_NB));
	SHOW(flock(b, LOCK_UN));
	SHOW(flock(a, LOCK_EX | LOCK_NB));
	close(a);
	SHOW(flock(b, LOCK_SH | LOCK_NB));
	close(c);
	SHOW(flock(b, LOCK_SH | LOCK_NB));
	SHOW(flock(b, 0));
	SHOW(flock(99, LOCK_SH));
	close(b);
}

int main(void)
{
	start();
	duplicating();
	flags();
	locks();
	whole_files();
	return 0;
}
