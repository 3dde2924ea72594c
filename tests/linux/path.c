/* SPDX-License-Identifier: MIT */
/* path.c - path_resolution(7): long names and paths, slashes, dots. */
#include "files.h"
#include <limits.h>

static char name255[256], name256[257];

static void names(void)
{
	memset(name255, 'n', 255);
	memset(name256, 'n', 256);
	SHOW(creat(name255, 0600) == 3);
	SHOW(close(3));
	SHOW(access(name255, F_OK));
	SHOW(creat(name256, 0600));
	SHOW(access(name256, F_OK));
	SHOW(mkdir(name256, 0700));
	SHOW(symlink("x", name256));
	SHOW(rename(name255, name256));
	SHOW(unlink(name256));
	SHOW(unlink(name255));
	SHOW(creat("\x01\xff\n *?\\", 0600));
	SHOW(close(3));
	SHOW(unlink("\x01\xff\n *?\\"));
}

static void slashes(void)
{
	mkdir("d", 0755);
	put("d/f", "f");
	puts(get("d//f"));
	puts(get(".//d/././f"));
	puts(get("d/../d/f"));
	puts(get("./d/.//..///d/f"));
	SHOW(access("d/", F_OK));
	SHOW(access("d//", F_OK));
	SHOW(access("d/.", F_OK));
	SHOW(access("d/f/", F_OK));
	SHOW(access("d/f/.", F_OK));
	SHOW(access("d/f/..", F_OK));
	SHOW(access("missing/..", F_OK));
	SHOW(access("/", F_OK));
	SHOW(access("//", F_OK));
	SHOW(access("/../../..", F_OK));
	SHOW(access("", F_OK));
	SHOW(access("...", F_OK));
	SHOW(access("d/f", F_OK));
}

/* "./././ ... d/f", exactly `len` bytes, and with slashes instead. */
static void padded(size_t len)
{
	char path[PATH_MAX + 16];
	size_t tail = strlen("d/f"), n = len - tail;

	for (size_t i = 0; i < n; i++)
		path[i] = i % 2 ? '/' : '.';
	if (n % 2)
		path[n - 1] = '/';
	strcpy(path + n, "d/f");
	printf("%zu dots: %s\n", len, get(path));
	memset(path, '/', n);
	path[0] = '.';
	printf("%zu slashes: %s\n", len, get(path));
	strcpy(path, "d/f");
	memset(path + tail, '/', n);
	path[len] = '\0';
	printf("%zu slashes behind: %s\n", len, get(path));
	strcpy(path, "d");
	memset(path + 1, '/', len - 1);
	path[len] = '\0';
	printf("%zu slashes behind: %s\n", len, get(path));
}

/* Directories deeper than one path can tell; the way back is as long. */
static void deep(void)
{
	char *path = malloc(20000);
	int depth = 0, n;
	struct stat st;

	for (; depth < 30; depth++) {
		name255[0] = 'a' + depth % 26;
		if (mkdir(name255, 0755) || chdir(name255))
			break;
	}
	printf("depth %d\n", depth);
	put("bottom", "deep");
	puts(get("bottom"));
	SHOW(syscall(SYS_getcwd, path, 20000));
	for (n = 0; n < depth; n++)
		if (chdir(".."))
			break;
	printf("back %d\n", n);
	SHOW(access("d/f", F_OK));

	*path = '\0';
	for (int i = 0; i < 15; i++) {
		name255[0] = 'a' + i;
		strcat(strcat(path, name255), "/");
	}
	printf("%zu bytes\n", strlen(path));
	SHOW(stat(path, &st));
	strcat(path, "file");
	SHOW(creat(path, 0600) == 3);
	SHOW(close(3));
	SHOW(access(path, F_OK));
	strcat(path, "x");
	SHOW(rename(path, "y"));
	path[strlen(path) - 1] = '\0';
	SHOW(rename(path, "y"));
	SHOW(access("y", F_OK));
	SHOW(link("y", path));
	SHOW(unlink(path));
	SHOW(symlink("z", path));
	SHOW(unlink(path));
	SHOW(mkdir(path, 0700));
	SHOW(rmdir(path));
	for (int i = 0; i < 20; i++)
		strcat(path, "/more/");
	SHOW(access(path, F_OK));
	for (int i = 0; i < 60; i++)
		strcat(path, "/more/");
	SHOW(access(path, F_OK));

	for (n = depth; n--;) {
		for (int i = 0; i < n; i++) {
			name255[0] = 'a' + i % 26;
			if (chdir(name255))
				break;
		}
		if (n == depth - 1)
			SHOW(unlink((name255[0] = 'a' + n % 26, strcat(strcpy(path, name255), "/bottom"))));
		name255[0] = 'a' + n % 26;
		if (rmdir(name255))
			printf("rmdir %d: %s\n", n, errno_name(errno));
		for (int i = 0; i < n; i++)
			if (chdir(".."))
				break;
	}
	free(path);
}

int main(void)
{
	static const size_t lengths[] = { 1899, 1900, 1901, 2000, 4000, 4094, 4095, 4096, 4100 };

	start();
	names();
	slashes();
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		padded(lengths[i]);
	deep();
	return 0;
}
