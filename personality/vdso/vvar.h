/* SPDX-License-Identifier: MIT */
/*
 * vvar.h - what the personality tells the vDSO: one read-only page right below its image.
 * Constant while the machine runs; the clock parameters are those of clock.h.
 */
#pragma once

/* From the entry point of the image: code that the personality sends a thread to. */
#define VDSO_STUB_SIZE		64
#define VDSO_SIGNAL_ENTRY	0			/* stubs.S */
#define VDSO_SIGNAL_RETURN	VDSO_STUB_SIZE
#define VDSO_SIGNAL_ENTRY_FX	(2 * VDSO_STUB_SIZE)	/* the same without XSAVE */

/* Where the signal entry stub keeps the flags word of the UTCB: in the part of the saved processor
 * state that is left to software (struct _fpx_sw_bytes, padding). */
#define VDSO_FRAME_FLAGS	484

#ifndef __ASSEMBLER__
#include <stdint.h>

struct vvar {
	uint64_t mult;			/* 0x00  ns = (tsc * mult) >> shift, 128 bits between */
	uint64_t realtime_base;		/* 0x08  CLOCK_REALTIME - CLOCK_MONOTONIC, ns */
	uint32_t shift;			/* 0x10 */
	uint32_t cpu;			/* 0x14  on which programs run */
};
#endif
