/* SPDX-License-Identifier: MIT */
/* sources: personality/linux/trace_names.c */
/* test_trace_names.c - flags, values and errors in the words of strace. */
#include "personality/linux/trace.h"

#include <string.h>

#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/mman.h>

#include "../tap.h"

static bool reads(const char *table, uint64_t value, const char *expected)
{
	char buf[256];
	int n = trace_words(buf, sizeof(buf), table, value);
	bool same = n == (int)strlen(expected) && !strcmp(buf, expected);

	return ok(same, "%s %#llx: %s", table, (unsigned long long)value, same ? expected : buf);
}

static void cut(void)
{
	char buf[12] = "";
	int n = trace_words(buf, 8, "open", O_WRONLY | O_CREAT | O_TRUNC);

	ok(n >= 8 && strlen(buf) == 7 && !buf[8], "a line without room is cut, not overrun");
}

int main(void)
{
	char buf[64];

	reads("open", O_RDONLY, "O_RDONLY");
	reads("open", O_RDWR | O_CREAT | O_CLOEXEC, "O_RDWR|O_CREAT|O_CLOEXEC");
	reads("open", O_RDONLY | O_DIRECTORY | 0x40000000, "O_RDONLY|O_DIRECTORY|0x40000000");
	reads("prot", PROT_NONE, "PROT_NONE");
	reads("prot", PROT_READ | PROT_EXEC, "PROT_READ|PROT_EXEC");
	reads("map", MAP_PRIVATE | MAP_ANONYMOUS, "MAP_PRIVATE|MAP_ANONYMOUS");
	reads("map", MAP_SHARED_VALIDATE | MAP_FIXED, "MAP_SHARED_VALIDATE|MAP_FIXED");
	reads("clock", 1, "CLOCK_MONOTONIC");
	reads("clock", 99, "0x63");
	reads("at", 0, "0");
	reads("whence", 2, "SEEK_END");
	ok(trace_words(buf, sizeof(buf), "no such table", 1) == -1, "a table that is not there");
	cut();
	trace_errno(buf, sizeof(buf), ENOENT);
	ok(!strcmp(buf, "ENOENT (No such file or directory)"), "an error");
	trace_errno(buf, sizeof(buf), 4000);
	ok(!strcmp(buf, "errno 4000"), "one without a name");
	return done();
}
