/* SPDX-License-Identifier: MIT */
/*
 * vdso.c - the vDSO (personality/vdso), mapped into each process with its page of variables.
 *
 * The frames are made once, and every process has references to them: a program that makes its
 * vDSO writable and writes gets copies of its own, as with all shared pages (fault.c). The vDSO may
 * be unmapped or moved; signals then cannot be delivered and end the process, as its own doing.
 */
#include "vdso.h"

#include <string.h>

#include <asm/errno.h>
#include <linux/elf.h>
#include <linux/mman.h>
#include <hedron/native.h>

#include "../vdso/vvar.h"
#include "clock.h"
#include "mm.h"
#include "pages.h"
#include "vma.h"

#define IMAGE_PAGES_MAX	4

extern const char vdso_image[], vdso_image_end[];

static void *vvar_frame, *image_frame[IMAGE_PAGES_MAX];
static unsigned image_pages;

static void fill_vvar(struct vvar *v)
{
	const struct clock_params *clock = clock_params();

	*v = (struct vvar){
		.mult = clock->mult, .shift = clock->shift, .realtime_base = clock->realtime_base,
		.cpu = hedron_cpu(),
	};
}

bool vdso_init(void)
{
	size_t size = vdso_image_end - vdso_image;

	image_pages = PAGE_UP(size) / PAGE_SIZE;
	vvar_frame = frame_alloc(FRAME_HYBRID);		/* any program may have it */
	if (!vvar_frame || image_pages > IMAGE_PAGES_MAX)
		return false;
	fill_vvar(vvar_frame);
	for (unsigned i = 0; i < image_pages; i++) {
		size_t left = size - i * PAGE_SIZE;

		image_frame[i] = frame_alloc(FRAME_HYBRID);
		if (!image_frame[i])
			return false;
		memcpy(image_frame[i], vdso_image + i * PAGE_SIZE, left < PAGE_SIZE ? left : PAGE_SIZE);
	}
	return true;
}

static long enter(struct mm *mm, uint64_t addr, void *frame)
{
	if (!pages_set(mm->pages, addr / PAGE_SIZE, (pte_t)frame | PTE_FRAME))
		return -ENOMEM;
	frame_get(frame);
	mm->present_pages++;
	return 0;
}

long vdso_map(struct mm *mm)
{
	uint64_t len = (1 + image_pages) * PAGE_SIZE;
	uint64_t addr = vma_gap(&mm->vmas, len, LX_MMAP_MIN, mm->mmap_top);
	long err;

	if (!addr)
		return -ENOMEM;
	err = mm_map(mm, addr, PAGE_SIZE, PROT_READ, 0, NULL, 0);
	if (!err)
		err = mm_map(mm, addr + PAGE_SIZE, len - PAGE_SIZE, PROT_READ | PROT_EXEC, VMA_MAYWRITE,
			     NULL, 0);
	if (!err)
		err = enter(mm, addr, vvar_frame);
	for (unsigned i = 0; !err && i < image_pages; i++)
		err = enter(mm, addr + (1 + i) * PAGE_SIZE, image_frame[i]);
	mm->vdso = addr + PAGE_SIZE;
	return err;
}

uint64_t vdso_stub(const struct mm *mm, unsigned stub)
{
	return mm->vdso + ((const Elf64_Ehdr *)vdso_image)->e_entry + stub;
}
