/* SPDX-License-Identifier: MIT */
/*
 * kstack.c - the stacks of the CPUs: one the kernel runs on, and one for each gate that may come
 * while the stack pointer is anything: NMI, double fault, machine check.
 *
 * All lie at KSTACK_VMA, in a slot of KSTACK_STRIDE bytes a stack, at its upper end; the rest of the
 * slot is never mapped. So an overflow is a page fault, that has no stack to be told on, hence a
 * double fault, which has one; panic_frame() asks kstack_find() whose guard was hit. The stack of
 * boot.S, on which kernel_main() runs, is in the image, its guard too.
 */
#include "kstack.h"
#include "kmap.h"
#include "layout.h"
#include "pages.h"
#include "paging.h"

#define KSTACK_STRIDE	0x10000

static const struct {
	const char *name;
	size_t size;
} stacks[KSTACK_COUNT] = {
	[KSTACK_MAIN] = { "kernel", STACK_SIZE },
	[KSTACK_NMI] = { "NMI", 0x2000 },
	[KSTACK_DF] = { "double fault", 0x2000 },
	[KSTACK_MC] = { "machine check", 0x2000 },
};
_Static_assert(STACK_SIZE < KSTACK_STRIDE, "room for the guard");

uint64_t kstack_top(unsigned cpu, enum kstack which)
{
	return KSTACK_VMA + ((uint64_t)cpu * KSTACK_COUNT + which + 1) * KSTACK_STRIDE;
}

bool kstack_create(unsigned cpu)
{
	for (unsigned i = 0; i < KSTACK_COUNT; i++) {
		uint64_t top = kstack_top(cpu, i);

		for (uint64_t va = top - stacks[i].size; va < top; va += PAGE_SIZE) {
			void *page = page_alloc();

			if (!page || !kmap_data(va, virt_to_phys(page)))
				return false;
		}
	}
	return true;
}

struct kstack_place kstack_find(uint64_t va)
{
	uint64_t nr = (va - KSTACK_VMA) / KSTACK_STRIDE;
	struct kstack_place p = { "boot", 0, (uint64_t)boot_stack, (uint64_t)boot_stack_top, false };

	if (nr < HEDRON_NUM_CPU * KSTACK_COUNT) {
		p.name = stacks[nr % KSTACK_COUNT].name;
		p.cpu = nr / KSTACK_COUNT;
		p.top = kstack_top(p.cpu, nr % KSTACK_COUNT);
		p.bottom = p.top - stacks[nr % KSTACK_COUNT].size;
	}
	if (va < p.bottom - PAGE_SIZE || va >= p.top)
		return (struct kstack_place){ 0 };
	p.guard = va < p.bottom;
	return p;
}
