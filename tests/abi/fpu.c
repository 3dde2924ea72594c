/* SPDX-License-Identifier: MIT */
/*
 * fpu.c - FPU, SSE and AVX registers (ABI reference 6 "FPU", 8.5 b).
 *
 * The program itself is compiled without FPU instructions, so the registers hold what a case put
 * there.
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "portal.h"
#include "regs.h"
#include "runner.h"
#include "thread.h"

#define MXCSR_MARK	0x9f80		/* masked, flush to zero */
#define FCW_MARK	0x27f		/* double precision */

/* A state one recognizes: control words and XMM registers; the x87 stack empty. */
static struct fx_state marked(uint8_t seed)
{
	struct fx_state fx = { .fcw = FCW_MARK, .mxcsr = MXCSR_MARK };

	for (unsigned i = 0; i < 16; i++)
		memset(fx.xmm[i], seed + (int)i, 16);
	return fx;
}

static void load_marked(uint8_t seed)
{
	struct fx_state fx = marked(seed);

	fx_load(&fx);
}

static bool is_marked(const struct fx_state *fx, uint8_t seed)
{
	struct fx_state want = marked(seed);

	return fx->fcw == want.fcw && fx->mxcsr == want.mxcsr &&
	       !memcmp(fx->xmm, want.xmm, sizeof(want.xmm));
}

static bool now_marked(uint8_t seed)
{
	struct fx_state fx;

	fx_save(&fx);
	return is_marked(&fx, seed);
}

static bool is_reset(const struct fx_state *fx)
{
	static const uint8_t zero[sizeof(fx->xmm)];

	return fx->fcw == FPU_FCW_INIT && fx->mxcsr == FPU_MXCSR_INIT && !fx->ftw &&
	       !memcmp(fx->xmm, zero, sizeof(zero));
}

static struct hedron_utcb *utcb(void)
{
	return runner_utcb();
}

/* ---- own state ------------------------------------------------------------------------------ */

static void kept_across_hypercalls(void)
{
	cap_sel sm = make_sm(1);

	load_marked(0x10);
	hedron_sm_down(sm, 1);
	CHECK(now_marked(0x10));
	hedron_sm_down(sm, deadline_ms(3));	/* through the idle thread */
	CHECK(now_marked(0x10));
}

static struct fx_state first_state;

static void save_first(void *arg)
{
	fx_save(&first_state);
}

static void new_global_ec_is_reset(void)
{
	load_marked(0x20);
	REQUIRE(thread_run_fn(save_first)->finished);
	CHECK(is_reset(&first_state));
	CHECK(now_marked(0x20));
}

/* Save what is there, then load the mark `arg`. */
static struct fx_state handler_state;

static cap_sel serve_fpu(struct portal *p)
{
	fx_save(&handler_state);
	load_marked((uint8_t)(uint64_t)p->arg);
	p->handler->utcb->items = 0;
	return 0;
}

static void handler_has_its_own(void)
{
	struct portal *p = service_new(serve_fpu, (void *)0x40);

	load_marked(0x30);
	utcb()->items = 0;
	REQUIRE_OK(hedron_call(p->sel));
	CHECK(is_reset(&handler_state));
	CHECK(now_marked(0x30));
	REQUIRE_OK(hedron_call(p->sel));
	CHECK(is_marked(&handler_state, 0x40));
	CHECK(now_marked(0x30));
}

static volatile bool stop_spinning;
static volatile unsigned lost;

static void do_spin_marked(void *arg)
{
	load_marked((uint8_t)(uint64_t)arg);
	while (!stop_spinning)
		if (!now_marked((uint8_t)(uint64_t)arg))
			lost++;
}

static void kept_across_preemption(void)
{
	struct thread *t[2];

	stop_spinning = false;
	lost = 0;
	for (unsigned i = 0; i < 2; i++) {
		t[i] = thread_new(&(struct thread_spec){ .fn = do_spin_marked,
							 .arg = (void *)(0x50 + i * 0x40ull) });
		MUST(hedron_create_sc(t[i]->sc, ROOT_SEL_PD, t[i]->ec, PRIO_LOW, 1000));
	}
	sleep_ms(30);
	stop_spinning = true;
	CHECK(thread_wait(t[0]));
	CHECK(thread_wait(t[1]));
	CHECK_EQ(lost, 0);
}

static bool have_avx(void)
{
	uint32_t eax = 1, ebx, ecx = 0, edx, lo, hi;

	__asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	__asm__ volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
	return ecx >> 28 & 1 && (lo & 7) == 7;
}

static void avx_body(void *arg)
{
	static const uint64_t other[4] = { 5, 6, 7, 8 };

	__asm__ volatile("vmovdqu %0, %%ymm7" : : "m"(other));
}

static void avx_is_kept(void)
{
	static const uint64_t mark[4] = { 1, 2, 3, 0x123456789abcdef };
	uint64_t now[4] = { 0 };

	if (!have_avx())
		return;
	__asm__ volatile("vmovdqu %0, %%ymm7" : : "m"(mark));
	CHECK(thread_run_fn(avx_body)->finished);
	sleep_ms(2);
	__asm__ volatile("vmovdqu %%ymm7, %0; vzeroupper" : "=m"(now));
	CHECK(!memcmp(now, mark, sizeof(now)));
}

/* ---- events --------------------------------------------------------------------------------- */

static struct fx_state body_state;
static uint64_t reply_mtd;		/* besides RIP */

static void do_ud2_marked(void *arg)
{
	load_marked(0x60);
	__asm__ volatile("ud2");
	fx_save(&body_state);
}

static bool react_with_fpu(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_UD)
		return false;
	fx_save(&handler_state);
	load_marked(0x80);
	u->state.rip += UD2_LEN;
	u->state.mtd = MTD_RIP | reply_mtd;
	return true;
}

static struct thread *run_ud2(uint64_t mtd)
{
	return thread_run(&(struct thread_spec){ .fn = do_ud2_marked, .react = react_with_fpu,
						 .mtd = mtd });
}

static void event_keeps_the_state(void)
{
	reply_mtd = 0;
	REQUIRE(run_ud2(THREAD_MTD)->finished);
	CHECK(is_reset(&handler_state));
	CHECK(is_marked(&body_state, 0x60));
}

static void reply_with_fpu_bit(void)
{
	reply_mtd = MTD_FPU;
	REQUIRE(run_ud2(THREAD_MTD)->finished);
	CHECK(is_marked(&body_state, 0x80));
}

static void message_with_fpu_bit(void)
{
	reply_mtd = 0;
	REQUIRE(run_ud2(THREAD_MTD | MTD_FPU)->finished);
	CHECK(is_marked(&handler_state, 0x60));
}

static bool react_startup_with_fpu(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_STARTUP)
		return false;
	load_marked(0xa0);
	u->state.rip = (uint64_t)t->fn;
	u->state.rsp = (uint64_t)t->stack_top - 8;
	u->state.mtd = MTD_RIP | MTD_RSP | MTD_FPU;
	return true;
}

static void save_and_end(void *arg)
{
	fx_save(&first_state);
	__asm__ volatile("ud2");
}

static void startup_reply_with_fpu_bit(void)
{
	struct thread *t = thread_run(&(struct thread_spec){ .fn = save_and_end,
							     .react = react_startup_with_fpu });

	CHECK_EQ(t->count, 1);
	CHECK(is_marked(&first_state, 0xa0));
}

/* ---- foreign calls -------------------------------------------------------------------------- */

static void do_foreign_marked(void *arg)
{
	struct cpu_regs r = { .rflags = USER_RFLAGS };

	load_marked(0x60);
	for (unsigned i = 0; i < 3; i++)
		raw_syscall(&r);
	fx_save(&body_state);
}

static bool react_foreign(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_FOREIGN)
		return false;
	u->state.rip = u->state.rcx;
	u->state.rsp = u->state.r11;
	u->state.mtd = MTD_RIP | MTD_RSP;
	return true;
}

static void run_foreign(uint64_t mtd)
{
	struct thread *t = thread_run(&(struct thread_spec){ .fn = do_foreign_marked, .mtd = mtd,
							     .react = react_foreign,
							     .child = child_new_foreign() });

	CHECK(t->finished);
	CHECK_EQ(t->count, 3);
	CHECK(is_marked(&body_state, 0x60));
}

static void foreign_call_keeps_the_state(void)
{
	run_foreign(THREAD_MTD);
}

static void foreign_call_with_fpu_bit(void)
{
	run_foreign(THREAD_MTD | MTD_FPU);
}

static const struct abi_case cases[] = {
	{ "3.1 FPU state is kept across hypercalls", kept_across_hypercalls },
	{ "3.5 a new EC's FPU is in reset state", new_global_ec_is_reset },
	{ "6 a handler has its own FPU state, kept between messages", handler_has_its_own },
	{ "6 FPU state is kept across preemption", kept_across_preemption },
	{ "6 AVX registers are kept too", avx_is_kept, CASE_XSAVE },
	{ "6 an event without FPU bits leaves the FPU state alone", event_keeps_the_state },
	{ "6 FPU bit in the reply: the handler's registers become the receiver's",
	  reply_with_fpu_bit },
	{ "6 FPU bit in the portal's MTD: the handler sees the sender's registers",
	  message_with_fpu_bit },
	{ "6 FPU bit in a startup reply", startup_reply_with_fpu_bit },
	{ "8.4 a foreign call leaves the FPU state alone", foreign_call_keeps_the_state },
	{ "8.5 the FPU bit in the portals' MTD does not lose the caller's FPU state",
	  foreign_call_with_fpu_bit,
	  OURS("8.5 b: the FPU bit loses the caller's FPU state") },
};
SUITE(fpu, cases);
