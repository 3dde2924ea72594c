/* SPDX-License-Identifier: MIT */
/* hip.h - the hypervisor information page; hip.c. */
#pragma once
#include <hedron/hip.h>
#include "types.h"

extern struct hip hip_page;		/* I after hip_init() */

void hip_init(paddr heap, uint64_t heap_len);	/* last, when all it tells is known */
