/* SPDX-License-Identifier: MIT */
/* bootmem.h - the choice of the kernel's memory block; bootmem.c. */
#pragma once
#include "types.h"

struct boot_heap {
	paddr start;
	uint64_t len;			/* 0: there is no room */
};

/* `wanted_bytes` 0: by the size of RAM. */
struct boot_heap bootmem_choose(uint64_t wanted_bytes);
paddr bootmem_ram_end(void);
