/* SPDX-License-Identifier: MIT */
/* native-file - linux-file as a hyperapp: "write PATH TEXT", "read PATH", "wait PATH". */
#include <hedron/file.h>
#include <hedron/native.h>
#include <stdio.h>
#include <string.h>

static int failed(const char *what, enum svc_status s)
{
	fprintf(stderr, "%s: %s\n", what, hedron_svc_name(s));
	return 1;
}

static int write_file(const char *path, const char *text)
{
	char temporary[512];
	struct hedron_file f;
	enum svc_status s;

	snprintf(temporary, sizeof(temporary), "%s.new", path);
	s = hedron_file_open(&f, temporary, FS_O_CREATE | FS_O_TRUNC | FS_O_WRITE, 0644);
	if (s == SVC_OK)
		s = hedron_file_write(&f, 0, text, strlen(text), NULL);
	if (s == SVC_OK)
		s = hedron_file_close(&f);
	if (s == SVC_OK)
		s = hedron_file_rename(temporary, path, 0);
	return s == SVC_OK ? 0 : failed(path, s);
}

static int read_file(const char *path, int wait)
{
	struct hedron_file f;
	enum svc_status s;
	char buf[4096];
	size_t n;
	cap_sel pause = hedron_sm_new(0);

	while ((s = hedron_file_open(&f, path, 0, 0)) == SVC_NOT_FOUND && wait)
		hedron_sm_down(pause, hedron_deadline(10000));
	if (s != SVC_OK)
		return failed(path, s);
	for (uint64_t at = 0;; at += n) {
		s = hedron_file_read(&f, at, buf, sizeof(buf), &n);
		if (s != SVC_OK)
			return failed(path, s);
		if (!n)
			break;
		fwrite(buf, 1, n, stdout);
	}
	putchar('\n');
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "write"))
		return write_file(argv[2], argv[3]);
	return argc == 3 ? read_file(argv[2], !strcmp(argv[1], "wait")) : 2;
}
