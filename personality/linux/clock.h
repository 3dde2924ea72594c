/* SPDX-License-Identifier: MIT */
/* clock.h - time from the TSC; clock.c. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct root_info;

void clock_init(const struct root_info *info);

/* The TSC value when monotonic_ns() says `ns`, rounded up; saturates; never 0. */
uint64_t tsc_of_monotonic(uint64_t ns);

/* What the vDSO needs to tell the same time: ns = (tsc * mult) >> shift, plus realtime_base. */
struct clock_params {
	uint64_t mult;
	uint32_t shift;
	uint64_t realtime_base;		/* CLOCK_REALTIME - CLOCK_MONOTONIC in ns */
};
const struct clock_params *clock_params(void);
