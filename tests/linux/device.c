/* SPDX-License-Identifier: MIT */
/* device.c - /dev/null, zero, full, random, urandom. */
#include "files.h"

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

int main(void)
{
	static const char *const paths[] = {
		"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom",
	};

	start();
	for (int i = 0; i < 5; i++)
		try(paths[i]);
	random_bytes();
	return 0;
}
