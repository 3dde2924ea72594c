/* SPDX-License-Identifier: MIT */
/* sources: personality/linux/path.c */
/* test_path.c - cutting long paths. */
#include "personality/linux/path.h"

#include <string.h>

#include "tests/unit/tap.h"

static size_t trim(const char *path)			{ return path_trim(path, strlen(path)); }
static size_t step(const char *path, size_t max)	{ return path_step(path, strlen(path), max); }

int main(void)
{
	ok(trim("a/b") == 3, "no slash at the end");
	ok(trim("a/b/") == 4, "one stays");
	ok(trim("a/b////") == 4, "more become one");
	ok(trim("/") == 1, "the root");
	ok(trim("////") == 1, "the root, said often");
	ok(trim("") == 0, "nothing");

	ok(step("aa/bb/cc", 5) == 3, "whole names only");
	ok(step("aa/bb/cc", 6) == 6, "a slash at the limit belongs to the first part");
	ok(step("aa/bb/cc", 7) == 6, "a name does not fit in part");
	ok(step("/aa/bb", 4) == 4, "from the root");
	ok(step("/aa/bb", 3) == 1, "the root alone");
	ok(step("aa////bb", 4) == 0, "slashes are not parted: the rest begins with a name");
	ok(step("aa////bb", 7) == 6, "and go with what they follow");
	ok(step("aa/bb/", 5) == 3, "the last name keeps its slash");
	ok(step("aaaaaaaaaa/b", 5) == 0, "a name that is too long");
	ok(step("a/bbbbbbbbbb", 5) == 2, "what is too long may come later");
	return done();
}
