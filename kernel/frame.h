/* SPDX-License-Identifier: MIT */
/* frame.h - the registers of an interrupted or waiting EC, as entry.S stores them. */
#pragma once

#define FRAME_OFS_RAX		0x00
#define FRAME_OFS_RCX		0x08
#define FRAME_OFS_R11		0x50
#define FRAME_OFS_VECTOR	0x78
#define FRAME_OFS_RIP		0x88
#define FRAME_OFS_RSP		0xa0
#define FRAME_SIZE		0xb0

#ifndef __ASSEMBLER__
#include "types.h"

struct frame {
	uint64_t rax, rcx, rdx, rbx, rbp, rsi, rdi;	/* the order of the UTCB's state */
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
	uint64_t vector;	/* how it came in; VEC_SYSCALL also says how it leaves */
	uint64_t error;
	uint64_t rip, cs, rflags, rsp, ss;		/* stored by the CPU at a gate */
};
_Static_assert(offsetof(struct frame, rcx) == FRAME_OFS_RCX, "entry.S");
_Static_assert(offsetof(struct frame, r11) == FRAME_OFS_R11, "entry.S");
_Static_assert(offsetof(struct frame, vector) == FRAME_OFS_VECTOR, "entry.S");
_Static_assert(offsetof(struct frame, rip) == FRAME_OFS_RIP, "entry.S");
_Static_assert(offsetof(struct frame, rsp) == FRAME_OFS_RSP, "entry.S");
_Static_assert(sizeof(struct frame) == FRAME_SIZE, "entry.S");
/* The CPU aligns the stack pointer to 16 before it stores a gate's frame. */
_Static_assert(FRAME_SIZE % 16 == 0, "entry.S");
#endif
