/* SPDX-License-Identifier: MIT */
/*
 * symbols.c - names for addresses of the kernel's text, so that a panic can be read without the image.
 *
 * The table is made from the linked kernel and put at the end of .rodata in a second link
 * (kernel.mk, symbols.awk): behind the text, whose addresses therefore stay what the table says.
 */
#include "symbols.h"
#include "layout.h"

struct symbol {
	uint32_t addr;			/* low half; the high one is that of KERNEL_VMA */
	uint32_t name;			/* offset in symbol_names */
};

extern const uint32_t symbol_count;
extern const struct symbol symbol_table[];	/* by address */
extern const char symbol_names[];

const char *symbol_at(uint64_t addr, uint64_t *ofs)
{
	uint32_t low = 0, high = symbol_count;

	if (addr < (uint64_t)image_text || addr >= (uint64_t)image_rodata)
		return NULL;
	while (low < high) {		/* [low, high): where the first symbol above addr may be */
		uint32_t mid = (low + high) / 2;

		if (symbol_table[mid].addr <= (uint32_t)addr)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low)
		return NULL;
	*ofs = (uint32_t)addr - symbol_table[low - 1].addr;
	return symbol_names + symbol_table[low - 1].name;
}
