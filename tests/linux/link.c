/* SPDX-License-Identifier: MIT */
/* link.c - link(2), symlink(2), readlink(2), unlink(2). */
#include "files.h"
#include <limits.h>

static void hard(void)
{
	struct stat st;
	int fd;

	put("a", "text");
	SHOW(link("a", "b"));
	SHOW(link("a", "b"));
	SHOW(stat("b", &st));
	SHOW((long)st.st_nlink);
	fd = open("b", O_WRONLY | O_APPEND);
	SHOW(write(fd, "+", 1));
	close(fd);
	puts(get("a"));
	SHOW(unlink("a"));
	puts(get("b"));
	SHOW(stat("b", &st));
	SHOW((long)st.st_nlink);
	mkdir("d", 0755);
	SHOW(link("d", "d2"));
	SHOW(link("missing", "x"));
	SHOW(link("b", "missing/x"));
	SHOW(link("b", "b/x"));
	SHOW(link("b/", "x"));
	SHOW(link("b", "x/"));
	SHOW(link("b", "d"));
	SHOW(link("", "x"));
	SHOW(link("b", ""));
	SHOW(link("b", "d/deep"));
	puts(get("d/deep"));

	symlink("b", "s");
	SHOW(linkat(AT_FDCWD, "s", AT_FDCWD, "to_link", 0));
	SHOW(lstat("to_link", &st));
	SHOW_IF(S_ISLNK(st.st_mode));
	SHOW(linkat(AT_FDCWD, "s", AT_FDCWD, "to_file", AT_SYMLINK_FOLLOW));
	SHOW(lstat("to_file", &st));
	SHOW_IF(S_ISREG(st.st_mode));
	SHOW(linkat(AT_FDCWD, "s", AT_FDCWD, "x", 0x4));
	SHOW(linkat(99, "s", AT_FDCWD, "x", 0));
	fd = open("b", O_RDONLY);
	SHOW(unlink("b"));
	SHOW(fstat(fd, &st));
	SHOW((long)st.st_nlink);
	close(fd);
}

static void show_link(const char *path, size_t size)
{
	char buf[PATH_MAX + 1];
	long n = readlink(path, buf, size);

	if (n < 0)
		printf("%s: %s\n", path, errno_name(errno));
	else
		printf("%s: [%.*s]\n", path, (int)n, buf);
}

static void soft(void)
{
	char text[PATH_MAX];
	struct stat st;

	put("f", "file");
	SHOW(symlink("f", "l"));
	SHOW(symlink("f", "l"));
	SHOW(symlink("", "empty"));
	SHOW(symlink("x", ""));
	SHOW(symlink("x", "slash/"));
	SHOW(symlink("x", "f/y"));
	SHOW(symlink("x", "missing/y"));
	SHOW(symlink("../nowhere/./at//all", "odd"));
	show_link("l", 100);
	show_link("l", 1);
	show_link("odd", 100);
	show_link("odd", 5);
	show_link("f", 100);
	show_link("d", 100);
	show_link("missing", 100);
	show_link("l/", 100);
	SHOW(syscall(SYS_readlink, "l", text, 0));
	SHOW(syscall(SYS_readlink, "l", text, -1));
	SHOW(syscall(SYS_readlink, "l", 8, 100));
	puts(get("l"));

	mkdir("dir", 0755);
	put("dir/f", "in dir");
	SHOW(symlink("dir", "ldir"));
	SHOW(symlink("ldir/f", "chain"));
	puts(get("chain"));
	puts(get("ldir/../l"));
	SHOW(lstat("ldir/", &st));
	SHOW_IF(S_ISDIR(st.st_mode));
	SHOW(rmdir("ldir"));
	SHOW(unlink("ldir/"));
	SHOW(unlink("ldir"));

	memset(text, 'x', 1000);
	text[1000] = '\0';
	SHOW(symlink(text, "long"));
	SHOW(lstat("long", &st));
	SHOW((long)st.st_size);
	SHOW(access("long", F_OK));

	int fd = open("l", O_PATH | O_NOFOLLOW);
	SHOW(readlinkat(fd, "", text, 100));
	close(fd);
	fd = open("f", O_RDONLY);
	SHOW(readlinkat(fd, "", text, 100));
	SHOW(readlinkat(fd, "l", text, 100));
	close(fd);
}

static void loops(void)
{
	char name[16], target[16];
	struct stat st;

	SHOW(symlink("me", "me"));
	SHOW(open("me", O_RDONLY));
	SHOW(stat("me", &st));
	SHOW(lstat("me", &st));
	SHOW(open("me", O_RDWR | O_CREAT, 0600));
	SHOW(open("me", O_RDWR | O_CREAT | O_EXCL, 0600));
	SHOW(mkdir("me/x", 0700));
	SHOW(symlink("pong", "ping"));
	SHOW(symlink("ping", "pong"));
	SHOW(chdir("ping"));
	SHOW(truncate("ping", 0));

	put("n0", "end");
	for (int i = 1; i <= 41; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		snprintf(target, sizeof(target), "n%d", i - 1);
		symlink(target, name);
	}
	puts(get("n40"));
	puts(get("n41"));
}

int main(void)
{
	start();
	hard();
	soft();
	loops();
	return 0;
}
