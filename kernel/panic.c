/* SPDX-License-Identifier: MIT */
/*
 * panic.c - a panic shows what is needed to find it: what happened and in which function, the registers,
 * and the chain of calls by name (the kernel is compiled with frame pointers). On the serial port
 * in any case.
 *
 * Nothing here may rely on what can be broken: no lock is taken, GS is not used (a double fault may
 * come while it is the user's), and a frame pointer is followed only within one stack. The first CPU
 * to come speaks, the others are stopped by NMI; a panic of the panic stops in silence.
 */
#include "panic.h"
#include "frame.h"
#include "kstack.h"
#include "lapic.h"
#include "layout.h"
#include "log.h"
#include "symbols.h"
#include "x86.h"

#define CHAIN_MAX	24

bool panicking;				/* a  entry.S: an NMI stops the CPU from here on */

NORETURN static void stop(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

static void say(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_vprint(fmt, args);		/* who held the lock will never give it back */
	va_end(args);
}

static void begin(void)
{
	if (__atomic_exchange_n(&panicking, true, __ATOMIC_ACQ_REL))
		stop();
	lapic_stop_others();
	log_force();
	say("\nkernel panic: ");
}

static void say_place(uint64_t addr)
{
	uint64_t ofs = 0;
	const char *name = symbol_at(addr, &ofs);

	if (name)
		say("%s+0x%lx", name, ofs);
	else
		say("%lx", addr);
}

/* In the call before `ret`: what follows it may be another function. */
static void say_caller(uint64_t ret)
{
	say("    ");
	say_place(ret - 1);
	say("\n");
}

/* At each frame pointer, the caller's and the address to return to; the callers' lie higher. */
static void say_chain(uint64_t bp)
{
	struct kstack_place stack = kstack_find(bp);
	uint64_t bottom = stack.bottom;

	for (unsigned i = 0; i < CHAIN_MAX && !(bp & 7) && bp >= bottom && bp + 16 <= stack.top; i++) {
		const uint64_t *frame = (const uint64_t *)bp;

		say_caller(frame[1]);
		bottom = bp + 16;
		bp = frame[0];
	}
}

NORETURN void panic(const char *fmt, ...)
{
	va_list args;

	begin();
	va_start(args, fmt);
	log_vprint(fmt, args);
	va_end(args);
	say("\ncall chain, innermost first:\n");
	say_chain((uint64_t)__builtin_frame_address(0));
	stop();
}

static const char *exception_name(uint64_t vector)
{
	static const char *const names[VEC_EXC_END] = {
		[0] = "divide error", [1] = "debug", [2] = "NMI", [3] = "breakpoint", [4] = "overflow",
		[6] = "invalid opcode", [7] = "device not available", [8] = "double fault",
		[10] = "invalid TSS", [11] = "segment not present", [12] = "stack fault",
		[13] = "general protection", [14] = "page fault", [16] = "x87",
		[17] = "alignment check", [18] = "machine check", [19] = "SIMD",
	};
	const char *name = vector < VEC_EXC_END ? names[vector] : NULL;

	return name ? name : "unexpected";
}

/* gcc's way of saying that we must not come here. */
static bool is_trap(const struct frame *f)
{
	const uint8_t *insn = (const uint8_t *)f->rip;
	uint64_t ofs;

	return f->vector == VEC_UD && symbol_at(f->rip, &ofs) && insn[0] == 0x0f && insn[1] == 0x0b;
}

static void say_cause(const struct frame *f)
{
	struct kstack_place hit = kstack_find(read_cr2());

	if (is_trap(f))
		say("undefined behaviour trapped at ");
	else if (f->vector == VEC_DF && hit.guard)
		say("overflow of the %s stack of CPU %u at ", hit.name, hit.cpu);
	else
		say("exception %lu (%s) at ", f->vector, exception_name(f->vector));
	say_place(f->rip);
	say(", error %lx, cr2 %lx, cr3 %lx\n", f->error, read_cr2(), read_cr3());
}

NORETURN void panic_frame(const struct frame *f)
{
	uint64_t ofs;

	begin();
	say_cause(f);
	say("rax %016lx rbx %016lx rcx %016lx rdx %016lx\n", f->rax, f->rbx, f->rcx, f->rdx);
	say("rsi %016lx rdi %016lx rbp %016lx rsp %016lx\n", f->rsi, f->rdi, f->rbp, f->rsp);
	say("r8  %016lx r9  %016lx r10 %016lx r11 %016lx\n", f->r8, f->r9, f->r10, f->r11);
	say("r12 %016lx r13 %016lx r14 %016lx r15 %016lx\n", f->r12, f->r13, f->r14, f->r15);
	say("rip %016lx cs %lx ss %lx rflags %lx\n", f->rip, f->cs, f->ss, f->rflags);
	say("call chain, innermost first:\n");
	if (!symbol_at(f->rip, &ofs) && !(f->rsp & 7) && kstack_find(f->rsp).top)
		say_caller(*(const uint64_t *)f->rsp);	/* a call to where no function is */
	say_chain(f->rbp);
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
