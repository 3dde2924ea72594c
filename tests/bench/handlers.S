/* SPDX-License-Identifier: MIT */
/*
 * handlers.S - the smallest handlers that do their work, so that what is measured is the kernel.
 *
 * Portal entry (ABI reference 9.2): rdi = portal id = the handler's own UTCB. No stack is used.
 */
#include <hedron/abi.h>
#include "handlers.h"

#define FUNC(name)	.globl name; .type name, @function; .balign 16; name

	.text

FUNC(serve_echo):
	mov	$HC_REPLY, %edi
	syscall

FUNC(serve_empty):
	movl	$0, HANDLER_ITEMS(%rdi)
	mov	$HC_REPLY, %edi
	syscall

/* The reply of ABI reference 8.4. On kernels whose message has true values it could be shorter. */
FUNC(serve_foreign):
	mov	HANDLER_RCX(%rdi), %rax
	mov	HANDLER_R11(%rdi), %rdx
	mov	%rax, HANDLER_RIP(%rdi)
	mov	%rdx, HANDLER_RSP(%rdi)
	movq	$USER_RFLAGS, HANDLER_RFLAGS(%rdi)
	movq	$(1 << 0 | 1 << 2 | 1 << 3 | 1 << 4), HANDLER_MTD(%rdi)	/* ACDB RSP RIP RFLAGS */
	movl	$0, HANDLER_ITEMS(%rdi)
	mov	HANDLER_REPLY(%rdi), %rdi
	syscall

FUNC(serve_skip_ud2):
	addq	$2, HANDLER_RIP(%rdi)
	movq	$(1 << 3), HANDLER_MTD(%rdi)		/* RIP */
	movl	$0, HANDLER_ITEMS(%rdi)
	mov	$HC_REPLY, %edi
	syscall

FUNC(serve_resume):
	movq	$0, HANDLER_MTD(%rdi)
	movl	$0, HANDLER_ITEMS(%rdi)
	mov	$HC_REPLY, %edi
	syscall

FUNC(serve_page):
	mov	HANDLER_QUAL1(%rdi), %rax
	and	$-HEDRON_PAGE_SIZE, %rax
	or	$1, %rax				/* hotspot: that page; kind: delegate */
	mov	%rax, HANDLER_XFER(%rdi)
	movq	$0, HANDLER_MTD(%rdi)
	movl	$(1 << 16), HANDLER_ITEMS(%rdi)
	mov	$HC_REPLY, %edi
	syscall

	.balign	HEDRON_PAGE_SIZE
	.globl	quick_mediator
quick_mediator:
	jmp	*%gs:UTCB_OFS_TLS
	.balign	HEDRON_PAGE_SIZE

	.section .note.GNU-stack, "", @progbits
