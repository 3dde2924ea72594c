/* SPDX-License-Identifier: MIT */
/*
 * linux-late - waits until the file PATH is there and one second more, reads it, writes another one,
 * takes memory, and says whether all of that worked: a probe of the health of the system.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char text[64] = "", again[64] = "", *memory;
	int fd;

	while (argc < 2 || access(argv[1], R_OK))
		usleep(10000);
	sleep(1);
	fd = open(argv[1], O_RDONLY);
	read(fd, text, sizeof(text) - 1);
	close(fd);
	puts(text);

	fd = open("/tmp/late", O_RDWR | O_CREAT | O_EXCL, 0600);
	write(fd, text, strlen(text));
	lseek(fd, 0, SEEK_SET);
	read(fd, again, sizeof(again) - 1);
	memory = calloc(1, 1 << 20);
	puts(!strcmp(text, again) && memory && !memory[1 << 19] ? "still well" : "ill");
	return 0;
}
