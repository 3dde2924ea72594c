/* SPDX-License-Identifier: MIT */
/* device.c - /dev/null, zero, full, random, urandom; standard input, output and error as pipes. */
#include "files.h"
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>

static void try(const char *path)
{
	int fd = open(path, O_RDWR);
	char buf[4096];
	struct stat st;
	long n;

	printf("%s: %s\n", path, fd < 0 ? errno_name(errno) : "open");
	memset(buf, 'x', sizeof(buf));
	n = read(fd, buf, sizeof(buf));
	printf("  read %ld, last %d\n", n, path[5] == 'r' || path[5] == 'u' ? 0 : buf[sizeof(buf) - 1]);
	SHOW(write(fd, buf, sizeof(buf)));
	SHOW(write(fd, buf, 0));
	SHOW(read(fd, (void *)8, 10));
	SHOW(lseek(fd, 10, SEEK_SET));
	SHOW(lseek(fd, 0, SEEK_CUR));
	SHOW(pread(fd, buf, 10, 100));
	SHOW(pwrite(fd, buf, 10, 100));
	SHOW(ftruncate(fd, 0));
	SHOW(fstat(fd, &st));
	printf("  mode %o size %ld\n", st.st_mode & S_IFMT, (long)st.st_size);
	SHOW(isatty(fd));
	SHOW(close(fd));
	SHOW(close(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600)));
	SHOW(access(path, R_OK | W_OK));
	SHOW(open(path, O_RDONLY | O_DIRECTORY));
}

static void random_bytes(void)
{
	unsigned char a[64], b[64];
	int fd = open("/dev/urandom", O_RDONLY);

	SHOW(read(fd, a, sizeof(a)));
	SHOW(read(fd, b, sizeof(b)));
	SHOW_IF(memcmp(a, b, sizeof(a)) != 0);
	close(fd);
}

static void stream(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	struct termios tio;
	struct winsize size;
	struct stat st;
	int n;

	printf("stream %d\n", fd);
	SHOW(fstat(fd, &st));
	SHOW(lseek(fd, 0, SEEK_CUR));
	SHOW(pwrite(fd, "x", 1, 0));
	SHOW(ftruncate(fd, 0));
	SHOW(tcgetattr(fd, &tio));
	SHOW(ioctl(fd, TIOCGWINSZ, &size));
	SHOW(fsync(fd));
	SHOW(fcntl(fd, F_GETFL) & O_ACCMODE);
	SHOW(poll(&p, 1, 0));
	SHOW(p.revents);
	SHOW(read(fd, &n, 1));
	SHOW(write(fd, (void *)8, 5));
	SHOW(write(fd, "", 0));
	SHOW(openat(fd, "x", O_RDONLY));
	SHOW(fchdir(fd));
}

int main(void)
{
	static const char *const paths[] = {
		"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom",
	};
	struct stat st;

	start();
	for (int i = 0; i < 5; i++)
		try(paths[i]);
	random_bytes();

	/* Run with pipes, as the tests do; elsewhere there is nothing to compare. */
	if (!fstat(1, &st) && S_ISFIFO(st.st_mode))
		stream(1);
	if (!fstat(2, &st) && S_ISFIFO(st.st_mode))
		stream(2);
	return 0;
}
