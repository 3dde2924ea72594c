/* SPDX-License-Identifier: MIT */
/*
 * hedron/abi.h - numbers of the Hedron kernel ABI, API version 5004 with foreign system calls.
 *
 * Shared by C and assembly. Every number of the binary interface stands here or in one of its
 * sisters (crd.h, utcb.h, mtd.h, hip.h) and nowhere else.
 * Source: ABI reference; the section is named with each group.
 */
#pragma once

#define HEDRON_API_VERSION	5004

/* Hypercall numbers, ARG1[7:0] (ABI reference 3.1). */
#define HC_CALL			0
#define HC_REPLY		1
#define HC_CREATE_PD		2
#define HC_CREATE_EC		3
#define HC_CREATE_SC		4
#define HC_CREATE_PT		5
#define HC_CREATE_SM		6
#define HC_REVOKE		7
#define HC_PD_CTRL		8
#define HC_EC_CTRL		9
#define HC_SC_CTRL		10
#define HC_PT_CTRL		11
#define HC_SM_CTRL		12
#define HC_ASSIGN_PCI		13
#define HC_ASSIGN_GSI		14
#define HC_MACHINE_CTRL		15
#define HC_COUNT		16

/* ARG1: number[7:0] flags[11:8] selector[63:12] (ABI reference 3.1). */
#define HC_FLAGS_SHIFT		8
#define HC_SEL_SHIFT		12

/* Flags, as they stand in ARG1[11:8], bit 8 being bit 0 here. */
#define HC_CALL_NONBLOCK	(1 << 0)	/* 3.2: TIMEOUT instead of waiting for a busy handler */
#define HC_PD_PASSTHROUGH	(1 << 0)	/* 3.4 */
#define HC_EC_GLOBAL		(1 << 0)	/* 3.5 */
#define HC_EC_VCPU		(1 << 1)
#define HC_EC_APIC_ACCESS	(1 << 2)
#define HC_EC_UTCB_IN_CALLER	(1 << 3)
#define HC_REVOKE_SELF		(1 << 0)	/* 3.9 */
#define HC_REVOKE_REMOTE	(1 << 1)
#define HC_SM_DOWN		(1 << 0)	/* 3.14: clear = up */
#define HC_SM_ZERO		(1 << 1)	/* down: set the counter to 0 */
#define HC_GSI_USE_MODE		(1 << 0)	/* 3.15: trigger and polarity from ARG3 */

/* Sub-operations, ARG1[9:8]. */
#define PD_CTRL_LOOKUP		0		/* 3.10 */
#define PD_CTRL_MAP_ACCESS_PAGE	1
#define PD_CTRL_DELEGATE	2
#define PD_CTRL_MSR_ACCESS	3
#define PD_CTRL_MSR_WRITE	(1 << 2)	/* with MSR_ACCESS; clear = read */
#define PD_CTRL_MEDIATOR	(1 | 1 << 2)	/* HIP_FEAT_MEDIATOR */
#define EC_CTRL_RECALL		0		/* 3.11 */
#define EC_CTRL_BADGE		1		/* HIP_FEAT_BADGE */
#define MACHINE_SUSPEND		0		/* 3.16 */
#define MACHINE_UPDATE_UCODE	1
#define MACHINE_KMEM		2		/* HIP_FEAT_KMEM */

/* assign_gsi ARG3 (3.15). */
#define GSI_CPU_MASK		0xffffffffull
#define GSI_LEVEL		(1ull << 32)
#define GSI_ACTIVE_LOW		(1ull << 33)

/* create_pd ARG4 (3.4): bit 0 marks a foreign PD, the rest is its foreign portal base. */
#define PD_FOREIGN		1ull
#define PD_FOREIGN_BASE_SHIFT	1

/* create_sc ARG4 (3.6). */
#define SC_PRIO_MASK		0xffull
#define SC_PRIO_MIN		1
#define SC_PRIO_MAX		127
#define SC_QUANTUM_SHIFT	12		/* microseconds, 32 bits */

/* Selectors (ABI reference 1.3, 1.4, 2). */
#define HEDRON_NUM_SEL		0x4000000	/* 2^26 object selectors */
#define HEDRON_NUM_CPU		64
#define HEDRON_NUM_GSI		192
#define ROOT_SEL_PD		32
#define ROOT_SEL_EC		33
#define ROOT_SEL_SC		34
#define HV_SEL_IDLE_SC		0		/* hypervisor space: + CPU */
#define HV_SEL_GSI		64		/* hypervisor space: + GSI */

/* Events of host ECs (ABI reference 7.1); numbers below 30 are exception vectors. */
#define EVENT_DE		0
#define EVENT_DB		1
#define EVENT_BP		3
#define EVENT_OF		4
#define EVENT_BR		5
#define EVENT_UD		6
#define EVENT_NM		7
#define EVENT_TS		10
#define EVENT_NP		11
#define EVENT_SS		12
#define EVENT_GP		13
#define EVENT_PF		14
#define EVENT_MF		16
#define EVENT_AC		17
#define EVENT_MC		18
#define EVENT_XM		19
#define EVENT_STARTUP		30
#define EVENT_RECALL		31
#define EVENT_COUNT		32

/* Page-fault error code bits, qual[0] of event 14 (Intel SDM vol. 3, 4.7). */
#define PF_PRESENT		(1 << 0)
#define PF_WRITE		(1 << 1)
#define PF_USER			(1 << 2)
#define PF_FETCH		(1 << 4)

/* User address space (ABI reference 1.3). No user mapping starts at or above HEDRON_USER_END. */
#define HEDRON_PAGE_SHIFT	12
#define HEDRON_PAGE_SIZE	0x1000
#define HEDRON_USER_END		0x7ffffffff000
#define ROOT_UTCB_ADDR		0x7fffffffd000
#define ROOT_HIP_ADDR		0x7fffffffe000

/* User segment selectors and start values (ABI reference 1.3, 3.5). */
#define USER_CS_SYSRET		0x2b
#define USER_CS_IRET		0x1b
#define USER_SS			0x23
#define USER_RFLAGS		0x202
#define FPU_MXCSR_INIT		0x1f80
#define FPU_FCW_INIT		0x37f

#ifndef __ASSEMBLER__
#include <stdint.h>

#if defined(__cplusplus) && !defined(_Static_assert)
#define _Static_assert static_assert
#endif

typedef uint64_t cap_sel;		/* selector in an object space, below HEDRON_NUM_SEL */

/* Hypercall status, OUT1[7:0] (ABI reference 3.1). */
enum hedron_status {
	HEDRON_SUCCESS	= 0,
	HEDRON_TIMEOUT	= 1,	/* deadline passed; busy (non-blocking) or dead handler */
	HEDRON_ABORT	= 2,	/* the handler of a call died */
	HEDRON_BAD_HYP	= 3,	/* no such hypercall */
	HEDRON_BAD_CAP	= 4,	/* wrong or empty selector, type or right; destination in use */
	HEDRON_BAD_PAR	= 5,	/* invalid parameter */
	HEDRON_BAD_FTR	= 6,	/* feature not there */
	HEDRON_BAD_CPU	= 7,	/* CPU offline, out of range, or not the portal's */
	HEDRON_BAD_DEV	= 8,	/* invalid device */
	HEDRON_OOM	= 9,	/* kernel memory exhausted (later API versions; our kernel) */
};
#endif
