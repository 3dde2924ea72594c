/* SPDX-License-Identifier: MIT */
/* sources: personality/linux/stack.c */
/* test_stack.c - the stack image is read back as a C library reads it. */
#include "personality/linux/stack.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <linux/auxvec.h>

#include "../tap.h"

#define TOP	0x7fffeffff000ull

static const struct aux aux[] = { { AT_PAGESZ, 4096 }, { AT_UID, 0 }, { AT_ENTRY, 0x401000 } };

static struct stack_plan plan = {
	.path = "/bin/prog", .argc = 3, .args = "prog\0\0two words", .envc = 2,
	.envs = "PATH=/bin\0EMPTY=", .aux = aux, .aux_count = 3, .random = "0123456789abcde",
};

static uint64_t sp;
static char *bytes;

/* The program's address `addr` in the image. */
static const char *at(uint64_t addr)
{
	return addr >= sp && addr < TOP ? bytes + (addr - sp) : "outside of the stack";
}

static const uint64_t *find_aux(const uint64_t *v, uint64_t type)
{
	for (; v[0] != AT_NULL; v += 2)
		if (v[0] == type)
			return &v[1];
	return NULL;
}

static void whole(void)
{
	const uint64_t *w, *v;

	ok(stack_build(&plan, TOP, 65536, &sp, &bytes) == 0, "a stack is built");
	w = (const uint64_t *)bytes;
	ok(sp % 16 == 0, "its pointer is a multiple of 16");
	ok(w[0] == 3, "argc");
	ok(!strcmp(at(w[1]), "prog") && !strcmp(at(w[2]), "") && !strcmp(at(w[3]), "two words"), "argv");
	ok(w[4] == 0, "argv ends with a null pointer");
	ok(!strcmp(at(w[5]), "PATH=/bin") && !strcmp(at(w[6]), "EMPTY="), "environment");
	ok(w[7] == 0, "it ends with a null pointer");
	v = w + 8;
	ok(find_aux(v, AT_PAGESZ) && *find_aux(v, AT_PAGESZ) == 4096, "auxiliary vector: given entries");
	ok(find_aux(v, AT_EXECFN) && !strcmp(at(*find_aux(v, AT_EXECFN)), "/bin/prog"), "AT_EXECFN");
	ok(find_aux(v, AT_PLATFORM) && !strcmp(at(*find_aux(v, AT_PLATFORM)), "x86_64"), "AT_PLATFORM");
	ok(find_aux(v, AT_RANDOM) && !memcmp(at(*find_aux(v, AT_RANDOM)), plan.random, STACK_RANDOM),
	   "AT_RANDOM");
	ok(*(uint64_t *)(bytes + (TOP - sp) - 8) == 0, "8 bytes of 0 at its top");
	free(bytes);
}

static void sizes(void)
{
	struct stack_plan empty = { .path = "", .args = "", .envs = "", .aux = aux };
	bool aligned = true;
	char arg[64];

	ok(stack_build(&plan, TOP, 255, &sp, &bytes) == -E2BIG, "more than the limit is E2BIG");
	ok(stack_build(&empty, TOP, 65536, &sp, &bytes) == 0 && ((uint64_t *)bytes)[0] == 0,
	   "no arguments, no environment");
	free(bytes);
	for (unsigned n = 0; n < 40; n++) {
		struct stack_plan p = plan;

		memset(arg, 'x', n);
		arg[n] = 0;
		p.argc = 1;
		p.args = arg;
		aligned &= !stack_build(&p, TOP, 65536, &sp, &bytes) && sp % 16 == 0 &&
			   !strcmp(at(((uint64_t *)bytes)[1]), arg);
		free(bytes);
	}
	ok(aligned, "strings of any length leave the pointer aligned");
}

int main(void)
{
	whole();
	sizes();
	return done();
}
