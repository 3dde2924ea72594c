/* SPDX-License-Identifier: MIT */
/*
 * guest.S - where fuzz threads and handlers start, and what C cannot say. The one thing that is
 * known at each entry stands there; all other registers may hold anything.
 */
#include "cycle_guest.h"
#include "guest_layout.h"
#include "layout.h"
#include <hedron/utcb.h>

#define FUNC(name)	.globl name; .type name, @function; .balign 16; name

	.text

/* rdi = slot: calls  void guest_main(struct slot *)  with an empty stack. */
FUNC(guest_enter):
	cld
	lea	SLOT_SIZE-64(%rdi), %rsp
	xor	%ebp, %ebp
	call	guest_main
	ud2

/* Portal of a fuzz handler: rsp is what it was at the last reply. If that is in a slot, the slot is
 * entered; else the exception's portal does it. */
FUNC(guest_portal):
	lea	-1(%rsp), %rdi
	and	$-SLOT_SIZE, %rdi
	lea	-ARENA(%rdi), %rax
	cmp	$ARENA_SIZE, %rax
	jb	guest_enter
	ud2

/* void guest_raw(const struct cpu_regs *): all registers, then SYSCALL. Does not return: the
 * exception behind it is how the thread comes back. */
FUNC(guest_raw):
	pushq	REGS_RFLAGS(%rdi)
	popf
	mov	REGS_RAX(%rdi), %rax
	mov	REGS_RCX(%rdi), %rcx
	mov	REGS_RDX(%rdi), %rdx
	mov	REGS_RBX(%rdi), %rbx
	mov	REGS_RSP(%rdi), %rsp
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
	mov	REGS_RDI(%rdi), %rdi
	syscall
	ud2

/* Portal of a cycle's handler (cycle_guest.h): needs no stack. */
FUNC(cycle_portal):
	cmpq	$0, CYCLE_HANDLER_UTCB+UTCB_OFS_DATA
	je	1f
	mov	$(HC_SM_CTRL | HC_SM_DOWN << HC_FLAGS_SHIFT | CYCLE_NEVER << HC_SEL_SHIFT), %edi
	xor	%esi, %esi
	xor	%edx, %edx
	syscall
1:	mov	$HC_REPLY, %edi
	syscall
	ud2

/* A mediator of one page: one entry makes a foreign call, the other faults. */
	.balign	0x1000
FUNC(guest_mediator):
	syscall
	ud2
	.balign	0x1000

	.section .note.GNU-stack, "", @progbits
