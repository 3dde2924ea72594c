/* SPDX-License-Identifier: MIT */
/* sources: runtime/roottask/elf.c */
/* The check of native program files: a good one, each way to be wrong, and changed bytes. */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include <hedron/crd.h>
#include <hedron/note.h>

#include "runtime/roottask/elf.h"
#include "tests/unit/tap.h"

#define SIZE	0x3000

static struct {
	union {
		struct {
			Elf64_Ehdr eh;
			Elf64_Phdr ph[5];
			struct {
				Elf64_Nhdr nh;
				char owner[8];
				struct hedron_note note;
			} mark;
		};
		char bytes[SIZE];
	};
} f;

enum { NOTE, HEADERS, TEXT, DATA, EXTRA };

static void build(void)
{
	memset(&f, 0, sizeof(f));
	memcpy(f.eh.e_ident, ELFMAG, SELFMAG);
	f.eh.e_ident[EI_CLASS] = ELFCLASS64;
	f.eh.e_ident[EI_DATA] = ELFDATA2LSB;
	f.eh.e_type = ET_EXEC;
	f.eh.e_machine = EM_X86_64;
	f.eh.e_entry = 0x401010;
	f.eh.e_phoff = offsetof(Elf64_Ehdr, e_ident) + sizeof(f.eh);
	f.eh.e_phentsize = sizeof(Elf64_Phdr);
	f.eh.e_phnum = 4;
	f.mark.nh = (Elf64_Nhdr){ 7, 8, NT_HEDRON_PROGRAM };
	memcpy(f.mark.owner, "Hedron", 7);
	f.mark.note = (struct hedron_note){ HEDRON_PROGRAM_NATIVE, HEDRON_API_VERSION };
	f.ph[NOTE] = (Elf64_Phdr){ .p_type = PT_NOTE, .p_filesz = sizeof(f.mark),
				   .p_offset = (char *)&f.mark - f.bytes };
	f.ph[HEADERS] = (Elf64_Phdr){ PT_LOAD, PF_R, 0, 0x400000, 0, 0x400, 0x400, 0x1000 };
	f.ph[TEXT] = (Elf64_Phdr){ PT_LOAD, PF_R | PF_X, 0x1000, 0x401000, 0, 0x800, 0x800, 0x1000 };
	f.ph[DATA] = (Elf64_Phdr){ PT_LOAD, PF_R | PF_W, 0x2010, 0x402010, 0, 0x100, 0x5000, 0x1000 };
}

/* The plan of an exact copy of the first `size` bytes; NULL: refused, and why. */
static const struct elf_plan *plan(size_t size, const char **why)
{
	static struct elf_plan p;
	char *copy = malloc(size ? size : 1);
	bool good;

	memcpy(copy, &f, size);
	good = elf_plan(&p, copy, size, why);
	free(copy);
	return good ? &p : NULL;
}

static void refused(const char *want)
{
	const char *why = "accepted";

	ok(!plan(SIZE, &why) && !strcmp(why, want), "refused: %s (%s)", want, why);
	build();
}

static void test_good(void)
{
	const struct elf_plan *p;
	const char *why = "";

	build();
	p = plan(SIZE, &why);
	ok(p != NULL, "a native program is accepted: %s", p ? "" : why);
	if (!p)
		return;
	ok(p->n == 3 && p->entry == 0x401010, "segments and entry");
	ok(p->phdr == 0x400000 + f.eh.e_phoff && p->phnum == 4, "the headers' address");
	ok(p->segment[0].rights == MEM_R && p->segment[1].rights == (MEM_R | MEM_X) &&
	   p->segment[2].rights == (MEM_R | MEM_W), "rights");
	ok(p->segment[2].addr == 0x402000 && p->segment[2].pages == 6 && p->segment[2].skip == 0x10 &&
	   p->segment[2].len == 0x100 && p->segment[2].offset == 0x2010, "a segment inside a page");
	ok(elf_is_native(&f, SIZE), "it is native");
	f.mark.note.kind = HEDRON_PROGRAM_HYBRID;
	ok(!elf_is_native(&f, SIZE), "a hybrid program is not");
	ok(!elf_is_native("#!/bin/sh\n", 10) && !elf_is_native("", 0), "nor is what is no ELF");
	build();
}

static void test_refused(void)
{
	f.bytes[0] = 0;
	refused("not an ELF file");
	f.eh.e_machine = EM_AARCH64;
	refused("not for this machine (64-bit x86)");
	f.eh.e_ident[EI_CLASS] = ELFCLASS32;
	refused("not for this machine (64-bit x86)");
	f.eh.e_phoff = SIZE;
	refused("broken: program headers lie outside of the file");
	f.eh.e_phoff = ~0ull;
	refused("broken: program headers lie outside of the file");
	f.eh.e_phnum = 0xffff;
	refused("broken: program headers lie outside of the file");
	f.mark.owner[0] = 'h';
	refused("not marked as a native program");
	f.mark.note.abi = 9999;
	refused("built for another version of the Hedron ABI than 5004");
	f.eh.e_type = ET_DYN;
	refused("not linked at a fixed address (ET_EXEC)");
	f.ph[EXTRA] = (Elf64_Phdr){ .p_type = PT_INTERP };
	f.eh.e_phnum = 5;
	f.ph[NOTE].p_offset = 0x2800;
	memcpy(f.bytes + 0x2800, &f.mark, sizeof(f.mark));
	refused("dynamically linked");
	f.ph[TEXT].p_offset = SIZE - 0x100;
	refused("broken: a segment lies outside of the file");
	f.ph[TEXT].p_filesz = ~0ull;
	refused("broken: a segment lies outside of the file");
	f.ph[TEXT].p_memsz = 0x10;
	refused("broken: a segment is larger in the file than in memory");
	f.ph[DATA].p_vaddr = 0;
	refused("a segment lies outside of the address space for images");
	f.ph[DATA].p_memsz = ~0ull;
	refused("a segment lies outside of the address space for images");
	f.ph[DATA].p_vaddr = 0x7ffffffff000;
	refused("a segment lies outside of the address space for images");
	f.ph[TEXT].p_flags = PF_R | PF_W | PF_X;
	refused("a segment is writable and executable");
	f.ph[DATA].p_vaddr = 0x401900;
	refused("segments overlap, share a page or are not in order");
	f.eh.e_entry = 0x402010;
	refused("broken: it starts outside of its code");
}

static void test_hostile(void)
{
	const char *why;
	bool fine = true;

	for (size_t cut = 0; cut < sizeof(f.eh) + sizeof(f.ph) + sizeof(f.mark); cut++)
		fine &= !plan(cut, &why);
	ok(fine, "a file cut in its head is refused");
	srand(2);
	for (int i = 0; i < 30000; i++) {
		const struct elf_plan *p;

		build();
		for (int k = rand() % 4; k >= 0; k--)
			f.bytes[rand() % (sizeof(f.eh) + sizeof(f.ph) + sizeof(f.mark))] = rand();
		p = plan(SIZE, &why);
		for (unsigned s = 0; p && s < p->n; s++) {
			const struct elf_segment *seg = &p->segment[s];

			fine &= seg->offset + seg->len <= SIZE && seg->len + seg->skip <= seg->pages << 12 &&
				(seg->rights & 6) != 6 && seg->addr >= 0x10000 &&
				seg->addr + (seg->pages << 12) <= 0x100000000000;
		}
	}
	ok(fine, "whatever is accepted of 30000 damaged files can be loaded");
}

int main(void)
{
	test_good();
	test_refused();
	test_hostile();
	return done();
}
