/* SPDX-License-Identifier: MIT */
/* elf.h - what a program file says of itself; elf.c. Pure: no file, no memory of a process. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ELF_HEAD_MAX	4096		/* bytes of file header and program headers that are read */
#define ELF_SEGMENTS	32
#define ELF_NOTES	8
#define ELF_NOTES_MAX	4096		/* bytes of a larger one are not looked at */

struct elf_segment {
	uint64_t addr, file_size, mem_size, offset;
	bool read, write, exec;
};

struct elf_image {
	bool pie;			/* addresses are relative to a base */
	bool wants_exec_stack;		/* PT_GNU_STACK */
	bool hybrid;			/* marked so, for an ABI we serve */
	uint64_t entry;
	uint64_t phdr;			/* address of the program headers in memory, 0: not loaded */
	unsigned phnum;
	uint64_t low, high;		/* page-aligned hull of all segments */
	uint64_t align;			/* of a PIE's base, at least a page */
	unsigned count;
	struct elf_segment segment[ELF_SEGMENTS];	/* rising addresses, none overlap */
	unsigned note_count;
	struct elf_notes {
		uint64_t offset, size, align;
	} notes[ELF_NOTES];		/* PT_NOTE segments: one may hold ours */
};

/*
 * elf_parse - check the head of a program file.
 * @head, len  the first bytes, up to ELF_HEAD_MAX
 * @file_size  of the whole file
 *
 * NULL, or in words why it cannot be run: "not an ELF file", ...
 */
const char *elf_parse(struct elf_image *image, const void *head, size_t len, uint64_t file_size);

/* elf_note - look at the bytes of a PT_NOTE segment. NULL, or why the program cannot be run. */
const char *elf_note(struct elf_image *image, const void *notes, size_t len, uint64_t align);
