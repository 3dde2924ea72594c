/* SPDX-License-Identifier: MIT */
/*
 * linux-fill - fills the file system: "data" with one file that grows, "names" with empty files. It
 * ends with an error and not with harm; after the files are removed there is room again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NAMES_MAX	2000000

static int fill_data(void)
{
	static char piece[1 << 20];
	int fd = open("fill", O_WRONLY | O_CREAT, 0600);
	long n = 0;
	ssize_t w;

	memset(piece, 'f', sizeof(piece));
	while ((w = write(fd, piece, sizeof(piece))) > 0)
		n += w;
	printf("%s after more than 16 MiB: %s\n", errno == ENOSPC ? "ENOSPC" : strerror(errno),
	       n > 16 << 20 ? "yes" : "no");
	printf("the file has what was written: %s\n", lseek(fd, 0, SEEK_END) == n ? "yes" : "no");
	close(fd);
	return unlink("fill");
}

static int fill_names(void)
{
	char name[240];
	long n;
	int fd;

	for (n = 0; n < NAMES_MAX; n++) {
		snprintf(name, sizeof(name), "%0200ld", n);
		fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0600);
		if (fd < 0)
			break;
		close(fd);
	}
	printf("%s after more than 5000 files: %s\n", errno == ENOSPC ? "ENOSPC" : strerror(errno),
	       n > 5000 ? "yes" : "no");
	while (n-- > 0) {
		snprintf(name, sizeof(name), "%0200ld", n);
		if (unlink(name))
			return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	int fd, failed = argc > 1 && !strcmp(argv[1], "names") ? fill_names() : fill_data();

	fd = open("again", O_WRONLY | O_CREAT, 0600);
	printf("and then again: %s\n", !failed && write(fd, "again", 5) == 5 ? "yes" : "no");
	unlink("again");
	return failed;
}
