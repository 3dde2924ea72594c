/* SPDX-License-Identifier: MIT */
/*
 * protection.c - looks whether the kernel is protected as kmap.c and cpu.c intend, at each boot: by the
 * page tables the CPU walks and the registers it obeys, not by what was meant to be in them.
 *
 * Of the kernel half: no page is the user's, none is both writable and executable, nothing but the
 * image's text is executable, and no page of the image's text and constants can be written through
 * any mapping. Below the boot stack, and below each stack of the CPUs, nothing is mapped.
 */
#include "cpu.h"
#include "debug.h"
#include "kmap.h"
#include "kstack.h"
#include "layout.h"
#include "log.h"
#include "pages.h"
#include "paging.h"
#include "panic.h"
#include "x86.h"

#define KERNEL_HALF_FIRST	256	/* slot of the PML4 */

static unsigned leaves;			/* the boot CPU's, while it checks */

static uint64_t canonical(uint64_t va)	{ return (uint64_t)((int64_t)(va << 16) >> 16); }

static bool overlaps(uint64_t start, uint64_t end, uint64_t from, uint64_t to)
{
	return start < to && end > from;
}

static void check_leaf(uint64_t va, uint64_t pte, uint64_t len)
{
	paddr phys = pte & PTE_ADDR & ~(len - 1);
	bool text = va >= (uint64_t)image_text && va + len <= (uint64_t)image_rodata;

	leaves++;
	if (pte & PTE_U)
		panic("protection: %lx is the user's", va);
	if (!(pte & PTE_NX) && (pte & PTE_W || !text))
		panic("protection: %lx is executable", va);
	if (pte & PTE_W && overlaps(phys, phys + len, image_to_phys(image_text), image_to_phys(image_data)))
		panic("protection: %lx writes to text or constants", va);
}

static void check_table(const uint64_t *table, unsigned level, uint64_t va, unsigned first)
{
	for (unsigned i = first; i < 512; i++) {
		uint64_t at = canonical(va + i * level_size(level));

		if (!(table[i] & PTE_P))
			continue;
		if (pte_is_leaf(table[i], level))
			check_leaf(at, table[i], level_size(level));
		else
			check_table(phys_to_virt(table[i] & PTE_ADDR), level - 1, at, 0);
	}
}

static bool is_mapped(uint64_t va)
{
	const uint64_t *table = phys_to_virt(read_cr3() & PTE_ADDR);

	for (unsigned level = LEVEL_TOP;; level--) {
		uint64_t pte = table[level_index(level, va)];

		if (!(pte & PTE_P) || pte_is_leaf(pte, level))
			return pte & PTE_P;
		table = phys_to_virt(pte & PTE_ADDR);
	}
}

void protection_check_tables(void)
{
	check_table(kernel_pml4, LEVEL_TOP, 0, KERNEL_HALF_FIRST);
	if (is_mapped((uint64_t)boot_stack_guard))
		panic("protection: the boot stack has no guard page");
	log_print("protection: %u kernel pages checked\n", leaves);
}

static void check_stacks(unsigned cpu)
{
	for (unsigned i = 0; i < KSTACK_COUNT; i++) {
		struct kstack_place p = kstack_find(kstack_top(cpu, i) - 1);

		if (!is_mapped(p.top - 1) || !is_mapped(p.bottom) || is_mapped(p.bottom - 1))
			panic("protection: the %s stack of CPU %u has no guard page", p.name, cpu);
	}
}

static void must_have(bool bit, const char *what)
{
	if (!bit)
		panic("protection: CPU %u runs without %s", this_cpu()->id, what);
}

void protection_check_cpu(void)
{
	must_have(read_cr0() & CR0_WP, "CR0.WP");
	must_have(rdmsr(MSR_EFER) & EFER_NXE, "EFER.NXE");
	must_have(!cpu_has.smep || read_cr4() & CR4_SMEP, "CR4.SMEP");
	must_have(!cpu_has.smap || read_cr4() & CR4_SMAP, "CR4.SMAP");
	must_have(!cpu_has.umip || read_cr4() & CR4_UMIP, "CR4.UMIP");
	must_have(!(read_rflags() & RFLAGS_AC), "SMAP: RFLAGS.AC is set");
	check_stacks(this_cpu()->id);
}
