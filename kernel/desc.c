/* SPDX-License-Identifier: MIT */
/*
 * desc.c - GDT, TSS and IDT.
 *
 * All TSSs lie in two pages at TSS_VMA, right before the I/O bitmap of the loaded address space
 * (space_pio.c), so that the bitmap's offset is a constant of each. NMI, double fault and machine
 * check have stacks of their own (kstack.c), since they may come while the stack pointer is the user's.
 */
#include "desc.h"
#include "cpu.h"
#include "kstack.h"
#include "layout.h"
#include "pages.h"
#include "string.h"
#include "x86.h"

/* Numbers of the interrupt stack table: those of enum kstack. */
#define IST_NMI		KSTACK_NMI
#define IST_DF		KSTACK_DF
#define IST_MC		KSTACK_MC

#define GATE_DPL3	0x60
#define GATE_INTERRUPT	0x8e		/* present, 64-bit interrupt gate, DPL 0 */
#define TSS_AVAILABLE	0x89ull

struct gate {
	uint16_t ofs_lo, sel;
	uint8_t ist, type;
	uint16_t ofs_mid;
	uint32_t ofs_hi, reserved;
};
_Static_assert(sizeof(struct gate) == 16, "SDM vol. 3, 6.14.1");

struct table_ptr {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

extern char entry_stubs[], entry_nmi[], entry_mc[];

struct tss tss[HEDRON_NUM_CPU] __attribute__((aligned(PAGE_SIZE)));
static struct gate idt[256];

/* Code and data segments, kernel's and user's, in the order SYSCALL and SYSRET ask for. Each CPU has a
 * copy, with its own TSS in the last two. */
static const uint64_t segments[] = {
	0,
	0x00af9b000000ffff,		/* KERNEL_CS */
	0x00cf93000000ffff,		/* KERNEL_DS */
	0x00affb000000ffff,		/* USER_CS_IRET */
	0x00cff3000000ffff,		/* USER_SS */
	0x00affb000000ffff,		/* USER_CS_SYSRET */
	0, 0,				/* SEL_TSS */
};
static uint64_t gdts[HEDRON_NUM_CPU][ARRAY_SIZE(segments)];

static void gate_set(unsigned vector, const char *entry, uint8_t ist, uint8_t dpl)
{
	uint64_t ofs = (uint64_t)entry;

	idt[vector] = (struct gate){
		.ofs_lo = ofs, .ofs_mid = ofs >> 16, .ofs_hi = ofs >> 32,
		.sel = KERNEL_CS, .ist = ist, .type = GATE_INTERRUPT | dpl,
	};
}

static void idt_init(void)
{
	for (unsigned v = 0; v < 256; v++)
		gate_set(v, entry_stubs + 16 * v, v == VEC_DF ? IST_DF : 0,
			 v == VEC_BP || v == VEC_OF ? GATE_DPL3 : 0);
	gate_set(VEC_NMI, entry_nmi, IST_NMI, 0);
	gate_set(VEC_MC, entry_mc, IST_MC, 0);
}

static void tss_init(unsigned id, uint64_t *gdt)
{
	uint64_t va = TSS_VMA + id * sizeof(struct tss);
	uint64_t ofs = sizeof(tss) - id * sizeof(struct tss);	/* of the bitmap */
	uint64_t limit = ofs + 2 * PAGE_SIZE;			/* and the byte behind it */

	for (unsigned i = IST_NMI; i <= IST_MC; i++)
		tss[id].ist[i - 1] = kstack_top(id, i);
	tss[id].io_bitmap = ofs;
	gdt[SEL_TSS / 8] = limit | (va & 0xffffff) << 16 | TSS_AVAILABLE << 40 |
			   (va >> 24 & 0xff) << 56;
	gdt[SEL_TSS / 8 + 1] = va >> 32;
}

void desc_prepare(struct cpu *cpu)
{
	if (!idt[0].type)
		idt_init();
	memcpy(gdts[cpu->id], segments, sizeof(segments));
	tss_init(cpu->id, gdts[cpu->id]);
	cpu->tss = &tss[cpu->id];
}

void desc_init(struct cpu *cpu)
{
	struct table_ptr gdtr = { sizeof(segments) - 1, (uint64_t)gdts[cpu->id] };
	struct table_ptr idtr = { sizeof(idt) - 1, (uint64_t)idt };

	lgdt(&gdtr);
	lidt(&idtr);
	ltr(SEL_TSS);
	lldt(0);			/* no user descriptors besides ours */
	__asm__ volatile("mov %0, %%ds; mov %0, %%es; mov %0, %%fs; mov %0, %%gs"
			 : : "r"(USER_SS));
}
