/* SPDX-License-Identifier: MIT */
/* grant.h - delegation of ranges, in chunks; the rules are at the head of grant.c. */
#pragma once
#include <hedron/crd.h>
#include "cap.h"
#include "crd.h"

struct pd;
struct work;

/* How far a delegation is; `phase` and `room` are 0 when none is under way. */
struct grant {
	uint8_t phase;			/* enum grant_phase in grant.c; 0: none is under way */
	enum hedron_status status;
	uint64_t at;			/* done: selectors, ports or bytes from the start */
	struct obj_room room;
};

/* A chunk of the delegation of `w` from `src` to `dst`, which the caller finds anew each time.
 * HEDRON_OOM: nothing was delegated; HC_AGAIN. */
MUST_USE enum hedron_status grant_chunk(struct grant *g, struct pd *src, struct pd *dst, unsigned type,
					struct crd_window w, unsigned rights, struct work *work);

/* One that is under way goes no further: its next chunks release what it has, and answer `status`. */
void grant_stop(struct grant *g, enum hedron_status status);

/* Gives it up, what was delegated so far stays. False: the chunk is over, again later. */
bool grant_cancel(struct grant *g, struct work *work);
