/* SPDX-License-Identifier: MIT */
/* sources: runtime/roottask/argblock.c */
/* The top of a new program's stack, read back as the program would. */
#include <stdlib.h>
#include <string.h>

#include "runtime/roottask/argblock.h"
#include "tests/unit/tap.h"

#define TOP	0x7fff0000ull

static void test_layout(void)
{
	char *args[] = { "prog", "", "two words", NULL }, *envs[] = { "A=b", NULL };
	const struct conf_words arg = { args, 3 }, env = { envs, 1 };
	const struct aux aux[] = { { 6, 4096 }, { 9, 0x401000 }, { 0, 0 } };
	size_t len = 0;
	char *block = argblock_build(TOP, &arg, &env, aux, &len);
	uint64_t *w = (uint64_t *)block;

	ok(block && len % 16 == 0, "the block keeps the stack aligned");
	if (!block)
		return;
#define AT(addr)	(block + ((addr) - (TOP - len)))
	ok(w[0] == 3 && !strcmp(AT(w[1]), "prog") && !strcmp(AT(w[2]), "") &&
	   !strcmp(AT(w[3]), "two words") && !w[4], "argc and argv");
	ok(!strcmp(AT(w[5]), "A=b") && !w[6], "envp");
	ok(w[7] == 6 && w[8] == 4096 && w[9] == 9 && w[10] == 0x401000 && !w[11], "auxiliary vector");
	free(block);
}

static void test_limits(void)
{
	static char big[ARGBLOCK_MAX];
	char *args[] = { big, NULL };
	const struct conf_words arg = { args, 1 }, none = { NULL, 0 };
	const struct aux aux[] = { { 0, 0 } };
	size_t len = 0;
	void *block;

	memset(big, 'x', sizeof(big) - 1);
	ok(!argblock_build(TOP, &arg, &none, aux, &len), "a longer block is refused");
	big[sizeof(big) - 100] = 0;
	block = argblock_build(TOP, &arg, &none, aux, &len);
	ok(block && len <= ARGBLOCK_MAX, "one that just fits is not");
	free(block);
	block = argblock_build(TOP, &none, &none, aux, &len);
	ok(block && len == 48, "and one without strings");
	free(block);
}

int main(void)
{
	test_layout();
	test_limits();
	return done();
}
