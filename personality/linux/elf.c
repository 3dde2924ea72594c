/* SPDX-License-Identifier: MIT */
/*
 * elf.c - what a program file says of itself (ELF64 gABI; System V ABI AMD64 supplement).
 *
 * Everything is checked before anything of the file is believed: sums that overflow, segments
 * outside the file or the address space, segments that overlap or stand in the wrong order.
 */
#include "elf.h"

#include <string.h>

#include <linux/elf.h>
#include <linux/elf-em.h>
#include <hedron/note.h>

#include "lx.h"

static const char *check_header(const Elf64_Ehdr *h, size_t len)
{
	if (len < sizeof(*h) || memcmp(h->e_ident, ELFMAG, SELFMAG))
		return "not an ELF file";
	if (h->e_ident[EI_CLASS] != ELFCLASS64 || h->e_ident[EI_DATA] != ELFDATA2LSB ||
	    h->e_machine != EM_X86_64)
		return "built for another machine";
	if (h->e_ident[EI_VERSION] != EV_CURRENT || h->e_version != EV_CURRENT)
		return "unknown ELF version";
	if (h->e_type != ET_EXEC && h->e_type != ET_DYN)
		return "an ELF file, but not a program";
	if (h->e_phentsize != sizeof(Elf64_Phdr) || !h->e_phnum)
		return "no program headers";
	if (h->e_phoff > len || h->e_phnum > (len - h->e_phoff) / sizeof(Elf64_Phdr))
		return "truncated, or program headers too far from its start";
	return NULL;
}

static const char *add_segment(struct elf_image *im, const Elf64_Phdr *p, uint64_t file_size)
{
	struct elf_segment *s = &im->segment[im->count];
	uint64_t end;

	if (!p->p_memsz)
		return NULL;
	if (p->p_offset > file_size || p->p_filesz > file_size - p->p_offset)
		return "truncated";
	if (p->p_filesz > p->p_memsz || PAGE_OFFSET(p->p_vaddr) != PAGE_OFFSET(p->p_offset))
		return "bad segment";
	if (__builtin_add_overflow(p->p_vaddr, p->p_memsz, &end) || end > LX_TASK_SIZE)
		return "segment outside the address space";
	if (im->count == ELF_SEGMENTS)
		return "too many segments";
	if (im->count && PAGE_DOWN(p->p_vaddr) < im->high)
		return "overlapping or unordered segments";

	*s = (struct elf_segment){
		.addr = p->p_vaddr, .file_size = p->p_filesz, .mem_size = p->p_memsz,
		.offset = p->p_offset, .read = p->p_flags & PF_R, .write = p->p_flags & PF_W,
		.exec = p->p_flags & PF_X,
	};
	if (!im->count++)
		im->low = PAGE_DOWN(p->p_vaddr);
	im->high = PAGE_UP(end);
	if (p->p_align > im->align && !(p->p_align & (p->p_align - 1)))
		im->align = p->p_align;
	return NULL;
}

static const char *add_header(struct elf_image *im, const Elf64_Phdr *p, uint64_t file_size)
{
	switch (p->p_type) {
	case PT_LOAD:
		return add_segment(im, p, file_size);
	case PT_INTERP:
		return "dynamically linked; only static programs can be run";
	case PT_GNU_STACK:
		im->wants_exec_stack = p->p_flags & PF_X;
		return NULL;
	case PT_NOTE:
		if (p->p_offset > file_size || p->p_filesz > file_size - p->p_offset)
			return "truncated";
		if (im->note_count < ELF_NOTES)
			im->notes[im->note_count++] =
				(struct elf_notes){ p->p_offset, p->p_filesz, p->p_align };
		return NULL;
	}
	return NULL;
}

/* The address at which the program finds its own program headers (AT_PHDR). */
static uint64_t phdr_address(const struct elf_image *im, const Elf64_Ehdr *h)
{
	uint64_t size = (uint64_t)h->e_phnum * sizeof(Elf64_Phdr);

	for (unsigned i = 0; i < im->count; i++) {
		const struct elf_segment *s = &im->segment[i];

		if (h->e_phoff >= s->offset && h->e_phoff - s->offset + size <= s->file_size)
			return s->addr + (h->e_phoff - s->offset);
	}
	return 0;
}

const char *elf_parse(struct elf_image *im, const void *head, size_t len, uint64_t file_size)
{
	const Elf64_Ehdr *h = head;
	const char *error = check_header(h, len);

	memset(im, 0, sizeof(*im));
	im->align = PAGE_SIZE;
	for (unsigned i = 0; !error && i < h->e_phnum; i++) {
		Elf64_Phdr p;

		memcpy(&p, (const char *)head + h->e_phoff + i * sizeof(p), sizeof(p));
		error = add_header(im, &p, file_size);
	}
	if (error)
		return error;
	if (!im->count)
		return "nothing to load";
	im->pie = h->e_type == ET_DYN;
	if (!im->pie && im->low < LX_MMAP_MIN)
		return "segment outside the address space";
	im->entry = h->e_entry;
	im->phnum = h->e_phnum;
	im->phdr = phdr_address(im, h);
	return NULL;
}

/* Notes are padded to 4 bytes, in segments aligned to 8 to 8 (GNU properties). */
static inline size_t padded(size_t x, uint64_t align)
{
	size_t mask = align == 8 ? 7 : 3;

	return (x + mask) & ~mask;
}

const char *elf_note(struct elf_image *im, const void *notes, size_t len, uint64_t align)
{
	const char *at = notes;
	struct hedron_note note;
	Elf64_Nhdr n;

	while (len >= sizeof(n)) {
		size_t name, desc;

		memcpy(&n, at, sizeof(n));
		name = padded(sizeof(n) + n.n_namesz, align) - sizeof(n);
		desc = padded(n.n_descsz, align);
		if (name > len - sizeof(n) || desc > len - sizeof(n) - name)
			return NULL;		/* not for us to judge */
		if (n.n_type == NT_HEDRON_PROGRAM && n.n_namesz == sizeof(HEDRON_NOTE_OWNER) &&
		    !memcmp(at + sizeof(n), HEDRON_NOTE_OWNER, sizeof(HEDRON_NOTE_OWNER))) {
			if (n.n_descsz < sizeof(note))
				return "bad Hedron note";
			memcpy(&note, at + sizeof(n) + name, sizeof(note));
			if (note.kind != HEDRON_PROGRAM_HYBRID)
				return "not a Linux program";
			if (note.abi != HEDRON_API_VERSION)
				return "built for another version of the Hedron ABI";
			im->hybrid = true;
			return NULL;
		}
		at += sizeof(n) + name + desc;
		len -= sizeof(n) + name + desc;
	}
	return NULL;
}
