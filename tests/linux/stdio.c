/* SPDX-License-Identifier: MIT */
/* stdio.c - buffered files: what libc makes of read, write, lseek, fstat and ioctl. */
#include "show.h"
#include <stdlib.h>

static void write_and_read(void)
{
	FILE *f = fopen("stdio.tmp", "w+");
	char line[64], *grown = NULL;
	size_t room = 0, lines = 0;
	long sum = 0;

	for (int i = 0; i < 5000; i++)
		fprintf(f, "%d line number %05d\n", i, i * 7);
	SHOW(ftell(f));
	rewind(f);
	while (fgets(line, sizeof(line), f)) {
		lines++;
		sum += atol(strrchr(line, ' '));
	}
	SHOW(lines);
	SHOW(sum);
	SHOW_IF(feof(f) && !ferror(f));
	SHOW(fseek(f, -23, SEEK_END));
	SHOW(getline(&grown, &room, f));
	fputs(grown, stdout);
	free(grown);
	SHOW(fseek(f, 100, SEEK_SET));
	SHOW(fgetc(f));
	SHOW(ungetc('#', f));
	SHOW(fgetc(f));
	SHOW(ftell(f));
	SHOW(fseek(f, -1, SEEK_SET));
	SHOW(fclose(f));
	SHOW(remove("stdio.tmp"));
	SHOW(remove("stdio.tmp"));
	SHOW_IF(fopen("stdio.tmp", "r") == NULL);
}

static void append(void)
{
	FILE *f = fopen("append.tmp", "a+");
	char text[64];

	fputs("one\n", f);
	rewind(f);
	fputs("two\n", f);
	rewind(f);
	SHOW(fread(text, 1, sizeof(text), f));
	fclose(f);
	f = fopen("append.tmp", "r+b");
	fseek(f, 0, SEEK_END);
	SHOW(ftell(f));
	fseek(f, 4, SEEK_SET);
	fputs("TWO", f);
	fclose(f);
	f = fopen("append.tmp", "wx");
	SHOW_IF(f == NULL);
	f = fopen("append.tmp", "r");
	SHOW(fread(text, 1, sizeof(text), f));
	fwrite(text, 1, 8, stdout);
	SHOW(fputc('x', f));
	fclose(f);
	unlink("append.tmp");
}

static void scan(void)
{
	int i = 0, n = 0;
	double d = 0;
	char word[16] = "", set[16] = "";

	SHOW(sscanf(" 42 3.25e2 word abc123", "%d %lf %15s %15[a-z]%n", &i, &d, word, set, &n));
	printf("%d %g %s %s %d\n", i, d, word, set, n);
	SHOW(sscanf("0x1f 077 -5", "%i %o %u", &i, &n, (unsigned *)&n));
}

static void buffers(void)
{
	static char buffer[64];
	FILE *f = fmemopen(buffer, sizeof(buffer), "w");
	char *text = NULL;
	size_t len = 0;

	fprintf(f, "in memory %d", 7);
	fclose(f);
	puts(buffer);
	f = open_memstream(&text, &len);
	for (int i = 0; i < 1000; i++)
		fputs("0123456789", f);
	fclose(f);
	SHOW(len);
	free(text);
	f = tmpfile();
	SHOW_IF(f != NULL);
	if (f) {
		fputs("temporary", f);
		SHOW(ftell(f));
		fclose(f);
	}
	fflush(stdout);
	fprintf(stderr, "to standard error\n");
	SHOW(isatty(0));
	SHOW(isatty(99));
}

int main(void)
{
	static char small[16];

	setvbuf(stdout, small, _IOFBF, sizeof(small));
	setvbuf(stdin, NULL, _IONBF, 0);
	write_and_read();
	append();
	scan();
	buffers();
	SHOW_IF(getchar() == EOF && feof(stdin) && !ferror(stdin));
	return 0;
}
