/* SPDX-License-Identifier: MIT */
/* args.c - prints its arguments and the environment variables TEST_*, whatever bytes they hold. */
#include "show.h"

extern char **environ;

static void print(const char *s)
{
	putchar('"');
	for (; *s; s++)
		if (*s >= ' ' && *s < 127 && *s != '"' && *s != '\\')
			putchar(*s);
		else
			printf("\\x%02x", (unsigned char)*s);
	puts("\"");
}

int main(int argc, char **argv)
{
	printf("%d arguments\n", argc - 1);
	for (int i = 1; i < argc; i++)
		print(argv[i]);
	for (char **e = environ; *e; e++)
		if (!strncmp(*e, "TEST_", 5))
			print(*e);
	return 0;
}
