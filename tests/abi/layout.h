/* SPDX-License-Identifier: MIT */
/* layout.h - offsets and sizes that entry.S and C share. */
#pragma once
#include <hedron/abi.h>

#define STACK_SIZE	0x2000

/* struct cpu_regs (regs.h), 8 bytes each. */
#define REGS_RAX	0x00
#define REGS_RCX	0x08
#define REGS_RDX	0x10
#define REGS_RBX	0x18
#define REGS_RSP	0x20
#define REGS_RBP	0x28
#define REGS_RSI	0x30
#define REGS_RDI	0x38
#define REGS_R8		0x40
#define REGS_R9		0x48
#define REGS_R10	0x50
#define REGS_R11	0x58
#define REGS_R12	0x60
#define REGS_R13	0x68
#define REGS_R14	0x70
#define REGS_R15	0x78
#define REGS_RIP	0x80
#define REGS_RFLAGS	0x88
#define REGS_CS		0x90
#define REGS_SS		0x98
#define REGS_DS		0xa0
#define REGS_ES		0xa8
#define REGS_FS		0xb0
#define REGS_GS		0xb8
#define REGS_FS_BASE	0xc0
#define REGS_GS_BASE	0xc8
#define REGS_SIZE	0xd0

/* What the mediator in entry.S takes and gives. */
#define MEDIATOR_DONE	0x4d45
#define MEDIATOR_MARK	0x3ed1

/* struct portal (portal.h). */
#define PORTAL_STACK_TOP	0x00
#define PORTAL_FN		0x08
