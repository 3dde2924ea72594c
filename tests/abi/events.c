/* SPDX-License-Identifier: MIT */
/*
 * events.c - exceptions, startup and recall as messages, and what a reply does (ABI reference 5.2,
 * 6, 7).
 *
 * Most cases start a thread that does one thing wrong; its handler logs the event and ends it
 * (thread.c).
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "regs.h"
#include "thread.h"

#define RFLAGS_TF	0x100ull

/* ---- exceptions ----------------------------------------------------------------------------- */

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

/* ---- page faults ---------------------------------------------------------------------------- */

static void do_read(void *arg)		{ *(volatile char *)arg; }
static void do_write(void *arg)		{ *(volatile char *)arg = 1; }
static void do_exec(void *arg)		{ ((void (*)(void))arg)(); }

static void check_page_fault(void (*fn)(void *), void *addr, uint64_t error)
{
	struct thread *t = thread_run(&(struct thread_spec){ .fn = fn, .arg = addr });
	const struct hedron_state *s = thread_only_event(t, EVENT_PF);

	CHECK_EQ(s->qual[0], error);
	CHECK_EQ(s->qual[1], (uint64_t)addr);
}

static void page_fault_not_present(void)
{
	char *addr = (char *)va_alloc(0) + 0x123;

	check_page_fault(do_read, addr, PF_USER);
	check_page_fault(do_write, addr, PF_USER | PF_WRITE);
	check_page_fault(do_exec, addr, PF_USER | PF_FETCH);
}

static void page_fault_protection(void)
{
	check_page_fault(do_write, image_rodata + 5, PF_USER | PF_WRITE | PF_PRESENT);
	check_page_fault(do_exec, image_rodata + 5, PF_USER | PF_FETCH | PF_PRESENT);
}

static void page_fault_beyond_user(void)
{
	struct thread *t = thread_run(&(struct thread_spec){ .fn = do_read,
							     .arg = (void *)0xffffffffff600000 });
	const struct hedron_state *s = thread_only_event(t, EVENT_PF);

	CHECK_EQ(s->qual[0] & ~(uint64_t)PF_PRESENT, PF_USER);
	CHECK_EQ(s->qual[1], 0xffffffffff600000);
	t = thread_run(&(struct thread_spec){ .fn = do_exec, .arg = (void *)0xffffffffff600000 });
	s = thread_only_event(t, EVENT_PF);
	CHECK_EQ(s->qual[0] & ~(uint64_t)PF_PRESENT, PF_USER | PF_FETCH);
}

static cap_sel frame_for_fault;

/* Map a frame at the faulting page with a typed item in the reply; change no register. */
static bool react_map_by_reply(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_PF)
		return false;
	*utcb_item(u, 0) = (struct hedron_typed){
		crd_mem(frame_for_fault, 0, MEM_R | MEM_W),
		xfer_make(XFER_DELEGATE, u->state.qual[1] >> HEDRON_PAGE_SHIFT) };
	u->items = utcb_items(0, 1);
	u->state.rip = 0xbad;		/* not selected by mtd: no effect */
	return true;
}

static void page_fault_mapping_by_reply(void)
{
	uint64_t *frame = pool_alloc(0);
	void *addr = (void *)va_alloc(0);
	struct thread *t;

	frame_for_fault = page_of(frame);
	t = thread_run(&(struct thread_spec){ .fn = do_write, .arg = addr,
					      .react = react_map_by_reply });
	CHECK(t->finished);
	CHECK_EQ(t->count, 1);
	CHECK_EQ(*(char *)frame, 1);
}

#define LOW_VA	0x50000000000	/* reached by the window of a startup reply, 2^31 pages from 0 */

static bool react_map_at_startup(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_STARTUP)
		return false;
	*utcb_item(u, 0) = (struct hedron_typed){
		crd_mem(frame_for_fault, 0, MEM_R | MEM_W),
		xfer_make(XFER_DELEGATE, LOW_VA >> HEDRON_PAGE_SHIFT) };
	u->items = utcb_items(0, 1);
	return false;			/* and start as usual */
}

static void startup_mapping_by_reply(void)
{
	char *frame = pool_alloc(0);
	struct thread *t;

	frame_for_fault = page_of(frame);
	t = thread_run(&(struct thread_spec){ .fn = do_write, .arg = (void *)LOW_VA,
					      .react = react_map_at_startup,
					      .child = child_new() });
	CHECK(t->finished);
	CHECK_EQ(t->count, 0);
	CHECK_EQ(frame[0], 1);
}

/* The fault is at page 0 of eight; map all with one item, or with eight. */
static unsigned items_for_fault;

static bool react_map_eight(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	unsigned order = items_for_fault == 1 ? 3 : 0;

	if (event != EVENT_PF)
		return false;
	for (unsigned i = 0; i < items_for_fault; i++)
		*utcb_item(u, i) = (struct hedron_typed){
			crd_mem(frame_for_fault + i, order, MEM_R | MEM_W),
			xfer_make(XFER_DELEGATE, (u->state.qual[1] >> HEDRON_PAGE_SHIFT) + i) };
	u->items = utcb_items(0, items_for_fault);
	return true;
}

static void do_write_eight(void *arg)
{
	for (unsigned i = 0; i < 8; i++)
		((volatile char *)arg)[i * HEDRON_PAGE_SIZE] = (char)(i + 1);
}

static void page_fault_batch_mapping(void)
{
	char *frames = pool_alloc(3);

	frame_for_fault = page_of(frames);
	for (items_for_fault = 1; items_for_fault <= 8; items_for_fault += 7) {
		struct thread *t = thread_run(&(struct thread_spec){
			.fn = do_write_eight, .arg = (void *)va_alloc(3),
			.react = react_map_eight, .child = child_new() });

		CHECK(t->finished);
		CHECK_EQ(t->count, 1);
		for (unsigned i = 0; i < 8; i++)
			CHECK_EQ(frames[i * HEDRON_PAGE_SIZE], i + 1);
		memset(frames, 0, 8 * HEDRON_PAGE_SIZE);
	}
}

/* ---- content of messages -------------------------------------------------------------------- */

static struct cpu_regs body_regs;
static struct hedron_utcb message;	/* as the reaction found it */

static void do_raw_ud2(void *arg)
{
	raw_ud2(&body_regs);
}

static void mark_body_regs(void)
{
	uint64_t *r = (uint64_t *)&body_regs;

	for (unsigned i = 0; i < 16; i++)
		r[i] = 0x1111111111111111ull * i + 0xabc;
	body_regs.rflags = USER_RFLAGS | 0x8d5;		/* OF SF ZF AF PF CF */
}

static bool react_skip_ud2(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_UD)
		return false;
	message = *u;
	u->state.rip += UD2_LEN;
	u->state.mtd = MTD_RIP;
	return true;
}

static struct thread *run_marked(react_fn react, uint64_t mtd)
{
	mark_body_regs();
	return thread_run(&(struct thread_spec){ .fn = do_raw_ud2, .react = react, .mtd = mtd });
}

static void message_has_all_registers(void)
{
	struct cpu_regs want;
	struct thread *t = run_marked(react_skip_ud2, 0);
	const struct hedron_state *s = thread_only_event(t, EVENT_UD);

	want = body_regs;
	mark_body_regs();
	CHECK_EQ(s->rax, body_regs.rax);
	CHECK_EQ(s->rcx, body_regs.rcx);
	CHECK_EQ(s->rdx, body_regs.rdx);
	CHECK_EQ(s->rbx, body_regs.rbx);
	CHECK_EQ(s->rsp, want.rsp);
	CHECK_EQ(s->rbp, body_regs.rbp);
	CHECK_EQ(s->rsi, body_regs.rsi);
	CHECK_EQ(s->rdi, body_regs.rdi);
	CHECK(!memcmp(&s->r8, &body_regs.r8, 8 * 8));
	CHECK_EQ(s->rflags & 0xcd5, body_regs.rflags & 0xcd5);
}

static void all_registers_are_restored(void)
{
	struct cpu_regs after;
	struct thread *t = run_marked(react_skip_ud2, 0);

	REQUIRE(t->finished);
	after = body_regs;
	mark_body_regs();
	CHECK_EQ(after.rax, body_regs.rax);
	CHECK_EQ(after.rcx, body_regs.rcx);
	CHECK_EQ(after.rdx, body_regs.rdx);
	CHECK_EQ(after.rbx, body_regs.rbx);
	CHECK_EQ(after.rbp, body_regs.rbp);
	CHECK_EQ(after.rsi, body_regs.rsi);
	CHECK_EQ(after.rdi, body_regs.rdi);
	CHECK(!memcmp(&after.r8, &body_regs.r8, 8 * 8));
	CHECK_EQ(after.rflags, body_regs.rflags);
}

static void message_items_and_mtd(void)
{
	const uint64_t mtd = MTD_RIP | MTD_RSP | MTD_RFLAGS | 1ull << 5 | 1ull << 25 | 1ull << 40;

	const struct thread *t = run_marked(react_skip_ud2, mtd);

	CHECK_EQ(t->log[0].items, utcb_items(UTCB_EVENT_WORDS, 0));
	CHECK_EQ(t->log[0].state.mtd, mtd);
}

static bool react_mark_utcb(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	bool done = react_skip_ud2(t, event, u);

	if (event != EVENT_STARTUP)
		return done;
	memset(u->word, 0x5a, sizeof(u->word));	/* what the next message finds */
	u->state.rip = (uint64_t)raw_ud2;
	u->state.rsp = (uint64_t)t->stack_top - 8;
	u->state.rdi = (uint64_t)&body_regs;
	u->state.mtd = MTD_RIP | MTD_RSP | MTD_BSD;
	return true;
}

static void unselected_fields_are_kept(void)
{
	const uint64_t old = 0x5a5a5a5a5a5a5a5a;
	struct thread *t;

	memset(&message, 0, sizeof(message));
	mark_body_regs();
	t = thread_new(&(struct thread_spec){ .fn = do_raw_ud2, .react = react_mark_utcb,
					      .mtd = MTD_RIP | MTD_ACDB });
	*((uint64_t *)t->stack_top - 1) = 0;		/* raw_ud2 returns to 0: #PF, the end */
	thread_start(t, PRIO_HIGH);
	CHECK(thread_wait(t));
	CHECK_EQ(t->log[0].state.mtd, MTD_RIP | MTD_ACDB);
	CHECK_EQ(message.state.r9, old);
	CHECK_EQ(message.state.r15, old);
	CHECK_EQ(message.state.fs_base, old);
	CHECK_EQ(message.state.qual[0], old);
	CHECK_EQ(message.state.inst_len, old);
	CHECK_EQ(message.word[UTCB_EVENT_WORDS], old);
	CHECK(message.state.rax != old);
}

static void do_nothing(void *arg) {}

static void startup_state(void)
{
	struct thread *t = thread_run_fn(do_nothing);
	const struct hedron_state *s = &t->startup.state;

	CHECK(t->finished);
	CHECK_EQ(t->startup.items, utcb_items(UTCB_EVENT_WORDS, 0));
	CHECK_EQ(s->mtd, THREAD_MTD);
	CHECK_EQ(s->rip, 0);
	CHECK_EQ(s->rsp, (uint64_t)t->stack_top);
	CHECK_EQ(s->rflags, 0x200);
	CHECK_EQ(s->rax | s->rcx | s->rdx | s->rbx | s->rbp | s->rsi | s->rdi, 0);
	CHECK_EQ(s->r8 | s->r9 | s->r10 | s->r11 | s->r12 | s->r13 | s->r14 | s->r15, 0);
	CHECK_EQ(s->fs_base | s->gs_base, 0);
}

static void startup_qual_is_zero(void)
{
	const struct hedron_state *s = &thread_run_fn(do_nothing)->startup.state;

	CHECK_EQ(s->qual[0], 0);
	CHECK_EQ(s->qual[1], 0);
}

/* ---- what a reply sets ---------------------------------------------------------------------- */

static struct hedron_state answer;

static bool react_answer(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	uint64_t rip = u->state.rip + UD2_LEN, rsp = u->state.rsp;

	if (event != EVENT_UD)
		return false;
	u->state = answer;
	u->state.rip = rip;
	u->state.rsp = rsp;
	return true;
}

static void reply_sets_registers(void)
{
	memset(&answer, 0, sizeof(answer));
	answer = (struct hedron_state){ .mtd = MTD_GPR | MTD_RIP, .rax = 1, .rcx = 2, .rdx = 3,
					.rbx = 4, .rbp = 5, .rsi = 6, .rdi = 7, .r8 = 8, .r9 = 9,
					.r10 = 10, .r11 = 11, .r12 = 12, .r13 = 13, .r14 = 14,
					.r15 = 15 };
	REQUIRE(run_marked(react_answer, 0)->finished);
	CHECK_EQ(body_regs.rax, 1);
	CHECK_EQ(body_regs.rcx, 2);
	CHECK_EQ(body_regs.rdx, 3);
	CHECK_EQ(body_regs.rbx, 4);
	CHECK_EQ(body_regs.rbp, 5);
	CHECK_EQ(body_regs.rsi, 6);
	CHECK_EQ(body_regs.rdi, 7);
	CHECK(!memcmp(&body_regs.r8, &answer.r8, 8 * 8));
}

static void reply_sets_only_what_mtd_says(void)
{
	struct cpu_regs after;

	memset(&answer, 0, sizeof(answer));
	answer.mtd = MTD_RIP | MTD_BSD;
	REQUIRE(run_marked(react_answer, 0)->finished);
	after = body_regs;
	mark_body_regs();
	CHECK_EQ(after.rbp | after.rsi | after.rdi, 0);
	CHECK_EQ(after.rax, body_regs.rax);
	CHECK_EQ(after.rcx, body_regs.rcx);
	CHECK_EQ(after.rdx, body_regs.rdx);
	CHECK_EQ(after.rbx, body_regs.rbx);
	CHECK(!memcmp(&after.r8, &body_regs.r8, 8 * 8));
	CHECK_EQ(after.rflags, body_regs.rflags);
}

static void reply_rflags_mask(void)
{
	memset(&answer, 0, sizeof(answer));
	answer.mtd = MTD_RIP | MTD_RFLAGS;
	answer.rflags = ~RFLAGS_TF;
	REQUIRE(run_marked(react_answer, 0)->finished);
	CHECK_EQ(body_regs.rflags, 0x244ed7);
	answer.rflags = 0;
	REQUIRE(run_marked(react_answer, 0)->finished);
	CHECK_EQ(body_regs.rflags, USER_RFLAGS);
}

static uint64_t fs_after, gs_after;

static void do_bases(void *arg)
{
	__asm__ volatile("wrfsbase %0; wrgsbase %1" : : "r"(0xf000ull), "r"(0x6000ull));
	__asm__ volatile("ud2");
	__asm__ volatile("rdfsbase %0; rdgsbase %1" : "=r"(fs_after), "=r"(gs_after));
}

static void reply_sets_both_bases(void)
{
	struct thread *t;

	memset(&answer, 0, sizeof(answer));
	answer.mtd = MTD_RIP | MTD_FS_GS;
	answer.fs_base = 0x7fff12345000;
	answer.gs_base = 0x123000;
	t = thread_run(&(struct thread_spec){ .fn = do_bases, .react = react_answer });
	REQUIRE(t->finished);
	CHECK_EQ(t->log[0].state.fs_base, 0xf000);
	CHECK_EQ(t->log[0].state.gs_base, 0x6000);
	CHECK_EQ(fs_after, 0x7fff12345000);
	CHECK_EQ(gs_after, 0x123000);
	answer.mtd = MTD_RIP;
	t = thread_run(&(struct thread_spec){ .fn = do_bases, .react = react_answer });
	REQUIRE(t->finished);
	CHECK_EQ(fs_after, 0xf000);
	CHECK_EQ(gs_after, 0x6000);
}

static bool react_map_and_retry(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_PF)
		return false;
	map_pages(ROOT_SEL_PD, t->pd, frame_for_fault, u->state.qual[1] >> HEDRON_PAGE_SHIFT, 1,
		  MEM_R | MEM_W, 0);
	return true;
}

static void reply_mtd_0_retries(void)
{
	char *frame = pool_alloc(0);
	struct thread *t;

	frame_for_fault = page_of(frame);
	t = thread_run(&(struct thread_spec){ .fn = do_write, .arg = (void *)(va_alloc(0) + 8),
					      .react = react_map_and_retry });
	CHECK(t->finished);
	CHECK_EQ(t->count, 1);
	CHECK_EQ(frame[8], 1);
}

/* ---- delivery ------------------------------------------------------------------------------- */

static void event_of_a_child(void)
{
	struct thread *t = thread_run(&(struct thread_spec){ .fn = do_ud2, .child = child_new() });

	CHECK_EQ(thread_only_event(t, EVENT_UD)->rip, (uint64_t)do_ud2_at);
}

static void portal_id_tells_the_event(void)
{
	struct thread *t = thread_run_fn(do_hlt);

	CHECK_EQ(t->count, 1);
	CHECK_EQ(t->log[0].id, (uint64_t)&t->portals[EVENT_GP]);
}

static void set_then_ud2(void *arg)
{
	*(volatile bool *)arg = true;
	__asm__ volatile("ud2");
	*(volatile bool *)arg = false;
}

static void no_portal_kills(void)
{
	volatile bool alive = false;
	struct thread *t = thread_new(&(struct thread_spec){ .fn = set_then_ud2,
							     .arg = (void *)&alive });

	MUST(hedron_revoke(crd_obj(t->events + EVENT_UD, 0, RIGHTS_ALL), 1));
	thread_start(t, PRIO_HIGH);
	sleep_ms(5);
	CHECK(alive);
	CHECK_EQ(t->count, 0);
}

static void no_startup_portal_kills(void)
{
	volatile bool alive = false;
	struct thread *t = thread_new(&(struct thread_spec){ .fn = set_then_ud2,
							     .arg = (void *)&alive });

	MUST(hedron_revoke(crd_obj(t->events + EVENT_STARTUP, 0, RIGHTS_ALL), 1));
	thread_start(t, PRIO_HIGH);
	sleep_ms(5);
	CHECK(!alive);
}

static bool react_by_dying(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event == EVENT_UD)
		__asm__ volatile("ud2");
	return false;
}

static void handlers_death_kills_the_sender(void)
{
	volatile bool alive = false;
	struct thread *t = thread_new(&(struct thread_spec){ .fn = set_then_ud2,
							     .arg = (void *)&alive,
							     .react = react_by_dying });

	thread_start(t, PRIO_HIGH);
	sleep_ms(5);
	CHECK(alive);
	CHECK_EQ(t->count, 1);
}

/* A handler with the event base of thread `t`: its ud2 is skipped by t's reaction. */
static cap_sel serve_with_fault(struct portal *p)
{
	__asm__ volatile("ud2");
	*(volatile bool *)p->arg = true;
	p->handler->utcb->items = 0;
	return 0;
}

static void handlers_exception_is_an_event(void)
{
	volatile bool went_on = false;
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_nothing,
							     .react = react_skip_ud2 });
	struct handler h = { .ec = sel_alloc(), .utcb = (void *)va_alloc(0),
			     .stack_top = stack_alloc() };
	struct portal p;

	REQUIRE_OK(hedron_create_ec(h.ec, ROOT_SEL_PD, 0, env.cpu, (uint64_t)h.utcb,
				    (uint64_t)h.stack_top, (uint32_t)t->events));
	portal_init(&p, sel_alloc(), &h, serve_with_fault, (void *)&went_on, 0);
	CHECK_OK(hedron_call(p.sel));
	CHECK(went_on);
	CHECK_EQ(t->count, 1);
}

/* ---- recall --------------------------------------------------------------------------------- */

static volatile bool stop_spinning;
static volatile uint64_t spins;

static void do_spin(void *arg)
{
	while (!stop_spinning)
		spins++;
}

static bool react_resume_recall(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_RECALL)
		return false;
	message = *u;
	stop_spinning = true;
	return true;
}

static void recall_of_a_spinner(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_spin,
							     .react = react_resume_recall });

	stop_spinning = false;
	spins = 0;
	thread_start(t, PRIO_LOW);
	sleep_ms(5);
	CHECK(spins > 0);
	CHECK_OK(hedron_recall(t->ec));
	CHECK(thread_wait(t));
	CHECK(t->finished);
	thread_only_event(t, EVENT_RECALL);
	CHECK(t->log[0].state.rip - (uint64_t)do_spin < 64);
}

static void recalls_collapse(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_spin,
							     .react = react_resume_recall });

	stop_spinning = false;
	thread_start(t, PRIO_LOW);
	sleep_ms(5);
	for (unsigned i = 0; i < 5; i++)
		CHECK_OK(hedron_recall(t->ec));
	CHECK(thread_wait(t));
	thread_only_event(t, EVENT_RECALL);
}

static bool react_redirect(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_RECALL)
		return false;
	u->state.rip = (uint64_t)raw_ud2;
	u->state.rsp = (uint64_t)t->stack_top - 8;
	u->state.rdi = (uint64_t)&body_regs;
	u->state.mtd = MTD_RIP | MTD_RSP | MTD_BSD;
	return true;
}

static void recall_redirects(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_spin,
							     .react = react_redirect });

	stop_spinning = false;
	mark_body_regs();
	thread_start(t, PRIO_LOW);
	sleep_ms(5);
	CHECK_OK(hedron_recall(t->ec));
	CHECK(thread_wait(t));
	CHECK(!t->finished);
	CHECK_EQ(t->count, 2);
	CHECK_EQ(t->log[0].event, EVENT_RECALL);
	CHECK_EQ(t->log[1].event, EVENT_UD);
	CHECK_EQ(t->log[1].state.r9, body_regs.r9);
}

struct sleeper {
	cap_sel sm;
	volatile enum hedron_status status;
};

static void do_sleep(void *arg)
{
	struct sleeper *s = arg;

	s->status = hedron_sm_down(s->sm, 0);
}

static void recall_does_not_wake(void)
{
	struct sleeper s = { make_sm(0), HEDRON_OOM };
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_sleep, .arg = &s,
							     .react = react_resume_recall });

	thread_start(t, PRIO_HIGH);
	CHECK_OK(hedron_recall(t->ec));
	sleep_ms(5);
	CHECK_EQ(t->count, 0);
	CHECK_OK(hedron_sm_up(s.sm));
	CHECK(thread_wait(t));
	CHECK_EQ(t->count, 1);
	CHECK_EQ(t->log[0].event, EVENT_RECALL);
	CHECK_STATUS(s.status, HEDRON_SUCCESS);
}

static void recall_behind_a_hypercall(void)
{
	struct sleeper s = { make_sm(0), HEDRON_OOM };
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_sleep, .arg = &s,
							     .react = react_resume_recall });
	const struct hedron_state *r = &t->log[0].state;

	thread_start(t, PRIO_HIGH);
	CHECK_OK(hedron_recall(t->ec));
	CHECK_OK(hedron_sm_up(s.sm));
	CHECK(thread_wait(t));
	CHECK_EQ(r->rip - (uint64_t)do_sleep < 64, 1);
	CHECK_EQ(r->rcx, r->rip);
	CHECK_EQ(r->r11, r->rsp);
	CHECK_EQ(r->rdi, HEDRON_SUCCESS);
}

static void recall_qual_is_zero(void)
{
	recall_of_a_spinner();
	CHECK_EQ(message.state.qual[0], 0);
	CHECK_EQ(message.state.qual[1], 0);
}

/* The thread calls a portal whose handler recalls it. */
static cap_sel recall_target;

static cap_sel serve_recall(struct portal *p)
{
	CHECK_OK(hedron_recall(recall_target));
	CHECK_EQ(((struct thread *)p->arg)->count, 0);
	p->handler->utcb->items = 0;
	return 0;
}

static void do_call(void *arg)
{
	CHECK_OK(hedron_call((cap_sel)arg));
}

static void recall_inside_a_call(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_call,
							     .react = react_resume_recall });

	t->arg = (void *)service_new(serve_recall, t)->sel;
	recall_target = t->ec;
	thread_start(t, PRIO_HIGH);
	CHECK(thread_wait(t));
	CHECK(t->finished);
	thread_only_event(t, EVENT_RECALL);
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
	{ "7.3 page fault: error code and CR2, page not present", page_fault_not_present },
	{ "7.3 page fault: error code and CR2, protection", page_fault_protection },
	{ "11.5 addresses above the user limit are plain page faults", page_fault_beyond_user },
	{ "7.4 a page-fault reply maps by typed item, mtd 0 retries",
	  page_fault_mapping_by_reply },
	{ "7.4 a startup reply maps by typed item", startup_mapping_by_reply },
	{ "7.4 a page-fault reply maps many pages at once", page_fault_batch_mapping },
	{ "6 the message has all registers that MTD selects", message_has_all_registers },
	{ "7.4 all registers are restored, RCX and R11 too", all_registers_are_restored },
	{ "5.2 the message has items 79 and the portal's MTD verbatim", message_items_and_mtd },
	{ "5.2 fields not selected keep what was in the handler's UTCB",
	  unselected_fields_are_kept },
	{ "7.3 startup: RSP as in create_ec, RFLAGS 0x200, rest 0", startup_state },
	{ "7.3 startup: qual is 0", startup_qual_is_zero, CASE_OURS },
	{ "6 a reply sets the general registers", reply_sets_registers },
	{ "6 a reply sets only what its MTD says", reply_sets_only_what_mtd_says },
	{ "6 a reply's RFLAGS: VIP VIF VM RF IOPL cleared, IF set", reply_rflags_mask },
	{ "6 FS_GS: both bases in the message, both set by the reply", reply_sets_both_bases,
	  CASE_FSGSBASE },
	{ "7.4 a reply with MTD 0 retries the instruction", reply_mtd_0_retries },
	{ "7.2 the portal is looked up in the EC's PD", event_of_a_child },
	{ "7.2 the portal is at event base + number", portal_id_tells_the_event },
	{ "7.2 an exception without portal kills the EC", no_portal_kills },
	{ "3.5 an EC without startup portal is killed", no_startup_portal_kills },
	{ "9.4 the handler's death kills the sender of an event",
	  handlers_death_kills_the_sender },
	{ "7.2 a handler's own exception goes to its own event base",
	  handlers_exception_is_an_event },
	{ "7.1 recall is event 31, the state exact", recall_of_a_spinner },
	{ "3.11 several recalls collapse into one", recalls_collapse },
	{ "11.3 the reply to a recall redirects the thread", recall_redirects },
	{ "3.11 recall does not wake a blocked EC", recall_does_not_wake },
	{ "7.3 recall behind a hypercall: RCX = RIP, R11 = RSP, RDI = status",
	  recall_behind_a_hypercall },
	{ "7.3 recall: qual is 0", recall_qual_is_zero, CASE_OURS },
	{ "11.3 a thread inside a portal call is recalled after the reply", recall_inside_a_call },
};
SUITE(events, cases);
