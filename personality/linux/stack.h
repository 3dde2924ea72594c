/* SPDX-License-Identifier: MIT */
/* stack.h - what a program finds on its stack when it starts; stack.c. Pure. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define STACK_RANDOM	16		/* bytes behind AT_RANDOM */

/* One entry of the auxiliary vector. */
struct aux {
	uint64_t type, value;
};

struct stack_plan {
	const char *path;		/* AT_EXECFN */
	unsigned argc, envc;
	const char *args, *envs;	/* so many 0-terminated strings, one behind the other */
	const struct aux *aux;		/* without those that point into the stack, and the end */
	size_t aux_count;
	uint8_t random[STACK_RANDOM];
};

/*
 * stack_build - the bytes below `top`. *sp is the stack pointer, *bytes the content of [*sp, top),
 * to be freed by the caller. 0; -ENOMEM; -E2BIG: more than `max` bytes.
 */
long stack_build(const struct stack_plan *plan, uint64_t top, size_t max, uint64_t *sp, char **bytes);
