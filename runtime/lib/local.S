/* SPDX-License-Identifier: MIT */
/*
 * local.S - where a local EC enters user mode for each message.
 *
 * On entry (ABI reference 9.2): RDI the portal's id, RSP the EC's struct hedron_local: first because
 * create_ec was told so, later because it was so at the last reply. RSI the badge of an event's
 * sender, where the kernel has badges (docs/abi.md, 13.3). Everything else is what it was at the last
 * reply; FS and GS base are 0 the first time.
 *
 * Calls  cap_sel handler(uint64_t id, struct hedron_utcb *utcb, void *arg)  on the stack below the
 * struct and replies with the semaphore it returns. Nothing stays on the stack. RSI is 0 at the
 * reply, so that a native call, for which the kernel leaves it alone, brings no other sender's badge.
 */
#include <hedron/abi.h>

#include "layout.h"

	.text
	.globl	local_entry
	.type	local_entry, @function
local_entry:
	mov	%rsp, %rbx
	mov	%rsi, LOCAL_SENDER(%rbx)
	mov	LOCAL_TP(%rbx), %rax
	wrfsbase %rax
	mov	LOCAL_UTCB(%rbx), %rsi
	wrgsbase %rsi
	mov	LOCAL_ARG(%rbx), %rdx
	call	*LOCAL_HANDLER(%rbx)
	mov	%rbx, %rsp
	shl	$HC_SEL_SHIFT, %rax
	lea	HC_REPLY(%rax), %rdi
	xor	%esi, %esi
	syscall
	ud2
	.size	local_entry, . - local_entry

	.section .note.GNU-stack, "", @progbits
