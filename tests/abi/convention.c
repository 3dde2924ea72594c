/* SPDX-License-Identifier: MIT */
/*
 * convention.c - the calling convention of hypercalls (ABI reference 3.1).
 */
#include "check.h"
#include "env.h"
#include "make.h"
#include "regs.h"

#define RFLAGS_CF	(1ull << 0)
#define RFLAGS_DF	(1ull << 10)
#define RFLAGS_AC	(1ull << 18)
#define RFLAGS_ID	(1ull << 21)

static uint64_t arg1(unsigned nr, unsigned flags, uint64_t sel)
{
	return (uint64_t)nr | (uint64_t)flags << HC_FLAGS_SHIFT | sel << HC_SEL_SHIFT;
}

/* Registers with values one recognizes, for hypercall `rdi`. */
static struct cpu_regs marked(uint64_t rdi)
{
	return (struct cpu_regs){
		.rdi = rdi, .rsi = 0x5151, .rdx = 0xd1d1, .rax = 0xa1a1,
		.rbx = 0xb0b0, .rbp = 0xb1b1, .r8 = 0x8888, .r9 = 0x9999, .r10 = 0x1010,
		.r12 = 0x1212, .r13 = 0x1313, .r14 = 0x1414, .r15 = 0x1515,
		.rflags = USER_RFLAGS,
	};
}

static void unknown_numbers(void)
{
	static const unsigned nr[] = { 16, 17, 31, 32, 127, 128, 240, 255 };

	for (unsigned i = 0; i < sizeof(nr) / sizeof(nr[0]); i++)
		CHECK_STATUS(hedron_hc(nr[i], 0, ROOT_SEL_PD, 0, 0, 0, 0), HEDRON_BAD_HYP);
}

static void rcx_is_behind_syscall(void)
{
	struct cpu_regs r = marked(arg1(HC_SM_CTRL, 0, make_sm(0)));

	raw_syscall(&r);
	CHECK_EQ(r.rcx, r.rip);
}

static void r11_and_rflags(void)
{
	struct cpu_regs r = marked(arg1(HC_SM_CTRL, 0, make_sm(0)));

	r.rflags |= RFLAGS_CF | RFLAGS_DF | RFLAGS_AC | RFLAGS_ID;
	raw_syscall(&r);
	CHECK_EQ(r.r11, 0x200);
	CHECK_EQ(r.rflags, USER_RFLAGS);
}

static void other_registers_are_kept(void)
{
	struct cpu_regs want = marked(arg1(HC_SM_CTRL, 0, make_sm(0)));
	struct cpu_regs r = want;

	raw_syscall(&r);
	CHECK_EQ(r.rsi, want.rsi);
	CHECK_EQ(r.rdx, want.rdx);
	CHECK_EQ(r.rax, want.rax);
	CHECK_EQ(r.rbx, want.rbx);
	CHECK_EQ(r.rbp, want.rbp);
	CHECK_EQ(r.r8, want.r8);
	CHECK_EQ(r.r9, want.r9);
	CHECK_EQ(r.r10, want.r10);
	CHECK_EQ(r.r12, want.r12);
	CHECK_EQ(r.r13, want.r13);
	CHECK_EQ(r.r14, want.r14);
	CHECK_EQ(r.r15, want.r15);
}

static void registers_are_kept_on_error(void)
{
	struct cpu_regs want = marked(arg1(16, 0, 0)), r = want;

	raw_syscall(&r);
	CHECK_EQ(r.rsi, want.rsi);
	CHECK_EQ(r.rdx, want.rdx);
	CHECK_EQ(r.rax, want.rax);
	CHECK_EQ(r.r8, want.r8);
}

static void status_is_all_of_rdi(void)
{
	struct cpu_regs good = marked(arg1(HC_SM_CTRL, 0, make_sm(0)));
	struct cpu_regs bad = marked(arg1(HC_SM_CTRL, 0, sel_alloc()));

	raw_syscall(&good);
	CHECK_EQ(good.rdi, HEDRON_SUCCESS);
	raw_syscall(&bad);
	CHECK_EQ(bad.rdi, HEDRON_BAD_CAP);
}

static void delegate_outputs(void)
{
	cap_sel dst = sel_alloc();
	struct cpu_regs r = marked(arg1(HC_PD_CTRL, PD_CTRL_DELEGATE, ROOT_SEL_PD));

	r.rsi = ROOT_SEL_PD;
	r.rdx = crd_obj(make_sm(0), 0, SM_UP);
	r.rax = xfer_make(XFER_DELEGATE, 0x1234);
	r.r8 = crd_obj(dst, 0, RIGHTS_ALL);
	raw_syscall(&r);
	CHECK_EQ(r.rdi, HEDRON_SUCCESS);
	CHECK_EQ(r.rsi, ROOT_SEL_PD);
	CHECK_EQ(r.rdx, crd_obj(dst, 0, SM_UP));
	CHECK_EQ(r.rax, XFER_DELEGATE);
	CHECK_EQ(r.r8, crd_obj(dst, 0, RIGHTS_ALL));
}

static void selectors_wrap_in_lookups(void)
{
	cap_sel sm = make_sm(0);

	CHECK_OK(hedron_sm_up(sm + HEDRON_NUM_SEL));
	CHECK_OK(hedron_sm_up(sm + 5ull * HEDRON_NUM_SEL));
	CHECK_OK(hedron_sm_down(sm, 1));
	CHECK_OK(hedron_sm_down(sm, 1));
	CHECK_STATUS(hedron_sm_down(sm, 1), HEDRON_TIMEOUT);
}

static void bases_are_kept(void)
{
	cap_sel sm = make_sm(0);
	uint64_t fs, gs;

	__asm__ volatile("wrfsbase %0; wrgsbase %1"
			 : : "r"(0x123456789aull), "r"(0x76543210fedcull));
	hedron_sm_up(sm);
	hedron_sm_down(sm, 1);
	hedron_sm_down(sm, deadline_ms(2));	/* with a switch to the idle thread */
	__asm__ volatile("rdfsbase %0; rdgsbase %1" : "=r"(fs), "=r"(gs));
	CHECK_EQ(fs, 0x123456789aull);
	CHECK_EQ(gs, 0x76543210fedcull);
	__asm__ volatile("wrfsbase %0; wrgsbase %0" : : "r"(0ull));
}

static const struct abi_case cases[] = {
	{ "3.1 numbers 16..255 answer BAD_HYP", unknown_numbers },
	{ "3.1 RCX is the address behind SYSCALL", rcx_is_behind_syscall },
	{ "3.1 R11 is 0x200 and RFLAGS 0x202 whatever they were", r11_and_rflags },
	{ "3.1 registers that are no output are kept", other_registers_are_kept },
	{ "3.1 registers are kept when the hypercall fails", registers_are_kept_on_error },
	{ "3.1 the status is the full RDI", status_is_all_of_rdi },
	{ "3.10 delegate: RDX and RAX are outputs, RSI and R8 unchanged", delegate_outputs },
	{ "3.1 selectors of look-ups are taken modulo 2^26", selectors_wrap_in_lookups },
	{ "3.1 FS and GS base are kept", bases_are_kept, CASE_FSGSBASE },
};
SUITE(convention, cases);
