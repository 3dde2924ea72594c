/* SPDX-License-Identifier: MIT */
/*
 * layout.h - the kernel half of every address space; the same in all, but for one slot.
 *
 *	ffff8000_00000000  PML4 256  all RAM, by physical address, never executable
 *	fffffe00_00000000  PML4 508  stacks of the CPUs, with guard pages (kstack.c)
 *	fffffe80_00000000  PML4 509  task state segments and the I/O bitmap: per PD
 *	ffffff00_00000000  PML4 510  device pages of the kernel
 *	ffffffff_80000000  PML4 511  the kernel image; text read-only, the rest not executable
 */
#pragma once

#define KERNEL_PHYS	0x200000
#define KERNEL_VMA	0xffffffff80000000
#ifndef PHYSMAP_VMA		/* 0 in host tests: physical is virtual */
#define PHYSMAP_VMA	0xffff800000000000
#endif
#define PHYSMAP_SLOT	256
#define KSTACK_VMA	0xfffffe0000000000
#define TSS_VMA		0xfffffe8000000000
#define TSS_SLOT	509
#define DEVMAP_VMA	0xffffff0000000000
#define KERNEL_SLOT	511

#define STACK_SIZE	0x4000
#define BOOT_MAPPED	0x100000000	/* physical memory that boot.S maps */

#ifndef __ASSEMBLER__
#include "types.h"

static inline void *phys_to_virt(paddr p)		{ return (void *)(p + PHYSMAP_VMA); }
static inline paddr virt_to_phys(const void *v)		{ return (uint64_t)v - PHYSMAP_VMA; }
static inline paddr image_to_phys(const void *v)	{ return (uint64_t)v - KERNEL_VMA; }

/* kernel.lds: page-aligned borders of the image. */
extern char image_start[], image_text[], image_rodata[], image_data[], image_end[];
extern char boot_stack_guard[], boot_stack[], boot_stack_top[];	/* boot.S */
#endif
