/* SPDX-License-Identifier: MIT */
/*
 * station.c - what the program itself has on each CPU.
 *
 * A handler answers the events and foreign calls of all fuzz threads of the CPU, on their time. It
 * trusts nothing in the message: the portal tells which slot it is, and mostly that slot is entered
 * anew; sometimes the answer is nonsense, a page is mapped, or the thread is put to sleep.
 * A watcher, above all fuzz threads, shows that the CPU's time goes on: it sleeps with a deadline,
 * counts a beat, and takes the supervisor's pings.
 */
#include "fuzz.h"
#include <hedron/mtd.h>
#include "console.h"
#include "guest.h"

#define WATCH_US	500
#define QUANTUM_US	10000
#define ECHO_WORDS	8

struct station stations[STATIONS_MAX];
unsigned station_count;
cap_sel parks;

/* ---- events of fuzz threads ----------------------------------------------------------------- */

static void answer_enter(const struct slot_place *place, struct hedron_state *s, uint64_t *random)
{
	s->rip = (uint64_t)guest_enter;
	s->rdi = place->guest;
	s->rsp = place->guest + SLOT_SIZE - 64;
	s->rflags = random64(random) & ~0x500ull;
	s->mtd = MTD_RIP | MTD_BSD | MTD_RFLAGS | (random64(random) & (MTD_RSP | MTD_FPU));
}

/* Anything; FS and GS bases of all kinds come with it. */
static void answer_nonsense(struct hedron_state *s, uint64_t *random)
{
	uint64_t *field[] = { &s->rip, &s->rsp, &s->rflags, &s->fs_base, &s->gs_base, &s->rcx };

	for (unsigned i = 0; i < sizeof(field) / sizeof(field[0]); i++)
		*field[i] = random64(random) >> random_below(random, 64);
	if (random_one_in(random, 2))
		s->rip = (uint64_t)guest_enter;
	s->mtd = random64(random);
}

/* Map a page where the fault was, and let it try again. */
static void answer_map(struct hedron_utcb *u, uint64_t *random)
{
	struct hedron_typed *t = utcb_item(u, 0);

	t->crd = crd_mem(world_play_page(random), 0, RIGHTS_ALL);
	t->xfer = xfer_make(XFER_DELEGATE, u->state.qual[1] >> HEDRON_PAGE_SHIFT);
	u->items = utcb_items(0, 1);
	u->state.mtd = 0;
}

static bool may_be_mapped(uint64_t va)
{
	return va >= PLAY && va < HEDRON_USER_END;
}

cap_sel station_event(struct portal *p)
{
	const struct slot_place *place = p->arg;
	struct station *st = place->station;
	struct hedron_utcb *u = p->handler->utcb;
	uint64_t kind = random_below(&st->random, 128);

	st->events[p->event]++;
	u->items = 0;
	if (p->event == EVENT_PF && kind < 32 && may_be_mapped(u->state.qual[1]))
		answer_map(u, &st->random);
	else if (kind == 32)
		answer_nonsense(&u->state, &st->random);
	else if (kind < 36)
		u->state.mtd = 0;
	else
		answer_enter(place, &u->state, &st->random);
	return random_one_in(&st->random, 64) ? parks + random_below(&st->random, PARK_COUNT) : 0;
}

/* What fuzz threads may call as they like: answers with some of their words. */
static cap_sel echo(struct portal *p)
{
	p->handler->utcb->items = utcb_items(ECHO_WORDS, 0);
	return 0;
}

/* ---- trusted threads ------------------------------------------------------------------------ */

struct trusted {
	void (*fn)(void *);
	void *arg;
	void *stack_top;
	struct portal portals[EVENT_COUNT];
};
static struct trusted trusted[2 * STATIONS_MAX + 1];
static unsigned trusted_count;

static cap_sel trusted_event(struct portal *p)
{
	struct hedron_utcb *u = p->handler->utcb;
	struct hedron_state *s = &u->state;
	struct trusted *t = p->arg;

	if (p->event != EVENT_STARTUP) {
		print("# event %u of the program itself: rip 0x%lx rsp 0x%lx error 0x%lx cr2 0x%lx\n",
		      p->event, s->rip, s->rsp, s->qual[0], s->qual[1]);
		report_fail(CLAIM_OWN, "an exception of the program itself", p->event, EVENT_STARTUP);
		report_end();
	}
	s->rip = (uint64_t)t->fn;
	s->rdi = (uint64_t)t->arg;
	s->rsp = (uint64_t)t->stack_top - 8;
	s->rflags = USER_RFLAGS;
	s->mtd = MTD_RIP | MTD_RSP | MTD_BSD | MTD_RFLAGS;
	u->items = 0;
	return 0;
}

void trusted_thread(struct station *s, unsigned prio, void (*fn)(void *), void *arg, uint64_t utcb)
{
	struct trusted *t = &trusted[trusted_count++];
	cap_sel events = sels_alloc(5), ec = sel_alloc(), sc = sel_alloc();

	*t = (struct trusted){ .fn = fn, .arg = arg, .stack_top = stack_alloc() };
	for (unsigned event = 0; event < EVENT_COUNT; event++) {
		t->portals[event].event = event;
		portal_init(&t->portals[event], events + event, &s->own, trusted_event, t,
			    MTD_GPR | MTD_RIP | MTD_RFLAGS | MTD_QUAL);
	}
	MUST(hedron_create_ec(ec, ROOT_SEL_PD, HC_EC_GLOBAL, s->cpu, utcb, 0, (uint32_t)events));
	MUST(hedron_create_sc(sc, ROOT_SEL_PD, ec, prio, QUANTUM_US));
}

static void watch(void *arg)
{
	struct station *s = arg;

	for (;;) {
		uint64_t until = rdtsc() + WATCH_US * (uint64_t)env.hip->tsc_khz / 1000;

		while (hedron_sm_down(s->ping, until) == HEDRON_SUCCESS)
			s->pings++;
		s->beats++;
	}
}

static void station_init(struct station *s, unsigned cpu)
{
	s->cpu = cpu;
	s->random = random_seed(args.seed, cpu, 3);
	s->ping = sel_alloc();
	MUST(hedron_create_sm(s->ping, ROOT_SEL_PD, 0));
	handler_init(&s->handler, sel_alloc(), ROOT_SEL_PD, cpu, stack_alloc());
	handler_init(&s->own, sel_alloc(), ROOT_SEL_PD, cpu, stack_alloc());
	portal_init(&s->echo, sel_alloc(), &s->handler, echo, 0, 0);
	trusted_thread(s, PRIO_WATCHER, watch, s, 0);
}

void stations_init(void)
{
	unsigned most = args.cpus < STATIONS_MAX ? args.cpus : STATIONS_MAX;

	parks = sels_alloc(2);
	for (unsigned i = 0; i < PARK_COUNT; i++)
		MUST(hedron_create_sm(parks + i, ROOT_SEL_PD, 0));
	for (unsigned cpu = 0; cpu < HEDRON_NUM_CPU && station_count < most; cpu++)
		if (env.hip->cpu[cpu].flags & HIP_CPU_ONLINE)
			station_init(&stations[station_count++], cpu);
}
