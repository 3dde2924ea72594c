/* SPDX-License-Identifier: MIT */
/*
 * exceptions.c - which exception is which event, and what its message says (ABI reference 7.1,
 * 7.3).
 *
 * A thread does one thing wrong; its handler logs the event and ends it (thread.c).
 */
#include "check.h"
#include "env.h"
#include "regs.h"
#include "thread.h"

#define RFLAGS_TF	0x100ull

/* Run fn, whose first instruction at `at` raises `event`: RIP must be at + `len`. */
static const struct hedron_state *raise(void (*fn)(void *), unsigned event, const char *at,
					unsigned len)
{
	struct thread *t = thread_run_fn(fn);
	const struct hedron_state *s = thread_only_event(t, event);

	CHECK(!t->finished);
	CHECK_EQ(s->rip, (uint64_t)at + len);
	return s;
}

/* A body of one faulting instruction, with a label before it. */
#define BODY(name, insn)						\
	extern const char name##_at[];					\
	static void name(void *arg)					\
	{								\
		__asm__ volatile(".globl " #name "_at\n" #name "_at: " insn	\
				 : : "a"(1), "c"(0), "d"(0) : "rbx", "memory");	\
	}

BODY(do_divide, "div %%ecx")
BODY(do_int3, "int3")
BODY(do_int4, "int $4")
BODY(do_ud2, "ud2")
BODY(do_hlt, "hlt")
BODY(do_cli, "cli")
BODY(do_rdmsr, "rdmsr")
BODY(do_wrmsr, "wrmsr")
BODY(do_rdpmc, "rdpmc")
BODY(do_in, "in $0x80, %%al")
BODY(do_out, "out %%al, $0x80")
BODY(do_mov_cr3, "mov %%rax, %%cr3")
BODY(do_invlpg, "invlpg (%%rax)")
BODY(do_iret_to_kernel, "mov %%rax, %%cr0")
BODY(do_int80, "int $0x80")
BODY(do_int14, "int $14")
BODY(do_int32, "int $32")
BODY(do_sysenter, "sysenter")

static void divide_error(void)
{
	CHECK_EQ(raise(do_divide, EVENT_DE, do_divide_at, 0)->qual[0], 0);
}

static void breakpoint(void)
{
	CHECK_EQ(raise(do_int3, EVENT_BP, do_int3_at, 1)->qual[0], 0);
}

static void overflow(void)
{
	CHECK_EQ(raise(do_int4, EVENT_OF, do_int4_at, 2)->qual[0], 0);
}

static void invalid_opcode(void)
{
	CHECK_EQ(raise(do_ud2, EVENT_UD, do_ud2_at, 0)->qual[0], 0);
}

static void privileged_instructions(void)
{
	CHECK_EQ(raise(do_hlt, EVENT_GP, do_hlt_at, 0)->qual[0], 0);
	CHECK_EQ(raise(do_cli, EVENT_GP, do_cli_at, 0)->qual[0], 0);
	CHECK_EQ(raise(do_rdmsr, EVENT_GP, do_rdmsr_at, 0)->qual[0], 0);
	CHECK_EQ(raise(do_wrmsr, EVENT_GP, do_wrmsr_at, 0)->qual[0], 0);
	CHECK_EQ(raise(do_mov_cr3, EVENT_GP, do_mov_cr3_at, 0)->qual[0], 0);
	CHECK_EQ(raise(do_iret_to_kernel, EVENT_GP, do_iret_to_kernel_at, 0)->qual[0], 0);
	CHECK_EQ(raise(do_invlpg, EVENT_GP, do_invlpg_at, 0)->qual[0], 0);
}

static void performance_counters(void)
{
	raise(do_rdpmc, EVENT_GP, do_rdpmc_at, 0);
}

static void ports_without_right(void)
{
	CHECK_EQ(raise(do_in, EVENT_GP, do_in_at, 0)->qual[0], 0);
	CHECK_EQ(raise(do_out, EVENT_GP, do_out_at, 0)->qual[0], 0);
}

static void software_interrupts(void)
{
	raise(do_int80, EVENT_GP, do_int80_at, 0);
	raise(do_int14, EVENT_GP, do_int14_at, 0);
	raise(do_int32, EVENT_GP, do_int32_at, 0);
}

static void sysenter_is_refused(void)
{
	struct thread *t = thread_run_fn(do_sysenter);

	CHECK_EQ(t->count, 1);
	CHECK(t->log[0].event == EVENT_UD || t->log[0].event == EVENT_GP);
}

static void x87_error(void)
{
	const uint16_t unmasked = 0x37f & ~0x04;	/* zero divide */

	__asm__ volatile("fninit; fldcw %0; fld1; fldz; fdivrp; fwait" : : "m"(unmasked));
}

static void do_x87_error(void *arg)
{
	x87_error();
}

static void x87_exception(void)
{
	const struct hedron_state *s = thread_only_event(thread_run_fn(do_x87_error), EVENT_MF);

	CHECK_EQ(s->qual[0], 0);
}

static volatile uint64_t step_count;

static bool react_single_step(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_DB)
		return false;
	if (++step_count == 3)
		u->state.rflags &= ~RFLAGS_TF;
	u->state.mtd = MTD_RFLAGS;
	return true;
}

extern const char steps_at[];
static void do_steps(void *arg)
{
	__asm__ volatile("pushf; orl $0x100, (%%rsp); popf\n"
			 ".globl steps_at\nsteps_at: nop; nop; nop; nop" : : : "memory", "cc");
}

static void single_step(void)
{
	struct thread *t;

	step_count = 0;
	t = thread_run(&(struct thread_spec){ .fn = do_steps, .react = react_single_step });
	CHECK(t->finished);
	CHECK_EQ(t->count, 3);
	for (unsigned i = 0; i < 3; i++) {
		CHECK_EQ(t->log[i].event, EVENT_DB);
		CHECK_EQ(t->log[i].state.rip, (uint64_t)steps_at + 1 + i);
	}
}

static const struct abi_case cases[] = {
	{ "7.1 divide error is event 0, RIP at the instruction", divide_error },
	{ "7.1 INT3 is event 3, RIP behind it", breakpoint },
	{ "7.1 INT 4 is event 4, RIP behind it", overflow },
	{ "7.1 invalid opcode is event 6", invalid_opcode },
	{ "7.1 privileged instructions are event 13", privileged_instructions },
	{ "1.3 RDPMC raises #GP in user mode", performance_counters },
	{ "1.3 port access without a right raises #GP", ports_without_right },
	{ "7.1 INT n other than 3 and 4 is event 13, RIP at the instruction",
	  software_interrupts },
	{ "1.3 SYSENTER raises #UD or #GP", sysenter_is_refused },
	{ "7.1 x87 error is event 16", x87_exception },
	{ "7.3 single-stepping: event 1, RIP behind the instruction", single_step },
};
SUITE(exceptions, cases);
