/* SPDX-License-Identifier: MIT */
/* sources: runtime/lib/cpio.c */
/* The cpio reader: well-formed archives, several of them, and every way to cut one. */
#include <stdlib.h>
#include <string.h>

#include "runtime/lib/cpio.h"
#include "tests/unit/tap.h"

static char archive[8192];
static size_t len;

static void pad(size_t align)
{
	while (len % align)
		archive[len++] = 0;
}

static void member(const char *name, unsigned mode, unsigned ino, unsigned nlink, const char *data)
{
	len += sprintf(archive + len, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X", ino,
		       mode, 1000, 100, nlink, 1234567, (unsigned)strlen(data), 8, 1, 5, 6,
		       (unsigned)strlen(name) + 1, 0);
	len += sprintf(archive + len, "%s", name) + 1;
	pad(4);
	memcpy(archive + len, data, strlen(data));
	len += strlen(data);
	pad(4);
}

static void trailer(void)
{
	member("TRAILER!!!", 0, 0, 1, "");
	pad(512);
}

/* An exact copy, so that the sanitizer sees reads behind the end. */
static int count(const char *data, size_t size, enum cpio_result *last)
{
	char *copy = malloc(size ? size : 1);
	struct cpio_iter it;
	struct cpio_entry e;
	int n = 0;

	memcpy(copy, data, size);
	cpio_start(&it, copy, size);
	while ((*last = cpio_next(&it, &e)) == CPIO_ENTRY) {
		size_t sum = strlen(e.name);

		for (size_t i = 0; i < e.size; i++)
			sum += e.data[i];
		n += sum != ~0ul;
	}
	free(copy);
	return n;
}

static void test_fields(void)
{
	struct cpio_iter it;
	struct cpio_entry e;

	len = 0;
	member("./bin/tool", 0100755, 7, 1, "content");
	trailer();
	cpio_start(&it, archive, len);
	ok(cpio_next(&it, &e) == CPIO_ENTRY, "the first member is found");
	ok(e.mode == 0100755 && e.uid == 1000 && e.gid == 100 && e.mtime == 1234567, "its attributes");
	ok(e.ino == 7 && e.nlink == 1 && e.dev_major == 8 && e.dev_minor == 1, "its identity");
	ok(e.rdev_major == 5 && e.rdev_minor == 6, "its device number");
	ok(e.size == 7 && !memcmp(e.data, "content", 7), "its data");
	ok(!strcmp(e.name, "./bin/tool") && !strcmp(cpio_path(&e), "bin/tool"), "its name and path");
	ok(cpio_next(&it, &e) == CPIO_END, "the trailer and zeros are the end");
	e.name = "/./";
	ok(!*cpio_path(&e), "the path of the top directory is empty");
	e.name = "..x/y";
	ok(!strcmp(cpio_path(&e), "..x/y"), "dots that belong to a name stay");
}

static void test_several(void)
{
	struct cpio_entry e;
	enum cpio_result last;

	len = 0;
	member("boot.conf", 0100644, 1, 1, "one");
	member("a", 0100644, 2, 2, "");
	member("b", 0100644, 2, 2, "linked");
	trailer();
	member("boot.conf", 0100644, 1, 1, "two");
	member("c", 0100644, 2, 2, "");
	trailer();
	ok(count(archive, len, &last) == 5 && last == CPIO_END, "archives behind each other");
	ok(cpio_find(archive, len, "boot.conf", &e) && !memcmp(e.data, "two", 3), "the last one wins");
	ok(cpio_find(archive, len, "a", &e) && e.size == 6 && !memcmp(e.data, "linked", 6),
	   "a hard link finds its data");
	ok(cpio_find(archive, len, "c", &e) && e.size == 0,
	   "but not in another archive, which numbers its files anew");
	ok(!cpio_find(archive, len, "d", &e), "what is not there is not found");
	ok(count(archive, 0, &last) == 0 && last == CPIO_END, "nothing is an empty archive");
	ok(count("\0\0\0\0\0", 5, &last) == 0 && last == CPIO_END, "zeros are an empty archive");
}

static void test_hostile(void)
{
	enum cpio_result last;
	bool fine = true;

	len = 0;
	member("first", 0100644, 1, 1, "data of the first");
	member("second", 0100644, 2, 1, "data of the second");
	for (size_t cut = 1; cut < len; cut++) {
		count(archive, cut, &last);
		fine &= last != CPIO_ENTRY;
	}
	ok(fine, "an archive cut anywhere is read without harm");
	ok(count(archive, len - 20, &last) == 1 && last == CPIO_CORRUPT, "a cut member is corrupt");

	fine = true;
	for (size_t i = 0; i < len; i++)
		for (unsigned v = 0; v < 256; v += 5) {
			char old = archive[i];

			archive[i] = v;
			count(archive, len, &last);
			fine &= last != CPIO_ENTRY;
			archive[i] = old;
		}
	ok(fine, "any byte changed is read without harm");

	memcpy(archive + 54, "FFFFFFFF", 8);
	ok(count(archive, len, &last) == 0 && last == CPIO_CORRUPT, "a size of 4 GiB is corrupt");
	len = 0;
	member("x", 0, 0, 1, "");
	memcpy(archive + 94, "00000000", 8);
	ok(count(archive, len, &last) == 0 && last == CPIO_CORRUPT, "a name without bytes is corrupt");
	ok(count("070707 old format", 17, &last) == 0 && last == CPIO_CORRUPT, "another format is corrupt");
}

int main(void)
{
	test_fields();
	test_several();
	test_hostile();
	return done();
}
