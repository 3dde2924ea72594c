/* SPDX-License-Identifier: MIT */
/* sysmem.h - how much memory there is for Linux programs: the quota of the personality. */
#pragma once
#include <stdint.h>

uint64_t sysmem_total_pages(void);
