/* SPDX-License-Identifier: MIT */
/*
 * start.S - entry of a native program, and the note that marks it.
 *
 * On entry (hedron/start.h): RSP -> argc, argv, envp, auxiliary vector; GS base the UTCB; all other
 * registers undefined. Calls  void start_c(uint64_t *sp), which does not return.
 */
#include <hedron/abi.h>
#include <hedron/note.h>

	.text
	.globl	_start
	.type	_start, @function
_start:
	xor	%ebp, %ebp
	mov	%rsp, %rdi
	and	$-16, %rsp
	call	start_c
	ud2
	.size	_start, . - _start

	.section .note.hedron, "a", @note
	.balign	4
	.long	7, 8, NT_HEDRON_PROGRAM
	.asciz	HEDRON_NOTE_OWNER
	.balign	4
	.long	HEDRON_PROGRAM_NATIVE, HEDRON_API_VERSION

	.section .note.GNU-stack, "", @progbits
