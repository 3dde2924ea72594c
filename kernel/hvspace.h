/* SPDX-License-Identifier: MIT */
/* hvspace.h - the hypervisor's own spaces, from which the roottask takes all it has (ABI 1.4). */
#pragma once
#include "space_mem.h"

#define HV_PAGES	(1ull << 36)	/* 48 bits of physical address */

void hv_init(void);				/* all ports, and nothing else yet */
void hv_add(cap_sel sel, struct kobj *obj, unsigned rights);
void hv_reserve(paddr start, paddr end, unsigned rights);	/* at most `rights` to be had */
struct extent hv_extent(paddr p);
