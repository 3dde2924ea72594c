/* SPDX-License-Identifier: MIT */
/* note.c - the note that marks a hybrid program (hedron/note.h); linked as an object, not from an
 * archive, because nothing refers to it. */
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
	.desc = { .kind = HEDRON_PROGRAM_HYBRID, .abi = HEDRON_API_VERSION },
};
