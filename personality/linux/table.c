/* SPDX-License-Identifier: MIT */
/*
 * table.c - the table of system calls: number, name, handler, trace format, what is served.
 *
 * A host program (docs.c) is linked with it to write docs/linux-calls.md; the remark stands there.
 * Format words: calls.h.
 */
#include "calls.h"
#include <asm/unistd_64.h>

#define FULL(nr, fmt)		[__NR_##nr] = { #nr, lx_##nr, fmt, LX_FULL, NULL }
#define PART(nr, fmt, rem)	[__NR_##nr] = { #nr, lx_##nr, fmt, LX_PART, rem }

const struct lx_call lx_calls[] = {
	/* Processes, identity, machine. */
	FULL(exit,		"int =none"),
	FULL(exit_group,	"int =none"),
	FULL(getpid,		""),
	FULL(gettid,		""),
	FULL(getppid,		""),

	/* Scheduling. */

	/* Memory. */

	/* Time and futexes. */

	/* Signals. */

	/* Files: content. */

	/* Files: descriptors. */

	/* Files: names and attributes. */

	/* Files: waiting. */
};

const unsigned lx_call_count = ARRAY_SIZE(lx_calls);
