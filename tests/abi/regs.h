/* SPDX-License-Identifier: MIT */
/* regs.h - user registers as entry.S saves them, and the assembly that tests use. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "layout.h"

struct hedron_utcb;

struct cpu_regs {
	uint64_t rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
	uint64_t rip, rflags;
	uint64_t cs, ss, ds, es, fs, gs;
	uint64_t fs_base, gs_base;
};
_Static_assert(offsetof(struct cpu_regs, rsp) == REGS_RSP, "entry.S");
_Static_assert(offsetof(struct cpu_regs, r8) == REGS_R8, "entry.S");
_Static_assert(offsetof(struct cpu_regs, r15) == REGS_R15, "entry.S");
_Static_assert(offsetof(struct cpu_regs, rflags) == REGS_RFLAGS, "entry.S");
_Static_assert(offsetof(struct cpu_regs, gs_base) == REGS_GS_BASE, "entry.S");
_Static_assert(sizeof(struct cpu_regs) == REGS_SIZE, "entry.S");

/* What FXSAVE64 writes (Intel SDM vol. 1, 10.5.1). */
struct fx_state {
	uint16_t fcw, fsw;
	uint8_t ftw, pad;
	uint16_t fop;
	uint64_t fip, fdp;
	uint32_t mxcsr, mxcsr_mask;
	uint8_t st[8][16];
	uint8_t xmm[16][16];
	uint8_t rest[96];
} __attribute__((aligned(16)));
_Static_assert(sizeof(struct fx_state) == 512, "SDM vol. 1, 10.5.1");

/* State at the entry point (ABI reference 1.3). */
extern struct cpu_regs boot_regs;
extern struct fx_state boot_fx;

/* Load all general registers but rsp, and rflags; execute the instruction; store all as they are
 * behind it. rip is the address behind the instruction, rsp as it was at it. */
void raw_syscall(struct cpu_regs *regs);
void raw_ud2(struct cpu_regs *regs);
#define UD2_LEN		2
void raw_int3(struct cpu_regs *regs);

/* Touch one byte: 0, or PROBE_FAULT | event << 8 | error code if that raised an exception. */
#define PROBE_FAULT	0x10000u
uint64_t probe_read(const volatile void *addr);
uint64_t probe_write(volatile void *addr);	/* writes back what it read */
uint64_t probe_exec(const volatile void *addr);	/* the byte there must be RET if it can run */
uint64_t probe_in(uint16_t port);
void probe_recover(void);	/* where the guard sends a probe that faulted; rax = result */
extern volatile uint64_t probe_sp;	/* stack of the probe in progress, 0 = none */

/* Entry of all portals whose id is a struct portal. */
void portal_entry(void);

/* Portal entry that stores the registers it finds, takes 64 bytes of stack, and replies with
 * every register but rdi, rcx, r11 and rsp set to SPY_MARK. */
void spy_entry(void);
extern struct cpu_regs spy_regs;
#define SPY_MARK	0x5b1d

/* A page with a mediator (hedron_pd_mediator); it wants to know the UTCB's address. */
extern char mediator_page[], mediator_entry[];
extern struct hedron_utcb *mediator_utcb;

void fx_save(struct fx_state *fx);
void fx_load(const struct fx_state *fx);

/* A value of its own in each general register, and the arithmetic flags set (OF SF ZF AF PF CF). */
static inline void regs_mark(struct cpu_regs *regs, uint64_t seed)
{
	uint64_t *r = &regs->rax;

	for (unsigned i = 0; i < 16; i++)
		r[i] = 0x0101010101010101ull * i + seed;
	regs->rflags = USER_RFLAGS | 0x8d5;
}

static inline uint64_t rdtsc(void)
{
	uint32_t lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (uint64_t)hi << 32 | lo;
}

static inline void outb(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t inb(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}
