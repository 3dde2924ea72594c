/* SPDX-License-Identifier: MIT */
/*
 * bootmem.c - where the kernel's memory lies: one block, as high as possible in RAM that boot.S maps,
 * away from the image, the boot modules and what the loader left. An eighth of RAM, at least 4 MiB,
 * at most 256 MiB, unless the command line says how much. The roottask learns from the HIP what is the
 * kernel's; the rest is its own from the start, so this is also the bound: then comes HEDRON_OOM.
 */
#include "bootmem.h"
#include <hedron/hip.h>
#include "bootinfo.h"
#include "layout.h"

#define MIB		0x100000ull
#define HEAP_MIN	(4 * MIB)
#define HEAP_MAX	(256 * MIB)
#define HEAP_LEAST	(1 * MIB)		/* below that, not even the roottask starts */
#define HEAP_ALIGN	(2 * MIB)
#define HEAP_LOWEST	(1 * MIB)
#define STRING_MAX	HEDRON_PAGE_SIZE	/* a module's string is taken to be shorter */

static uint64_t ram_size(void)
{
	uint64_t size = 0;

	for (unsigned i = 0; i < boot.range_count; i++)
		if (boot.ranges[i].type == HIP_MEM_RAM)
			size += boot.ranges[i].len;
	return size;
}

paddr bootmem_ram_end(void)
{
	paddr end = 0;

	for (unsigned i = 0; i < boot.range_count; i++)
		if (boot.ranges[i].type == HIP_MEM_RAM)
			end = max_u64(end, boot.ranges[i].start + boot.ranges[i].len);
	return end;
}

/* If [start, end) touches [from, to): the start of the latter, which a block must end below. */
static void avoid(paddr *below, paddr start, paddr end, paddr from, paddr to)
{
	if (start < to && end > from)
		*below = min_u64(*below, from);
}

/* The border below which a block at start..end has to be, to touch nothing that is in use. */
static paddr in_use(paddr start, paddr end)
{
	paddr below = UINT64_MAX;

	avoid(&below, start, end, KERNEL_PHYS, image_to_phys(image_end));
	avoid(&below, start, end, boot.info, boot.info_end);
	for (unsigned i = 0; i < boot.module_count; i++) {
		const struct boot_module *m = &boot.modules[i];

		avoid(&below, start, end, m->start, m->end);
		if (m->string)
			avoid(&below, start, end, m->string, m->string + STRING_MAX);
	}
	return below;
}

static paddr place_in(const struct boot_range *r, uint64_t size)
{
	paddr top = min_u64(r->start + r->len, BOOT_MAPPED), below;

	for (;;) {
		paddr start = ALIGN_DOWN(top - size, HEAP_ALIGN);

		if (top < size || start < max_u64(r->start, HEAP_LOWEST))
			return 0;
		below = in_use(start, start + size);
		if (below == UINT64_MAX)
			return start;
		top = below;
	}
}

static paddr place(uint64_t size)
{
	paddr best = 0;

	for (unsigned i = 0; i < boot.range_count; i++)
		if (boot.ranges[i].type == HIP_MEM_RAM)
			best = max_u64(best, place_in(&boot.ranges[i], size));
	return best;
}

struct boot_heap bootmem_choose(uint64_t wanted_bytes)
{
	uint64_t size = wanted_bytes;
	paddr start;

	if (!size)
		size = min_u64(max_u64(ram_size() / 8, HEAP_MIN), HEAP_MAX);
	for (size = ALIGN_UP(size, MIB); size >= HEAP_LEAST; size = ALIGN_DOWN(size / 2, MIB)) {
		start = place(size);
		if (start)
			return (struct boot_heap){ start, size };
	}
	return (struct boot_heap){ 0, 0 };
}
