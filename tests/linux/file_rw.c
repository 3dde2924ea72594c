/* SPDX-License-Identifier: MIT */
/* file_rw.c - read(2), write(2), lseek(2), pread(2), pwrite(2): offsets, ends, holes, bad buffers. */
#include "files.h"
#include <limits.h>
#include <sys/mman.h>
#include <sys/uio.h>

#define BAD	((void *)8)

static void basics(int fd)
{
	char buf[64] = "";

	SHOW(read(fd, buf, sizeof(buf)));
	SHOW(write(fd, "hello, world", 12));
	SHOW(read(fd, buf, sizeof(buf)));
	SHOW(lseek(fd, 0, SEEK_SET));
	SHOW(read(fd, buf, 5));
	printf("[%.5s]\n", buf);
	SHOW(read(fd, buf, 100));
	SHOW(read(fd, buf, 100));
	SHOW(pread(fd, buf, 5, 7));
	printf("[%.5s]\n", buf);
	SHOW(lseek(fd, 0, SEEK_CUR));
	SHOW(pwrite(fd, "WORLD", 5, 7));
	SHOW(lseek(fd, -5, SEEK_END));
	SHOW(read(fd, buf, 5));
	printf("[%.5s]\n", buf);
	SHOW(pread(fd, buf, 5, 100));
	SHOW(write(fd, "", 0));
	SHOW(read(fd, buf, 0));
}

static void seeking(int fd)
{
	SHOW(lseek(fd, -1, SEEK_SET));
	SHOW(lseek(fd, -100, SEEK_END));
	SHOW(lseek(fd, 3, SEEK_SET));
	SHOW(lseek(fd, -4, SEEK_CUR));
	SHOW(lseek(fd, 0, SEEK_CUR));
	SHOW(lseek(fd, 0, 77));
	SHOW(lseek(fd, 0, SEEK_DATA));
	SHOW(lseek(fd, 0, SEEK_HOLE));
	SHOW(lseek(fd, 1000, SEEK_DATA));
	SHOW(lseek(fd, 1000, SEEK_HOLE));
	SHOW(lseek(fd, -1, SEEK_DATA));
	SHOW(lseek(77, 0, SEEK_SET));
	SHOW(lseek(fd, 1 << 20, SEEK_SET));
	SHOW(read(fd, &fd, 1));
	SHOW(pread(fd, &fd, 1, -1));
	SHOW(pwrite(fd, &fd, 1, -1));
}

static void holes(void)
{
	int fd = open("hole", O_RDWR | O_CREAT | O_TRUNC, 0600);
	uint8_t *buf = malloc(70000);
	struct stat st;

	SHOW(pwrite(fd, "end", 3, 65000));
	SHOW(fstat(fd, &st));
	SHOW((long)st.st_size);
	SHOW(read(fd, buf, 70000));
	printf("sum %x\n", sum(buf, 65003));
	SHOW(pwrite(fd, "mid", 3, 30000));
	SHOW(pread(fd, buf, 70000, 1));
	printf("sum %x\n", sum(buf, 65002));
	SHOW(close(fd));
	free(buf);
}

static void appending(void)
{
	int a = open("log", O_WRONLY | O_CREAT | O_APPEND, 0600), b = open("log", O_RDWR | O_APPEND);
	char buf[32] = "";

	SHOW(write(a, "one ", 4));
	SHOW(write(b, "two ", 4));
	SHOW(lseek(a, 0, SEEK_CUR));
	SHOW(lseek(a, 0, SEEK_SET));
	SHOW(write(a, "three ", 6));
	SHOW(lseek(a, 0, SEEK_CUR));
	SHOW(pwrite(b, "four", 4, 0));		/* appends too: pwrite(2), BUGS */
	SHOW(lseek(b, 0, SEEK_CUR));
	SHOW(pread(b, buf, 31, 0));
	printf("[%s]\n", buf);
	close(a);
	close(b);
}

/* Sizes around pages and around what one message of any kind may hold. */
static void sizes(void)
{
	static const size_t n[] = { 1, 511, 512, 4031, 4040, 4041, 4056, 4057, 4095, 4096, 4097, 8192,
				    12289, 65536, 524288, 524289, 1048577, 3000001 };
	uint8_t *from = malloc(3000001), *to = malloc(3000001);
	int fd = open("sizes", O_RDWR | O_CREAT, 0600);

	for (unsigned i = 0; i < sizeof(n) / sizeof(n[0]); i++) {
		fill(from, n[i], i);
		long w = pwrite(fd, from, n[i], i * 1111), r = pread(fd, to, n[i], i * 1111);
		printf("%zu: wrote %ld, read %ld, %s\n", n[i], w, r,
		       memcmp(from, to, n[i]) ? "different" : "same");
	}
	SHOW(lseek(fd, 0, SEEK_SET));
	uint32_t total = 0;
	long got, all = 0;
	while ((got = read(fd, to, 1000 + all % 7001)) > 0) {
		total = total * 31 + sum(to, got);
		all += got;
	}
	printf("read %ld in pieces, sum %x\n", all, total);
	close(fd);
	free(from);
	free(to);
}

/* More than the system does at once: still one call. */
static void large(void)
{
	size_t n = 20000003;
	uint8_t *from = malloc(n), *to = malloc(n);
	struct iovec v[] = { { from, 9000000 }, { from + 9000000, n - 9000000 } };
	int fd = open("large", O_RDWR | O_CREAT, 0600);

	fill(from, n, 9);
	SHOW(write(fd, from, n));
	SHOW(lseek(fd, 0, SEEK_CUR));
	SHOW(pread(fd, to, n, 0));
	SHOW(memcmp(from, to, n));
	SHOW(lseek(fd, 1, SEEK_SET));
	SHOW(read(fd, to, n));
	SHOW(memcmp(from + 1, to, n - 1));
	SHOW(pwritev(fd, v, 2, 5));
	SHOW(pread(fd, to, n, 5));
	SHOW(memcmp(from, to, n));
	SHOW(fcntl(fd, F_SETFL, O_APPEND));
	SHOW(write(fd, from, 9000000));
	SHOW(lseek(fd, 0, SEEK_CUR));
	SHOW(ftruncate(fd, 0));
	close(fd);
	free(from);
	free(to);
}

static void modes(void)
{
	int r = open("log", O_RDONLY), w = open("log", O_WRONLY);
	char c;

	SHOW(write(r, "x", 1));
	SHOW(read(w, &c, 1));
	SHOW(pwrite(r, "x", 1, 0));
	SHOW(pread(w, &c, 1, 0));
	SHOW(read(77, &c, 1));
	SHOW(write(-1, &c, 1));
	close(r);
	close(w);
}

/* The end of a mapping in the middle of a buffer: what comes before it is moved. */
static void bad_buffers(void)
{
	int fd = open("edge", O_RDWR | O_CREAT, 0600);
	char *map = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(map + 4096, 4096);
	memset(map, 'a', 4096);
	SHOW(write(fd, BAD, 10));
	SHOW(write(fd, map + 4096, 10));
	SHOW(write(fd, map, 4096));
	SHOW(read(fd, BAD, 10));
	SHOW(lseek(fd, 0, SEEK_SET));
	SHOW(read(fd, BAD, 10));
	SHOW(read(fd, map + 4096, 10));
	SHOW(read(fd, map + 4090, 6));
	SHOW(lseek(fd, 0, SEEK_CUR));
	SHOW(read(fd, (void *)0xffff800000000000, 10));
	SHOW(write(fd, (void *)0xffff800000000000, 10));
	SHOW(read(fd, map, (size_t)-1));
	SHOW(write(fd, map, (size_t)SSIZE_MAX + 1));
	SHOW(mprotect(map, 4096, PROT_READ));
	SHOW(pread(fd, map, 10, 0));
	SHOW(pwrite(fd, map, 10, 0));
	SHOW(mprotect(map, 4096, PROT_NONE));
	SHOW(pwrite(fd, map, 10, 0));
	close(fd);
}

/* A file that is gone from the tree lives on while it is open. */
static void unlinked(void)
{
	int fd = open("gone", O_RDWR | O_CREAT, 0600);
	struct stat st;
	char buf[8] = "";

	SHOW(unlink("gone"));
	SHOW(write(fd, "still", 5));
	SHOW(pread(fd, buf, 8, 0));
	printf("[%s]\n", buf);
	SHOW(fstat(fd, &st));
	SHOW((long)st.st_nlink);
	SHOW(access("gone", F_OK));
	SHOW(close(fd));
}

/* Descriptions share nothing but the file; dup() shares the description. */
static void sharing(void)
{
	int a = open("shared", O_RDWR | O_CREAT, 0600), b = open("shared", O_RDWR), c = dup(a);
	char buf[8] = "";

	SHOW(write(a, "abcdef", 6));
	SHOW(lseek(b, 0, SEEK_CUR));
	SHOW(lseek(c, 0, SEEK_CUR));
	SHOW(read(b, buf, 3));
	SHOW(lseek(c, 1, SEEK_SET));
	SHOW(read(a, buf, 2));
	printf("[%s]\n", buf);
	close(a);
	close(b);
	close(c);
}

int main(void)
{
	int fd;

	start();
	fd = open("file", O_RDWR | O_CREAT, 0600);
	basics(fd);
	seeking(fd);
	close(fd);
	holes();
	appending();
	sizes();
	large();
	modes();
	bad_buffers();
	unlinked();
	sharing();
	return 0;
}
