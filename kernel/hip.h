/* SPDX-License-Identifier: MIT */
/* hip.h - the hypervisor information page; hip.c. */
#pragma once
#include <hedron/hip.h>
#include "types.h"

extern struct hip hip_page;		/* I after hip_seal() */

void hip_init(paddr heap, uint64_t heap_len);
void hip_add_cpu(unsigned id);		/* each CPU for itself, after hip_init() */
void hip_seal(void);			/* last: the checksum */
