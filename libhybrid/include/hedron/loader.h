/* SPDX-License-Identifier: MIT */
/*
 * hedron/loader.h - protocol of a loader, version 1: a service that starts programs in a format
 * which the roottask does not know. The roottask is its only client (badge 0).
 */
#pragma once
#include <hedron/service.h>

#define LOADER_VERSION	1

enum loader_op {
	LOADER_START	= 1,
};

/* How the program may use the console (the console's grants, console.h), and how it runs. */
#define LOADER_TRACE	(1u << 0)	/* trace its system calls */
#define LOADER_HYBRID	(1u << 1)	/* if marked hybrid it gets its capabilities, else BAD_CAP for all */
#define LOADER_CREATE	(1u << 2)	/* a hybrid program's own PD has right PD_CREATE */

/*
 * LOADER_START, with one typed item: the memory with the start block, read-only, pages from the base of
 * the loader's window on (memory, aligned, LOADER_BLOCK_MAX bytes); the loader has unmapped it when it
 * answers. The capabilities of a hybrid program the loader fetches with ROOT_PORTALS (root.h), while
 * it serves this or later: a window takes only one type.
 * Answer: svc_reply; on failure FORMAT (126) or NOT_FOUND (127) etc. and the text of one line, its
 * length in `value`, behind the svc_reply. Started programs end with ROOT_ENDED.
 */
#define LOADER_BLOCK_MAX	(256 * 1024)
struct loader_start {
	struct svc_request req;
	uint32_t program;		/* 0x08  number for ROOT_ENDED */
	uint32_t flags;			/* 0x0c  LOADER_* */
	uint32_t console;		/* 0x10  CONSOLE_GRANT_* of the program */
	uint32_t len;			/* 0x14  bytes of the start block */
};
_Static_assert(sizeof(struct loader_start) == 0x18, "loader protocol 1");

/* The start block: this head, then 0-terminated strings: path, working directory, argc arguments,
 * envc environment strings. */
struct loader_block {
	uint32_t argc;			/* 0x00 */
	uint32_t envc;			/* 0x04 */
	char strings[];			/* 0x08 */
};
