/* SPDX-License-Identifier: MIT */
/* vdso_image.S - the image of personality/vdso, page by page in the personality's own data. */
	.section .rodata
	.globl	vdso_image, vdso_image_end
	.balign	8
vdso_image:
	.incbin	VDSO_IMAGE
vdso_image_end:

	.section .note.GNU-stack, "", @progbits
