/* SPDX-License-Identifier: MIT */
/*
 * x86.h - numbers of the architecture, and the instructions C has no words for, one function each.
 * Source: Intel SDM volumes 2 to 4, AMD APM volume 2.
 */
#pragma once

#define CR0_MP		(1 << 1)
#define CR0_TS		(1 << 3)
#define CR0_NE		(1 << 5)
#define CR0_WP		(1 << 16)
#define CR0_PE		(1 << 0)
#define CR0_ET		(1 << 4)
#define CR0_PG		(1u << 31)

#define CR0_KERNEL	(CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_MP | CR0_PE)

#define CR4_DE		(1 << 3)
#define CR4_PSE		(1 << 4)
#define CR4_PAE		(1 << 5)
#define CR4_MCE		(1 << 6)
#define CR4_PGE		(1 << 7)
#define CR4_OSFXSR	(1 << 9)
#define CR4_OSXMMEXCPT	(1 << 10)
#define CR4_UMIP	(1 << 11)
#define CR4_FSGSBASE	(1 << 16)
#define CR4_PCIDE	(1 << 17)
#define CR4_OSXSAVE	(1 << 18)
#define CR4_SMEP	(1 << 20)
#define CR4_SMAP	(1 << 21)

#define CR3_KEEP	(1ull << 63)	/* with CR4.PCIDE: the load flushes nothing */

#define EFER_SCE	(1 << 0)
#define EFER_LME	(1 << 8)
#define EFER_NXE	(1 << 11)

#define RFLAGS_ALWAYS1	(1 << 1)
#define RFLAGS_TF	(1 << 8)
#define RFLAGS_IF	(1 << 9)
#define RFLAGS_DF	(1 << 10)
#define RFLAGS_IOPL	(3 << 12)
#define RFLAGS_NT	(1 << 14)
#define RFLAGS_RF	(1 << 16)
#define RFLAGS_AC	(1 << 18)

#define MSR_TSC			0x10
#define MSR_APIC_BASE		0x1b
#define MSR_MCG_STATUS		0x17a
#define MSR_TSC_DEADLINE	0x6e0
#define MSR_EFER		0xc0000080
#define MSR_STAR		0xc0000081
#define MSR_LSTAR		0xc0000082
#define MSR_CSTAR		0xc0000083
#define MSR_FMASK		0xc0000084
#define MSR_FS_BASE		0xc0000100
#define MSR_GS_BASE		0xc0000101
#define MSR_KERNEL_GS_BASE	0xc0000102

#define APIC_BASE_X2APIC	(1 << 10)
#define APIC_BASE_ENABLE	(1 << 11)

/* Segments. The order of the user's three follows from what SYSRET computes (ABI 1.3). */
#define KERNEL_CS	0x08
#define KERNEL_DS	0x10
#define SEL_TSS		0x30
#define STAR_USER	0x1b		/* SYSRET: CS = this + 16, SS = this + 8 */

/* Vectors. 32 + g is GSI g, up to 223. */
#define VEC_NMI		2
#define VEC_BP		3
#define VEC_OF		4
#define VEC_UD		6
#define VEC_NM		7
#define VEC_DF		8
#define VEC_GP		13
#define VEC_PF		14
#define VEC_MC		18
#define VEC_EXC_END	32
#define VEC_GSI		32
#define VEC_TIMER	0xe0
#define VEC_KICK	0xe1		/* another CPU wants this one to look at its hazards */
#define VEC_LAPIC_ERROR	0xe2
#define VEC_PIC		0xf0		/* 16 masked lines of the legacy controllers */
#define VEC_SPURIOUS	0xff
/* What stands in frame.vector although no gate was taken. */
#define VEC_SYSCALL	0x100		/* entered by SYSCALL; leaves by SYSRET, r11 as hypercalls return it */
#define VEC_IRET	0x101		/* leaves by IRET, all registers exact */
#define VEC_SYSRET	0x102		/* the same by SYSRET, since rcx and r11 are what that makes them */

#ifndef __ASSEMBLER__
#include "types.h"

struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid cpuid(uint32_t leaf, uint32_t sub)
{
	struct cpuid r;

	__asm__ volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
			 : "a"(leaf), "c"(sub));
	return r;
}

static inline uint64_t rdtsc(void)
{
	uint32_t lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (uint64_t)hi << 32 | lo;
}

static inline uint64_t rdmsr(uint32_t msr)
{
	uint32_t lo, hi;

	__asm__ volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
	return (uint64_t)hi << 32 | lo;
}

static inline void wrmsr(uint32_t msr, uint64_t val)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)val), "d"((uint32_t)(val >> 32)) : "memory");
}

static inline void write_cr0(uint64_t v)	{ __asm__ volatile("mov %0, %%cr0" : : "r"(v) : "memory"); }

static inline void clts(void)			{ __asm__ volatile("clts" : : : "memory"); }

static inline uint64_t read_cr0(void)
{
	uint64_t v;

	__asm__ volatile("mov %%cr0, %0" : "=r"(v));
	return v;
}

static inline uint64_t read_cr4(void)
{
	uint64_t v;

	__asm__ volatile("mov %%cr4, %0" : "=r"(v));
	return v;
}

static inline uint64_t read_rflags(void)
{
	uint64_t v;

	__asm__ volatile("pushf; pop %0" : "=r"(v));
	return v;
}

static inline uint64_t read_cr2(void)
{
	uint64_t v;

	__asm__ volatile("mov %%cr2, %0" : "=r"(v));
	return v;
}

static inline uint64_t read_cr3(void)
{
	uint64_t v;

	__asm__ volatile("mov %%cr3, %0" : "=r"(v));
	return v;
}

static inline void write_cr3(uint64_t v)	{ __asm__ volatile("mov %0, %%cr3" : : "r"(v) : "memory"); }
static inline void write_cr4(uint64_t v)	{ __asm__ volatile("mov %0, %%cr4" : : "r"(v) : "memory"); }
/* What is cached for one address under one PCID, whatever is loaded. */
static inline void invpcid_page(uint64_t pcid, uint64_t va)
{
	const struct { uint64_t pcid, va; } d = { pcid, va };

	__asm__ volatile("invpcid %0, %1" : : "m"(d), "r"(0ull) : "memory");
}

static inline void invlpg(uint64_t va)		{ __asm__ volatile("invlpg (%0)" : : "r"(va) : "memory"); }

static inline uint64_t rdfsbase(void)
{
	uint64_t v;

	__asm__ volatile("rdfsbase %0" : "=r"(v));
	return v;
}

/* The user's GS base, while the kernel's is loaded. An NMI between does not use GS. */
static inline uint64_t rd_user_gsbase(void)
{
	uint64_t v;

	__asm__ volatile("swapgs; rdgsbase %0; swapgs" : "=r"(v) : : "memory");
	return v;
}

static inline void wr_user_gsbase(uint64_t v)
{
	__asm__ volatile("swapgs; wrgsbase %0; swapgs" : : "r"(v) : "memory");
}

static inline void wrfsbase(uint64_t v)		{ __asm__ volatile("wrfsbase %0" : : "r"(v)); }
static inline void cpu_pause(void)		{ __asm__ volatile("pause"); }

/* Interrupts come in here, and only here. The second waits for one; STI;HLT leaves no gap between the two. */
static inline void sti_nop_cli(void)		{ __asm__ volatile("sti; nop; cli" : : : "memory"); }
static inline void sti_hlt_cli(void)		{ __asm__ volatile("sti; hlt; cli" : : : "memory"); }

static inline void outb(uint16_t port, uint8_t v)  { __asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port)); }

static inline uint8_t inb(uint16_t port)
{
	uint8_t v;

	__asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static inline uint32_t inl(uint16_t port)
{
	uint32_t v;

	__asm__ volatile("inl %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static inline void lgdt(const void *p)		{ __asm__ volatile("lgdt (%0)" : : "r"(p) : "memory"); }
static inline void lidt(const void *p)		{ __asm__ volatile("lidt (%0)" : : "r"(p) : "memory"); }
static inline void lldt(uint16_t sel)		{ __asm__ volatile("lldt %0" : : "r"(sel)); }
static inline void ltr(uint16_t sel)		{ __asm__ volatile("ltr %0" : : "r"(sel)); }
static inline void xsetbv(uint32_t i, uint64_t v)
{
	__asm__ volatile("xsetbv" : : "c"(i), "a"((uint32_t)v), "d"((uint32_t)(v >> 32)));
}

/* Bits 63..47 all the same: what the CPU accepts as an address or a segment base. */
static inline bool is_canonical(uint64_t va)	{ return (uint64_t)((int64_t)(va << 16) >> 16) == va; }
#endif
