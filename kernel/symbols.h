/* SPDX-License-Identifier: MIT */
/* symbols.h - the names of the kernel's functions; symbols.c. */
#pragma once
#include "types.h"

/* The function that `addr` is in, and how far; NULL: none. */
const char *symbol_at(uint64_t addr, uint64_t *ofs);
