/* SPDX-License-Identifier: MIT */
/*
 * entry.S - start of the roottask, and the few things C cannot say.
 */
#include "layout.h"

#define FUNC(name)	.globl name; .type name, @function; .balign 16; name

	.text

/*
 * Entry by the kernel (ABI reference 1.3): no stack, rsp is the HIP's address.
 * Stores every register as it was, then  void main(const struct hip *hip);
 */
FUNC(_start):
	mov	%rax, boot_regs+REGS_RAX(%rip)
	mov	%rcx, boot_regs+REGS_RCX(%rip)
	mov	%rdx, boot_regs+REGS_RDX(%rip)
	mov	%rbx, boot_regs+REGS_RBX(%rip)
	mov	%rsp, boot_regs+REGS_RSP(%rip)
	mov	%rbp, boot_regs+REGS_RBP(%rip)
	mov	%rsi, boot_regs+REGS_RSI(%rip)
	mov	%rdi, boot_regs+REGS_RDI(%rip)
	mov	%r8,  boot_regs+REGS_R8(%rip)
	mov	%r9,  boot_regs+REGS_R9(%rip)
	mov	%r10, boot_regs+REGS_R10(%rip)
	mov	%r11, boot_regs+REGS_R11(%rip)
	mov	%r12, boot_regs+REGS_R12(%rip)
	mov	%r13, boot_regs+REGS_R13(%rip)
	mov	%r14, boot_regs+REGS_R14(%rip)
	mov	%r15, boot_regs+REGS_R15(%rip)
	mov	%rsp, %rbx			/* HIP */
	lea	root_stack+STACK_SIZE(%rip), %rsp
	pushf
	popq	boot_regs+REGS_RFLAGS(%rip)
	lea	_start(%rip), %rax
	mov	%rax, boot_regs+REGS_RIP(%rip)
	mov	%cs, %rax
	mov	%rax, boot_regs+REGS_CS(%rip)
	mov	%ss, %rax
	mov	%rax, boot_regs+REGS_SS(%rip)
	mov	%ds, %rax
	mov	%rax, boot_regs+REGS_DS(%rip)
	mov	%es, %rax
	mov	%rax, boot_regs+REGS_ES(%rip)
	mov	%fs, %rax
	mov	%rax, boot_regs+REGS_FS(%rip)
	mov	%gs, %rax
	mov	%rax, boot_regs+REGS_GS(%rip)
	fxsave64 boot_fx(%rip)
	mov	%rbx, %r12
	mov	$7, %eax			/* CPUID.7.0:EBX[0]: FSGSBASE */
	xor	%ecx, %ecx
	cpuid
	test	$1, %ebx
	jz	1f
	rdfsbase %rax
	mov	%rax, boot_regs+REGS_FS_BASE(%rip)
	rdgsbase %rax
	mov	%rax, boot_regs+REGS_GS_BASE(%rip)
1:	mov	%r12, %rdi
	xor	%ebp, %ebp
	call	main
	ud2

/* void raw_INSN(struct cpu_regs *regs): load all registers but rsp, execute INSN, store them. */
.macro	RAW insn
FUNC(raw_\insn):
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	push	%rdi
	mov	REGS_RCX(%rdi), %rcx
	mov	REGS_RBX(%rdi), %rbx
	mov	REGS_RDX(%rdi), %rdx
	mov	REGS_RBP(%rdi), %rbp
	mov	REGS_RSI(%rdi), %rsi
	mov	REGS_R8(%rdi), %r8
	mov	REGS_R9(%rdi), %r9
	mov	REGS_R10(%rdi), %r10
	mov	REGS_R11(%rdi), %r11
	mov	REGS_R12(%rdi), %r12
	mov	REGS_R13(%rdi), %r13
	mov	REGS_R14(%rdi), %r14
	mov	REGS_R15(%rdi), %r15
	mov	REGS_RAX(%rdi), %rax
	pushq	REGS_RFLAGS(%rdi)
	mov	REGS_RDI(%rdi), %rdi
	popf
	\insn
.Lbehind_\insn:
	push	%rdi
	mov	8(%rsp), %rdi			/* regs */
	mov	%rcx, REGS_RCX(%rdi)
	pushf
	popq	REGS_RFLAGS(%rdi)
	cld
	popq	REGS_RDI(%rdi)
	mov	%rax, REGS_RAX(%rdi)
	mov	%rdx, REGS_RDX(%rdi)
	mov	%rbx, REGS_RBX(%rdi)
	mov	%rsp, REGS_RSP(%rdi)
	mov	%rbp, REGS_RBP(%rdi)
	mov	%rsi, REGS_RSI(%rdi)
	mov	%r8,  REGS_R8(%rdi)
	mov	%r9,  REGS_R9(%rdi)
	mov	%r10, REGS_R10(%rdi)
	mov	%r11, REGS_R11(%rdi)
	mov	%r12, REGS_R12(%rdi)
	mov	%r13, REGS_R13(%rdi)
	mov	%r14, REGS_R14(%rdi)
	mov	%r15, REGS_R15(%rdi)
	lea	.Lbehind_\insn(%rip), %rax
	mov	%rax, REGS_RIP(%rdi)
	add	$8, %rsp
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	ret
.endm

RAW syscall
RAW ud2
RAW int3

/*
 * Probes: uint64_t probe_X(...). While one runs, probe_sp holds its stack pointer, and the guard
 * (runner.c) answers an exception by continuing at probe_recover with rax = result.
 */
FUNC(probe_read):
	mov	%rsp, probe_sp(%rip)
	mov	(%rdi), %al
	jmp	probe_ok

FUNC(probe_write):
	mov	%rsp, probe_sp(%rip)
	lock orb $0, (%rdi)
	jmp	probe_ok

FUNC(probe_exec):
	mov	%rsp, probe_sp(%rip)
	call	*%rdi
	jmp	probe_ok

FUNC(probe_in):
	mov	%rsp, probe_sp(%rip)
	mov	%edi, %edx
	in	%dx, %al
probe_ok:
	xor	%eax, %eax
FUNC(probe_recover):
	mov	probe_sp(%rip), %rsp
	movq	$0, probe_sp(%rip)
	ret

/*
 * Portal entry (ABI reference 9.2): rdi = portal id = struct portal *; rsp as it was at the last
 * reply, so it is set anew.  Calls  cap_sel fn(struct portal *);  and replies, with the semaphore
 * it returned or 0.
 */
FUNC(portal_entry):
	mov	PORTAL_STACK_TOP(%rdi), %rsp
	call	*PORTAL_FN(%rdi)
	shl	$HC_SEL_SHIFT, %rax
	lea	HC_REPLY(%rax), %rdi
	syscall
	ud2

/* A portal's entry that tells what it found; see regs.h. rsp must be usable. */
FUNC(spy_entry):
	mov	%rax, spy_regs+REGS_RAX(%rip)
	mov	%rcx, spy_regs+REGS_RCX(%rip)
	mov	%rdx, spy_regs+REGS_RDX(%rip)
	mov	%rbx, spy_regs+REGS_RBX(%rip)
	mov	%rsp, spy_regs+REGS_RSP(%rip)
	mov	%rbp, spy_regs+REGS_RBP(%rip)
	mov	%rsi, spy_regs+REGS_RSI(%rip)
	mov	%rdi, spy_regs+REGS_RDI(%rip)
	mov	%r8,  spy_regs+REGS_R8(%rip)
	mov	%r9,  spy_regs+REGS_R9(%rip)
	mov	%r10, spy_regs+REGS_R10(%rip)
	mov	%r11, spy_regs+REGS_R11(%rip)
	mov	%r12, spy_regs+REGS_R12(%rip)
	mov	%r13, spy_regs+REGS_R13(%rip)
	mov	%r14, spy_regs+REGS_R14(%rip)
	mov	%r15, spy_regs+REGS_R15(%rip)
	pushf
	popq	spy_regs+REGS_RFLAGS(%rip)
	sub	$64, %rsp
	mov	$0x5b1d, %eax			/* SPY_MARK */
	mov	%rax, %rdx
	mov	%rax, %rbx
	mov	%rax, %rbp
	mov	%rax, %rsi
	mov	%rax, %r8
	mov	%rax, %r9
	mov	%rax, %r10
	mov	%rax, %r12
	mov	%rax, %r13
	mov	%rax, %r14
	mov	%rax, %r15
	mov	$HC_REPLY, %edi
	syscall
	ud2

/*
 * A page for PDs with a mediator (extensions.c). From mediator_entry on, with all registers as they were
 * at the syscall and the address behind it in the UTCB: those with rax = MEDIATOR_DONE come back
 * with MEDIATOR_MARK in rax, all others are made again from here.
 */
	.balign	4096
	.globl	mediator_page
mediator_page:
	nop
FUNC(mediator_entry):
	mov	mediator_utcb(%rip), %rcx
	mov	0x18(%rcx), %rcx		/* the word `tls` */
	cmp	$MEDIATOR_DONE, %rax
	jne	1f
	mov	$MEDIATOR_MARK, %eax
	jmp	*%rcx
1:	push	%rcx
	syscall
	ret
	.balign	4096

/* void fx_save(struct fx_state *); void fx_load(const struct fx_state *); */
FUNC(fx_save):
	fxsave64 (%rdi)
	ret

FUNC(fx_load):
	fxrstor64 (%rdi)
	ret

	.data
	.balign	64
	.globl	boot_regs, boot_fx, spy_regs, probe_sp, mediator_utcb
boot_regs:
	.skip	REGS_SIZE
	.balign	16
boot_fx:
	.skip	512
spy_regs:
	.skip	REGS_SIZE
probe_sp:
	.quad	0
mediator_utcb:
	.quad	0

	.section .note.GNU-stack, "", @progbits
