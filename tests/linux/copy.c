/* SPDX-License-Identifier: MIT */
/* copy.c - sendfile(2), copy_file_range(2): from file to file. */
#include "files.h"
#include <sys/sendfile.h>

#define SIZE	700001

static uint32_t sum_of(const char *path)
{
	uint8_t *buf = malloc(2 * SIZE);
	int fd = open(path, O_RDONLY);
	long n = read(fd, buf, 2 * SIZE);
	uint32_t s = n < 0 ? 0 : sum(buf, n);

	close(fd);
	free(buf);
	return s;
}

static void make(void)
{
	uint8_t *buf = malloc(SIZE);
	int fd = open("from", O_RDWR | O_CREAT, 0600);

	fill(buf, SIZE, 3);
	SHOW(write(fd, buf, SIZE));
	SHOW(ftruncate(fd, SIZE + 50000));	/* a hole at the end */
	close(fd);
	free(buf);
}

static void sending(void)
{
	int in = open("from", O_RDONLY), out = open("sent", O_RDWR | O_CREAT, 0600);
	int dir = open(".", O_RDONLY), app = open("app", O_RDWR | O_CREAT | O_APPEND, 0600);
	off_t at = 100;

	SHOW(sendfile(out, in, NULL, 1000000));
	SHOW(lseek(in, 0, SEEK_CUR));
	SHOW(lseek(out, 0, SEEK_CUR));
	SHOW(sendfile(out, in, NULL, 10));
	SHOW_IF(sum_of("from") == sum_of("sent"));
	SHOW(sendfile(out, in, &at, 300));
	SHOW((long)at);
	SHOW(lseek(in, 0, SEEK_CUR));
	at = -1;
	SHOW(sendfile(out, in, &at, 300));
	SHOW(sendfile(out, dir, NULL, 300));
	SHOW(sendfile(in, out, NULL, 300));
	SHOW(sendfile(out, 99, NULL, 300));
	SHOW(sendfile(app, in, NULL, 300));
	SHOW(sendfile(out, in, (void *)8, 300));
	SHOW(sendfile(out, in, NULL, 0));
	put("text", "to standard output\n");
	close(in);
	in = open("text", O_RDONLY);
	fflush(stdout);
	SHOW(sendfile(1, in, NULL, 100));
	close(in), close(out), close(dir), close(app);
}

static long copy(int in, off_t *from, int out, off_t *to, size_t len, unsigned flags)
{
	return syscall(SYS_copy_file_range, in, from, out, to, len, flags);
}

static void copying(void)
{
	int in = open("from", O_RDONLY), out = open("copied", O_RDWR | O_CREAT, 0600);
	int same = open("copied", O_RDWR), dir = open(".", O_RDONLY);
	off_t from = 1000, to = 10;
	long n, all = 0;

	while ((n = copy(in, NULL, out, NULL, 1000000, 0)) > 0)
		all += n;
	SHOW(n);
	SHOW(all);
	SHOW_IF(sum_of("from") == sum_of("copied"));
	SHOW(copy(in, &from, out, &to, 500, 0));
	SHOW((long)from);
	SHOW((long)to);
	SHOW_IF(sum_of("from") == sum_of("copied"));
	from = 0, to = 100;
	SHOW(copy(out, &from, same, &to, 101, 0));
	SHOW(copy(out, &from, same, &to, 100, 0));
	SHOW(copy(in, &from, out, &to, 10, 1));
	SHOW(copy(out, &from, in, &to, 10, 0));
	SHOW(copy(99, &from, in, &to, 10, 0));
	SHOW(copy(dir, NULL, out, NULL, 10, 0));
	from = 10000000;
	SHOW(copy(in, &from, out, &to, 10, 0));
	close(in), close(out), close(same), close(dir);
}

int main(void)
{
	start();
	make();
	sending();
	copying();
	return 0;
}
