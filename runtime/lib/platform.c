/* SPDX-License-Identifier: MIT */
/* platform.c - what libhybrid asks of its surroundings (libhybrid/src/platform.h), natively; address
 * space: va.c, auxiliary vector: start.c. */
#include <hedron/hybrid.h>

#include "../../libhybrid/src/platform.h"

struct hedron_utcb *hedron_utcb(void)
{
	return (struct hedron_utcb *)read_gs_base();
}

uint32_t platform_apic_id(void)
{
	return cpuid_apic_id();
}
