/* SPDX-License-Identifier: MIT */
/* elf.h - native program files; see elf.c. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ELF_SEGMENTS_MAX	16

/* A segment in whole pages: `len` bytes of the file from `offset` on go to addr + skip, the rest is
 * zero. */
struct elf_segment {
	uint64_t addr, pages;
	uint64_t skip, offset, len;
	unsigned rights;		/* MEM_* */
};

struct elf_plan {
	uint64_t entry;
	uint64_t phdr;			/* address of the program headers in memory; 0: not mapped */
	unsigned phnum;
	unsigned n;
	struct elf_segment segment[ELF_SEGMENTS_MAX];
};

/* Is the file marked as a native program? Anything else is a loader's business. */
bool elf_is_native(const void *file, size_t size);

/* How a native program is put into memory. False: it cannot be, and *why says why, in words for the
 * user. */
bool elf_plan(struct elf_plan *plan, const void *file, size_t size, const char **why);
