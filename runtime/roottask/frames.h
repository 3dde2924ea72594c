/* SPDX-License-Identifier: MIT */
/* frames.h - page frames: which are free, and grants of them to programs; see frames.c. */
#pragma once
#include <stdbool.h>

#include "runtime/lib/range.h"

/* Frames given out by one request. Its owner keeps it in a list. */
struct grant {
	struct grant *next;
	uint64_t addr;		/* where they are mapped in the owner; 0: nowhere yet */
	uint64_t pages;		/* in all pieces */
	size_t n;
	struct range piece[];	/* frame numbers, in the order of the addresses */
};

/* A set of frames to be given out, minus what is known not to be usable. */
struct hip;
bool frames_from_hip(struct range_set *free, const struct hip *hip);

/* Does the range meet RAM, the kernel or a boot module? */
bool frames_are_memory(const struct hip *hip, uint64_t addr, uint64_t size);

/**
 * frames_take - take `pages` frames, in as few pieces as can be.
 * @own   taken first: a program's own pool; may be empty
 * @free  then these
 * @page  number of the page where they will be mapped: pieces are placed so that large mappings of
 *        them are possible
 *
 * Returns a grant, to be freed with frames_give(); NULL: not so many, or no memory to note them.
 */
struct grant *frames_take(struct range_set *own, struct range_set *free, uint64_t pages, uint64_t page);
void frames_give(struct range_set *free, struct grant *g);
