/* SPDX-License-Identifier: MIT */
/* debug.h - what a debug build (`make DEBUG=1`) does besides; kernel/debug. In others: nothing. */
#pragma once
#include "types.h"

#ifdef DEBUG
void canary_init(void);			/* canary.c; first of all, from a function that never returns */
#else
static inline void canary_init(void)	{ }
#endif
