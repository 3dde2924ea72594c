/* SPDX-License-Identifier: MIT */
/*
 * elf.c - checks native program files (ELF64 gABI) and plans how they are loaded.
 *
 * The file is hostile: every offset is checked against its size before it is followed, every
 * address against the part of the address space where an image may lie, and sums cannot wrap
 * because each operand is bounded first. Segments must not share pages, so each has just its own
 * rights, and none may be writable and executable.
 */
#include "elf.h"

#include <elf.h>
#include <string.h>

#include <hedron/crd.h>
#include <hedron/native.h>
#include <hedron/note.h>

#define IMAGE_LOW	0x10000ull		/* below: wild null pointers shall fault */
#define PAGE_MASK	(HEDRON_PAGE_SIZE - 1ull)

struct image {
	const uint8_t *file;
	size_t size;
	Elf64_Ehdr eh;
};

static bool open_image(struct image *im, const void *file, size_t size, const char **why)
{
	const Elf64_Ehdr *eh = &im->eh;

	im->file = file;
	im->size = size;
	*why = "not an ELF file";
	if (size < sizeof(*eh))
		return false;
	memcpy(&im->eh, file, sizeof(*eh));
	if (memcmp(eh->e_ident, ELFMAG, SELFMAG))
		return false;
	*why = "not for this machine (64-bit x86)";
	if (eh->e_ident[EI_CLASS] != ELFCLASS64 || eh->e_ident[EI_DATA] != ELFDATA2LSB ||
	    eh->e_machine != EM_X86_64)
		return false;
	*why = "broken: program headers lie outside of the file";
	return eh->e_phentsize == sizeof(Elf64_Phdr) && eh->e_phnum && eh->e_phoff <= size &&
	       eh->e_phnum <= (size - eh->e_phoff) / sizeof(Elf64_Phdr);
}

static Elf64_Phdr phdr(const struct image *im, unsigned i)
{
	Elf64_Phdr ph;

	memcpy(&ph, im->file + im->eh.e_phoff + i * sizeof(ph), sizeof(ph));
	return ph;
}

static bool in_file(const struct image *im, const Elf64_Phdr *ph)
{
	return ph->p_offset <= im->size && ph->p_filesz <= im->size - ph->p_offset;
}

/* ---- the mark -------------------------------------------------------------------------------- */

static uint64_t pad4(uint64_t n)
{
	return (n + 3) & ~3ull;
}

/* Look through one PT_NOTE (gABI, Note Section). */
static bool find_note(const uint8_t *p, uint64_t left, struct hedron_note *note)
{
	Elf64_Nhdr nh;

	while (left >= sizeof(nh)) {
		uint64_t name = sizeof(nh), desc, end;

		memcpy(&nh, p, sizeof(nh));
		desc = name + pad4(nh.n_namesz);
		end = desc + nh.n_descsz;
		if (end > left)
			return false;
		if (nh.n_type == NT_HEDRON_PROGRAM && nh.n_namesz == sizeof(HEDRON_NOTE_OWNER) &&
		    !memcmp(p + name, HEDRON_NOTE_OWNER, nh.n_namesz) &&
		    nh.n_descsz >= sizeof(*note)) {
			memcpy(note, p + desc, sizeof(*note));
			return true;
		}
		end = pad4(end) < left ? pad4(end) : left;
		p += end;
		left -= end;
	}
	return false;
}

static bool image_note(const struct image *im, struct hedron_note *note)
{
	for (unsigned i = 0; i < im->eh.e_phnum; i++) {
		Elf64_Phdr ph = phdr(im, i);

		if (ph.p_type == PT_NOTE && in_file(im, &ph) &&
		    find_note(im->file + ph.p_offset, ph.p_filesz, note))
			return true;
	}
	return false;
}

bool elf_is_native(const void *file, size_t size)
{
	struct image im;
	struct hedron_note note;
	const char *why;

	return open_image(&im, file, size, &why) && image_note(&im, &note) &&
	       note.kind == HEDRON_PROGRAM_NATIVE;
}

/* ---- segments -------------------------------------------------------------------------------- */

static const char *add_segment(struct elf_plan *plan, const struct image *im, const Elf64_Phdr *ph)
{
	struct elf_segment *s = &plan->segment[plan->n];
	const struct elf_segment *before = plan->n ? s - 1 : NULL;
	uint64_t end;

	if (!ph->p_memsz)
		return NULL;
	if (plan->n == ELF_SEGMENTS_MAX)
		return "broken: more than 16 segments";
	if (!in_file(im, ph))
		return "broken: a segment lies outside of the file";
	if (ph->p_filesz > ph->p_memsz)
		return "broken: a segment is larger in the file than in memory";
	if (ph->p_vaddr < IMAGE_LOW || ph->p_vaddr >= NATIVE_VA_BASE ||
	    ph->p_memsz > NATIVE_VA_BASE - ph->p_vaddr)
		return "a segment lies outside of the address space for images";
	if ((ph->p_flags & (PF_W | PF_X)) == (PF_W | PF_X))
		return "a segment is writable and executable";

	s->addr = ph->p_vaddr & ~PAGE_MASK;
	s->skip = ph->p_vaddr & PAGE_MASK;
	end = (ph->p_vaddr + ph->p_memsz + PAGE_MASK) & ~PAGE_MASK;
	s->pages = (end - s->addr) >> HEDRON_PAGE_SHIFT;
	s->offset = ph->p_offset;
	s->len = ph->p_filesz;
	s->rights = MEM_R | (ph->p_flags & PF_W ? MEM_W : 0) | (ph->p_flags & PF_X ? MEM_X : 0);
	if (before && s->addr < before->addr + (before->pages << HEDRON_PAGE_SHIFT))
		return "segments overlap, share a page or are not in order";
	if (im->eh.e_phoff >= ph->p_offset && im->eh.e_phoff - ph->p_offset < ph->p_filesz &&
	    ph->p_filesz - (im->eh.e_phoff - ph->p_offset) >= plan->phnum * sizeof(*ph))
		plan->phdr = ph->p_vaddr + (im->eh.e_phoff - ph->p_offset);
	plan->n++;
	return NULL;
}

static bool is_code(const struct elf_plan *plan, uint64_t addr)
{
	for (unsigned i = 0; i < plan->n; i++) {
		const struct elf_segment *s = &plan->segment[i];

		if (s->rights & MEM_X && addr >= s->addr &&
		    addr < s->addr + (s->pages << HEDRON_PAGE_SHIFT))
			return true;
	}
	return false;
}

/* The checks, in the order in which a user would want to hear of them. NULL: none failed. */
static const char *check(struct elf_plan *plan, const struct image *im)
{
	struct hedron_note note;

	if (!image_note(im, &note) || note.kind != HEDRON_PROGRAM_NATIVE)
		return "not marked as a native program";
	if (note.abi != HEDRON_API_VERSION)
		return "built for another version of the Hedron ABI than 5004";
	if (im->eh.e_type != ET_EXEC)
		return "not linked at a fixed address (ET_EXEC)";
	plan->entry = im->eh.e_entry;
	plan->phnum = im->eh.e_phnum;
	for (unsigned i = 0; i < im->eh.e_phnum; i++) {
		Elf64_Phdr ph = phdr(im, i);
		const char *why = NULL;

		if (ph.p_type == PT_INTERP)
			return "dynamically linked";
		if (ph.p_type == PT_LOAD)
			why = add_segment(plan, im, &ph);
		if (why)
			return why;
	}
	if (!is_code(plan, plan->entry))
		return "broken: it starts outside of its code";
	return NULL;
}

bool elf_plan(struct elf_plan *plan, const void *file, size_t size, const char **why)
{
	struct image im;

	memset(plan, 0, sizeof(*plan));
	if (!open_image(&im, file, size, why))
		return false;
	*why = check(plan, &im);
	return !*why;
}
