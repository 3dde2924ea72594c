/* SPDX-License-Identifier: MIT */
/*
 * witness.c - an innocent thread on each CPU, a little above the fuzz threads: its registers, its FPU,
 * its messages and its semaphore must not notice them. Most of the time it sleeps, so that they run.
 */
#include "fuzz.h"
#include "regs.h"

#define SLEEP_US	300
#define WORDS		8		/* that the trusted handler answers with */
#define UPS_MAX		5

struct witness {
	struct station *station;
	struct hedron_utcb *utcb;
	cap_sel sm;
	uint64_t random;
	volatile uint64_t passes;
	const char *volatile complaint;		/* what it saw, 0: nothing yet */
	volatile uint64_t got, want;
};
static struct witness witnesses[STATIONS_MAX];

static bool same(struct witness *w, const char *what, uint64_t got, uint64_t want)
{
	if (got != want && !w->complaint) {
		w->got = got;
		w->want = want;
		w->complaint = what;
	}
	return got == want;
}

static uint64_t soon(void)
{
	return rdtsc() + SLEEP_US * (uint64_t)env.hip->tsc_khz / 1000;
}

/* Sleeps with a value of its own in every register. */
static void check_registers(struct witness *w)
{
	static const uint64_t clobbered = 1 << 1 | 1 << 2 | 1 << 4 | 1 << 6 | 1 << 7 | 1 << 11;
	uint64_t seed = random64(&w->random), until = soon();
	struct cpu_regs regs, before;

	regs_mark(&regs, seed);
	regs.rflags = USER_RFLAGS;
	regs.rdi = HC_SM_CTRL | HC_SM_DOWN << HC_FLAGS_SHIFT | w->sm << HC_SEL_SHIFT;
	regs.rsi = until >> 32;
	regs.rdx = until & 0xffffffff;
	before = regs;
	raw_syscall(&regs);
	same(w, "status of a timed down", regs.rdi & 0xff, HEDRON_TIMEOUT);
	for (unsigned i = 0; i < 16; i++)	/* in the order of struct cpu_regs: rcx rdx rsp rsi rdi r11 */
		if (!(clobbered >> i & 1))
			same(w, "a register kept across a timed down", (&regs.rax)[i],
			     (&before.rax)[i]);
}

static void check_fpu(struct witness *w)
{
	struct fx_state before, after;

	fx_save(&before);
	before.fcw = FPU_FCW_INIT & ~0xc00;
	before.mxcsr = FPU_MXCSR_INIT;
	for (unsigned i = 0; i < sizeof(before.xmm); i++)
		((uint8_t *)before.xmm)[i] = (uint8_t)random64(&w->random);
	fx_load(&before);
	hedron_sm_down(w->sm, soon());
	fx_save(&after);
	same(w, "x87 control word", after.fcw, before.fcw);
	same(w, "MXCSR", after.mxcsr, before.mxcsr);
	same(w, "XMM registers", (uint64_t)memcmp(before.xmm, after.xmm, sizeof(before.xmm)), 0);
}

static void check_message(struct witness *w)
{
	uint64_t word[WORDS];

	for (unsigned i = 0; i < WORDS; i++)
		w->utcb->word[i] = word[i] = random64(&w->random);
	w->utcb->items = utcb_items(WORDS, 0);
	same(w, "status of a call", hedron_call(w->station->echo.sel), HEDRON_SUCCESS);
	same(w, "items of an answer", w->utcb->items, utcb_items(WORDS, 0));
	for (unsigned i = 0; i < WORDS; i++)
		same(w, "a word of an answer", w->utcb->word[i], word[i]);
}

static void check_semaphore(struct witness *w)
{
	uint64_t n = random_below(&w->random, UPS_MAX);

	for (uint64_t i = 0; i < n; i++)
		same(w, "status of an up", hedron_sm_up(w->sm), HEDRON_SUCCESS);
	for (uint64_t i = 0; i < n; i++)
		same(w, "status of a down", hedron_sm_down(w->sm, 0), HEDRON_SUCCESS);
}

static void bear_witness(void *arg)
{
	struct witness *w = arg;

	for (;;) {
		check_registers(w);
		check_fpu(w);
		check_message(w);
		check_semaphore(w);
		w->passes++;
	}
}

void witnesses_init(void)
{
	for (unsigned i = 0; i < station_count; i++) {
		struct witness *w = &witnesses[i];

		w->station = &stations[i];
		w->random = random_seed(args.seed, i, 9);
		w->sm = sel_alloc();
		MUST(hedron_create_sm(w->sm, ROOT_SEL_PD, 0));
		w->utcb = (struct hedron_utcb *)va_alloc(0);
		trusted_thread(w->station, PRIO_WITNESS, bear_witness, w, (uint64_t)w->utcb);
	}
}

void witnesses_check(void)
{
	for (unsigned i = 0; i < station_count; i++) {
		struct witness *w = &witnesses[i];

		if (w->complaint) {
			report_fail(CLAIM_OWN, w->complaint, w->got, w->want);
			w->complaint = 0;
		}
	}
}

uint64_t witnesses_passes(void)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < station_count; i++)
		n += witnesses[i].passes;
	return n;
}
