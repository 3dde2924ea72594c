/* SPDX-License-Identifier: MIT */
/* note.c - the note that marks a program (hedron/note.h); PROGRAM_KIND is given by the makefile. */
#include <hedron/abi.h>
#include <hedron/note.h>

static const struct {
	uint32_t owner_size, desc_size, type;	/* ELF gABI, "Note Section" */
	char owner[8];
	struct hedron_note desc;
} note __attribute__((section(HEDRON_NOTE_SECTION), aligned(4), used)) = {
	.owner_size = sizeof(HEDRON_NOTE_OWNER),
	.desc_size = sizeof(struct hedron_note),
	.type = NT_HEDRON_PROGRAM,
	.owner = HEDRON_NOTE_OWNER,
	.desc = { .kind = PROGRAM_KIND, .abi = HEDRON_API_VERSION },
};
