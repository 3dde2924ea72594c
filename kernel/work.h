/* SPDX-License-Identifier: MIT */
/*
 * work.h - long operations go in chunks, so that interrupts and more urgent threads never wait for
 * the whole. Each step says about how many instructions it took; when the chunk is used up, the
 * operation notes where it was, drops its locks, and is called again later.
 */
#pragma once
#include "types.h"

#define WORK_CHUNK	6000		/* instructions; a step more may come on top of it */

struct work {
	int left;
};

#define WORK_INIT	((struct work){ WORK_CHUNK })

static inline void work_spend(struct work *w, unsigned instructions)	{ w->left -= (int)instructions; }
static inline bool work_is_over(const struct work *w)			{ return w->left <= 0; }
