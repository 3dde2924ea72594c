/* SPDX-License-Identifier: MIT */
/*
 * mediators.c - the extension HIP_FEAT_MEDIATOR: foreign calls from outside a range go on at an entry in
 * the same EC, those from inside are messages (hedron/hypercall.h, hedron_pd_mediator()).
 *
 * The program of these cases is three pages of the child, written here. The mediator's range is the
 * middle one, with its code at MEDIATOR_AT: it puts a mark into RAX and goes back by the word `tls` of
 * the thread's UTCB. `syscall; ret` can be put anywhere else.
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "regs.h"
#include "smp.h"
#include "thread.h"

#define MARK		0x3ed1a703u
#define ANSWER		0x1234		/* RAX of those that were messages */
#define MEDIATOR_AT	0x800		/* in the middle page */
#define SECOND_AT	0xc00		/* another one, with MARK + 1 */

static struct cpu_regs regs;

struct program {
	struct child *child;
	unsigned char *pages;		/* as the roottask sees them */
	uint64_t va;			/* as the child does */
};

static void put(unsigned char *at, const void *code, unsigned n)
{
	memcpy(at, code, n);
}

/* mov $mark, %eax; mov $utcb + tls, %rcx; mov (%rcx), %rcx; jmp *%rcx */
static void put_mediator(unsigned char *at, uint32_t mark, uint64_t utcb)
{
	uint64_t tls = utcb + UTCB_OFS_TLS;

	put(at, "\xb8", 1);
	put(at + 1, &mark, 4);
	put(at + 5, "\x48\xb9", 2);
	put(at + 7, &tls, 8);
	put(at + 15, "\x48\x8b\x09\xff\xe1", 5);
}

static struct program program_new(void)
{
	struct program p = { child_new_foreign(), pool_alloc(2), va_alloc(2) };

	map_pages(ROOT_SEL_PD, p.child->pd, page_of(p.pages), p.va >> HEDRON_PAGE_SHIFT, 3,
		  MEM_R | MEM_X, 0);
	return p;
}

static uint64_t range(const struct program *p)	{ return p->va + HEDRON_PAGE_SIZE; }

static enum hedron_status mediate(const struct program *p)
{
	return hedron_pd_mediator(p->child->pd, range(p), HEDRON_PAGE_SIZE, range(p) + MEDIATOR_AT);
}

/* ---- the thread ----------------------------------------------------------------------------- */

static uint64_t call_at;		/* where the program's `syscall; ret` is */

/* Load the registers, call the program at call_at, store them. */
static void do_call(void *arg)
{
	register uint64_t r8 __asm__("r8") = regs.r8, r9 __asm__("r9") = regs.r9;
	register uint64_t r10 __asm__("r10") = regs.r10, r12 __asm__("r12") = regs.r12;
	uint64_t rax = regs.rax, rdi = regs.rdi, rsi = regs.rsi, rdx = regs.rdx;

	__asm__ volatile("call *%[at]"
			 : "+a"(rax), "+D"(rdi), "+S"(rsi), "+d"(rdx), "+r"(r8), "+r"(r9),
			   "+r"(r10), "+r"(r12)
			 : [at] "m"(call_at) : "rcx", "r11", "memory", "cc");
	regs.rax = rax;
	regs.rdi = rdi;
	regs.rsi = rsi;
	regs.rdx = rdx;
	regs.r8 = r8;
	regs.r9 = r9;
	regs.r10 = r10;
	regs.r12 = r12;
}

static bool react_answer(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_FOREIGN)
		return false;
	u->state.rip = u->state.rcx;
	u->state.rsp = u->state.r11;
	u->state.rflags = USER_RFLAGS;
	u->state.rax = ANSWER;
	u->state.mtd = MTD_ACDB | MTD_RSP | MTD_RIP | MTD_RFLAGS;
	return true;
}

static struct thread *thread_of(const struct program *p)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_call, .child = p->child,
							     .react = react_answer });

	put_mediator(p->pages + HEDRON_PAGE_SIZE + MEDIATOR_AT, MARK, (uint64_t)t->utcb);
	put_mediator(p->pages + HEDRON_PAGE_SIZE + SECOND_AT, MARK + 1, (uint64_t)t->utcb);
	return t;
}

/* RAX after a call whose SYSCALL is `offset` bytes behind the program's start. */
static uint64_t call_from(const struct program *p, unsigned offset)
{
	struct thread *t = thread_of(p);

	put(p->pages + offset, "\x0f\x05\xc3", 3);	/* syscall; ret */
	call_at = p->va + offset;
	regs_mark(&regs, 0x500);
	thread_start(t, PRIO_HIGH);
	CHECK(thread_wait(t));
	CHECK(t->finished);
	CHECK_EQ(t->count, regs.rax == ANSWER);
	return regs.rax;
}

/* ---- where a call goes ---------------------------------------------------------------------- */

static void outside_goes_to_the_entry(void)
{
	struct program p = program_new();

	REQUIRE_OK(mediate(&p));
	CHECK_EQ(call_from(&p, 0), MARK);
	CHECK_EQ(call_from(&p, 2 * HEDRON_PAGE_SIZE), MARK);
}

static void inside_is_a_message(void)
{
	struct program p = program_new();

	REQUIRE_OK(mediate(&p));
	CHECK_EQ(call_from(&p, HEDRON_PAGE_SIZE + 0x100), ANSWER);
}

static void edges_of_the_range(void)
{
	struct program p = program_new();

	REQUIRE_OK(mediate(&p));
	CHECK_EQ(call_from(&p, HEDRON_PAGE_SIZE - 3), MARK);
	CHECK_EQ(call_from(&p, HEDRON_PAGE_SIZE - 2), MARK);	/* SYSCALL ends where it begins */
	CHECK_EQ(call_from(&p, HEDRON_PAGE_SIZE), ANSWER);
	CHECK_EQ(call_from(&p, 2 * HEDRON_PAGE_SIZE - 3), ANSWER);
	CHECK_EQ(call_from(&p, 2 * HEDRON_PAGE_SIZE - 2), ANSWER);
	CHECK_EQ(call_from(&p, 2 * HEDRON_PAGE_SIZE), MARK);
}

static void range_of_two_pages(void)
{
	struct program p = program_new();

	REQUIRE_OK(hedron_pd_mediator(p.child->pd, range(&p), 2 * HEDRON_PAGE_SIZE,
				      range(&p) + MEDIATOR_AT));
	CHECK_EQ(call_from(&p, 0), MARK);
	CHECK_EQ(call_from(&p, 2 * HEDRON_PAGE_SIZE + 0x10), ANSWER);
}

static void range_of_all(void)
{
	struct program p = program_new();

	REQUIRE_OK(hedron_pd_mediator(p.child->pd, 0, HEDRON_USER_END, range(&p) + MEDIATOR_AT));
	CHECK_EQ(call_from(&p, 0), ANSWER);
	CHECK_EQ(call_from(&p, 2 * HEDRON_PAGE_SIZE), ANSWER);
}

static void without_one_all_are_messages(void)
{
	struct program p = program_new();

	CHECK_EQ(call_from(&p, 0), ANSWER);
}

static void each_pd_has_its_own(void)
{
	struct program a = program_new(), b = program_new();

	REQUIRE_OK(mediate(&a));
	CHECK_EQ(call_from(&b, 0), ANSWER);
	CHECK_EQ(call_from(&a, 0), MARK);
}

static void do_native_call(void *arg)
{
	((struct hedron_utcb *)arg)->flags = UTCB_NSCT;
	do_call(0);
}

static void nsct_comes_first(void)
{
	struct program p = program_new();
	struct thread *t = thread_of(&p);
	cap_sel sm = make_sm(0);

	REQUIRE_OK(mediate(&p));
	child_give(p.child, sm, 0);
	put(p.pages, "\x0f\x05\xc3", 3);
	call_at = p.va;
	regs_mark(&regs, 0x500);
	regs.rdi = HC_SM_CTRL | sm << HC_SEL_SHIFT;
	t->fn = do_native_call;
	t->arg = t->utcb;
	thread_start(t, PRIO_HIGH);
	CHECK(thread_wait(t));
	CHECK_EQ(t->count, 0);
	CHECK_EQ(regs.rdi, HEDRON_SUCCESS);
	CHECK(regs.rax != MARK);
	CHECK_OK(hedron_sm_down(sm, 1));
}

/* ---- what it finds -------------------------------------------------------------------------- */

static void registers_are_kept(void)
{
	struct program p = program_new();
	struct cpu_regs was;

	REQUIRE_OK(mediate(&p));
	CHECK_EQ(call_from(&p, 0), MARK);
	regs_mark(&was, 0x500);
	CHECK_EQ(regs.rdi, was.rdi);
	CHECK_EQ(regs.rsi, was.rsi);
	CHECK_EQ(regs.rdx, was.rdx);
	CHECK_EQ(regs.r8, was.r8);
	CHECK_EQ(regs.r9, was.r9);
	CHECK_EQ(regs.r10, was.r10);
	CHECK_EQ(regs.r12, was.r12);
}

static bool react_log(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	return false;			/* logged; the thread ends */
}

/* The mediator's first instruction is UD2: its event tells the state at the entry. */
static void state_at_the_entry(void)
{
	struct program p = program_new();
	struct thread *t = thread_of(&p);
	const struct hedron_state *s;
	struct cpu_regs was;

	REQUIRE_OK(mediate(&p));
	t->react = react_log;
	put(p.pages, "\x0f\x05\xc3", 3);
	put(p.pages + HEDRON_PAGE_SIZE + MEDIATOR_AT, "\x0f\x0b", 2);
	call_at = p.va;
	regs_mark(&regs, 0x500);
	thread_start(t, PRIO_HIGH);
	CHECK(thread_wait(t));
	s = thread_only_event(t, EVENT_UD);
	regs_mark(&was, 0x500);
	CHECK_EQ(s->rip, range(&p) + MEDIATOR_AT);
	CHECK_EQ(s->rax, was.rax);
	CHECK_EQ(s->rdi, was.rdi);
	CHECK_EQ(s->rdx, was.rdx);
	CHECK_EQ(s->r10, was.r10);
	CHECK_EQ(s->rflags & 0x200, 0x200);
	CHECK((uint64_t)t->stack_top - s->rsp < STACK_SIZE);
}

static uint64_t fs_after, gs_after;
static bool fpu_kept;

static void do_call_with_state(void *arg)
{
	struct fx_state fx, after;

	__asm__ volatile("wrfsbase %0; wrgsbase %1" : : "r"(0xf000ull), "r"(0x6000ull));
	fx_save(&fx);
	memset(fx.xmm, 0x77, sizeof(fx.xmm));
	fx_load(&fx);
	do_call(arg);
	fx_save(&after);
	fpu_kept = !memcmp(fx.xmm, after.xmm, sizeof(fx.xmm));
	__asm__ volatile("rdfsbase %0; rdgsbase %1" : "=r"(fs_after), "=r"(gs_after));
}

static void fpu_and_bases_are_kept(void)
{
	struct program p = program_new();
	struct thread *t = thread_of(&p);

	REQUIRE_OK(mediate(&p));
	t->fn = do_call_with_state;
	put(p.pages, "\x0f\x05\xc3", 3);
	call_at = p.va;
	regs_mark(&regs, 0x500);
	thread_start(t, PRIO_HIGH);
	CHECK(thread_wait(t));
	CHECK_EQ(regs.rax, MARK);
	CHECK(fpu_kept);
	CHECK_EQ(fs_after, 0xf000);
	CHECK_EQ(gs_after, 0x6000);
}

static void no_portal_is_needed(void)
{
	struct program p = program_new();

	REQUIRE_OK(mediate(&p));
	MUST(hedron_revoke_remote(p.child->pd, crd_obj(FOREIGN_BASE + env.cpu, 0, RIGHTS_ALL), 1));
	CHECK_EQ(call_from(&p, 0), MARK);
}

static void thread_without_utcb(void)
{
	struct program p = program_new();
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_call, .child = p.child,
							     .react = react_log, .no_utcb = true });

	REQUIRE_OK(mediate(&p));
	put(p.pages, "\x0f\x05\xc3", 3);
	put(p.pages + HEDRON_PAGE_SIZE + MEDIATOR_AT, "\x0f\x0b", 2);
	call_at = p.va;
	thread_start(t, PRIO_HIGH);
	CHECK(thread_wait(t));
	CHECK_EQ(thread_only_event(t, EVENT_UD)->rip, range(&p) + MEDIATOR_AT);
}

static void entry_that_is_not_mapped(void)
{
	struct program p = program_new();
	uint64_t nowhere = va_alloc(0);
	struct thread *t = thread_of(&p);

	REQUIRE_OK(hedron_pd_mediator(p.child->pd, nowhere, HEDRON_PAGE_SIZE, nowhere + 8));
	t->react = react_log;
	put(p.pages, "\x0f\x05\xc3", 3);
	call_at = p.va;
	thread_start(t, PRIO_HIGH);
	CHECK(thread_wait(t));
	CHECK_EQ(thread_only_event(t, EVENT_PF)->qual[1], nowhere + 8);
}

/* ---- change --------------------------------------------------------------------------------- */

static void another_entry(void)
{
	struct program p = program_new();

	REQUIRE_OK(mediate(&p));
	CHECK_EQ(call_from(&p, 0), MARK);
	CHECK_OK(hedron_pd_mediator(p.child->pd, range(&p), HEDRON_PAGE_SIZE,
				    range(&p) + SECOND_AT));
	CHECK_EQ(call_from(&p, 0), MARK + 1);
}

static void another_range(void)
{
	struct program p = program_new();

	REQUIRE_OK(mediate(&p));
	CHECK_EQ(call_from(&p, 0), MARK);
	CHECK_OK(hedron_pd_mediator(p.child->pd, p.va, 2 * HEDRON_PAGE_SIZE,
				    range(&p) + MEDIATOR_AT));
	CHECK_EQ(call_from(&p, 0), ANSWER);
	CHECK_EQ(call_from(&p, 2 * HEDRON_PAGE_SIZE), MARK);
}

static void size_0_removes_it(void)
{
	struct program p = program_new();

	REQUIRE_OK(mediate(&p));
	CHECK_OK(hedron_pd_mediator(p.child->pd, 0, 0, 0));
	CHECK_EQ(call_from(&p, 0), ANSWER);
	CHECK_OK(mediate(&p));
	CHECK_EQ(call_from(&p, 0), MARK);
}

static void refused_change_leaves_the_old_one(void)
{
	struct program p = program_new();

	REQUIRE_OK(mediate(&p));
	CHECK_STATUS(hedron_pd_mediator(p.child->pd, range(&p) + 1, HEDRON_PAGE_SIZE,
					range(&p) + SECOND_AT), HEDRON_BAD_PAR);
	CHECK_EQ(call_from(&p, 0), MARK);
}

/* ---- errors --------------------------------------------------------------------------------- */

static void bad_cap(void)
{
	CHECK_STATUS(hedron_pd_mediator(sel_alloc(), 0x1000, 0x1000, 0x1000), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_pd_mediator(make_sm(0), 0x1000, 0x1000, 0x1000), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_pd_mediator(make_global_ec(), 0, 0, 0), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_pd_mediator(sel_alloc(), 1, 1, 1), HEDRON_BAD_CAP);	/* before BAD_PAR */
}

static void native_pd_is_refused(void)
{
	CHECK_STATUS(hedron_pd_mediator(make_pd(), 0x1000, 0x1000, 0x1000), HEDRON_BAD_PAR);
	CHECK_STATUS(hedron_pd_mediator(ROOT_SEL_PD, 0x1000, 0x1000, 0x1000), HEDRON_BAD_PAR);
}

static void whole_pages_only(void)
{
	cap_sel pd = child_new_foreign()->pd;

	CHECK_STATUS(hedron_pd_mediator(pd, 0x1800, 0x1000, 0x1800), HEDRON_BAD_PAR);
	CHECK_STATUS(hedron_pd_mediator(pd, 0x1000, 0x800, 0x1000), HEDRON_BAD_PAR);
	CHECK_STATUS(hedron_pd_mediator(pd, 0x1000, 1, 0x1000), HEDRON_BAD_PAR);
}

static void entry_lies_within(void)
{
	cap_sel pd = child_new_foreign()->pd;

	CHECK_STATUS(hedron_pd_mediator(pd, 0x2000, 0x1000, 0x1fff), HEDRON_BAD_PAR);
	CHECK_STATUS(hedron_pd_mediator(pd, 0x2000, 0x1000, 0x3000), HEDRON_BAD_PAR);
	CHECK_STATUS(hedron_pd_mediator(pd, 0x2000, 0x1000, ~0ull), HEDRON_BAD_PAR);
	CHECK_OK(hedron_pd_mediator(pd, 0x2000, 0x1000, 0x2000));
	CHECK_OK(hedron_pd_mediator(pd, 0x2000, 0x1000, 0x2fff));
}

static void range_lies_in_user_space(void)
{
	cap_sel pd = child_new_foreign()->pd;
	const uint64_t last = HEDRON_USER_END - HEDRON_PAGE_SIZE;

	CHECK_OK(hedron_pd_mediator(pd, last, HEDRON_PAGE_SIZE, last));
	CHECK_STATUS(hedron_pd_mediator(pd, last, 2 * HEDRON_PAGE_SIZE, last), HEDRON_BAD_PAR);
	CHECK_STATUS(hedron_pd_mediator(pd, HEDRON_USER_END, HEDRON_PAGE_SIZE, HEDRON_USER_END),
		     HEDRON_BAD_PAR);
	CHECK_STATUS(hedron_pd_mediator(pd, 0xffff800000000000, HEDRON_PAGE_SIZE,
					0xffff800000000000), HEDRON_BAD_PAR);
	CHECK_STATUS(hedron_pd_mediator(pd, 0x800000000000, HEDRON_PAGE_SIZE, 0x800000000000),
		     HEDRON_BAD_PAR);
	CHECK_STATUS(hedron_pd_mediator(pd, 0x1000, ~0xfffull, 0x1000), HEDRON_BAD_PAR);
}

static void holder_in_another_pd(void)
{
	struct program p = program_new();
	const struct child *c = child_new();

	child_give_at(c, p.child->pd, 9, 0);
	CHECK_STATUS(child_hc(c, HC_PD_CTRL, PD_CTRL_MEDIATOR, 9, range(&p), HEDRON_PAGE_SIZE,
			      range(&p) + MEDIATOR_AT, 0), HEDRON_SUCCESS);
	CHECK_EQ(call_from(&p, 0), MARK);
}

/* ---- threads -------------------------------------------------------------------------------- */

/* A thread that makes calls until told to stop; each answer must be a message's or a mediator's. */
static volatile bool stop;
static volatile uint64_t marks, answers, others;

static void do_call_for_ever(void *arg)
{
	while (!stop) {
		regs.rax = 7;
		do_call(arg);
		if (regs.rax == MARK || regs.rax == MARK + 1)
			marks++;
		else if (regs.rax == ANSWER)
			answers++;
		else
			others++;
	}
}

static struct thread *start_caller(const struct program *p, bool there)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_call_for_ever,
							     .child = p->child, .on_cpu2 = there,
							     .react = react_answer });

	put_mediator(p->pages + HEDRON_PAGE_SIZE + MEDIATOR_AT, MARK, (uint64_t)t->utcb);
	put_mediator(p->pages + HEDRON_PAGE_SIZE + SECOND_AT, MARK + 1, (uint64_t)t->utcb);
	put(p->pages, "\x0f\x05\xc3", 3);
	call_at = p->va;
	stop = false;
	marks = answers = others = 0;
	thread_start(t, PRIO_LOW);
	return t;
}

static bool more(volatile uint64_t *count)
{
	uint64_t before = *count;

	return EVENTUALLY(*count > before);
}

static void changed_between_calls(bool there)
{
	struct program p = program_new();
	struct thread *t = start_caller(&p, there);

	CHECK(more(&answers));
	for (unsigned i = 0; i < 5; i++) {
		REQUIRE_OK(mediate(&p));
		CHECK(more(&marks));
		CHECK_OK(hedron_pd_mediator(p.child->pd, 0, 0, 0));
		CHECK(more(&answers));
	}
	stop = true;
	CHECK(thread_wait(t));
	CHECK(t->finished);
	CHECK_EQ(others, 0);
}

static void changed_while_running(void)		{ changed_between_calls(false); }
static void changed_from_another_cpu(void)	{ changed_between_calls(true); }

/* Range and entry belong together: never the entry of one with the range of the other. */
static void changed_as_a_whole(void)
{
	struct program p = program_new();
	struct thread *t = start_caller(&p, true);

	for (unsigned i = 0; i < 100; i++)
		CHECK_OK(hedron_pd_mediator(p.child->pd, range(&p), HEDRON_PAGE_SIZE,
					    range(&p) + (i % 2 ? SECOND_AT : MEDIATOR_AT)));
	CHECK(more(&marks));
	stop = true;
	CHECK(thread_wait(t));
	CHECK(t->finished);
	CHECK_EQ(others, 0);
}

static bool react_recall(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	return event == EVENT_RECALL || react_answer(t, event, u);
}

static void recalled_between_calls(void)
{
	struct program p = program_new();
	struct thread *t;

	REQUIRE_OK(mediate(&p));
	t = start_caller(&p, false);
	t->react = react_recall;
	for (unsigned i = 0; i < 10; i++) {
		unsigned before = t->count;

		CHECK_OK(hedron_recall(t->ec));
		CHECK(EVENTUALLY(t->count > before));
	}
	CHECK(more(&marks));
	stop = true;
	CHECK(thread_wait(t));
	CHECK_EQ(others, 0);
	CHECK_EQ(answers, 0);
}

static const struct abi_case cases[] = {
	{ "mediator: a call from outside the range goes on at the entry",
	  outside_goes_to_the_entry, FEATURE(MEDIATOR) },
	{ "mediator: a call from inside the range is a message", inside_is_a_message,
	  FEATURE(MEDIATOR) },
	{ "mediator: the edges of the range", edges_of_the_range, FEATURE(MEDIATOR) },
	{ "mediator: a range of several pages", range_of_two_pages, FEATURE(MEDIATOR) },
	{ "mediator: a range of all user space leaves all calls messages", range_of_all,
	  FEATURE(MEDIATOR) },
	{ "mediator: without one all calls are messages", without_one_all_are_messages,
	  FEATURE(MEDIATOR) },
	{ "mediator: each PD has its own", each_pd_has_its_own, FEATURE(MEDIATOR) },
	{ "mediator: with NSCT the call is a hypercall", nsct_comes_first, FEATURE(MEDIATOR) },
	{ "mediator: argument registers are kept", registers_are_kept, FEATURE(MEDIATOR) },
	{ "mediator: state at the entry: RIP, RSP and registers of the call", state_at_the_entry,
	  FEATURE(MEDIATOR) },
	{ "mediator: FPU and FS and GS base are kept", fpu_and_bases_are_kept,
	  CASE_FSGSBASE, HIP_FEAT_MEDIATOR },
	{ "mediator: no portal is needed for calls from outside", no_portal_is_needed,
	  FEATURE(MEDIATOR) },
	{ "mediator: threads without a mapped UTCB have it too", thread_without_utcb,
	  FEATURE(MEDIATOR) },
	{ "mediator: an entry that is not mapped is a page fault", entry_that_is_not_mapped,
	  FEATURE(MEDIATOR) },
	{ "mediator: another entry holds from the next call", another_entry, FEATURE(MEDIATOR) },
	{ "mediator: another range holds from the next call", another_range, FEATURE(MEDIATOR) },
	{ "mediator: size 0 removes it, and it can be given again", size_0_removes_it,
	  FEATURE(MEDIATOR) },
	{ "mediator: a refused change leaves the old one", refused_change_leaves_the_old_one,
	  FEATURE(MEDIATOR) },
	{ "mediator: BAD_CAP without a PD, before BAD_PAR", bad_cap, FEATURE(MEDIATOR) },
	{ "mediator: BAD_PAR for a native PD", native_pd_is_refused, FEATURE(MEDIATOR) },
	{ "mediator: BAD_PAR unless base and size are whole pages", whole_pages_only,
	  FEATURE(MEDIATOR) },
	{ "mediator: BAD_PAR unless the entry lies within", entry_lies_within, FEATURE(MEDIATOR) },
	{ "mediator: BAD_PAR unless the range lies in user space", range_lies_in_user_space,
	  FEATURE(MEDIATOR) },
	{ "mediator: any holder of the PD may give it", holder_in_another_pd, FEATURE(MEDIATOR) },
	{ "mediator: changed while a thread calls", changed_while_running, FEATURE(MEDIATOR) },
	{ "mediator: recall comes between mediated calls", recalled_between_calls,
	  FEATURE(MEDIATOR) },
	{ "mediator: changed from another CPU while a thread calls", changed_from_another_cpu,
	  FEATURE_SMP(MEDIATOR) },
	{ "mediator: range and entry change as a whole", changed_as_a_whole,
	  FEATURE_SMP(MEDIATOR) },
};
SUITE(mediators, cases);
