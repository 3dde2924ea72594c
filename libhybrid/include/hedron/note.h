/* SPDX-License-Identifier: MIT */
/*
 * hedron/note.h - the ELF note that marks a program: owner "Hedron", type NT_HEDRON_PROGRAM,
 * descriptor struct hedron_note. No note: a plain program of another system. A program is marked by
 * linking one object that holds the note (the wrapper and the .pc files do it).
 * Layout of notes: ELF gABI, "Note Section".
 */
#pragma once
#include <hedron/abi.h>

#define HEDRON_NOTE_OWNER	"Hedron"	/* 7 bytes with the final 0, padded to 8 */
#define NT_HEDRON_PROGRAM	1
#define HEDRON_NOTE_SECTION	".note.hedron"

#define HEDRON_PROGRAM_NATIVE	1
#define HEDRON_PROGRAM_HYBRID	2

#ifndef __ASSEMBLER__
struct hedron_note {
	uint32_t kind;		/* 0x00  HEDRON_PROGRAM_* */
	uint32_t abi;		/* 0x04  HEDRON_API_VERSION it was built for */
};
_Static_assert(sizeof(struct hedron_note) == 8, "hedron note");
#endif
