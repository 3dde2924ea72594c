/* SPDX-License-Identifier: MIT */
/* assert.h - for what only our own bug can break; never for input. Hosted: the C library's. */
#if __STDC_HOSTED__
#include_next <assert.h>
#else
#pragma once
#include "panic.h"
#define assert(x) \
	((x) ? (void)0 : panic("%s:%u: assertion failed: %s", __FILE__, (unsigned)__LINE__, #x))
#endif
