/* SPDX-License-Identifier: MIT */
/* delegate.h - moving capabilities and memory between PDs; the rules are at the head of delegate.c. */
#pragma once
#include <hedron/crd.h>
#include "grant.h"

struct ec;

/* What a receiver takes. */
struct windows {
	hedron_crd xlate, del;
};

/* Carries out a typed item; *result is what the receiver sees (CRD 0: nothing). HC_AGAIN: the chunk is
 * over, again with the same arguments. HEDRON_OOM: nothing is done. */
MUST_USE enum hedron_status transfer(struct grant *g, struct pd *src, struct pd *dst, struct windows win,
				     const struct hedron_typed *item, struct hedron_typed *result,
				     struct work *work);

enum hedron_status hc_pd_ctrl(struct ec *self);
