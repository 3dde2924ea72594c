/* SPDX-License-Identifier: MIT */
/*
 * stubs.S - where the personality sends a thread around a signal handler (linux/sigframe.c).
 *
 * FPU registers do not travel in events, and the UTCB is the thread's alone; so what belongs to the
 * interrupted code but cannot be seen from outside is saved here, in the thread's own name.
 */
#include "vvar.h"

#define UTCB_NSCT	1		/* hedron/utcb.h */

	.section .stubs, "ax", @progbits
	.globl	vdso_stubs
	.hidden	vdso_stubs

/*
 * Signal entry: void handler(int sig (rdi), siginfo_t * (rsi), ucontext_t * (rdx)), rsp: the frame.
 *	r10	where the processor state is saved; its header is zeroed
 *	r11	the handler
 *	rcx	the UTCB
 * The handler runs with NSCT clear and control words as for a new program; rax is 0.
 */
	.balign	VDSO_STUB_SIZE
vdso_stubs:
	mov	%rdx, %r9
	mov	$-1, %eax
	mov	$-1, %edx
	xsave64	(%r10)
	mov	(%rcx), %eax
	mov	%eax, VDSO_FRAME_FLAGS(%r10)
	movl	$0, (%rcx)
	fninit
	ldmxcsr	mxcsr(%rip)
	mov	%r9, %rdx
	xor	%eax, %eax
	jmp	*%r11

/*
 * Signal return to code that had set NSCT: rax is the UTCB; on the stack the value of rax, the
 * address to go on at, and the 128 bytes below the interrupted code's stack pointer (red zone).
 * No flag is changed.
 */
	.balign	VDSO_STUB_SIZE
	movl	$UTCB_NSCT, (%rax)
	pop	%rax
	ret	$128

/* Signal entry on a CPU without XSAVE. */
	.balign	VDSO_STUB_SIZE
	fxsave64 (%r10)
	mov	(%rcx), %eax
	mov	%eax, VDSO_FRAME_FLAGS(%r10)
	movl	$0, (%rcx)
	fninit
	ldmxcsr	mxcsr(%rip)
	xor	%eax, %eax
	jmp	*%r11

	.balign	VDSO_STUB_SIZE
mxcsr:
	.long	0x1f80

	.section .note.GNU-stack, "", @progbits
