/* SPDX-License-Identifier: MIT */
/* bootinfo.h - what the loader told, in one form for both protocols; bootinfo.c. */
#pragma once
#include "types.h"

#define BOOT_MAX_RANGES		32
#define BOOT_MAX_MODULES	24

struct boot_range {
	paddr start;
	uint64_t len;
	uint32_t type;			/* as in the loader's map; 1: usable RAM */
};

struct boot_module {
	paddr start, end;
	paddr string;			/* of its command line; 0: none */
};

struct boot_info {
	const char *cmdline;
	struct boot_range ranges[BOOT_MAX_RANGES];
	struct boot_module modules[BOOT_MAX_MODULES];
	unsigned range_count, module_count;
	const void *rsdp;		/* NULL: not told */
	bool uefi;
	paddr info, info_end;		/* where the loader's structure lies */
};

extern struct boot_info boot;		/* I after boot_parse() */

bool boot_parse(uint32_t magic, paddr info);	/* false: no loader we know */
bool boot_option(const char *name);		/* a token of the command line is a prefix of it */
bool boot_value(const char *name, uint64_t *val);	/* NAME=NUMBER[KMG] */
bool boot_word(const char *name, const char *word);	/* NAME=WORD is there */
