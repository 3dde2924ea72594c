/* SPDX-License-Identifier: MIT */
/*
 * linux-file - "write PATH TEXT", "read PATH", or "wait PATH": until it is there, then read it.
 * A file appears whole, under its name, by rename.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int write_file(const char *path, const char *text)
{
	char temporary[4096];
	FILE *f;

	snprintf(temporary, sizeof(temporary), "%s.new", path);
	f = fopen(temporary, "w");
	if (!f || fputs(text, f) < 0 || fclose(f) || rename(temporary, path)) {
		perror(path);
		return 1;
	}
	return 0;
}

static int read_file(const char *path)
{
	FILE *f = fopen(path, "r");
	int c;

	if (!f) {
		perror(path);
		return 1;
	}
	while ((c = getc(f)) != EOF)
		putchar(c);
	putchar('\n');
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "write"))
		return write_file(argv[2], argv[3]);
	while (argc == 3 && !strcmp(argv[1], "wait") && access(argv[2], R_OK))
		usleep(10000);
	return argc == 3 ? read_file(argv[2]) : 2;
}
