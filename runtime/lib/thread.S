/* SPDX-License-Identifier: MIT */
/*
 * thread.S - the end of a thread:  void thread_finish(cap_sel done), does not return.
 *
 * Ups `done`, then ends the EC by a reply (ABI reference 3.3). Between the two nothing touches the
 * stack: whoever waits for `done` may already have freed it.
 */
#include <hedron/abi.h>

	.text
	.globl	thread_finish
	.type	thread_finish, @function
thread_finish:
	shl	$HC_SEL_SHIFT, %rdi
	or	$HC_SM_CTRL, %rdi
	syscall
	mov	$HC_REPLY, %edi
	syscall
	ud2
	.size	thread_finish, . - thread_finish

	.section .note.GNU-stack, "", @progbits
