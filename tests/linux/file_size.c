/* SPDX-License-Identifier: MIT */
/* file_size.c - truncate(2), ftruncate(2), fallocate(2), RLIMIT_FSIZE, fsync(2) and its kin. */
#include "files.h"
#include <signal.h>
#include <sys/resource.h>

static void show_text(const char *path, size_t n)
{
	char buf[32] = "";
	int fd = open(path, O_RDONLY);
	long r = read(fd, buf, n);

	for (long i = 0; i < r; i++)
		putchar(buf[i] ? buf[i] : '.');
	printf(" (%ld)\n", r);
	close(fd);
}

static void truncating(void)
{
	int fd;

	put("t", "0123456789");
	SHOW(truncate("t", 4));
	show_text("t", 32);
	SHOW(truncate("t", 8));
	show_text("t", 32);
	SHOW(truncate("t", -1));
	SHOW(truncate("missing", 0));
	SHOW(truncate("", 0));
	SHOW(mkdir("d", 0755));
	SHOW(truncate("d", 0));
	SHOW(truncate("t/", 0));

	fd = open("t", O_RDWR);
	SHOW(lseek(fd, 6, SEEK_SET));
	SHOW(ftruncate(fd, 2));
	SHOW(lseek(fd, 0, SEEK_CUR));
	SHOW(write(fd, "x", 1));
	show_text("t", 32);
	SHOW(ftruncate(fd, -1));
	SHOW(ftruncate(fd, 100000));
	SHOW(size_of("t"));
	SHOW(pwrite(fd, "end", 3, 99999));
	SHOW(ftruncate(fd, 5000));
	SHOW(ftruncate(fd, 99999));
	char tail[4] = "abc";
	SHOW(pread(fd, tail, 3, 99996));
	printf("%d %d %d\n", tail[0], tail[1], tail[2]);
	close(fd);
	fd = open("t", O_RDONLY);
	SHOW(ftruncate(fd, 0));
	SHOW(ftruncate(77, 0));
	SHOW(ftruncate(0, 0));
	close(fd);
}

/* What a page held behind the new end is zero when the file grows over it again. */
static void cut_and_grow(void)
{
	int fd = open("cut", O_RDWR | O_CREAT, 0600), bad = 0;
	char page[4096];

	memset(page, 'z', sizeof(page));
	SHOW(write(fd, page, sizeof(page)));
	SHOW(ftruncate(fd, 1000));
	SHOW(pwrite(fd, "!", 1, 3000));
	SHOW(pread(fd, page, sizeof(page), 0));
	for (int i = 0; i < 3000; i++)
		bad += page[i] != (i < 1000 ? 'z' : 0);
	SHOW(bad);
	close(fd);
}

static void allocating(void)
{
	int fd = open("a", O_RDWR | O_CREAT, 0600);
	struct stat st;

	SHOW(fallocate(fd, 0, 0, 10000));
	SHOW(fstat(fd, &st));
	SHOW((long)st.st_size);
	SHOW_IF(st.st_blocks * 512 >= 10000);
	SHOW(fallocate(fd, 0, 100, 50));
	SHOW(size_of("a"));
	SHOW(fallocate(fd, 0, -1, 50));
	SHOW(fallocate(fd, 0, 0, 0));
	SHOW(fallocate(fd, 0, 0, -5));
	SHOW(fallocate(77, 0, 0, 5));
	close(fd);
	fd = open("a", O_RDONLY);
	SHOW(fallocate(fd, 0, 0, 5));
	close(fd);
	SHOW(posix_fallocate(1000, 0, 10));
}

static void limit(void)
{
	struct rlimit old, small;
	int fd = open("l", O_RDWR | O_CREAT, 0600);

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = 100;
	SHOW(setrlimit(RLIMIT_FSIZE, &small));
	SHOW(pwrite(fd, "0123456789", 10, 95));
	SHOW(size_of("l"));
	SHOW(pwrite(fd, "0123456789", 10, 100));
	SHOW(ftruncate(fd, 101));
	SHOW(ftruncate(fd, 100));
	SHOW(fallocate(fd, 0, 0, 200));
	SHOW(truncate("l", 50));
	SHOW(setrlimit(RLIMIT_FSIZE, &old));
	SHOW(pwrite(fd, "0123456789", 10, 100));
	close(fd);
}

static void syncing(void)
{
	int fd = open("l", O_RDWR), dir = open(".", O_RDONLY), null = open("/dev/null", O_RDWR);

	SHOW(fsync(fd));
	SHOW(fdatasync(fd));
	SHOW(fsync(dir));
	SHOW(fsync(null));
	SHOW(fsync(77));
	SHOW(syncfs(fd));
	SHOW(syncfs(77));
	SHOW(sync_file_range(fd, 0, 0, 0));
	SHOW(sync_file_range(fd, 0, 0, 0x100));
	SHOW(posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL));
	SHOW(posix_fadvise(fd, 0, 0, 99));
	SHOW(posix_fadvise(77, 0, 0, 0));
	SHOW(readahead(fd, 0, 100));
	SHOW(readahead(dir, 0, 100));
	SHOW(readahead(77, 0, 100));
	sync();
	close(fd);
	close(dir);
	close(null);
}

int main(void)
{
	start();
	truncating();
	cut_and_grow();
	allocating();
	limit();
	syncing();
	return 0;
}
