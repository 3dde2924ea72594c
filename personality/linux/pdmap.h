/* SPDX-License-Identifier: MIT */
/* pdmap.h - pages into and out of the PD of a process; the story is at the head of pdmap.c. */
#pragma once
#include "lx.h"
#include <hedron/utcb.h>

/* Pages that are mapped together. Neighbours become one delegation where alignment allows. */
struct pd_batch {
	cap_sel pd;
	struct hedron_utcb *utcb;	/* typed items of this message; NULL: hypercalls */
	unsigned items;
	uint64_t to, from;		/* page numbers of the run that is being collected */
	uint64_t count;			/* its pages */
	unsigned rights;
	bool failed;			/* a hypercall was refused: kernel memory is exhausted */
};

#define PD_BATCH_ITEMS	192		/* typed items at most; further pages are left out */

void pd_batch_begin(struct pd_batch *b, cap_sel pd, struct hedron_utcb *utcb);
/* False: no room, the page is not mapped. rights: MEM_*, not 0. */
bool pd_batch_add(struct pd_batch *b, uint64_t page, void *from, unsigned rights);
void pd_batch_end(struct pd_batch *b);

/* Take [page, end) away. */
void pd_unmap(cap_sel pd, uint64_t page, uint64_t end);
