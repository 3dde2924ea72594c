/* SPDX-License-Identifier: MIT */
/*
 * entry.S - entry of the roottask (ABI reference 1.3): RDI the CPU it runs on, RSP no stack, bases of
 * FS and GS 0. Calls  void root_c(uint64_t cpu), which does not return.
 */
	.text
	.globl	_start
	.type	_start, @function
_start:
	lea	stack_top(%rip), %rsp
	xor	%ebp, %ebp
	call	root_c
	ud2
	.size	_start, . - _start

	.bss
	.balign	4096
	.skip	32768
stack_top:

	.section .note.GNU-stack, "", @progbits
