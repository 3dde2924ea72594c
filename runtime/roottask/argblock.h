/* SPDX-License-Identifier: MIT */
/* argblock.h - what lies at the top of a new program's stack (System V ABI AMD64, 3.4.1). */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "conf.h"

#define ARGBLOCK_MAX	(128 * 1024)

struct aux {
	uint64_t type, value;
};

/**
 * argblock_build - argc, argv, envp, auxiliary vector and the strings they point to.
 * @top  address behind the block; a multiple of 16
 * @aux  ends with type 0
 * @len  becomes its length, a multiple of 16: RSP is top - len
 *
 * Returns it in memory of its own; NULL: no memory, or longer than ARGBLOCK_MAX.
 */
void *argblock_build(uint64_t top, const struct conf_words *arg, const struct conf_words *env,
		     const struct aux *aux, size_t *len);
