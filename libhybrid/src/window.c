/* SPDX-License-Identifier: MIT */
/* window.c - memory and delegation: windows to receive pages in, pages made ready to be sent. */
#include <hedron/hybrid.h>

#include "platform.h"

/* Reserve twice the size and give back what lies outside the aligned half. */
void *hedron_window_alloc(unsigned order)
{
	size_t size = (size_t)HEDRON_PAGE_SIZE << order;
	uintptr_t addr, aligned;

	if (order > 34)		/* 2^46 bytes: half of the address space */
		return NULL;
	addr = (uintptr_t)platform_reserve(2 * size);
	if (!addr)
		return NULL;

	aligned = (addr + size - 1) & ~(size - 1);
	if (aligned > addr)
		platform_release((void *)addr, aligned - addr);
	platform_release((void *)(aligned + size), addr + size - aligned);
	return (void *)aligned;
}

void hedron_window_free(void *addr, unsigned order)
{
	hedron_revoke(crd_mem((uintptr_t)addr >> HEDRON_PAGE_SHIFT, order, MEM_R | MEM_W | MEM_X), 1);
	platform_release(addr, (size_t)HEDRON_PAGE_SIZE << order);
}

void hedron_touch(const void *addr, size_t len)
{
	uintptr_t page = (uintptr_t)addr & ~(uintptr_t)(HEDRON_PAGE_SIZE - 1);

	for (; page < (uintptr_t)addr + len; page += HEDRON_PAGE_SIZE)
		(void)*(const volatile uint8_t *)page;
}

void hedron_touch_write(void *addr, size_t len)
{
	uintptr_t page = (uintptr_t)addr & ~(uintptr_t)(HEDRON_PAGE_SIZE - 1);

	/* Atomic, because another thread may be writing there: the value must not go back. */
	for (; page < (uintptr_t)addr + len; page += HEDRON_PAGE_SIZE)
		__atomic_fetch_or((uint8_t *)page, 0, __ATOMIC_RELAXED);
}
