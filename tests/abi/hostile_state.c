/* SPDX-License-Identifier: MIT */
/*
 * hostile_state.c - register and memory states that an enemy would enter the kernel with: flags, stack
 * pointers, segment bases, addresses at the border of user space, FPU images, faults within faults.
 * What the kernel stores is what was there, what it relies on is its own (ABI reference 1.2, 3.1, 7).
 */
#include "attempt.h"
#include "env.h"
#include "make.h"
#include "portal.h"
#include "runner.h"

#define GP	MAY(EVENT_GP)
#define UD	MAY(EVENT_UD)
#define PF	MAY(EVENT_PF)
#define SS	MAY(EVENT_SS)
#define OK	MAY(RETURNS)

#define BAD_HYP_CALL	"mov $255, %edi; syscall\n"	/* the shortest way in and out */

/* For some milliseconds, so that timer interrupts come: rax, rcx, rdx. */
#define SPIN		"rdtsc; mov %eax, %ecx; 1: rdtsc; sub %ecx, %eax; cmp $30000000, %eax; jb 1b\n"

/* What QEMU TCG 7.2 lets pass although the manual has a #GP for it. */
#define UNCHECKED(allowed)	(allowed)

#define KERNEL_TEXT	0xffffffff80200000
#define KERNEL_DATA	0xffff800000001000
#define FIRST_ABOVE	0x7ffffffff000		/* where user space ends, ABI 1.2 */
#define NON_CANONICAL	0x800000000000
#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static const uint64_t wild[] = {
	0, 1, 7, 0x7fffffffefff, FIRST_ABOVE, 0x7fffffffffff, NON_CANONICAL, 0x8000000000000000,
	0xffff7fffffffffff, 0xffff800000000000, KERNEL_DATA, 0xfffffe0000000000, KERNEL_TEXT,
	0xffffffffc0000000, 0xfffffffffffffff8, 0xffffffffffffffff,
};

static bool canonical(uint64_t va)	{ return (uint64_t)((int64_t)(va << 16) >> 16) == va; }

/* ---- flags ---------------------------------------------------------------------------------- */

#define RFLAGS_TF	0x100ull
#define RFLAGS_DF	0x400ull
#define RFLAGS_NT	0x4000ull
#define RFLAGS_AC	0x40000ull
#define RFLAGS_ID	0x200000ull

static const uint64_t flags[] = {
	RFLAGS_DF, RFLAGS_NT, RFLAGS_AC, RFLAGS_ID, RFLAGS_DF | RFLAGS_NT | RFLAGS_AC | RFLAGS_ID, 0x8d5,
};

uint64_t flags_after;
CODE(syscall_with_flags, "push operand(%rip); mov $255, %edi; popf; syscall; pushf; pop flags_after(%rip)");
CODE(ud2_with_flags, "push operand(%rip); popf; ud2");
CODE(interrupts_with_flags, "push operand(%rip); popf\n" SPIN "pushf; pop %rbx; ud2");
CODE(int3_with_flags, "push operand(%rip); popf; int3");

static void flags_into_syscall_body(void)
{
	for (unsigned i = 0; i < COUNT(flags); i++) {
		operand = USER_RFLAGS | flags[i];
		attempt_must(syscall_with_flags, OK, "syscall, flags", operand);
		CHECK_EQ(flags_after, USER_RFLAGS);
	}
	operand = USER_RFLAGS | RFLAGS_TF;
	attempt_must(syscall_with_flags, OK, "syscall, flags", operand);
	CHECK_EQ(flags_after, USER_RFLAGS);
}

static void flags_into_syscall(void)		{ attempts(flags_into_syscall_body); }

static void flags_into_exception_body(void)
{
	for (unsigned i = 0; i < COUNT(flags); i++) {
		operand = USER_RFLAGS | flags[i];
		CHECK_EQ(attempt_must(ud2_with_flags, UD, "ud2, flags", operand).state.rflags & 0x3fcdd5,
			 operand & 0x3fcdd5);
		CHECK_EQ(attempt_must(int3_with_flags, MAY(EVENT_BP), "int3, flags", operand)
				 .state.rflags & 0x3fcdd5, operand & 0x3fcdd5);
	}
	operand = USER_RFLAGS | RFLAGS_TF;
	attempt_must(ud2_with_flags, UD | MAY(EVENT_DB), "ud2, flags", operand);
	attempt_must(int3_with_flags, MAY(EVENT_BP) | MAY(EVENT_DB), "int3, flags", operand);
}

static void flags_into_exception(void)		{ attempts(flags_into_exception_body); }

static void flags_into_interrupt_body(void)
{
	const uint64_t kept = RFLAGS_DF | RFLAGS_NT | RFLAGS_AC | RFLAGS_ID;

	operand = USER_RFLAGS | kept;
	CHECK_EQ(attempt_must(interrupts_with_flags, UD, "interrupts, flags", operand).state.rbx & kept,
		 kept);
}

static void flags_into_interrupt(void)		{ attempts(flags_into_interrupt_body); }

/* ---- stack pointers ------------------------------------------------------------------------- */

CODE(ud2_with_rsp, "mov operand(%rip), %rsp; ud2");
CODE(syscall_with_rsp, "mov operand(%rip), %rsp\n" BAD_HYP_CALL "ud2");
CODE(interrupts_with_rsp, "mov operand(%rip), %rsp\n" SPIN "ud2");
CODE(push_with_rsp, "mov operand(%rip), %rsp; push %rax");

static void wild_rsp_with(void (*code)(void), const char *what)
{
	for (unsigned i = 0; i < COUNT(wild); i++) {
		operand = wild[i];
		CHECK_EQ(attempt_must(code, UD, what, operand).state.rsp, operand);
	}
}

static void wild_rsp_body(void)
{
	wild_rsp_with(ud2_with_rsp, "ud2, rsp");
	wild_rsp_with(syscall_with_rsp, "syscall, rsp");
	CHECK_EQ(attempt(syscall_with_rsp).state.rdi, HEDRON_BAD_HYP);
	for (unsigned i = 0; i < COUNT(wild); i++) {
		operand = wild[i];
		attempt_must(push_with_rsp, canonical(operand - 8) ? PF : GP | SS, "push, rsp", operand);
	}
}

static void wild_rsp(void)			{ attempts(wild_rsp_body); }

static void wild_rsp_interrupted_body(void)
{
	static const uint64_t some[] = { 0, NON_CANONICAL, KERNEL_DATA, KERNEL_TEXT, ~0ull };

	for (unsigned i = 0; i < COUNT(some); i++) {
		operand = some[i];
		CHECK_EQ(attempt_must(interrupts_with_rsp, UD, "interrupts, rsp", operand).state.rsp,
			 operand);
	}
}

static void wild_rsp_interrupted(void)		{ attempts(wild_rsp_interrupted_body); }

CODE(call_with_rsp, "mov operand(%rip), %rsp; call 1f; 1:");
CODE(enter_with_rsp, "mov operand(%rip), %rsp; enter $0x3000, $0; push %rax");

/* Below its last page a stack has nothing. */
static void stack_guard_body(void)
{
	static void (*const codes[])(void) = { push_with_rsp, call_with_rsp, enter_with_rsp };
	uint64_t bottom = va_alloc(3) + 4 * HEDRON_PAGE_SIZE;

	map_pages(ROOT_SEL_PD, ROOT_SEL_PD, page_of(pool_alloc(0)), bottom >> HEDRON_PAGE_SHIFT, 1,
		  MEM_R | MEM_W, 0);
	operand = bottom;
	for (unsigned i = 0; i < COUNT(codes); i++) {
		struct outcome o = attempt_must(codes[i], PF, "stack guard", i);

		CHECK_EQ(o.state.qual[0], PF_USER | PF_WRITE);
		CHECK(o.state.qual[1] < bottom && o.state.qual[1] >= bottom - 4 * HEDRON_PAGE_SIZE);
	}
	operand = bottom - 8;			/* an exception there needs no stack of the user's */
	CHECK_EQ(attempt_must(ud2_with_rsp, UD, "ud2 in the guard", 0).state.rsp, operand);
}

static void stack_guard(void)			{ attempts(stack_guard_body); }

static cap_sel serve_nothing(struct portal *p)
{
	p->handler->utcb->items = 0;
	return 0;
}

/* portal_entry takes its stack from the portal's id, so all but the entry itself goes well. */
static void wild_initial_rsp(void)
{
	for (unsigned i = 0; i < COUNT(wild); i++) {
		struct portal *p = service_new(serve_nothing, 0);
		cap_sel ec = sel_alloc(), pt = sel_alloc();
		uint64_t utcb = va_alloc(0);

		*p->handler = (struct handler){ ec, (struct hedron_utcb *)utcb, p->stack_top };
		REQUIRE_OK(hedron_create_ec(ec, ROOT_SEL_PD, 0, env.cpu, utcb, wild[i], EVENTS_NONE));
		REQUIRE_OK(hedron_create_pt(pt, ROOT_SEL_PD, ec, 0, (uint64_t)portal_entry));
		REQUIRE_OK(hedron_pt_set_id(pt, (uint64_t)p));
		runner_utcb()->items = 0;
		CHECK_OK(hedron_call(pt));
	}
	check_alive();
}

/* ---- segment bases -------------------------------------------------------------------------- */

CODE(set_fs, "mov operand(%rip), %rax; wrfsbase %rax\n" BAD_HYP_CALL "rdfsbase %rbx; ud2");
CODE(set_gs, "mov operand(%rip), %rax; wrgsbase %rax\n" BAD_HYP_CALL "rdgsbase %rbx; ud2");
CODE(interrupts_with_gs, "mov operand(%rip), %rax; wrgsbase %rax; wrfsbase %rax\n" SPIN
			 "rdgsbase %rbx; ud2");
CODE(null_gs, "mov operand(%rip), %rax; wrgsbase %rax; xor %eax, %eax; mov %eax, %gs\n" BAD_HYP_CALL
	      "rdgsbase %rbx; ud2");

static void wild_base_with(void (*code)(void), const char *what, bool gs)
{
	for (unsigned i = 0; i < COUNT(wild); i++) {
		struct outcome o;

		operand = wild[i];
		o = attempt_must(code, canonical(operand) ? UD : GP | UNCHECKED(UD), what, operand);
		if (!canonical(operand))
			continue;
		CHECK_EQ(o.state.rbx, operand);
		CHECK_EQ(gs ? o.state.gs_base : o.state.fs_base, operand);
	}
}

static void wild_bases_body(void)
{
	wild_base_with(set_fs, "wrfsbase", false);
	wild_base_with(set_gs, "wrgsbase", true);
	operand = KERNEL_DATA;
	CHECK_EQ(attempt_must(interrupts_with_gs, UD, "interrupts, gs", operand).state.rbx, operand);
	operand = 0;
	CHECK_EQ(attempt_must(interrupts_with_gs, UD, "interrupts, gs", operand).state.rbx, operand);
	operand = KERNEL_TEXT;
	attempt_must(null_gs, UD, "null gs", operand);
}

static void wild_bases(void)			{ attempts(wild_bases_body); }

/* ---- addresses ------------------------------------------------------------------------------ */

CODE(read_it, "mov operand(%rip), %rax; movb (%rax), %al");
CODE(write_it, "mov operand(%rip), %rax; movb $0, (%rax)");
CODE(run_it, "mov operand(%rip), %rax; jmp *%rax");
CODE(flush_it, "mov operand(%rip), %rax; clflush (%rax)");

static void kernel_memory_body(void)
{
	for (unsigned i = 4; i < COUNT(wild); i++) {
		uint64_t allowed = canonical(wild[i]) ? PF : GP;

		operand = wild[i];
		attempt_must(read_it, allowed, "read", operand);
		attempt_must(write_it, allowed, "write", operand);
		attempt_must(run_it, allowed, "jump", operand);
		attempt_must(flush_it, allowed | UNCHECKED(OK), "clflush", operand);
	}
}

static void kernel_memory(void)			{ attempts(kernel_memory_body); }

/* The last page of user space, in a child, for the HIP is there in the roottask. */
#define LAST_PAGE	(FIRST_ABOVE - HEDRON_PAGE_SIZE)
#define LAST_CODE	(FIRST_ABOVE - 7)	/* mov $255, %edi; syscall */

static void last_syscall_body(void)
{
	struct outcome o = attempt_must((void (*)(void))LAST_CODE, PF, "last syscall", 0);

	CHECK_EQ(o.state.rip, FIRST_ABOVE);
	CHECK_EQ(o.state.qual[1], FIRST_ABOVE);
	CHECK_EQ(o.state.rdi, HEDRON_BAD_HYP);
}

static void last_nop_body(void)
{
	struct outcome o = attempt_must((void (*)(void))(FIRST_ABOVE - 1), PF, "last nop", 0);

	CHECK_EQ(o.state.rip, FIRST_ABOVE);
}

static void give_last_page(const struct child *c, const uint8_t code[7])
{
	uint8_t *page = pool_alloc(0);

	memset(page, 0x90, HEDRON_PAGE_SIZE);
	memcpy(page + HEDRON_PAGE_SIZE - 7, code, 7);
	map_pages(ROOT_SEL_PD, c->pd, page_of(page), LAST_PAGE >> HEDRON_PAGE_SHIFT, 1, MEM_R | MEM_X, 0);
}

static const uint8_t bad_hyp_call[7] = { 0xbf, 0xff, 0, 0, 0, 0x0f, 0x05 };
static const uint8_t nops[7] = { 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90 };

static void last_instruction_of_user_space(void)
{
	struct child *c = child_new(), *d = child_new();

	give_last_page(c, bad_hyp_call);
	attempts_in(c, last_syscall_body);
	give_last_page(d, nops);
	attempts_in(d, last_nop_body);
}

/* The foreign call comes back by the reply, which sets rip to the address behind it. */
static bool react_last_foreign(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_FOREIGN)
		return false;
	u->state.rip = u->state.rcx;
	u->state.rsp = u->state.r11;
	u->state.mtd = MTD_RIP | MTD_RSP;
	return true;
}

static void jump_to_last_code(void *arg)
{
	((void (*)(void))LAST_CODE)();
}

static void last_instruction_is_foreign(void)
{
	struct child *c = child_new_foreign();
	struct thread *t;

	give_last_page(c, bad_hyp_call);
	t = thread_run(&(struct thread_spec){ .fn = jump_to_last_code, .child = c,
					      .react = react_last_foreign });
	CHECK_EQ(t->count, 2);
	CHECK_EQ(t->log[0].event, EVENT_FOREIGN);
	CHECK_EQ(t->log[0].state.rcx, FIRST_ABOVE);
	CHECK_EQ(t->log[1].event, EVENT_PF);
	CHECK_EQ(t->log[1].state.rip, FIRST_ABOVE);
	check_alive();
}

/* ---- the FPU -------------------------------------------------------------------------------- */

static uint8_t area[0x2000] __attribute__((aligned(64)));	/* larger than any XSAVE area */
#define AREA_MXCSR	24
#define AREA_XSTATE_BV	512
#define AREA_XCOMP_BV	520
#define AREA_RESERVED	528

CODE(set_mxcsr, "mov operand(%rip), %rax; push %rax; ldmxcsr (%rsp); pop %rax");
CODE(load_fxsave, "mov operand(%rip), %rdi; fxrstor64 (%rdi)");
CODE(load_xsave, "mov operand(%rip), %rdi; mov $-1, %eax; mov $-1, %edx; xrstor64 (%rdi)");
CODE(store_xsave, "mov operand(%rip), %rdi; mov $-1, %eax; mov $-1, %edx; xsave64 (%rdi)");
CODE(store_fxsave, "mov operand(%rip), %rdi; fxsave64 (%rdi)");

static void put(unsigned ofs, uint64_t val)	{ memcpy(area + ofs, &val, 8); }

static void area_init(void)
{
	operand = (uint64_t)area;
	memset(area, 0, sizeof(area));
	attempt_must(store_fxsave, OK, "fxsave", 0);
}

static void mxcsr_body(void)
{
	const uint32_t bad = 0xffffffff;

	operand = 0xffff0000;
	attempt_must(set_mxcsr, GP | UNCHECKED(OK), "ldmxcsr", operand);
	operand = 0x1f80 | 1u << 31;
	attempt_must(set_mxcsr, GP | UNCHECKED(OK), "ldmxcsr", operand);
	area_init();
	memcpy(area + AREA_MXCSR, &bad, 4);
	attempt_must(load_fxsave, GP | UNCHECKED(OK), "fxrstor", 0);
	operand = (uint64_t)area + 8;
	attempt_must(load_fxsave, GP | MAY(EVENT_AC), "fxrstor, not aligned", 0);
	operand = KERNEL_TEXT;
	attempt_must(load_fxsave, PF, "fxrstor from the kernel", 0);
	attempt_must(store_fxsave, PF, "fxsave to the kernel", 0);
}

static void mxcsr(void)				{ attempts(mxcsr_body); }

static void xsave_headers_body(void)
{
	static const struct {
		unsigned ofs;
		uint64_t val, allowed;
	} headers[] = {
		{ AREA_XSTATE_BV, 1ull << 63, GP },
		{ AREA_XSTATE_BV, ~0ull, GP },
		{ AREA_XSTATE_BV, 1ull << 17, GP },
		{ AREA_XCOMP_BV, 1, GP },
		{ AREA_XCOMP_BV, ~0ull, GP },
		{ AREA_RESERVED, ~0ull, GP | UNCHECKED(OK) },
		{ AREA_XSTATE_BV, 0, OK },
	};

	for (unsigned i = 0; i < COUNT(headers); i++) {
		area_init();
		put(headers[i].ofs, headers[i].val);
		attempt_must(load_xsave, headers[i].allowed, "xrstor", i);
	}
	area_init();
	put(AREA_XSTATE_BV, 3);
	memset(area + AREA_MXCSR, 0xff, 4);
	attempt_must(load_xsave, GP | UNCHECKED(OK), "xrstor, mxcsr", 0);
	operand = (uint64_t)area + 16;
	attempt_must(load_xsave, GP, "xrstor, not aligned", 0);
	attempt_must(store_xsave, GP, "xsave, not aligned", 0);
	operand = KERNEL_TEXT;
	attempt_must(load_xsave, PF, "xrstor from the kernel", 0);
	attempt_must(store_xsave, PF, "xsave to the kernel", 0);
}

/* And the FPU of others is as it was. */
static void xsave_headers(void)
{
	struct fx_state before, after;

	fx_save(&before);
	attempts(xsave_headers_body);
	fx_save(&after);
	CHECK_EQ(after.mxcsr, before.mxcsr);
	CHECK(!memcmp(before.xmm, after.xmm, sizeof(before.xmm)));
}

/* ---- faults within faults ------------------------------------------------------------------- */

#define DEPTH	6

static struct nested {
	struct portal portal;
	struct handler handler;
	cap_sel events;
	uint64_t page;			/* the thread, or the handler before, wants it */
	bool entered, done;
} nested[DEPTH];
static void *nested_memory;
static unsigned nested_depth;		/* the last of them maps without a fault of its own */

/* Level n touches the page of level n + 1, and then maps its own. */
static cap_sel serve_nested(struct portal *p)
{
	struct nested *n = p->arg;

	n->entered = true;
	if (n + 1 < nested + DEPTH)
		*(volatile uint8_t *)n[1].page = 1;
	map_pages(ROOT_SEL_PD, ROOT_SEL_PD, page_of(nested_memory), page_of((void *)n->page), 1,
		  MEM_R | MEM_W, 0);
	n->handler.utcb->items = 0;
	n->handler.utcb->state.mtd = 0;
	n->done = true;
	return 0;
}

/* Level n's handler has its faults handled by level n + 1, up to `levels`. */
static void nested_create(unsigned levels)
{
	nested_memory = pool_alloc(0);
	nested_depth = levels;
	for (unsigned i = 0; i < DEPTH; i++) {
		struct nested *n = &nested[i];
		struct handler h = { sel_alloc(), (struct hedron_utcb *)va_alloc(0), stack_alloc() };

		*n = (struct nested){ .handler = h, .events = sels_alloc(5), .page = va_alloc(0) };
		MUST(hedron_create_ec(h.ec, ROOT_SEL_PD, 0, env.cpu, (uint64_t)h.utcb,
				      (uint64_t)h.stack_top, (uint32_t)n->events));
	}
	for (unsigned i = 1; i < levels; i++)
		portal_init(&nested[i].portal, nested[i - 1].events + EVENT_PF, &nested[i].handler,
			    serve_nested, &nested[i], MTD_QUAL);
}

static void touch_first(void *arg)
{
	*(volatile uint8_t *)nested[0].page = 1;
}

static struct thread *nested_run(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = touch_first });

	MUST(hedron_revoke(crd_obj(t->events + EVENT_PF, 0, RIGHTS_ALL), 1));
	portal_init(&nested[0].portal, t->events + EVENT_PF, &nested[0].handler, serve_nested,
		    &nested[0], MTD_QUAL);
	thread_start(t, PRIO_HIGH);
	return t;
}

static void nested_faults(void)
{
	nested_create(DEPTH);
	CHECK(thread_wait(nested_run()));
	for (unsigned i = 0; i < DEPTH; i++)
		CHECK(nested[i].done);
	check_alive();
}

/* The innermost fault finds no portal: its handler dies, and all that wait for it (7.2, 9.4). */
static void nested_faults_without_end(void)
{
	struct thread *t;

	nested_create(DEPTH - 1);
	t = nested_run();
	sleep_ms(2);
	CHECK(nested[DEPTH - 2].entered);
	CHECK(!nested[DEPTH - 2].done);
	CHECK(!nested[0].done);
	CHECK(!t->finished);
	for (unsigned i = 0; i < DEPTH - 1; i++) {
		runner_utcb()->items = 0;
		CHECK_STATUS(hedron_call(nested[i].portal.sel), HEDRON_TIMEOUT);
	}
	check_alive();
}

static const struct abi_case cases[] = {
	{ "3.1 SYSCALL with any flags, TF too: they are lost, and nothing else", flags_into_syscall },
	{ "7.3 exceptions with any flags: the message has them", flags_into_exception },
	{ "7.3 interrupts with any flags: they are kept", flags_into_interrupt },
	{ "7.3 exceptions and hypercalls with any RSP, which is only stored", wild_rsp },
	{ "7.3 interrupts with any RSP", wild_rsp_interrupted },
	{ "7.3 the page below a stack: a page fault, and exceptions need no stack", stack_guard },
	{ "3.5 an EC with any stack pointer", wild_initial_rsp },
	{ "7.3 FS and GS bases: any canonical one is kept, and the kernel uses its own", wild_bases,
	  CASE_FSGSBASE },
	{ "11.5 no kernel or non-canonical address can be used", kernel_memory },
	{ "1.2 the last instruction of user space is a SYSCALL, or no jump",
	  last_instruction_of_user_space },
	{ "8.3 the last instruction of user space is a foreign call", last_instruction_is_foreign },
	{ "6 MXCSR: invalid bits raise #GP here or pass, and are nobody else's", mxcsr },
	{ "6 XSAVE headers: invalid ones raise #GP, and the FPU of others stays", xsave_headers,
	  CASE_XSAVE },
	{ "7.2 handlers of page faults have page faults, six deep", nested_faults },
	{ "7.2 if the innermost has no handler, all that wait for it die",
	  nested_faults_without_end },
};
SUITE(hostile_state, cases);
