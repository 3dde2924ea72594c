/* SPDX-License-Identifier: MIT */
/* desc.h - descriptor tables of a CPU; desc.c. */
#pragma once
#include <hedron/abi.h>
#include "types.h"

struct cpu;

/* Task state segment (SDM vol. 3, 8.7), padded so that none crosses a page. */
struct tss {
	uint32_t reserved0;
	uint64_t rsp0;			/* where gates store the frame: that of the loaded EC */
	uint64_t rsp1, rsp2;
	uint64_t reserved1;
	uint64_t ist[7];
	uint64_t reserved2;
	uint16_t reserved3;
	uint16_t io_bitmap;		/* offset from the TSS */
	uint8_t pad[24];
} __attribute__((packed));
_Static_assert(sizeof(struct tss) == 128, "SDM vol. 3, 8.7; kmap.c");

/* Two pages: what is mapped at TSS_VMA in front of the I/O bitmap. */
extern struct tss tss[HEDRON_NUM_CPU];

void desc_prepare(struct cpu *cpu);	/* on the boot CPU: its GDT, TSS and stacks for traps */
void desc_init(struct cpu *cpu);	/* on the CPU itself: loads them */
