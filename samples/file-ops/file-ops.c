/* SPDX-License-Identifier: MIT */
/* file-ops - makes a directory and a file, and does to them what one does to files. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIR_NAME	"/tmp/file-ops"

/* Say what was done; end with errno's text if it failed. */
static long check(long result, const char *what)
{
	if (result < 0) {
		printf("%s: %s\n", what, strerror(errno));
		exit(1);
	}
	printf("%s\n", what);
	return result;
}

static void list(const char *path)
{
	struct dirent **d;
	int n = check(scandir(path, &d, NULL, alphasort), "scandir");

	for (int i = 0; i < n; i++) {
		if (d[i]->d_name[0] != '.')
			printf("  %s\n", d[i]->d_name);
		free(d[i]);
	}
	free(d);
}

int main(void)
{
	static const char text[] = "the quick brown fox\n";
	char buf[64] = "";
	struct stat st;
	int fd;

	check(mkdir(DIR_NAME, 0755), "mkdir");
	fd = check(open(DIR_NAME "/a", O_RDWR | O_CREAT | O_EXCL, 0644), "open a, create");
	check(write(fd, text, strlen(text)), "write");
	check(lseek(fd, 4, SEEK_SET), "lseek to 4");
	check(read(fd, buf, 5), "read 5 bytes");
	printf("  \"%s\"\n", buf);
	check(ftruncate(fd, 10000), "truncate to 10000");
	check(fstat(fd, &st), "fstat");
	printf("  %lld bytes, mode %o, %lu link\n", (long long)st.st_size, st.st_mode,
	       (unsigned long)st.st_nlink);
	check(close(fd), "close");

	check(link(DIR_NAME "/a", DIR_NAME "/b"), "link a b");
	check(symlink("b", DIR_NAME "/c"), "symlink b c");
	check(rename(DIR_NAME "/a", DIR_NAME "/d"), "rename a d");
	list(DIR_NAME);
	printf("open a: %s\n", open(DIR_NAME "/a", O_RDONLY) < 0 ? strerror(errno) : "still there");

	check(unlink(DIR_NAME "/b"), "unlink b");
	check(unlink(DIR_NAME "/c"), "unlink c");
	check(unlink(DIR_NAME "/d"), "unlink d");
	check(rmdir(DIR_NAME), "rmdir");
	return 0;
}
