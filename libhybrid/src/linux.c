/* SPDX-License-Identifier: MIT */
/*
 * linux.c - libhybrid's surroundings in a Linux process.
 *
 * Receive windows are mapped PROT_NONE: the personality then gives the range to nobody else, and
 * pages that arrive by delegation lie below its notice. window.c drops them before the range goes.
 */
#define _GNU_SOURCE
#include <hedron/hybrid.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#include "platform.h"

uint64_t platform_aux(unsigned long type)
{
	return getauxval(type);
}

uint32_t platform_apic_id(void)
{
	return cpuid_apic_id();
}

struct hedron_utcb *hedron_utcb(void)
{
	return (struct hedron_utcb *)read_gs_base();
}

void *platform_reserve(size_t size)
{
	void *addr = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return addr == MAP_FAILED ? NULL : addr;
}

void platform_release(void *addr, size_t size)
{
	munmap(addr, size);
}
