/* SPDX-License-Identifier: MIT */
/*
 * stack.c - what a program finds on its stack when it starts (System V ABI AMD64, 3.4.1).
 *
 *	top	8 bytes 0
 *		path, environment strings, argument strings
 *		"x86_64", 16 random bytes
 *		auxiliary vector, 0, environment pointers, 0, argument pointers
 *	sp	argc
 *
 * The program's own pointers begin at the lowest address, and sp is a multiple of 16.
 */
#include "stack.h"

#include <stdlib.h>
#include <string.h>

#include <asm/errno.h>
#include <linux/auxvec.h>

#define PLATFORM	"x86_64"
#define OWN_AUX		3		/* AT_RANDOM, AT_EXECFN, AT_PLATFORM */
#define TOP_ZEROS	8

/* Bytes of n strings that lie one behind the other. */
static size_t strings_size(const char *s, unsigned n)
{
	const char *at = s;

	while (n--)
		at += strlen(at) + 1;
	return at - s;
}

/* A cursor that moves down; addr is the program's address of at. */
struct cursor {
	char *at;
	uint64_t addr;
};

static uint64_t push(struct cursor *c, const void *src, size_t len)
{
	c->at -= len;
	c->addr -= len;
	memcpy(c->at, src, len);
	return c->addr;
}

/* Pointers to n strings, the first of which is at `addr`. */
static uint64_t *put_pointers(uint64_t *to, const char *s, unsigned n, uint64_t addr)
{
	while (n--) {
		size_t len = strlen(s) + 1;

		*to++ = addr;
		addr += len;
		s += len;
	}
	*to++ = 0;
	return to;
}

static void put_words(const struct stack_plan *plan, uint64_t *to, uint64_t args, uint64_t envs,
		      const struct aux own[OWN_AUX])
{
	*to++ = plan->argc;
	to = put_pointers(to, plan->args, plan->argc, args);
	to = put_pointers(to, plan->envs, plan->envc, envs);
	memcpy(to, plan->aux, plan->aux_count * sizeof(struct aux));
	to += 2 * plan->aux_count;
	memcpy(to, own, OWN_AUX * sizeof(struct aux));
	to += 2 * OWN_AUX;
	to[0] = AT_NULL;
	to[1] = 0;
}

long stack_build(const struct stack_plan *plan, uint64_t top, size_t max, uint64_t *sp, char **bytes)
{
	size_t args_size = strings_size(plan->args, plan->argc);
	size_t envs_size = strings_size(plan->envs, plan->envc);
	size_t path_size = strlen(plan->path) + 1;
	size_t words = 1 + plan->argc + 1 + plan->envc + 1 + 2 * (plan->aux_count + OWN_AUX + 1);
	size_t strings = TOP_ZEROS + path_size + envs_size + args_size + sizeof(PLATFORM) +
			 STACK_RANDOM;
	uint64_t start = (top - strings - words * 8) & ~15ull, args, envs;
	struct aux own[OWN_AUX];
	struct cursor c;
	char *image;

	if (top - start > max)
		return -E2BIG;
	image = calloc(1, top - start);
	if (!image)
		return -ENOMEM;
	c = (struct cursor){ image + (top - start) - TOP_ZEROS, top - TOP_ZEROS };
	own[0] = (struct aux){ AT_EXECFN, push(&c, plan->path, path_size) };
	envs = push(&c, plan->envs, envs_size);
	args = push(&c, plan->args, args_size);
	own[1] = (struct aux){ AT_PLATFORM, push(&c, PLATFORM, sizeof(PLATFORM)) };
	own[2] = (struct aux){ AT_RANDOM, push(&c, plan->random, STACK_RANDOM) };
	put_words(plan, (uint64_t *)image, args, envs, own);
	*sp = start;
	*bytes = image;
	return 0;
}
