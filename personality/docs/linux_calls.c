/* SPDX-License-Identifier: MIT */
/*
 * linux_calls.c - a host program that writes docs/linux-calls.md from the table of system calls.
 * It is linked with linux/table.c, compiled without handlers.
 */
#include "../linux/calls.h"

#include <stdio.h>

static unsigned count(enum lx_served served)
{
	unsigned n = 0;

	for (unsigned nr = 0; nr < lx_call_count; nr++)
		n += lx_calls[nr].name && lx_calls[nr].served == served;
	return n;
}

int main(void)
{
	unsigned full = count(LX_FULL) + count(LX_NO_RETURN), part = count(LX_PART);

	printf("# System calls of the Linux personality\n\n"
	       "Generated from `personality/linux/table.c` by `make linux-calls`; do not edit.\n\n"
	       "%u calls are served: %u as their manual pages say, %u in part, as remarked. Any other\n"
	       "number is answered `ENOSYS`, with a line in the trace. Numbers are those of x86-64.\n\n"
	       "| number | call | served | remark |\n|---|---|---|---|\n", full + part, full, part);
	for (unsigned nr = 0; nr < lx_call_count; nr++) {
		const struct lx_call *c = &lx_calls[nr];

		if (c->name)
			printf("| %u | `%s` | %s | %s |\n", nr, c->name,
			       c->served == LX_PART ? "part" : "full", c->remark ? c->remark : "");
	}
	return 0;
}
