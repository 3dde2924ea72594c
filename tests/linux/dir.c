/* SPDX-License-Identifier: MIT */
/* dir.c - directories: mkdir(2), rmdir(2), getdents64(2), readdir(3), chdir(2), getcwd(2). */
#include "files.h"
#include <dirent.h>

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names in a directory, sorted. */
static void list(const char *path)
{
	char *names[64];
	int n = 0;
	DIR *d = opendir(path);
	struct dirent *e;

	printf("%s:", path);
	while (d && (e = readdir(d)) && n < 64) {
		char text[300];

		snprintf(text, sizeof(text), "%s/%d", e->d_name, e->d_type);
		names[n++] = strdup(text);
	}
	qsort(names, n, sizeof(names[0]), by_name);
	for (int i = 0; i < n; i++) {
		printf(" %s", names[i]);
		free(names[i]);
	}
	printf("%s\n", d ? "" : errno_name(errno));
	if (d)
		closedir(d);
}

static void making(void)
{
	struct stat st;

	SHOW(mkdir("d", 0777));
	SHOW(mkdir("d", 0777));
	SHOW(mkdir("d/", 0777));
	SHOW(mkdir("d/e/", 0700));
	SHOW(mkdir("x/y", 0700));
	SHOW(mkdir(".", 0700));
	SHOW(mkdir("..", 0700));
	SHOW(mkdir("/", 0700));
	SHOW(mkdir("", 0700));
	SHOW(mkdir("d/.", 0700));
	SHOW(mkdir("new/.", 0700));
	put("f", "");
	SHOW(mkdir("f", 0700));
	SHOW(mkdir("f/g", 0700));
	SHOW(symlink("nowhere", "l"));
	SHOW(mkdir("l", 0700));
	SHOW(stat("d", &st));
	printf("mode %o\n", st.st_mode);
	SHOW(mkdir("sticky", 07777));
	SHOW(stat("sticky", &st));
	printf("mode %o\n", st.st_mode);
	SHOW(mkdirat(AT_FDCWD, "at", 0700));
	SHOW(mkdirat(99, "at2", 0700));
	list(".");
	list("d");
	list("f");
	list("missing");
}

static void removing(void)
{
	SHOW(rmdir("d"));
	SHOW(rmdir("d/e/."));
	SHOW(rmdir("d/e/.."));
	SHOW(rmdir("/"));
	SHOW(rmdir("f"));
	SHOW(rmdir("l"));
	SHOW(rmdir("missing"));
	SHOW(rmdir("d/e/"));
	SHOW(rmdir("d"));
	SHOW(unlink("at"));
	SHOW(unlink("at/"));
	SHOW(unlinkat(AT_FDCWD, "f", AT_REMOVEDIR));
	SHOW(unlinkat(AT_FDCWD, "at", 0));
	SHOW(unlinkat(AT_FDCWD, "at", 0x4));
	SHOW(unlinkat(AT_FDCWD, "at", AT_REMOVEDIR));
	SHOW(unlink("f/"));
	SHOW(unlink("f"));
	SHOW(unlink("f"));
	SHOW(unlink("l"));
	SHOW(unlink("."));
	SHOW(unlink("/"));
	SHOW(unlink(""));
	list(".");
}

/* More entries than one message or one buffer holds, long and short names. */
static void many(void)
{
	char name[300];
	int seen[400] = { 0 }, n = 0, wrong = 0, again = 0;
	DIR *d;
	struct dirent *e;
	long half = 0;

	mkdir("many", 0755);
	for (int i = 0; i < 400; i++) {
		snprintf(name, sizeof(name), "many/%0*d", 3 + i % 60 * 4, i);
		close(open(name, O_WRONLY | O_CREAT, 0600));
	}
	d = opendir("many");
	while ((e = readdir(d))) {
		n++;
		if (e->d_name[0] == '.')
			continue;
		int i = atoi(e->d_name);
		wrong += i < 0 || i >= 400 || seen[i]++ || e->d_type != DT_REG ||
			 (int)strlen(e->d_name) != 3 + i % 60 * 4;
		if (n == 200)
			half = telldir(d);
	}
	printf("%d entries, %d wrong\n", n, wrong);
	rewinddir(d);
	for (n = 0; (e = readdir(d)); n++)
		;
	printf("%d entries\n", n);
	seekdir(d, half);
	while ((e = readdir(d)))
		again++;
	printf("%d entries behind the 200th\n", again);

	/* Removing while reading loses none and repeats none. */
	rewinddir(d);
	n = wrong = 0;
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "many/%s", e->d_name);
		wrong += unlink(name) != 0;
		n++;
	}
	closedir(d);
	printf("%d removed, %d failed\n", n, wrong);
	SHOW(rmdir("many"));
}

static void raw(void)
{
	char buf[4096];
	int fd, f;

	mkdir("r", 0755);
	put("r/file", "");
	fd = open("r", O_RDONLY | O_DIRECTORY);
	f = open("r/file", O_RDONLY);
	SHOW(syscall(SYS_getdents64, fd, buf, 10));
	SHOW(syscall(SYS_getdents64, f, buf, sizeof(buf)));
	SHOW(syscall(SYS_getdents64, 99, buf, sizeof(buf)));
	SHOW(syscall(SYS_getdents64, fd, (void *)8, sizeof(buf)));
	SHOW(syscall(SYS_getdents64, fd, buf, sizeof(buf)));
	SHOW(syscall(SYS_getdents64, fd, buf, sizeof(buf)));
	SHOW(lseek(fd, 0, SEEK_SET));
	SHOW(syscall(SYS_getdents64, fd, buf, 24));
	SHOW(lseek(fd, -1, SEEK_SET));
	SHOW(unlink("r/file"));
	SHOW(rmdir("r"));
	SHOW(syscall(SYS_getdents64, fd, buf, sizeof(buf)));
	SHOW(openat(fd, "new", O_RDWR | O_CREAT, 0600));
	SHOW(mkdirat(fd, "new", 0700));
	close(fd);
	close(f);
}

static void working(void)
{
	char here[4096], there[4096], buf[16];
	int fd;

	SHOW_IF(getcwd(here, sizeof(here)) != NULL);
	mkdir("w", 0755);
	mkdir("w/x", 0755);
	symlink("w/x", "to_x");
	SHOW(chdir("w"));
	getcwd(there, sizeof(there));
	printf("[%s]\n", there + strlen(here));
	SHOW(chdir(".."));
	SHOW(chdir("to_x"));
	getcwd(there, sizeof(there));
	printf("[%s]\n", there + strlen(here));
	fd = open(".", O_RDONLY);
	SHOW(chdir("/"));
	getcwd(there, sizeof(there));
	printf("[%s]\n", there);
	SHOW(fchdir(fd));
	getcwd(there, sizeof(there));
	printf("[%s]\n", there + strlen(here));
	SHOW(syscall(SYS_getcwd, buf, 3));
	SHOW(syscall(SYS_getcwd, buf, 0));
	SHOW(syscall(SYS_getcwd, (void *)8, 4096));
	SHOW(chdir(here));
	put("plain", "");
	SHOW(chdir("plain"));
	SHOW(chdir("missing"));
	SHOW(chdir(""));
	SHOW(fchdir(99));
	close(fd);
	fd = open("plain", O_RDONLY);
	SHOW(fchdir(fd));
	close(fd);

	SHOW(chdir("w/x"));
	SHOW(rmdir("../x"));
	SHOW(syscall(SYS_getcwd, there, sizeof(there)));
	SHOW(open("new", O_RDWR | O_CREAT, 0600));
	SHOW(mkdir("new", 0700));
	SHOW(access(".", F_OK));
	SHOW(chdir(".."));
	SHOW(syscall(SYS_getcwd, there, sizeof(there)) > 0);
	SHOW(chdir(here));
}

int main(void)
{
	start();
	making();
	removing();
	many();
	raw();
	working();
	return 0;
}
