/* SPDX-License-Identifier: MIT */
/*
 * own.c - the roottask's own memory and addresses: the place of runtime/lib's va.c and root.c,
 * which would ask the roottask.
 *
 * Its heap and stacks come from a pool that is set aside at boot (mem.c), large enough for the
 * books about every other frame, so that no client can starve the roottask. Pool memory is used
 * where all memory is mapped, at PHYS_MAP; only stacks are mapped once more, for their guard pages.
 * lock_va guards pool and addresses.
 */
#include "mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <hedron/native.h>

#include "runtime/lib/runtime.h"
#include "machine.h"

/* Addresses for stacks, UTCBs and windows; they are never given back. */
static uint64_t next_addr = NATIVE_VA_BASE;

static struct range own_ranges[512];
static struct range_set own = { own_ranges, 0, 512, NULL };

void own_init(uint64_t frame, uint64_t count)
{
	range_add(&own, frame, count);
}

/* Pages from the pool. The heap calls this with lock_heap held. */
void *hedron_pages_alloc(size_t pages, size_t align)
{
	uint64_t frame;
	int ok;

	hedron_mutex_lock(&lock_va);
	ok = range_take(&own, pages, align, 0, &frame);
	hedron_mutex_unlock(&lock_va);
	return ok ? memset(phys_ptr(frame), 0, pages * HEDRON_PAGE_SIZE) : NULL;
}

void hedron_pages_free(void *addr, size_t pages)
{
	hedron_mutex_lock(&lock_va);
	range_add(&own, phys_frame(addr), pages);
	hedron_mutex_unlock(&lock_va);
}

uint64_t va_take(uint64_t pages, uint64_t align)
{
	uint64_t addr;

	hedron_mutex_lock(&lock_va);
	addr = (next_addr + align * HEDRON_PAGE_SIZE - 1) & -(align * HEDRON_PAGE_SIZE);
	next_addr = addr + pages * HEDRON_PAGE_SIZE;
	hedron_mutex_unlock(&lock_va);
	return addr;
}

void va_give(uint64_t addr, uint64_t pages)
{
}

enum svc_status backing_map(uint64_t addr, uint64_t pages, unsigned rights)
{
	for (uint64_t i = 0; i < pages; i++) {
		void *page = hedron_pages_alloc(1, 1);

		if (!page)
			return SVC_NO_MEMORY;
		hedron_delegate(ROOT_SEL_PD, ROOT_SEL_PD,
				crd_mem((uint64_t)page >> HEDRON_PAGE_SHIFT, 0, rights), XFER_DELEGATE,
				crd_mem((addr >> HEDRON_PAGE_SHIFT) + i, 0, rights));
	}
	return SVC_OK;
}

/* Stacks of the roottask stay: only a boot that has failed gets here. */
enum svc_status backing_unmap(uint64_t addr, uint64_t pages)
{
	return SVC_OK;
}

/* ---- the rest of what the runtime asks of a roottask ----------------------------------------- */

uint64_t platform_aux(unsigned long type)
{
	switch (type) {
	case AT_HEDRON_ABI:	return ((const struct hip *)ROOT_HIP_ADDR)->api_version;
	case AT_HEDRON_CAPS:	return ROOT_SEL_PD;
	case AT_HEDRON_HIP:	return ROOT_HIP_ADDR;
	default:		return 0;
	}
}

void root_log(const char *text, size_t len)
{
	log_text("roottask", text, len);
}

void hedron_log(const char *format, ...)
{
	char line[400];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	log_text("roottask", line, n < (int)sizeof(line) ? n : (int)sizeof(line) - 1);
}

void hedron_end(enum program_end how, unsigned value)
{
	machine_fail(126, "roottask: ended itself (%u, %u)", how, value);
}
