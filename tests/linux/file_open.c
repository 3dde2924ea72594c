/* SPDX-License-Identifier: MIT */
/* file_open.c - open(2), openat2(2), creat(2), close(2): flags, descriptors, errors. */
#include "files.h"
#include <linux/openat2.h>
#include <sys/resource.h>

static void creating(void)
{
	umask(027);
	SHOW(open("new", O_RDONLY));
	SHOW(open("new", O_RDWR | O_CREAT | O_EXCL, 0777));
	SHOW(open("new", O_RDWR | O_CREAT | O_EXCL, 0777));
	SHOW(open("new", O_RDWR | O_CREAT, 0600));
	SHOW(close(4));
	SHOW(close(3));
	SHOW(close(3));

	struct stat st;
	SHOW(stat("new", &st));
	printf("mode %o links %ld size %ld\n", st.st_mode, (long)st.st_nlink, (long)st.st_size);
	SHOW(creat("made", 0666));
	SHOW(read(3, &st, 1));
	SHOW(fstat(3, &st));
	printf("mode %o\n", st.st_mode);
	SHOW(close(3));
	umask(022);
}

static void truncating(void)
{
	put("text", "0123456789");
	SHOW(size_of("text"));
	SHOW(open("text", O_RDWR));
	SHOW(close(3));
	SHOW(size_of("text"));
	SHOW(open("text", O_WRONLY | O_TRUNC));
	SHOW(size_of("text"));
	SHOW(close(3));
	put("text", "abc");
	SHOW(creat("text", 0600));
	SHOW(size_of("text"));
	SHOW(close(3));
}

static void kinds(void)
{
	SHOW(mkdir("dir", 0755));
	SHOW(symlink("text", "link"));
	SHOW(symlink("missing", "dangling"));
	SHOW(symlink("dir", "dirlink"));

	SHOW(open("dir", O_WRONLY));
	SHOW(open("dir", O_RDWR));
	SHOW(open("dir", O_RDONLY | O_CREAT, 0600));
	SHOW(open("dir", O_RDONLY | O_DIRECTORY));
	SHOW(read(3, NULL, 0));
	SHOW(write(3, "x", 1));
	SHOW(close(3));
	SHOW(open("text", O_RDONLY | O_DIRECTORY));
	SHOW(open("text/", O_RDONLY));
	SHOW(open("text/below", O_RDONLY));
	SHOW(open("fresh/", O_RDWR | O_CREAT, 0600));
	SHOW(open("nodir/fresh", O_RDWR | O_CREAT, 0600));
	SHOW(open("", O_RDONLY));

	SHOW(open("link", O_RDONLY | O_NOFOLLOW));
	SHOW(open("dirlink", O_RDONLY | O_NOFOLLOW));
	SHOW(open("dirlink", O_RDONLY | O_NOFOLLOW | O_DIRECTORY));
	SHOW(open("dangling", O_RDONLY));
	SHOW(open("dangling", O_RDWR | O_CREAT | O_EXCL, 0600));
	SHOW(open("dangling", O_RDWR | O_CREAT, 0600));
	SHOW(close(3));
	SHOW(size_of("missing"));
	SHOW(open("dirlink/../text", O_RDONLY));
	SHOW(close(3));
}

static void paths_only(void)
{
	struct stat st;
	char c;

	SHOW(open("text", O_PATH));
	SHOW(read(3, &c, 1));
	SHOW(write(3, &c, 1));
	SHOW(lseek(3, 0, SEEK_SET));
	SHOW(ftruncate(3, 0));
	SHOW(syscall(SYS_fchmod, 3, 0600));
	SHOW(fstat(3, &st));
	SHOW(fcntl(3, F_GETFL) == O_PATH);
	SHOW(fcntl(3, F_SETFL, 0));
	SHOW(dup(3));
	SHOW(close(4));
	SHOW(close(3));
	SHOW(open("link", O_PATH | O_NOFOLLOW));
	SHOW(fstat(3, &st));
	SHOW_IF(S_ISLNK(st.st_mode));
	SHOW(close(3));
	SHOW(open("dir", O_PATH | O_DIRECTORY));
	SHOW(openat(3, "inside", O_RDWR | O_CREAT, 0600));
	SHOW(close(4));
	SHOW(size_of("dir/inside"));
	SHOW(close(3));
	SHOW(open("text", O_PATH));
	SHOW(openat(3, "inside", O_RDONLY));
	SHOW(close(3));
}

static void relative(void)
{
	SHOW(openat(77, "text", O_RDONLY));
	SHOW(openat(77, "/", O_RDONLY | O_DIRECTORY));
	SHOW(close(3));
	SHOW(openat(-5, "text", O_RDONLY));
	SHOW(openat(0, "text", O_RDONLY));
}

static long openat2(int fd, const char *path, struct open_how *how, size_t size)
{
	return syscall(SYS_openat2, fd, path, how, size);
}

static void with_how(void)
{
	struct { struct open_how how; uint64_t more; } big = { .how = { .flags = O_RDONLY } };

	SHOW(openat2(AT_FDCWD, "text", &big.how, sizeof(big.how)));
	SHOW(close(3));
	SHOW(openat2(AT_FDCWD, "text", &big.how, sizeof(big)));
	SHOW(close(3));
	big.more = 1;
	SHOW(openat2(AT_FDCWD, "text", &big.how, sizeof(big)));
	SHOW(openat2(AT_FDCWD, "text", &big.how, 8));
	big.how.mode = 0600;
	SHOW(openat2(AT_FDCWD, "text", &big.how, sizeof(big.how)));
	big.how = (struct open_how){ .flags = 1ull << 40 };
	SHOW(openat2(AT_FDCWD, "text", &big.how, sizeof(big.how)));
	big.how = (struct open_how){ .resolve = 1ull << 40 };
	SHOW(openat2(AT_FDCWD, "text", &big.how, sizeof(big.how)));
	big.how = (struct open_how){ .flags = O_PATH | O_RDWR };
	SHOW(openat2(AT_FDCWD, "text", &big.how, sizeof(big.how)));
	big.how = (struct open_how){ .flags = O_RDWR | O_CREAT, .mode = 010000 };
	SHOW(openat2(AT_FDCWD, "text", &big.how, sizeof(big.how)));
}

static void limit(void)
{
	struct rlimit old, few = { 6, 6 };

	getrlimit(RLIMIT_NOFILE, &old);
	few.rlim_max = old.rlim_max;
	SHOW(setrlimit(RLIMIT_NOFILE, &few));
	for (int i = 0; i < 5; i++)
		SHOW(open("text", O_RDONLY));
	SHOW(open("never", O_RDWR | O_CREAT, 0600));
	SHOW(size_of("never"));
	SHOW(dup(0));
	SHOW(dup2(0, 6));
	SHOW(dup2(0, 5));
	SHOW(close(4));
	SHOW(open("text", O_RDONLY));
	SHOW(setrlimit(RLIMIT_NOFILE, &old));
	for (int i = 3; i < 6; i++)
		SHOW(close(i));
}

/* More descriptors than any first size of a table. */
static void many(void)
{
	int n = 0, bad = 0;

	while (n < 600 && open("text", O_RDONLY) == n + 3)
		n++;
	for (int fd = 3; fd < n + 3; fd++)
		bad += close(fd) != 0;
	printf("opened %d, close failed %d\n", n, bad);
	SHOW(close(3));
}

int main(void)
{
	struct rlimit r;

	start();
	getrlimit(RLIMIT_NOFILE, &r);
	creating();
	truncating();
	kinds();
	paths_only();
	relative();
	with_how();
	limit();
	if (r.rlim_cur >= 700)
		many();
	SHOW(open("text", O_RDONLY | 020000000 /* __O_TMPFILE alone */));
	return 0;
}
