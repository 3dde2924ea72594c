/* SPDX-License-Identifier: MIT */
/* sources: personality/linux/elf.c */
/* test_elf.c - program files, good and bad. */
#include "personality/linux/elf.h"

#include <stdlib.h>
#include <string.h>

#include <hedron/abi.h>
#include <hedron/note.h>
#include <linux/elf-em.h>
#include <linux/elf.h>

#include "../tap.h"

#define FILE_SIZE	0x10000
#define STEPS		200000

static struct {
	Elf64_Ehdr head;
	Elf64_Phdr phdr[8];
} file;

static struct elf_image image;

static Elf64_Phdr load(uint64_t addr, uint64_t offset, uint64_t file_size, uint64_t mem_size,
		       uint32_t flags)
{
	return (Elf64_Phdr){
		.p_type = PT_LOAD, .p_flags = flags, .p_offset = offset, .p_vaddr = addr,
		.p_filesz = file_size, .p_memsz = mem_size, .p_align = 0x1000,
	};
}

static void good_file(void)
{
	memset(&file, 0, sizeof(file));
	memcpy(file.head.e_ident, ELFMAG, SELFMAG);
	file.head.e_ident[EI_CLASS] = ELFCLASS64;
	file.head.e_ident[EI_DATA] = ELFDATA2LSB;
	file.head.e_ident[EI_VERSION] = EV_CURRENT;
	file.head.e_type = ET_EXEC;
	file.head.e_machine = EM_X86_64;
	file.head.e_version = EV_CURRENT;
	file.head.e_entry = 0x401000;
	file.head.e_phoff = sizeof(Elf64_Ehdr);
	file.head.e_phentsize = sizeof(Elf64_Phdr);
	file.head.e_phnum = 3;
	file.phdr[0] = load(0x400000, 0, 0x800, 0x800, PF_R);
	file.phdr[1] = load(0x401000, 0x1000, 0x2345, 0x2345, PF_R | PF_X);
	file.phdr[2] = load(0x404f10, 0x3f10, 0x200, 0x9000, PF_R | PF_W);
}

static const char *parse(void)
{
	return elf_parse(&image, &file, sizeof(file), FILE_SIZE);
}

static void good(void)
{
	good_file();
	ok(!parse(), "a good file is taken");
	ok(image.count == 3 && image.low == 0x400000 && image.high == 0x40e000, "its segments");
	ok(image.segment[1].exec && !image.segment[1].write && image.segment[2].write, "their rights");
	ok(image.entry == 0x401000 && !image.pie && image.phdr == 0x400040 && image.phnum == 3,
	   "its entry, and where it finds its headers");
	file.head.e_type = ET_DYN;
	ok(!parse() && image.pie, "a static PIE");
}

#define BAD(title, change)	do {						\
		good_file();							\
		change;								\
		ok(parse() != NULL, "%s: %s", title, parse() ? parse() : "taken");	\
	} while (0)

static void bad(void)
{
	BAD("other magic", file.head.e_ident[0] = 0);
	BAD("32 bits", file.head.e_ident[EI_CLASS] = ELFCLASS32);
	BAD("another machine", file.head.e_machine = EM_AARCH64);
	BAD("an object file", file.head.e_type = ET_REL);
	BAD("no headers", file.head.e_phnum = 0);
	BAD("headers behind the file", file.head.e_phoff = FILE_SIZE);
	BAD("headers that wrap", file.head.e_phoff = -64);
	BAD("too many headers", file.head.e_phnum = 0xffff);
	BAD("an interpreter", file.phdr[0].p_type = PT_INTERP);
	BAD("a segment behind the end of the file", file.phdr[1].p_offset = 0xf000);
	BAD("a segment whose end wraps", file.phdr[2].p_memsz = -0x1000);
	BAD("more in the file than in memory", file.phdr[1].p_memsz = 1);
	BAD("address and offset apart", file.phdr[1].p_vaddr++);
	BAD("an address of the kernel", file.phdr[2].p_vaddr = 0xffffffff80000f10);
	BAD("overlapping segments", file.phdr[1].p_vaddr = 0x400000);
	BAD("a segment at 0", file.phdr[0].p_vaddr = 0);
	BAD("nothing to load", file.head.e_phnum = 0; file.phdr[0].p_type = PT_NULL);
	good_file();
	ok(elf_parse(&image, &file, 10, FILE_SIZE) != NULL, "a file of 10 bytes");
}

static struct {
	Elf64_Nhdr n;
	char owner[8];
	struct hedron_note note;
} note;

static const char *parse_note(uint32_t kind, uint32_t abi)
{
	note.n = (Elf64_Nhdr){ sizeof(HEDRON_NOTE_OWNER), sizeof(note.note), NT_HEDRON_PROGRAM };
	memcpy(note.owner, HEDRON_NOTE_OWNER, sizeof(HEDRON_NOTE_OWNER));
	note.note = (struct hedron_note){ kind, abi };
	memset(&image, 0, sizeof(image));
	return elf_note(&image, &note, sizeof(note), 4);
}

static void notes(void)
{
	ok(!parse_note(HEDRON_PROGRAM_HYBRID, HEDRON_API_VERSION) && image.hybrid, "a hybrid program");
	ok(parse_note(HEDRON_PROGRAM_HYBRID, 1) != NULL, "marked for another ABI");
	ok(parse_note(HEDRON_PROGRAM_NATIVE, HEDRON_API_VERSION) != NULL, "marked native");
	parse_note(HEDRON_PROGRAM_HYBRID, HEDRON_API_VERSION);
	note.owner[0] = 'h';
	image.hybrid = false;
	ok(!elf_note(&image, &note, sizeof(note), 4) && !image.hybrid, "somebody else's note");
	note.n.n_namesz = 0xfffffff0;
	ok(!elf_note(&image, &note, sizeof(note), 4) && !image.hybrid, "a name longer than the notes");
}

/* Whatever the bytes: no fault, and what is taken keeps the promises of elf.h. */
static void random_files(void)
{
	bool sound = true;
	unsigned taken = 0;

	for (unsigned i = 0; i < STEPS; i++) {
		uint64_t end = 0;

		good_file();
		for (int n = 1 + random() % 4; n; n--)
			((uint8_t *)&file)[random() % sizeof(file)] = random();
		if (parse())
			continue;
		taken++;
		for (unsigned s = 0; s < image.count; s++) {
			const struct elf_segment *g = &image.segment[s];

			sound &= g->addr >= end && g->addr + g->mem_size > g->addr &&
				 g->file_size <= g->mem_size &&
				 g->offset + g->file_size <= FILE_SIZE && g->offset <= FILE_SIZE;
			end = g->addr + g->mem_size;
		}
		sound &= image.high >= end && image.count <= ELF_SEGMENTS;
	}
	ok(sound && taken, "of %d broken files, those taken are sound", STEPS);
}

int main(void)
{
	srandom(1);
	good();
	bad();
	notes();
	random_files();
	return done();
}
