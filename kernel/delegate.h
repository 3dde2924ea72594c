/* SPDX-License-Identifier: MIT */
/* delegate.h - moving capabilities and memory between PDs; the rules are at the head of delegate.c. */
#pragma once
#include <hedron/crd.h>
#include "types.h"

struct ec;
struct pd;

/* What a receiver takes. */
struct windows {
	hedron_crd xlate, del;
};

/* Carries out a typed item and replaces it by what the receiver sees (CRD 0: nothing).
 * HEDRON_OOM leaves it partly done. */
MUST_USE enum hedron_status transfer(struct pd *src, struct pd *dst, struct windows win,
				     struct hedron_typed *item);

MUST_USE enum hedron_status delegate_objects(struct pd *src, struct pd *dst, hedron_crd from,
					     hedron_crd to, uint64_t hotspot);

enum hedron_status hc_pd_ctrl(struct ec *self);
