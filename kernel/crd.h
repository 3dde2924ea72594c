/* SPDX-License-Identifier: MIT */
/* crd.h - arithmetic of capability ranges (ABI reference 4.4, 4.5). Pure. */
#pragma once
#include <hedron/crd.h>
#include "types.h"

/* What a delegation moves: 2^order units from src to dst. */
struct crd_window {
	uint64_t src, dst;
	unsigned order;
};

/* Memory and objects: bases are rounded down, the hotspot says where the smaller lies in the larger. */
struct crd_window crd_window_hot(hedron_crd src, hedron_crd dst, uint64_t hotspot);

/* Ports: what both ranges have in common; false if nothing. dst equals src. */
bool crd_window_common(hedron_crd a, hedron_crd b, struct crd_window *w);

static inline uint64_t crd_first(hedron_crd crd)
{
	return crd_base(crd) & ~low_mask(crd_order(crd));
}
