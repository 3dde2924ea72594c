/* SPDX-License-Identifier: MIT */
/* kmap.h - the kernel's own half of the address space; the rules are at the head of kmap.c. */
#pragma once
#include "types.h"

extern uint64_t *kernel_pml4;		/* I  what CR3 holds when no PD is loaded */

/* Builds the kernel half and switches to it. `ram_end`: behind the last byte of RAM. */
void kmap_init(paddr ram_end);

/* Maps a page of device registers, uncached; for ever. */
volatile void *kmap_device(paddr phys);

/* Maps a page of kernel data at an address of the kernel half whose slot exists. false: no memory. */
MUST_USE bool kmap_data(uint64_t va, paddr phys);

/* Fills the three tables of a PD's TSS slot so that they show `bitmap`; the entry for the PML4. */
uint64_t kmap_tss_tables(void *const tables[3], void *const bitmap[2]);
