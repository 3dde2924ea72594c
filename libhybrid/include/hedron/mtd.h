/* SPDX-License-Identifier: MIT */
/*
 * hedron/mtd.h - message transfer descriptor: which state an event message carries, and which a
 * reply writes back.  Source: ABI reference 6 (host ECs).
 */
#pragma once

#define MTD_ACDB	(1ull << 0)	/* rax rcx rdx rbx */
#define MTD_BSD		(1ull << 1)	/* rbp rsi rdi */
#define MTD_RSP		(1ull << 2)
#define MTD_RIP		(1ull << 3)	/* RIP_LEN: rip; inst_len is not used for host ECs */
#define MTD_RFLAGS	(1ull << 4)
#define MTD_FS_GS	(1ull << 6)	/* both bases */
#define MTD_QUAL	(1ull << 15)	/* error code, CR2; message only */
#define MTD_R8_R15	(1ull << 22)
#define MTD_FPU		(1ull << 31)	/* replies only: ABI reference 8.5 b */

#define MTD_GPR		(MTD_ACDB | MTD_BSD | MTD_RSP | MTD_R8_R15)

/* RFLAGS bits a reply cannot set: VIP VIF VM RF IOPL; IF is always set (ABI reference 6). */
#define MTD_RFLAGS_CLEARED	0x1b3000ull
#define MTD_RFLAGS_SET		0x202ull
