/* SPDX-License-Identifier: MIT */
/*
 * entry.S - all ways into the kernel and out of it.
 *
 * From user mode the registers are stored where they stay while the EC waits: in the frame at the
 * start of its struct ec, to which CPU_OFS_LOADED points; the CPU's stack pointer for gates (TSS rsp0)
 * points behind that frame. Then the kernel runs on the CPU's one stack, with interrupts disabled, and
 * tells at its end which EC to go on with.
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

/* The registers that C functions keep: not stored before it is known that another EC may run. */
.macro SAVE_KEPT frame
	mov	%rbx, FRAME_OFS_RBX(\frame)
	mov	%rbp, FRAME_OFS_RBP(\frame)
	mov	%r12, FRAME_OFS_R12(\frame)
	mov	%r13, FRAME_OFS_R13(\frame)
	mov	%r14, FRAME_OFS_R14(\frame)
	mov	%r15, FRAME_OFS_R15(\frame)
.endm

.macro RESTORE_KEPT frame
	mov	FRAME_OFS_RBX(\frame), %rbx
	mov	FRAME_OFS_RBP(\frame), %rbp
	mov	FRAME_OFS_R12(\frame), %r12
	mov	FRAME_OFS_R13(\frame), %r13
	mov	FRAME_OFS_R14(\frame), %r14
	mov	FRAME_OFS_R15(\frame), %r15
.endm

	.text
/*
 * Entry by SYSCALL (Intel SDM vol. 2): rcx user rip, r11 user rflags, rsp the user's, flags of
 * MSR_FMASK clear. ss, cs and error code of the frame stay as they were. Native call and reply, and
 * all that comes from foreign PDs, store the whole frame and end in the EC to go on with:
 *	struct ec *ipc_call(struct ec *self), *ipc_reply(struct ec *self), *syscall_entered(struct ec *self);
 * Other hypercalls as a rule come back to the same EC at once, so only the registers that C does not keep
 * are stored before  bool hypercall_entered(struct ec *self),  false: the way out is kernel_exit().
 */
FUNC(entry_syscall)
	swapgs
	mov	%rsp, %gs:CPU_OFS_USER_SP
	mov	%gs:CPU_OFS_LOADED, %rsp
	mov	%rax, FRAME_OFS_RAX(%rsp)
	mov	%rdx, FRAME_OFS_RDX(%rsp)
	mov	%rsi, FRAME_OFS_RSI(%rsp)
	mov	%rdi, FRAME_OFS_RDI(%rsp)
	mov	%r8, FRAME_OFS_R8(%rsp)
	mov	%r9, FRAME_OFS_R9(%rsp)
	mov	%r10, FRAME_OFS_R10(%rsp)
	movq	$VEC_SYSCALL, FRAME_OFS_VECTOR(%rsp)
	mov	%rcx, FRAME_OFS_RIP(%rsp)
	mov	%gs:CPU_OFS_USER_SP, %rax
	mov	%rax, FRAME_OFS_RSP(%rsp)
	cmpb	$0, EC_OFS_FOREIGN(%rsp)
	jne	entry_foreign
	cmpb	$HC_REPLY, %dil			/* HC_CALL is 0; moves keep the flags */
	mov	%rsp, %rdi
	mov	%gs:CPU_OFS_KERNEL_SP, %rsp
	ja	entry_hypercall
	SAVE_KEPT %rdi
	je	entry_reply
	call	ipc_call

/*
 * Leaves the kernel to the EC in rax. SYSRET puts rip into rcx and rflags into r11: fit for the return
 * from a hypercall, and for a reply to an event that asks for just that. IRET restores everything.
 */
leave:	mov	%rax, %rsp
	mov	$RFLAGS_IF, %r11d
	cmpl	$VEC_SYSCALL, FRAME_OFS_VECTOR(%rsp)
	jne	2f
1:	RESTORE_KEPT %rsp
leave_kept:
	mov	FRAME_OFS_RAX(%rsp), %rax
	mov	FRAME_OFS_RDX(%rsp), %rdx
	mov	FRAME_OFS_RSI(%rsp), %rsi
	mov	FRAME_OFS_RDI(%rsp), %rdi
	mov	FRAME_OFS_R8(%rsp), %r8
	mov	FRAME_OFS_R9(%rsp), %r9
	mov	FRAME_OFS_R10(%rsp), %r10
	mov	FRAME_OFS_RIP(%rsp), %rcx	/* canonical: checked, or the CPU stored it */
	mov	FRAME_OFS_RSP(%rsp), %rsp
	swapgs
	sysretq
2:	mov	FRAME_OFS_R11(%rsp), %r11
	cmpl	$VEC_SYSRET, FRAME_OFS_VECTOR(%rsp)
	je	1b
	RESTORE_GPRS
	add	$16, %rsp
	swapgs
	iretq

entry_reply:
	call	ipc_reply
	jmp	leave

entry_foreign:
	mov	%r11, FRAME_OFS_RFLAGS(%rsp)	/* only a message tells it */
	mov	%rsp, %rdi
	mov	%gs:CPU_OFS_KERNEL_SP, %rsp
	SAVE_KEPT %rdi
	call	syscall_entered
	jmp	leave

entry_hypercall:
	push	%rdi
	call	hypercall_entered
	test	%al, %al
	pop	%rsp				/* the frame; pop keeps the flags */
	mov	$RFLAGS_IF, %r11d
	jnz	leave_kept
	SAVE_KEPT %rsp
	mov	%gs:CPU_OFS_KERNEL_SP, %rsp	/* and on to entry_leave */

/* void entry_leave(void): ends whatever the kernel did without having been entered. */
FUNC(entry_leave)
	call	kernel_exit
	jmp	leave

/*
 * Every gate but NMI and machine check: on the stack rip, cs, rflags, rsp, ss, below them the error
 * code (or 0) and the vector.  struct ec *trap_from_user(struct ec *self);
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
	jmp	leave
1:	cld
	SAVE_GPRS
	mov	%rsp, %rdi
	call	trap_from_kernel
	RESTORE_GPRS
	add	$16, %rsp
	iretq

	.section .text.rare, "ax"	/* .text and the HOT functions fill just one page */
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
	mov	%gs:CPU_OFS_LOADED, %rsp
	add	$FRAME_SIZE, %rsp
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

	.section .text.rare, "ax"
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
