/* SPDX-License-Identifier: MIT */
/* platform.c - what libhybrid asks of its surroundings (libhybrid/src/platform.h), natively;
 * address space: va.c, auxiliary vector: start.c. */
#include <hedron/hybrid.h>

#include "../../libhybrid/src/platform.h"
#include "layout.h"

struct hedron_utcb *hedron_utcb(void)
{
	return (struct hedron_utcb *)read_gs_base();
}

/* CPUID is dear under a hypervisor, and a thread never changes its CPU. */
uint32_t platform_apic_id(void)
{
	struct tblock *tp;

	__asm__("movq %%fs:0, %0" : "=r"(tp));
	if (!tp->apic_id)
		tp->apic_id = cpuid_apic_id() + 1ull;
	return tp->apic_id - 1;
}
