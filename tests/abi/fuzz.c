/* SPDX-License-Identifier: MIT */
/*
 * fuzz.c - a thread in a PD of its own makes hypercalls with arbitrary arguments; the kernel must
 * survive, and capabilities, memory and time of others must not change.
 *
 * The PD holds its own PD capability, an EC, a semaphore and what it creates. Two hypercalls are
 * tamed, for they would end the thread: reply is not made, down gets a deadline in the past. Three
 * of four calls are made plausible, so that they get beyond the first checks.
 * The sequence depends on the seed alone, which is the round's number: a failure can be repeated.
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "regs.h"
#include "thread.h"

#define ROUNDS		12
#define CALLS		2000
#define FUZZ_PD		1
#define FUZZ_EC		2
#define FUZZ_SM		3
#define FUZZ_SELS	64		/* selectors it likes to use */

static uint64_t random_state;
static volatile unsigned calls_made;

/* xorshift64 (Marsaglia, "Xorshift RNGs", 2003) */
static uint64_t random64(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static uint64_t random_below(uint64_t n)
{
	return random64() % n;
}

/* A number that is likely to be a limit of something. */
static uint64_t random_edge(void)
{
	static const uint64_t edge[] = {
		0, 1, 63, 64, 0xfff, 0x1000, HEDRON_NUM_SEL - 1, HEDRON_NUM_SEL,
		HEDRON_USER_END - 0x1000, HEDRON_USER_END, 0x7fffffffffff, 0x800000000000,
		0x7fffffffffffffff, 0x8000000000000000, 0xffff800000000000, 0xffffffff88000000,
		~0ull,
	};

	return edge[random_below(sizeof(edge) / sizeof(edge[0]))] + random_below(2);
}

static uint64_t random_argument(void)
{
	switch (random_below(6)) {
	case 0:
		return random_edge();
	case 1:
		return random64();
	case 2:			/* objects it may hold */
		return crd_obj(random_below(FUZZ_SELS), (unsigned)random_below(6), RIGHTS_ALL);
	case 3:			/* addresses where nothing is */
		return crd_make((unsigned)random64(), 0x500000000 + random_below(1 << 20),
				(unsigned)random_below(12), (unsigned)random64());
	case 4:
		return FUZZ_PD;
	default:
		return random_below(FUZZ_SELS);
	}
}

struct hypercall {
	uint64_t nr, flags, sel, a2, a3, a4, a5;
};

static cap_sel random_sel(void)
{
	return random_below(FUZZ_SELS);
}

/* Make most arguments such that the hypercall gets beyond its first checks. */
static void make_plausible(struct hypercall *h)
{
	switch (h->nr) {
	case HC_CREATE_PD:
	case HC_CREATE_PT:
	case HC_CREATE_SM:
		h->a2 = FUZZ_PD;
		break;
	case HC_CREATE_EC:
		h->a2 = FUZZ_PD;
		h->a3 = (0x500000000 + random_below(1 << 20)) << HEDRON_PAGE_SHIFT | env.cpu;
		h->flags &= ~(uint64_t)HC_EC_VCPU;
		break;
	case HC_CREATE_SC:
		h->a2 = FUZZ_PD;
		h->a4 = 1000ull << SC_QUANTUM_SHIFT | random_below(PRIO_LOW);
		break;
	case HC_REVOKE:
		h->a2 = crd_obj(4 + random_below(FUZZ_SELS), (unsigned)random_below(2), RIGHTS_ALL);
		break;
	case HC_PD_CTRL:
		h->flags = PD_CTRL_DELEGATE;
		h->sel = h->a2 = FUZZ_PD;
		break;
	}
	if (h->nr == HC_CREATE_SM)
		h->a4 = random_below(2) ? 0 : random_sel();
	if (h->nr == HC_CREATE_SC || h->nr == HC_CREATE_PT)
		h->a3 = random_sel();
}

static void one_call(void)
{
	struct hypercall h = {
		.nr = random_below(HC_COUNT + 1),
		.flags = random_below(16),
		.sel = random_below(8) ? random_sel() : random_edge(),
		.a2 = random_argument(),
		.a3 = random_argument(),
		.a4 = random_argument(),
		.a5 = random_argument(),
	};

	if (random_below(4))
		make_plausible(&h);
	if (h.nr == HC_REPLY)
		return;
	if (h.nr == HC_SM_CTRL) {
		h.a2 = 0;
		h.a3 = 1;
	}
	hedron_hc((unsigned)h.nr, (unsigned)h.flags, h.sel, h.a2, h.a3, h.a4, h.a5);
	calls_made++;
}

static void do_fuzz(void *arg)
{
	for (unsigned i = 0; i < CALLS; i++)
		one_call();
}

static bool react_go_on(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	return event == EVENT_RECALL;
}

/* It may have cut itself off from its portals, and died of that: so ask for progress only. */
static void wait_for_end(struct thread *t)
{
	unsigned before;

	do {
		before = calls_made;
		if (hedron_sm_down(t->done, deadline_ms(100)) == HEDRON_SUCCESS)
			return;
	} while (calls_made != before);
}

static void fuzz_round(uint64_t seed)
{
	const struct child *c = child_new();
	cap_sel sm = make_sm(5);
	struct thread *t = thread_new(&(struct thread_spec){ .fn = do_fuzz, .child = c,
							     .react = react_go_on });

	child_give_at(c, c->pd, FUZZ_PD, 0);
	child_give_at(c, t->ec, FUZZ_EC, 0);
	child_give_at(c, sm, FUZZ_SM, 0);
	random_state = seed * 0x9e3779b97f4a7c15;
	thread_start(t, PRIO_LOW);
	wait_for_end(t);
	CHECK_EQ(obj_at(sm), crd_obj(sm, 0, SM_UP | SM_DOWN));
	CHECK_EQ(obj_at(c->pd), crd_obj(c->pd, 0, PD_CREATE));
	CHECK_EQ(obj_at(t->ec), crd_obj(t->ec, 0, EC_CTRL | EC_BIND_SC | EC_BIND_PT));
	CHECK_OK(hedron_revoke(crd_obj(t->sc, 0, RIGHTS_ALL), 1));
	CHECK_OK(hedron_revoke(crd_obj(c->pd, 0, RIGHTS_ALL), 1));	/* and all it created */
	sleep_ms(5);
}

static void arbitrary_hypercalls(void)
{
	calls_made = 0;
	for (uint64_t seed = 1; seed <= ROUNDS; seed++)
		fuzz_round(seed);
	CHECK(calls_made > ROUNDS * CALLS / 4);
}

static const struct abi_case cases[] = {
	{ "11.4 arbitrary hypercalls of a PD harm nobody else", arbitrary_hypercalls, CASE_OURS },
};
SUITE(fuzz, cases);
