/* SPDX-License-Identifier: MIT */
/*
 * kmap.c - the kernel half of every address space (layout.h), built once at boot.
 *
 * Nothing in it changes afterwards but one slot: that of the TSS and I/O bitmap, which a PD with
 * ports has of its own. No byte is both writable and executable, and the read-only part of the
 * image is read-only in the map of physical memory too.
 */
#include "kmap.h"
#include "cpu.h"
#include "desc.h"
#include "layout.h"
#include "pages.h"
#include "paging.h"
#include "panic.h"
#include "string.h"
#include "x86.h"

#define DATA	(PTE_P | PTE_W | PTE_A | PTE_D | PTE_NX)

uint64_t *kernel_pml4;
static uint64_t *no_ports;			/* a bitmap page that permits nothing */
static uint64_t device_next = DEVMAP_VMA;

static void *must_alloc(void)
{
	void *page = page_alloc();

	if (!page)
		refuse("no memory for the kernel's page tables");
	return page;
}

/* The entry for `va`, tables above it made. NULL: no memory. */
static uint64_t *entry_make(uint64_t va, unsigned level)
{
	uint64_t *table = kernel_pml4;

	for (unsigned l = LEVEL_TOP; l > level; l--) {
		uint64_t *entry = &table[level_index(l, va)];

		if (!*entry) {
			void *made = page_alloc();

			if (!made)
				return NULL;
			*entry = virt_to_phys(made) | PTE_P | PTE_W | PTE_A;
		}
		table = phys_to_virt(*entry & PTE_ADDR);
	}
	return &table[level_index(level, va)];
}

static uint64_t *entry_at(uint64_t va, unsigned level)
{
	uint64_t *entry = entry_make(va, level);

	if (!entry)
		refuse("no memory for the kernel's page tables");
	return entry;
}

static void map_page(uint64_t va, paddr phys, unsigned level, uint64_t flags)
{
	*entry_at(va, level) = phys | flags | (level ? PTE_PS : 0);
}

static void map_image(void)
{
	for (char *p = image_start; p < image_end; p += PAGE_SIZE) {
		uint64_t flags = DATA | PTE_G;

		if (p == boot_stack_guard || p < image_text)
			continue;
		if (p < image_rodata)
			flags &= ~(PTE_NX | PTE_W);
		else if (p < image_data)
			flags &= ~PTE_W;
		map_page((uint64_t)p, image_to_phys(p), 0, flags);
	}
}

static bool is_image_const(paddr phys)
{
	return phys >= image_to_phys(image_text) && phys < image_to_phys(image_data);
}

static void map_ram(paddr ram_end)
{
	paddr image_4k_end = ALIGN_UP(image_to_phys(image_end), level_size(1));
	paddr p = 0;

	while (p < ram_end) {
		unsigned level = p >= image_4k_end;

		if (level && cpu_has.huge_pages && !(p & (level_size(2) - 1)))
			level = 2;
		map_page(PHYSMAP_VMA + p, p, level,
			 (is_image_const(p) ? DATA & ~PTE_W : DATA) | PTE_G);
		p += level_size(level);
	}
}

uint64_t kmap_tss_tables(void *const tables[3], void *const bitmap[2])
{
	uint64_t *pdpt = tables[0], *pd = tables[1], *pt = tables[2];

	pdpt[0] = virt_to_phys(pd) | PTE_P | PTE_W | PTE_A;
	pd[0] = virt_to_phys(pt) | PTE_P | PTE_W | PTE_A;
	pt[0] = image_to_phys(tss) | DATA;
	pt[1] = pt[0] + PAGE_SIZE;
	pt[2] = virt_to_phys(bitmap[0]) | (DATA & ~PTE_W);
	pt[3] = virt_to_phys(bitmap[1]) | (DATA & ~PTE_W);
	pt[4] = virt_to_phys(no_ports) | (DATA & ~PTE_W);
	return virt_to_phys(pdpt) | PTE_P | PTE_W | PTE_A;
}

static void map_tss(void)
{
	void *tables[3] = { must_alloc(), must_alloc(), must_alloc() };
	void *bitmap[2];

	no_ports = must_alloc();
	memset(no_ports, 0xff, PAGE_SIZE);
	bitmap[0] = bitmap[1] = no_ports;
	kernel_pml4[TSS_SLOT] = kmap_tss_tables(tables, bitmap);
}

volatile void *kmap_device(paddr phys)
{
	uint64_t va = device_next;

	device_next += PAGE_SIZE;
	map_page(va, ALIGN_DOWN(phys, PAGE_SIZE), 0, DATA | PTE_G | PTE_PCD | PTE_PWT);
	return (volatile void *)(va + (phys & (PAGE_SIZE - 1)));
}

bool kmap_data(uint64_t va, paddr phys)
{
	uint64_t *entry = entry_make(va, 0);

	if (entry)
		*entry = phys | DATA | PTE_G;
	return entry;
}

void kmap_init(paddr ram_end)
{
	kernel_pml4 = must_alloc();
	map_ram(ALIGN_UP(max_u64(ram_end, BOOT_MAPPED), level_size(2)));
	map_image();
	map_tss();
	(void)entry_at(DEVMAP_VMA, 0);		/* so that all PDs share what comes later */
	(void)entry_at(KSTACK_VMA, 0);
	write_cr3(virt_to_phys(kernel_pml4));
}
