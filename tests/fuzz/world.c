/* SPDX-License-Identifier: MIT */
/*
 * world.c - the objects of one round: fuzz PDs, their threads and handlers, what they may name.
 *
 * All capabilities of a round come from one block of selectors, so that its end is one sweep over the
 * block: 64 selectors a slot, slot after slot, PD after PD. Selectors that are multiples of 512 belong
 * to env.c, so the first of each 64 is not used.
 *
 *	+1 EC	+2 SC	+3 portal	+4 portal for foreign calls	+5 PD (slot 0)	+32.. event portals
 *
 * The memory of fuzz PDs is taken once and cleared for each round.
 */
#include "fuzz.h"
#include <hedron/mtd.h>
#include "guest.h"

#define SLOT_ORDER	6
#define SLOT_SELS	(1 << SLOT_ORDER)
#define SEL_EC		1
#define SEL_SC		2
#define SEL_PT		3
#define SEL_FOREIGN	4
#define SEL_PD		5
#define SEL_EVENTS	32

#define BALLAST_ORDER	8		/* ECs that take up kernel memory: MODE_OOM */
#define GSI_UNUSED	20
#define QUANTUM_MAX_US	4000

/* The events that have a portal; the others kill. */
static const uint8_t events[] = {
	EVENT_DE, EVENT_DB, EVENT_BP, EVENT_OF, EVENT_UD, EVENT_NP, EVENT_SS, EVENT_GP, EVENT_PF,
	EVENT_MF, EVENT_XM, EVENT_STARTUP, EVENT_RECALL,
};
#define EVENTS		(sizeof(events))

struct fuzz_slot {
	struct slot *slot;		/* the roottask's view */
	struct slot_place place;
	bool used;
	struct portal portals[EVENTS + 1];	/* the last: foreign calls */
};

struct fuzz_pd {
	cap_sel sels;			/* first of its selectors */
	char *arena, *play;		/* the roottask's view */
	bool foreign;
	struct fuzz_slot slots[SLOT_COUNT];
};

static struct fuzz_pd pds[PDS_MAX];
static unsigned pd_count, slot_step;	/* of this round: every slot_step-th slot is used */
static cap_sel block, ballast, shared, gsi, told;
static uint64_t random;			/* of this round's plan */

static cap_sel pd_sel(const struct fuzz_pd *pd)	{ return pd->sels + SEL_PD; }
static bool is_handler(unsigned slot)		{ return slot >= THREAD_SLOTS; }

static hedron_crd all_of(cap_sel sel, unsigned order)
{
	return crd_obj(sel, order, RIGHTS_ALL);
}

static void give(const struct fuzz_pd *pd, cap_sel sel, cap_sel at, unsigned order, unsigned rights)
{
	MUST(hedron_delegate(ROOT_SEL_PD, pd_sel(pd), crd_obj(sel, order, rights),
			     xfer_make(XFER_DELEGATE, 0), all_of(at, order)));
}

void world_init(void)
{
	block = sels_alloc(12);
	ballast = sels_alloc(BALLAST_ORDER);
	shared = sels_alloc(3);
	told = sel_alloc();
	gsi = sel_alloc();
	MUST(hedron_create_sm(told, ROOT_SEL_PD, 0));
	MUST(hedron_delegate(ROOT_SEL_PD, ROOT_SEL_PD, all_of(HV_SEL_GSI + GSI_UNUSED, 0),
			     xfer_make(XFER_DELEGATE, 0) | XFER_HYPERVISOR, all_of(gsi, 0)));
	for (unsigned i = 0; i < PDS_MAX; i++) {
		pds[i].sels = block + i * SLOT_COUNT * SLOT_SELS;
		pds[i].arena = pool_alloc(5);
		pds[i].play = pool_alloc(4);
	}
	_Static_assert(ARENA_SIZE == 32 << HEDRON_PAGE_SHIFT, "pool_alloc(5)");
	_Static_assert(PLAY_MAPPED == 16, "pool_alloc(4)");
}

/* ---- building ------------------------------------------------------------------------------- */

static void map_memory(const struct fuzz_pd *pd)
{
	cap_sel to = pd_sel(pd);

	map_pages(ROOT_SEL_PD, to, page_of(image_text), page_of(image_text),
		  page_of(image_rodata) - page_of(image_text), MEM_R | MEM_X, 0);
	map_pages(ROOT_SEL_PD, to, page_of(image_rodata), page_of(image_rodata),
		  page_of(image_data) - page_of(image_rodata), MEM_R, 0);
	map_pages(ROOT_SEL_PD, to, page_of(pd->arena), ARENA >> HEDRON_PAGE_SHIFT,
		  ARENA_SIZE >> HEDRON_PAGE_SHIFT, MEM_R | MEM_W, 0);
	map_pages(ROOT_SEL_PD, to, page_of(pd->play), PLAY >> HEDRON_PAGE_SHIFT, PLAY_MAPPED,
		  RIGHTS_ALL, 0);
}

static uint64_t pick_mtd(void)
{
	const uint64_t usual = MTD_GPR | MTD_RIP | MTD_RFLAGS | MTD_QUAL;

	return random_one_in(&random, 4) ? random64(&random) | MTD_QUAL : usual;
}

static void fill_slot(struct fuzz_pd *pd, struct fuzz_slot *s, unsigned i, uint64_t round)
{
	memset(s->slot, 0, sizeof(*s->slot));
	*s->slot = (struct slot){
		.random = random_seed(args.seed, round, (uint64_t)(pd - pds) * SLOT_COUNT + i),
		.limit = SLOT_LIMIT,
		.ticks_per_ms = env.hip->tsc_khz,
		.index = i,
		.cpu = s->place.station->cpu,
		.cpus = station_count,
		.flags = (pd->foreign ? SLOT_FOREIGN : 0) | (is_handler(i) ? SLOT_HANDLER : 0) |
			 (env.fsgsbase ? SLOT_FSGSBASE : 0),
		.mode = args.mode,
	};
}

/* The EC of a fuzz handler of this PD and CPU, 0 if there is none. Handlers are created first. */
static cap_sel fuzz_handler(const struct fuzz_pd *pd, const struct station *st)
{
	unsigned i = THREAD_SLOTS + (unsigned)random_below(&random, HANDLER_SLOTS);
	const struct fuzz_slot *h = &pd->slots[i];

	return h->used && h->place.station == st ? h->place.sels + SEL_EC : 0;
}

static void create_portal(struct fuzz_pd *pd, struct fuzz_slot *s, struct portal *p, cap_sel sel,
			  unsigned event)
{
	cap_sel fuzzed = random_one_in(&random, 6) ? fuzz_handler(pd, s->place.station) : 0;

	p->event = event;
	p->sel = sel;
	if (fuzzed && event != EVENT_STARTUP)
		MUST(hedron_create_pt(sel, ROOT_SEL_PD, fuzzed, pick_mtd(), (uint64_t)guest_portal));
	else
		portal_init(p, sel, &s->place.station->handler, station_event, &s->place, pick_mtd());
}

/* Portals for the events of a slot, given to its PD without the right to change their ids. Most lead
 * to the trusted handler, some to whoever answers anything. */
static void create_events(struct fuzz_pd *pd, struct fuzz_slot *s, unsigned i)
{
	cap_sel base = s->place.sels + SEL_EVENTS, foreign = s->place.sels + SEL_FOREIGN;

	for (unsigned e = 0; e < EVENTS; e++)
		if (!random_one_in(&random, 256))	/* else this one kills too */
			create_portal(pd, s, &s->portals[e], base + events[e], events[e]);
	give(pd, base, G_EVENTS + 32 * i, 5, PT_CALL);
	if (!pd->foreign)
		return;
	create_portal(pd, s, &s->portals[EVENTS], foreign, EVENT_COUNT);
	give(pd, foreign, G_EVENTS + 32 * i + G_FOREIGN + s->place.station->cpu, 0, PT_CALL);
}

static void create_slot(struct fuzz_pd *pd, unsigned i, uint64_t round)
{
	struct fuzz_slot *s = &pd->slots[i];
	cap_sel ec = pd->sels + i * SLOT_SELS + SEL_EC;

	s->slot = (struct slot *)(pd->arena + i * SLOT_SIZE);
	s->place.station = &stations[i / slot_step % station_count];
	s->place.guest = (uint64_t)slot_at(i);
	s->place.sels = pd->sels + i * SLOT_SELS;
	fill_slot(pd, s, i, round);
	create_events(pd, s, i);
	MUST(hedron_create_ec(ec, pd_sel(pd), is_handler(i) ? 0 : HC_EC_GLOBAL, s->place.station->cpu,
			      (uint64_t)slot_utcb(i), s->place.guest + SLOT_SIZE - 64,
			      G_EVENTS + 32 * i));
	s->used = true;
	give(pd, ec, G_EC + i, 0, RIGHTS_ALL);
	if (!is_handler(i))
		return;
	MUST(hedron_create_pt(s->place.sels + SEL_PT, ROOT_SEL_PD, ec, random64(&random),
			      (uint64_t)guest_portal));
	give(pd, s->place.sels + SEL_PT, G_PT + i - THREAD_SLOTS, 0, RIGHTS_ALL);
}

static void give_shared(const struct fuzz_pd *pd)
{
	const struct fuzz_pd *peer = &pds[(unsigned)(pd - pds + 1) % pd_count];
	hedron_crd ports = crd_pio(G_PORTS, G_PORTS_ORDER);

	give(pd, pd_sel(pd), G_PD, 0, RIGHTS_ALL);
	give(pd, pd_sel(peer), G_PEER, 0, RIGHTS_ALL);
	give(pd, shared, G_SM, 3, RIGHTS_ALL);
	give(pd, gsi, G_GSI, 0, RIGHTS_ALL);
	for (unsigned i = 0; i < station_count; i++) {
		give(pd, stations[i].echo.sel, G_ECHO + i, 0, PT_CALL);
		if (pd->foreign)	/* has to be there, is not entered */
			give(pd, stations[i].echo.sel, G_FOREIGN + stations[i].cpu, 0, PT_CALL);
	}
	for (unsigned i = THREAD_SLOTS; i < SLOT_COUNT; i++)
		if (peer->slots[i].used)
			give(pd, peer->slots[i].place.sels + SEL_PT, G_PEER_PT + i - THREAD_SLOTS, 0,
			     RIGHTS_ALL);
	MUST(hedron_delegate(ROOT_SEL_PD, pd_sel(pd), ports,
			     xfer_make(XFER_DELEGATE, 0) | XFER_HYPERVISOR, ports));
}

static bool to_be_foreign(unsigned i)
{
	return args.mode == MODE_FOREIGN || (args.mode != MODE_NATIVE && i % 2);
}

static void create_pd(struct fuzz_pd *pd, uint64_t round)
{
	memset(pd->arena, 0, ARENA_SIZE);
	memset(pd->slots, 0, sizeof(pd->slots));
	pd->foreign = to_be_foreign((unsigned)(pd - pds));
	MUST(hedron_create_pd(pd_sel(pd), ROOT_SEL_PD, 0,
			      pd->foreign ? PD_FOREIGN | G_FOREIGN << PD_FOREIGN_BASE_SHIFT : 0));
	map_memory(pd);
	for (unsigned i = SLOT_COUNT; i; i -= slot_step)
		create_slot(pd, i - slot_step, round);
}

/* Sizes vary: small rounds find what many threads hide. */
void world_build(uint64_t round)
{
	random = random_seed(args.seed, round, 1000);
	pd_count = args.mode == MODE_OOM ? 2 : 1 + (unsigned)random_below(&random, PDS_MAX);
	slot_step = args.mode == MODE_OOM ? 2 : 1u << random_below(&random, 3);
	for (unsigned i = 0; i < G_SM_COUNT; i++)
		MUST(hedron_create_sm(shared + i, ROOT_SEL_PD, random_below(&random, 3)));
	for (unsigned i = 0; i < pd_count; i++)
		create_pd(&pds[i], round);
	for (unsigned i = 0; i < pd_count; i++)
		give_shared(&pds[i]);
}

/* Takes kernel memory until little is left, so that it ends in the middle of everything. */
static void take_ballast(void)
{
	uint64_t leave = random_below(&random, 80) << HEDRON_PAGE_SHIFT;

	for (unsigned i = 0; i < 1u << BALLAST_ORDER && free_memory() > leave; i++)
		hedron_create_ec(ballast + i, ROOT_SEL_PD, 0, env.cpu, 0, 0, 0);
}

/* The threads of other CPUs run at once; what they leave no memory for is not there. */
static void start_slot(const struct fuzz_pd *pd, unsigned i)
{
	cap_sel sc = pd->slots[i].place.sels + SEL_SC;

	hedron_create_sc(sc, ROOT_SEL_PD, pd->slots[i].place.sels + SEL_EC,
			 1 + (unsigned)random_below(&random, 40),
			 1 + (uint32_t)random_below(&random, QUANTUM_MAX_US));
	hedron_delegate(ROOT_SEL_PD, pd_sel(pd), all_of(sc, 0), xfer_make(XFER_DELEGATE, 0),
			all_of(G_SC + i, 0));
}

void world_start(void)
{
	for (unsigned p = 0; p < pd_count; p++)
		for (unsigned i = 0; i < THREAD_SLOTS; i++)
			if (pds[p].slots[i].used)
				start_slot(&pds[p], i);
	if (args.mode == MODE_OOM)
		take_ballast();
}

/* ---- while it runs -------------------------------------------------------------------------- */

void world_nudge(void)
{
	for (unsigned i = 0; i < PARK_COUNT; i++)
		hedron_sm_up(parks + i);
	for (unsigned i = 0; i < G_SM_COUNT; i++)
		hedron_sm_up(shared + i);
	for (unsigned p = 0; p < pd_count; p++)
		for (unsigned i = 0; i < THREAD_SLOTS; i++)
			if (pds[p].slots[i].used)
				hedron_recall(pds[p].slots[i].place.sels + SEL_EC);
}

/* Takes an EC, an SC, a portal or a whole PD away in the middle of what it does. */
void world_harm(void)
{
	cap_sel slot = random_below(&random, pd_count * SLOT_COUNT);

	hedron_revoke(all_of(block + slot * SLOT_SELS + SEL_EC + random_below(&random, SEL_PD), 0), 1);
}

static uint64_t calls_of(const struct slot *s)
{
	return s->calls < SLOT_LIMIT ? s->calls : SLOT_LIMIT;
}

struct world_progress world_progress(void)
{
	struct world_progress sum = { 0, 0 };

	for (unsigned p = 0; p < pd_count; p++) {
		for (unsigned i = 0; i < SLOT_COUNT; i++) {
			const struct slot *s = world_slot(p, i);

			if (!s)
				continue;
			sum.busy += !is_handler(i) && s->calls < SLOT_LIMIT;
			sum.calls += calls_of(s);
		}
	}
	return sum;
}

const struct slot *world_slot(unsigned pd, unsigned i)
{
	return pd < pd_count && pds[pd].slots[i].used ? pds[pd].slots[i].slot : 0;
}

uint64_t world_play_page(uint64_t *state)
{
	return page_of(pds[random_below(state, pd_count)].play) + random_below(state, PLAY_MAPPED);
}

uint64_t world_checksum(void)
{
	uint64_t sum = 0;

	for (unsigned p = 0; p < pd_count; p++) {
		const uint64_t *a = (const uint64_t *)pds[p].arena, *b = (const uint64_t *)pds[p].play;

		for (unsigned i = 0; i < ARENA_SIZE / 8; i++)
			sum = (sum ^ a[i]) * 0x100000001b3;
		for (unsigned i = 0; i < PLAY_MAPPED * HEDRON_PAGE_SIZE / 8; i++)
			sum = (sum ^ b[i]) * 0x100000001b3;
	}
	return sum;
}

/* ---- the end -------------------------------------------------------------------------------- */

static void revoke_slot(unsigned i)
{
	cap_sel sels = block + i * SLOT_SELS;

	switch (random_below(&random, 3)) {
	case 0:		/* EC first */
		hedron_revoke(all_of(sels + SEL_EC, 0), 1);
		break;
	case 1:		/* SC first */
		hedron_revoke(all_of(sels + SEL_SC, 0), 1);
		break;
	}
	for (cap_sel sel = sels + 1; sel < sels + SLOT_SELS / 2; sel++)
		hedron_revoke(all_of(sel, 0), 1);
	hedron_revoke(all_of(sels + SLOT_SELS / 2, SLOT_ORDER - 1), 1);
}

/* Threads go on while their world is taken apart, in any order. */
void world_end(void)
{
	unsigned slots = pd_count * SLOT_COUNT;
	unsigned first = (unsigned)random_below(&random, slots);
	uint64_t until = deadline_ms(5000);

	hedron_revoke(all_of(ballast, BALLAST_ORDER), 1);
	for (unsigned i = 0; i < slots; i++)
		revoke_slot((first + i) % slots);
	hedron_revoke(all_of(parks, 2), 0);
	hedron_revoke(all_of(gsi, 0), 0);
	while (hedron_revoke_notify(all_of(shared, 3), 1, told) == HEDRON_OOM && rdtsc() < until)
		hedron_sm_down(told, deadline_ms(1));	/* the first memory is on its way back */
	if (hedron_sm_down(told, deadline_ms(5000)) != HEDRON_SUCCESS)
		report_fail(CLAIM_LIVES, "told within 5 s that revoked objects are gone", 0, 1);
}
