/* SPDX-License-Identifier: MIT */
/*
 * entry.S - all ways into the kernel and out of it.
 *
 * From user mode the registers are stored where they stay while the EC waits: in the frame at the
 * start of its struct ec. The CPU's stack pointer for gates (TSS rsp0) and CPU_OFS_FRAME_END both
 * point behind that frame. Then the kernel runs on the CPU's one stack, with interrupts disabled,
 * and ends in  struct ec *kernel_exit(void),  whose result is the EC to go on with.
 * From the kernel itself only the idle loop's interrupts, and our own bugs, come in.
 */
#include <hedron/abi.h>
#include "cpu.h"
#include "frame.h"
#include "x86.h"

#define FUNC(name)	.globl name; .type name, @function; .balign 16; name:

.macro SAVE_GPRS
	push	%r15
	push	%r14
	push	%r13
	push	%r12
	push	%r11
	push	%r10
	push	%r9
	push	%r8
	push	%rdi
	push	%rsi
	push	%rbp
	push	%rbx
	push	%rdx
	push	%rcx
	push	%rax
.endm

.macro RESTORE_GPRS
	pop	%rax
	pop	%rcx
	pop	%rdx
	pop	%rbx
	pop	%rbp
	pop	%rsi
	pop	%rdi
	pop	%r8
	pop	%r9
	pop	%r10
	pop	%r11
	pop	%r12
	pop	%r13
	pop	%r14
	pop	%r15
.endm

	.text
/*
 * Entry by SYSCALL (Intel SDM vol. 2): rcx user rip, r11 user rflags, rsp the user's, flags of
 * MSR_FMASK clear.  void syscall_entered(struct ec *self);
 */
FUNC(entry_syscall)
	swapgs
	mov	%rsp, %gs:CPU_OFS_USER_SP
	mov	%gs:CPU_OFS_FRAME_END, %rsp
	push	$USER_SS
	push	%gs:CPU_OFS_USER_SP
	push	%r11
	push	$USER_CS_SYSRET
	push	%rcx
	push	$0
	push	$VEC_SYSCALL
	SAVE_GPRS
	mov	%rsp, %rdi
	mov	%gs:CPU_OFS_KERNEL_SP, %rsp
	xor	%ebp, %ebp
	call	syscall_entered

/* Leaves the kernel. rcx and r11 are lost to a SYSRET; an IRET restores everything. */
FUNC(entry_leave)
	call	kernel_exit
	mov	%rax, %rsp
	cmpl	$VEC_SYSCALL, FRAME_OFS_VECTOR(%rsp)
	jne	1f
	mov	FRAME_OFS_RAX(%rsp), %rax
	mov	FRAME_OFS_RDX(%rsp), %rdx
	mov	FRAME_OFS_RBX(%rsp), %rbx
	mov	FRAME_OFS_RBP(%rsp), %rbp
	mov	FRAME_OFS_RSI(%rsp), %rsi
	mov	FRAME_OFS_RDI(%rsp), %rdi
	mov	FRAME_OFS_R8(%rsp), %r8
	mov	FRAME_OFS_R9(%rsp), %r9
	mov	FRAME_OFS_R10(%rsp), %r10
	mov	$RFLAGS_IF, %r11d
	mov	FRAME_OFS_R12(%rsp), %r12
	mov	FRAME_OFS_R13(%rsp), %r13
	mov	FRAME_OFS_R14(%rsp), %r14
	mov	FRAME_OFS_R15(%rsp), %r15
	mov	FRAME_OFS_RIP(%rsp), %rcx	/* canonical: pt_create(), or the CPU stored it */
	mov	FRAME_OFS_RSP(%rsp), %rsp
	swapgs
	sysretq
1:	RESTORE_GPRS
	add	$16, %rsp
	swapgs
	iretq

/*
 * Every gate but NMI and machine check: on the stack rip, cs, rflags, rsp, ss, below them the error
 * code (or 0) and the vector.  void trap_from_user(struct ec *self);
 * void trap_from_kernel(struct frame *f);
 */
entry_gate:
	testb	$3, 24(%rsp)
	jz	1f
	swapgs
	SAVE_GPRS
	mov	%rsp, %rdi
	mov	%gs:CPU_OFS_KERNEL_SP, %rsp
	push	$RFLAGS_ALWAYS1			/* the user's DF and AC off */
	popf
	xor	%ebp, %ebp
	call	trap_from_user
	jmp	entry_leave
1:	cld
	SAVE_GPRS
	mov	%rsp, %rdi
	call	trap_from_kernel
	RESTORE_GPRS
	add	$16, %rsp
	iretq

/* NMI: on a stack of its own, at any instruction. The ABI has no event for it; panic() stops CPUs so. */
FUNC(entry_nmi)
	cmpb	$0, panicking(%rip)
	jne	1f
	iretq
1:	hlt
	jmp	1b

/* Machine check: on a stack of its own. From user mode it becomes an exception like the others. */
FUNC(entry_mc)
	testb	$3, 8(%rsp)
	jnz	1f
	push	$0
	push	$VEC_MC
	jmp	entry_gate
1:	swapgs
	push	%rax
	mov	%rsp, %rax
	mov	%gs:CPU_OFS_FRAME_END, %rsp
	push	40(%rax)
	push	32(%rax)
	push	24(%rax)
	push	16(%rax)
	push	8(%rax)
	push	$0
	push	$VEC_MC
	mov	(%rax), %rax
	swapgs
	jmp	entry_gate

/* One stub a vector, all the same size. Vectors with an error code: 8, 10..14, 17, 21, 29, 30. */
	.section .text.stubs, "ax"
	.balign	16
	.globl	entry_stubs
entry_stubs:
	vector = 0
	.rept	256
	.balign	16
	.if	vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21 || \
		vector == 29 || vector == 30
	.else
	push	$0
	.endif
	pushq	$vector
	jmp	entry_gate
	vector = vector + 1
	.endr

	.text
/*
 * bool rdmsr_safe(uint32_t msr, uint64_t *val); bool wrmsr_safe(uint32_t msr, uint64_t val);
 * false if the CPU raises #GP: trap_from_kernel() then goes on at the address in .fixup.
 */
FUNC(rdmsr_safe)
	mov	%edi, %ecx
1:	rdmsr
	shl	$32, %rdx
	or	%rdx, %rax
	mov	%rax, (%rsi)
	mov	$1, %eax
	ret
FUNC(wrmsr_safe)
	mov	%edi, %ecx
	mov	%esi, %eax
	mov	%rsi, %rdx
	shr	$32, %rdx
2:	wrmsr
	mov	$1, %eax
	ret
msr_fault:
	xor	%eax, %eax
	ret

	.section .fixup, "a"
	.quad	1b, msr_fault, 2b, msr_fault
	.section .note.GNU-stack, "", @progbits
