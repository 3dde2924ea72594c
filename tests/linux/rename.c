/* SPDX-License-Identifier: MIT */
/* rename.c - rename(2), renameat2(2): what may take the place of what, and what may not. */
#include "files.h"

static long renameat2_raw(const char *from, const char *to, unsigned flags)
{
	return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
}
#define NOREPLACE	1
#define EXCHANGE	2

static void kind(const char *path)
{
	struct stat st;

	if (lstat(path, &st))
		printf("%s: %s\n", path, errno_name(errno));
	else
		printf("%s: %o\n", path, st.st_mode & S_IFMT);
}

static void files(void)
{
	put("a", "A");
	put("b", "B");
	SHOW(rename("a", "c"));
	SHOW(access("a", F_OK));
	puts(get("c"));
	SHOW(rename("c", "b"));
	puts(get("b"));
	SHOW(rename("c", "d"));
	SHOW(rename("b", "b"));
	SHOW(rename("b", "b/"));
	SHOW(rename("b/", "e"));
	SHOW(rename("b", "missing/e"));
	SHOW(rename("b", "b/e"));
	SHOW(rename("", "e"));
	SHOW(rename("b", ""));
	SHOW(link("b", "same"));
	SHOW(rename("b", "same"));	/* two links to one file: nothing happens */
	puts(get("b"));
	puts(get("same"));
	SHOW(unlink("same"));
}

static void directories(void)
{
	mkdir("d", 0755);
	mkdir("e", 0755);
	put("d/in", "inside");
	SHOW(rename("d", "e"));
	kind("d");
	puts(get("e/in"));
	SHOW(rename("e/", "d/"));
	puts(get("d/in"));
	mkdir("e", 0755);
	SHOW(rename("e", "d"));
	SHOW(rename("d", "d/below"));
	SHOW(rename("d", "d/in/below"));
	SHOW(rename("d", "b"));
	SHOW(rename("b", "d"));
	SHOW(rename("d/in", "d"));
	SHOW(rename("d", "."));
	SHOW(rename(".", "x"));
	SHOW(rename("d/..", "x"));
	SHOW(rename("/", "x"));
	SHOW(rename("d", "/"));
	SHOW(rename("d/in", "out"));
	puts(get("out"));
	SHOW(rename("out", "d/back"));
	SHOW(rename("e", "d/e"));
	SHOW(rename("d/e/..", "x"));
	kind("d/e");

	struct stat up, here;
	SHOW(stat("d/e/..", &up));
	SHOW(stat("d", &here));
	SHOW_IF(up.st_ino == here.st_ino);
}

static void links(void)
{
	symlink("b", "l");
	symlink("d", "ld");
	SHOW(rename("l", "l2"));
	kind("l2");
	puts(get("l2"));
	put("over", "over");
	SHOW(rename("over", "l2"));
	kind("l2");
	puts(get("b"));
	SHOW(rename("ld", "d"));
	SHOW(rename("ld/", "x"));
	SHOW(rename("d", "ld"));
	SHOW(rename("d", "ld/"));
	kind("ld");
}

static void flags(void)
{
	put("p", "P");
	put("q", "Q");
	mkdir("dir", 0755);
	put("dir/in", "in");
	SHOW(renameat2_raw("p", "q", NOREPLACE));
	puts(get("q"));
	SHOW(renameat2_raw("p", "r", NOREPLACE));
	puts(get("r"));
	SHOW(renameat2_raw("r", "q", EXCHANGE));
	printf("%s %s\n", get("r"), "");
	puts(get("q"));
	SHOW(renameat2_raw("r", "dir", EXCHANGE));
	puts(get("r/in"));
	puts(get("dir"));
	SHOW(renameat2_raw("r", "missing", EXCHANGE));
	SHOW(renameat2_raw("r", "r/x", EXCHANGE));
	SHOW(renameat2_raw("r", "q", EXCHANGE | NOREPLACE));
	SHOW(renameat2_raw("r", "q", 0x100));
	SHOW(syscall(SYS_renameat, 99, "r", AT_FDCWD, "q"));
	SHOW(syscall(SYS_renameat, AT_FDCWD, "r", 99, "q"));
}

/* An open file follows its name, and the one that was replaced lives on. */
static void open_files(void)
{
	int old, new;
	char buf[8] = "";

	put("o", "old");
	put("n", "new");
	old = open("o", O_RDONLY);
	new = open("n", O_RDONLY);
	SHOW(rename("n", "o"));
	SHOW(read(old, buf, 3));
	puts(buf);
	SHOW(read(new, buf, 3));
	puts(buf);
	puts(get("o"));
	close(old);
	close(new);
}

int main(void)
{
	start();
	files();
	directories();
	links();
	flags();
	open_files();
	return 0;
}
