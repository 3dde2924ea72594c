/* SPDX-License-Identifier: MIT */
/* tour-linux - an ordinary Linux program: writes a file, waits for another, reads it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tour.h"

static int wait_for(const char *path)
{
	const struct timespec pause = { .tv_nsec = 5000000 };

	for (int i = 0; i < 4000; i++) {
		int fd = open(path, O_RDONLY);

		if (fd >= 0)
			return fd;
		nanosleep(&pause, NULL);
	}
	return -1;
}

/* Under another name first: who waits for the file shall find it whole. */
static int publish(const char *path, const char *text)
{
	char tmp[64];
	int fd;

	snprintf(tmp, sizeof(tmp), "%s.new", path);
	fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) || close(fd))
		return -1;
	return rename(tmp, path);
}

int main(void)
{
	char text[128] = "";
	int fd;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("[linux]    I am process %d, made by musl-gcc, and know nothing of Hedron.\n", getpid());
	if (publish(FROM_LINUX, "greetings from write(2)")) {
		printf("[linux]    %s: %s\n", FROM_LINUX, strerror(errno));
		return 1;
	}
	fd = wait_for(FROM_HYPERAPP);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0) {
		printf("[linux]    %s: %s\n", FROM_HYPERAPP, strerror(errno));
		return 1;
	}
	printf("[linux]    read(2) of %s gives: \"%s\"\n", FROM_HYPERAPP, text);
	return publish(LINUX_DONE, "") != 0;
}
