/* SPDX-License-Identifier: MIT */
/* platform.h - what libhybrid needs from its surroundings; linux.c for hybrid programs,
 * hosted/hosted.c for tests, runtime/lib for hyperapps, which also define hedron_utcb(). */
#pragma once
#include <hedron/utcb.h>

/* Value of an entry of the auxiliary vector, 0 if there is none. */
uint64_t platform_aux(unsigned long type);

/* Local APIC id of the CPU that this runs on. */
uint32_t platform_apic_id(void);

/* `size` bytes of address space, page aligned, nothing mapped; NULL: none. */
void *platform_reserve(size_t size);

/* Give back [addr, addr + size), part of what platform_reserve() gave; nothing is mapped there. */
void platform_release(void *addr, size_t size);

/* What hybrid programs and hyperapps have in common. */

/* Intel SDM vol. 2, CPUID leaf 1: EBX[31:24]. */
static inline uint32_t cpuid_apic_id(void)
{
	uint32_t eax = 1, ebx, ecx = 0, edx;

	__asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	return ebx >> 24;
}

/* Intel SDM vol. 2, RDGSBASE; the GS base is the UTCB's address (hedron/start.h). */
static inline uint64_t read_gs_base(void)
{
	uint64_t base;

	__asm__ volatile("rdgsbase %0" : "=r"(base));
	return base;
}
