/* SPDX-License-Identifier: MIT */
/*
 * stream.c - standard output as a pipe, which it always is under Hedron; elsewhere the program puts
 * one between itself and what it was given.
 */
#include "files.h"
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>

static void stream(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	struct termios tio;
	struct winsize size;
	struct stat st;
	int n;

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

/* The other end: what comes goes to where standard output was. */
static void pass_on(int from)
{
	char buf[4096];
	ssize_t n;

	while ((n = read(from, buf, sizeof(buf))) > 0)
		write(1, buf, n);
	_exit(0);
}

int main(void)
{
	struct stat st;
	int p[2];

	start();
	if (!fstat(1, &st) && !S_ISFIFO(st.st_mode) && !pipe(p)) {
		if (!fork()) {
			close(p[1]);
			pass_on(p[0]);
		}
		dup2(p[1], 1);
		close(p[0]);
		close(p[1]);
	}
	stream(1);
	fclose(stdout);
	wait(NULL);
	return 0;
}
