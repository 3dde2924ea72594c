/* SPDX-License-Identifier: MIT */
/* sources: personality/linux/path.c */
/* test_path.c - cutting long paths. */
#include "personality/linux/path.h"

#include <string.h>

#include "tests/unit/tap.h"

static bool squeezed(const char *path, const char *to)
{
	char text[64];

	strcpy(text, path);
	return path_squeeze(text, strlen(text)) == strlen(to) && !memcmp(text, to, strlen(to));
}

static size_t step(const char *path, size_t max)
{
	return path_step(path, strlen(path), max);
}

int main(void)
{
	ok(squeezed("a/b", "a/b"), "nothing to squeeze");
	ok(squeezed("//a///b////", "/a/b/"), "slashes before, between and behind names");
	ok(squeezed("////", "/"), "the root, said often");
	ok(squeezed("", ""), "nothing at all");

	ok(step("aa/bb/cc", 5) == 3, "whole names only");
	ok(step("aa/bb/cc", 6) == 6, "a slash at the limit belongs to the first part");
	ok(step("aa/bb/cc", 7) == 6, "a name does not fit in part");
	ok(step("/aa/bb", 4) == 4, "from the root");
	ok(step("/aa/bb", 3) == 1, "the root alone");
	ok(step("aa/bb/", 5) == 3, "the last name keeps its slash");
	ok(step("aaaaaaaaaa/b", 5) == 0, "a name that is too long");
	ok(step("a/bbbbbbbbbb", 5) == 2, "what is too long may come later");
	return done();
}
