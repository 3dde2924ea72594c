/* SPDX-License-Identifier: MIT */
/*
 * clock.c - time from the TSC.
 *
 * CLOCK_MONOTONIC is the time since the TSC was 0, when the machine started; CLOCK_REALTIME lies a
 * constant above it, which the roottask read from the machine's clock. The vDSO computes the same.
 */
#include "clock.h"

#include <hedron/native.h>

#include "wait.h"

#define SHIFT	32
#define NS_PER_MS	1000000ull

static struct clock_params params;

static inline uint64_t read_tsc(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

static uint64_t ns_of_tsc(uint64_t tsc)
{
	return (unsigned __int128)tsc * params.mult >> SHIFT;
}

void clock_init(const struct root_info *info)
{
	params.shift = SHIFT;
	params.mult = (NS_PER_MS << SHIFT) / (info->tsc_khz ? info->tsc_khz : 1);
	params.realtime_base = info->epoch_ns - ns_of_tsc(info->epoch_tsc);
}

const struct clock_params *clock_params(void)
{
	return &params;
}

uint64_t monotonic_ns(void)
{
	return ns_of_tsc(read_tsc()) + 1;
}

uint64_t realtime_ns(void)
{
	return monotonic_ns() + params.realtime_base;
}

uint64_t tsc_of_monotonic(uint64_t ns)
{
	unsigned __int128 tsc = ((unsigned __int128)ns << SHIFT) / params.mult + 1;

	return tsc > UINT64_MAX ? UINT64_MAX : (uint64_t)tsc;
}

uint64_t ns_add(uint64_t a, uint64_t b)
{
	return a + b < a ? UINT64_MAX : a + b;
}
