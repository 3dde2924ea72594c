/* SPDX-License-Identifier: MIT */
/*
 * boot.S - from the loader to C.
 *
 * The loader enters boot_entry in 32-bit protected mode without paging: eax is the loader's magic
 * number, ebx the physical address of its information (Multiboot 0.6.96 and Multiboot 2). Here the
 * CPU is brought to 64-bit mode on page tables that map the first 4 GiB three times: at 0 for the
 * code that switches, at PHYSMAP_VMA, and the first GiB at KERNEL_VMA. Then
 * kernel_main(magic, info) runs on the boot CPU's stack. A CPU that cannot get there gets one line.
 *
 * The other CPUs start in real mode in a copy of ap_real (smp.c), and meet the boot CPU's way at
 * once: they are as able as that one, and its page tables are there.
 */
#include "layout.h"
#include "x86.h"

#define PHYS(sym)	((sym) - KERNEL_VMA)

#define MB1_MAGIC	0x1badb002
#define MB1_FLAGS	3			/* modules page-aligned; memory information */
#define MB2_MAGIC	0xe85250d6

	.section .multiboot, "a"
	.balign	8
	.long	MB1_MAGIC, MB1_FLAGS, -(MB1_MAGIC + MB1_FLAGS)
	.balign	8
mb2_header:
	.long	MB2_MAGIC, 0, mb2_end - mb2_header, -(MB2_MAGIC + mb2_end - mb2_header)
	.word	6, 0				/* modules page-aligned */
	.long	8
	.word	0, 0				/* end of tags */
	.long	8
mb2_end:

	.section .boot, "ax"
	.code32
	.globl	boot_entry
boot_entry:
	cld
	cli
	mov	%eax, %ebp			/* magic */
	mov	%ebx, %esi			/* information */
	mov	$PHYS(boot_stack_top), %esp

	mov	$0x80000000, %eax
	cpuid
	cmp	$0x80000001, %eax
	jb	1f
	mov	$0x80000001, %eax
	cpuid
	bt	$29, %edx
	jnc	1f
	bt	$20, %edx
	jnc	2f
	bt	$11, %edx
	jnc	3f
	call	boot_tables

	mov	$(CR4_PAE | CR4_PGE), %eax
	mov	%eax, %cr4
	mov	$PHYS(boot_pml4), %eax
	mov	%eax, %cr3
	mov	$MSR_EFER, %ecx
	rdmsr
	or	$(EFER_SCE | EFER_LME | EFER_NXE), %eax
	wrmsr
	mov	$CR0_KERNEL, %eax
	mov	%eax, %cr0
	lgdt	boot_gdtr
	ljmp	$KERNEL_CS, $boot_64

1:	mov	$no_lm, %esi
	jmp	boot_refuse
2:	mov	$no_nx, %esi
	jmp	boot_refuse
3:	mov	$no_syscall, %esi

/* esi: a line of text; to the first serial port, which may not be set up. Does not return. */
boot_refuse:
	mov	$0x3fd, %dx
1:	in	%dx, %al
	test	$0x20, %al
	jz	1b
	lodsb
	test	%al, %al
	jz	2f
	mov	$0x3f8, %dx
	out	%al, %dx
	jmp	boot_refuse
2:	hlt
	jmp	2b

/* Fills the boot page tables; clobbers eax, ecx, edi. */
boot_tables:
	movl	$(PHYS(boot_pdpt) + 3), PHYS(boot_pml4)
	movl	$(PHYS(boot_pdpt) + 3), PHYS(boot_pml4) + 8 * PHYSMAP_SLOT
	movl	$(PHYS(boot_pdpt_top) + 3), PHYS(boot_pml4) + 8 * KERNEL_SLOT
	movl	$(PHYS(boot_pd) + 3), PHYS(boot_pdpt_top) + 8 * 510
	movl	$(PHYS(boot_pd) + 0x0003), PHYS(boot_pdpt)
	movl	$(PHYS(boot_pd) + 0x1003), PHYS(boot_pdpt) + 8
	movl	$(PHYS(boot_pd) + 0x2003), PHYS(boot_pdpt) + 16
	movl	$(PHYS(boot_pd) + 0x3003), PHYS(boot_pdpt) + 24
	mov	$PHYS(boot_pd), %edi
	mov	$0x83, %eax			/* present, writable, 2 MiB */
	mov	$2048, %ecx
1:	mov	%eax, (%edi)
	add	$0x200000, %eax
	add	$8, %edi
	loop	1b
	ret

	.code64
boot_64:
	mov	$KERNEL_DS, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	xor	%eax, %eax
	mov	%eax, %fs
	mov	%eax, %gs
	movabs	$boot_stack_top, %rsp
	mov	%ebp, %edi
	xor	%ebp, %ebp
	movabs	$kernel_main, %rax
	call	*%rax
	ud2

/* Another CPU, in long mode on the boot page tables, without a stack; it cannot stay here, since the
 * kernel's own tables map no low addresses. */
ap_64:
	mov	$KERNEL_DS, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	movabs	$ap_high, %rax
	jmp	*%rax

	.balign	8
boot_gdt:
	.quad	0, 0x00af9a000000ffff, 0x00cf92000000ffff
boot_gdtr:
	.word	. - boot_gdt - 1
	.long	boot_gdt

no_lm:	.asciz	"hedron: this CPU has no long mode (64 bit)\r\n"
no_nx:	.asciz	"hedron: this CPU has no execute disable (NX)\r\n"
no_syscall:
	.asciz	"hedron: this CPU has no SYSCALL\r\n"

/*
 * The first instructions of another CPU: copied to a page below 1 MiB, real mode, cs = page / 16.
 * Paging, protection and long mode come with one write of CR0; the page tables map the copy where
 * it lies.
 */
	.section .rodata, "a"
	.code16
	.globl	ap_real, ap_real_end
ap_real:
	cli
	mov	$(CR4_PAE | CR4_PGE), %eax
	mov	%eax, %cr4
	mov	$PHYS(boot_pml4), %eax
	mov	%eax, %cr3
	mov	$MSR_EFER, %ecx
	rdmsr
	or	$(EFER_SCE | EFER_LME | EFER_NXE), %eax
	wrmsr
	lgdtl	%cs:(ap_gdtr - ap_real)
	mov	$CR0_KERNEL, %eax
	mov	%eax, %cr0
	ljmpl	$KERNEL_CS, $ap_64
ap_gdtr:
	.word	boot_gdtr - boot_gdt - 1
	.long	boot_gdt
ap_real_end:

/* Finds its stack by its APIC id: uint64_t smp_stacks[256]; then  void smp_entered(void);  */
	.text
	.code64
ap_high:
	movabs	$kernel_pml4, %rax
	mov	(%rax), %rax
	movabs	$PHYSMAP_VMA, %rcx
	sub	%rcx, %rax
	mov	%rax, %cr3
	mov	$1, %eax
	cpuid
	shr	$24, %ebx
	movabs	$smp_stacks, %rax
	mov	(%rax,%rbx,8), %rsp
	xor	%ebp, %ebp
	call	smp_entered
	ud2

	.section .bss.page, "aw", @nobits
	.balign	0x1000
boot_pml4:	.skip	0x1000
boot_pdpt:	.skip	0x1000
boot_pdpt_top:	.skip	0x1000
boot_pd:	.skip	0x4000
	.globl	boot_stack_guard, boot_stack, boot_stack_top
boot_stack_guard:
	.skip	0x1000			/* unmapped once the kernel's own tables are loaded */
boot_stack:
	.skip	STACK_SIZE
boot_stack_top:
