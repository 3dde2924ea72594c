/* SPDX-License-Identifier: MIT */
/* native-stdio - a hyperapp with main(argc, argv): arguments, lines of input, both output streams. */
#include <hedron/native.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int main(int argc, char **argv)
{
	char *line[100], buf[256];
	int n = 0;

	for (int i = 1; i < argc; i++)
		printf("argument %d: \"%s\"\n", i, argv[i]);
	while (n < 100 && fgets(buf, sizeof(buf), stdin))
		line[n++] = strdup(buf);
	qsort(line, n, sizeof(line[0]), by_text);
	for (int i = 0; i < n; i++)
		fputs(line[i], stdout);
	fprintf(stderr, "%d lines, %5.2f, %s\n", n, 2.5, getenv("TEST_A") ? getenv("TEST_A") : "-");
	return 7;
}
