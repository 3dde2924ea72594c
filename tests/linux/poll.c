/* SPDX-License-Identifier: MIT */
/* poll.c - poll(2), ppoll(2), select(2) on files, on an input that is at its end, and on nothing. */
#include "show.h"
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <time.h>

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void print(const struct pollfd *p, int n)
{
	for (int i = 0; i < n; i++)
		printf("  %d: %s%s%s%s\n", i, p[i].revents & POLLIN ? "in " : "",
		       p[i].revents & POLLOUT ? "out " : "", p[i].revents & POLLERR ? "err " : "",
		       p[i].revents & POLLNVAL ? "nval" : "");
}

static void polling(void)
{
	int file = open("poll.tmp", O_RDWR | O_CREAT, 0600), null = open("/dev/null", O_RDWR);
	struct pollfd p[] = {
		{ .fd = file, .events = POLLIN | POLLOUT }, { .fd = file, .events = POLLIN },
		{ .fd = file, .events = 0 }, { .fd = null, .events = POLLIN | POLLOUT },
		{ .fd = 77, .events = POLLIN }, { .fd = -1, .events = POLLIN, .revents = 99 },
		{ .fd = 0, .events = POLLIN }, { .fd = 1, .events = POLLOUT },
	};
	int64_t start = now_ms();
	char c;

	SHOW(read(0, &c, 1));		/* from here on it is known to be at its end */
	SHOW(poll(p, 8, 0));
	print(p, 8);
	SHOW(poll(p, 8, -1));
	SHOW_IF(now_ms() - start < 20000);
	SHOW(poll(p + 2, 1, 0));
	close(file);
	close(null);
	unlink("poll.tmp");
}

static void timeouts(void)
{
	struct pollfd p = { .fd = -1 };
	struct timespec t = { 0, 30000000 };
	struct timeval tv = { 0, 30000 };
	int64_t start = now_ms();

	SHOW(poll(NULL, 0, 30));
	SHOW_IF(now_ms() - start >= 30);
	start = now_ms();
	SHOW(poll(&p, 1, 30));
	SHOW_IF(now_ms() - start >= 30);
	start = now_ms();
	SHOW(ppoll(NULL, 0, &t, NULL));
	SHOW_IF(now_ms() - start >= 30);
	start = now_ms();
	SHOW(select(0, NULL, NULL, NULL, &tv));
	SHOW_IF(now_ms() - start >= 30);
	SHOW(poll(NULL, 0, 0));
}

static void selecting(void)
{
	int file = open("poll.tmp", O_RDWR | O_CREAT, 0600);
	struct timeval tv = { 0, 0 };
	fd_set in, out, odd;

	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_ZERO(&odd);
	FD_SET(file, &in);
	FD_SET(file, &out);
	FD_SET(file, &odd);
	FD_SET(0, &in);
	SHOW(select(file + 1, &in, &out, &odd, NULL));
	SHOW_IF(FD_ISSET(file, &in) && FD_ISSET(0, &in) && FD_ISSET(file, &out));
	SHOW_IF(!FD_ISSET(file, &odd) && !FD_ISSET(1, &out));
	FD_SET(50, &in);
	SHOW(select(51, &in, NULL, NULL, &tv));
	SHOW(select(-1, NULL, NULL, NULL, &tv));
	tv.tv_sec = -1;
	SHOW(syscall(SYS_select, 0, NULL, NULL, NULL, &tv));
	SHOW(syscall(SYS_select, 1, 8, NULL, NULL, NULL));
	close(file);
	unlink("poll.tmp");
}

static void refused(void)
{
	struct timespec t = { 0, -1 };
	struct rlimit l;

	getrlimit(RLIMIT_NOFILE, &l);
	SHOW(syscall(SYS_poll, 8, 1, 0));
	SHOW(syscall(SYS_poll, NULL, l.rlim_cur + 1, 0));
	SHOW(syscall(SYS_ppoll, NULL, 0, &t, NULL, 8));
	SHOW(syscall(SYS_ppoll, NULL, 0, 8, NULL, 8));
	SHOW(syscall(SYS_ppoll, NULL, 0, NULL, 8, 4));
}

int main(void)
{
	polling();
	timeouts();
	selecting();
	refused();
	return 0;
}
