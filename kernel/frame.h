/* SPDX-License-Identifier: MIT */
/* frame.h - the registers of an interrupted or waiting EC, as entry.S stores them. */
#pragma once

#define FRAME_OFS_RAX		0x00
#define FRAME_OFS_RCX		0x08
#define FRAME_OFS_RDX		0x10
#define FRAME_OFS_RBX		0x18
#define FRAME_OFS_RBP		0x20
#define FRAME_OFS_RSI		0x28
#define FRAME_OFS_RDI		0x30
#define FRAME_OFS_R8		0x38
#define FRAME_OFS_R9		0x40
#define FRAME_OFS_R10		0x48
#define FRAME_OFS_R11		0x50
#define FRAME_OFS_R12		0x58
#define FRAME_OFS_R13		0x60
#define FRAME_OFS_R14		0x68
#define FRAME_OFS_R15		0x70
#define FRAME_OFS_VECTOR	0x78
#define FRAME_OFS_RIP		0x88
#define FRAME_OFS_RFLAGS	0x98
#define FRAME_OFS_RSP		0xa0
#define FRAME_SIZE		0xb0
#define EC_OFS_FOREIGN		0xb0	/* in struct ec, which begins with the frame */

#ifndef __ASSEMBLER__
#include "types.h"

struct frame {
	uint64_t rax, rcx, rdx, rbx, rbp, rsi, rdi;	/* the order of the UTCB's state */
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
	uint64_t vector;	/* how it came in; VEC_SYSCALL also says how it leaves */
	uint64_t error;
	uint64_t rip, cs, rflags, rsp, ss;		/* stored by the CPU at a gate */
};
#define AT(reg, ofs) _Static_assert(offsetof(struct frame, reg) == (ofs), "entry.S")
AT(rax, FRAME_OFS_RAX);
AT(rcx, FRAME_OFS_RCX);
AT(rdx, FRAME_OFS_RDX);
AT(rbx, FRAME_OFS_RBX);
AT(rbp, FRAME_OFS_RBP);
AT(rsi, FRAME_OFS_RSI);
AT(rdi, FRAME_OFS_RDI);
AT(r8, FRAME_OFS_R8);
AT(r9, FRAME_OFS_R9);
AT(r10, FRAME_OFS_R10);
AT(r11, FRAME_OFS_R11);
AT(r12, FRAME_OFS_R12);
AT(r13, FRAME_OFS_R13);
AT(r14, FRAME_OFS_R14);
AT(r15, FRAME_OFS_R15);
AT(vector, FRAME_OFS_VECTOR);
AT(rip, FRAME_OFS_RIP);
AT(rflags, FRAME_OFS_RFLAGS);
AT(rsp, FRAME_OFS_RSP);
#undef AT
_Static_assert(sizeof(struct frame) == FRAME_SIZE, "entry.S");
/* The CPU aligns the stack pointer to 16 before it stores a gate's frame. */
_Static_assert(FRAME_SIZE % 16 == 0, "entry.S");
#endif
