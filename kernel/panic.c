/* SPDX-License-Identifier: MIT */
/*
 * panic.c - a panic shows what is needed to find it: where, the registers, and the chain of return
 * addresses (the kernel is compiled with frame pointers; addr2line -e kernel.elf64 names them).
 */
#include "panic.h"
#include "frame.h"
#include "kstack.h"
#include "layout.h"
#include "log.h"
#include "x86.h"

#define CHAIN_MAX	16

NORETURN static void stop(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

/* Can the kernel's stack be there? The boot stack is in the image. */
static bool is_frame_pointer(uint64_t bp)
{
	struct kstack_place p = kstack_find(bp);

	if (bp & 7)
		return false;
	return (p.name && bp >= p.bottom && bp + 16 <= p.top) ||
	       (bp >= (uint64_t)image_data && bp + 16 <= (uint64_t)image_end);
}

static void print_chain(const uint64_t *bp)
{
	log_print("call chain:");
	for (unsigned i = 0; i < CHAIN_MAX && is_frame_pointer((uint64_t)bp); i++) {
		log_print(" %lx", bp[1]);
		bp = (const uint64_t *)bp[0];
	}
	log_print("\n");
}

NORETURN void panic(const char *fmt, ...)
{
	va_list args;

	log_print("kernel panic: ");
	va_start(args, fmt);
	log_vprint(fmt, args);
	va_end(args);
	log_print("\n");
	print_chain(__builtin_frame_address(0));
	stop();
}

NORETURN void panic_frame(const struct frame *f)
{
	log_print("kernel panic: exception %lu at %lx, error %lx, cr2 %lx, cr3 %lx\n", f->vector,
		  f->rip, f->error, read_cr2(), read_cr3());
	log_print("rax %016lx rbx %016lx rcx %016lx rdx %016lx\n", f->rax, f->rbx, f->rcx, f->rdx);
	log_print("rsi %016lx rdi %016lx rbp %016lx rsp %016lx\n", f->rsi, f->rdi, f->rbp, f->rsp);
	log_print("r8  %016lx r9  %016lx r10 %016lx r11 %016lx\n", f->r8, f->r9, f->r10, f->r11);
	log_print("r12 %016lx r13 %016lx r14 %016lx r15 %016lx\n", f->r12, f->r13, f->r14, f->r15);
	print_chain((const uint64_t *)f->rbp);
	stop();
}

NORETURN void refuse(const char *fmt, ...)
{
	va_list args;

	log_force();
	log_print("hedron: ");
	va_start(args, fmt);
	log_vprint(fmt, args);
	va_end(args);
	log_print("\n");
	stop();
}
