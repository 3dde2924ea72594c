/* SPDX-License-Identifier: MIT */
/*
 * self.c - where the program is: the start-up contract of hedron/start.h, read from the auxiliary
 * vector.
 */
#include <hedron/hybrid.h>

#include "platform.h"

bool hedron_present(void)
{
	return hedron_abi() != 0;
}

unsigned hedron_abi(void)
{
	return platform_aux(AT_HEDRON_ABI);
}

cap_sel hedron_caps(void)
{
	return platform_aux(AT_HEDRON_CAPS);
}

const struct hip *hedron_hip(void)
{
	return (const struct hip *)platform_aux(AT_HEDRON_HIP);
}

/* The local APIC tells which CPU this is; the HIP numbers the CPUs. */
unsigned hedron_cpu(void)
{
	const struct hip *hip = hedron_hip();
	uint32_t id = platform_apic_id();

	for (unsigned cpu = 0; cpu < HEDRON_NUM_CPU; cpu++)
		if (hip->cpu[cpu].flags & HIP_CPU_ONLINE && hip->cpu[cpu].lapic[0] >> 24 == id)
			return cpu;
	return 0;
}

uint64_t hedron_deadline(uint64_t us)
{
	const uint64_t khz = hedron_hip()->tsc_khz;

	return __builtin_ia32_rdtsc() + us / 1000 * khz + us % 1000 * khz / 1000;
}
