/* SPDX-License-Identifier: MIT */
/*
 * hedron/start.h - what a program finds when it starts: capabilities, addresses, auxiliary vector.
 *
 * A native program starts as a C program does: RSP points at argc, argv, envp and the auxiliary
 * vector (System V ABI AMD64, 3.4.1). A Linux process finds the same in its own auxiliary vector;
 * the AT_HEDRON entries are there only if its program is marked hybrid. In both, each thread's GS
 * base holds the address of its UTCB.
 */
#pragma once
#include <hedron/abi.h>

/* Auxiliary vector types: "HE" << 16 and a number; Linux's own end far below. */
#define AT_HEDRON_ABI		0x48450000	/* API version of the kernel */
#define AT_HEDRON_CAPS		0x48450001	/* first selector of the program's own: + CAPS_* */
#define AT_HEDRON_HIP		0x48450002	/* address of the HIP, read-only */
#define AT_HEDRON_PROGRAM	0x48450003	/* number of the program in the roottask's books */
#define AT_HEDRON_ARCHIVE	0x48450004	/* boot archive, read-only (cpio newc); if granted */
#define AT_HEDRON_ARCHIVE_SIZE	0x48450005	/* bytes */
#define AT_HEDRON_DEVICE	0x48450006	/* memory of the `device` line, if there is one */
#define AT_HEDRON_DEVICE_SIZE	0x48450007	/* bytes */

/* Selectors, relative to AT_HEDRON_CAPS. */
#define CAPS_PD			0	/* own PD; with PD_CREATE if granted */
#define CAPS_EC			1	/* first EC */
#define CAPS_SC			2	/* its SC */
#define CAPS_SM			3	/* native: a semaphore of its own, to sleep on without PD_CREATE */
#define CAPS_ROOT		32	/* + CPU: the root portal, see root.h */
#define CAPS_GSI		96	/* + i: interrupt semaphore of the i-th `gsi` line */
#define CAPS_FREE		128	/* from here on the program's own choice */

/* A native program: events at 0..31, capabilities from 32 on, as the roottask has them. */
#define NATIVE_EVENT_BASE	0
#define NATIVE_CAPS		ROOT_SEL_PD
#define NATIVE_UTCB_ADDR	ROOT_UTCB_ADDR
#define NATIVE_HIP_ADDR		ROOT_HIP_ADDR
#define NATIVE_STACK_TOP	0x7fffff000000	/* grows down; below it is free */
