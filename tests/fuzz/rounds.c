/* SPDX-License-Identifier: MIT */
/*
 * rounds.c - the supervisor. It runs above all others on the boot CPU.
 *
 * A round builds a world, lets it run until its threads have made their calls, or nothing moves any
 * more however often it is nudged, or its time is over; then everything is revoked, and all must be
 * as it was before the round.
 */
#include "fuzz.h"
#include "console.h"
#include "regs.h"

#define POLL_MS		2
#define STILL_POLLS	4		/* polls without progress before a nudge */
#define NUDGES		4
#define HARM_POLLS	8		/* one harm in so many polls */
#define ROUND_MS	1000
#define BEAT_MS		4000		/* a CPU that does not beat for so long hangs */
#define SETTLE_MS	3000
#define PATTERN_PAGES	4		/* page_order 2 */

static uint64_t *pattern;
static uint64_t memory_before;
static cap_sel clock;
static uint64_t random;
static struct { uint64_t done, still, late; } ends;	/* rounds by how they ended */

static uint64_t pattern_word(uint64_t i)
{
	return random_seed(args.seed, i, 77);
}

static void pattern_init(void)
{
	pattern = pool_alloc(2);
	for (uint64_t i = 0; i < PATTERN_PAGES * HEDRON_PAGE_SIZE / 8; i++)
		pattern[i] = pattern_word(i);
}

static void pause_ms(unsigned ms)
{
	uint64_t before = rdtsc(), until = deadline_ms(ms);

	if (hedron_sm_down(clock, until) != HEDRON_TIMEOUT)
		report_fail(CLAIM_OWN, "a timeout of a semaphore nobody knows", 0, HEDRON_TIMEOUT);
	if (rdtsc() < before)
		report_fail(CLAIM_LIVES, "time goes on", rdtsc(), before);
}

/* ---- while a round runs --------------------------------------------------------------------- */

static void check_beats(uint64_t beats[], uint64_t since[])
{
	uint64_t now = rdtsc();

	for (unsigned i = 0; i < station_count; i++) {
		if (stations[i].beats != beats[i]) {
			beats[i] = stations[i].beats;
			since[i] = now;
		} else if (now - since[i] > BEAT_MS * (uint64_t)env.hip->tsc_khz) {
			report_fail(CLAIM_LIVES, "beats of a CPU", stations[i].cpu, beats[i] + 1);
			report_end();
		}
	}
}

static void watch_round(void)
{
	static uint64_t beats[STATIONS_MAX], since[STATIONS_MAX];
	uint64_t until = deadline_ms(ROUND_MS), calls = 0;
	unsigned still = 0;

	for (unsigned i = 0; i < station_count; i++)
		since[i] = rdtsc();
	while (rdtsc() < until) {
		struct world_progress now;

		pause_ms(POLL_MS);
		if (random_one_in(&random, HARM_POLLS))
			world_harm();
		check_beats(beats, since);
		now = world_progress();
		if (!now.busy) {
			ends.done++;
			return;
		}
		still = now.calls == calls ? still + 1 : 0;
		calls = now.calls;
		if (still == STILL_POLLS * NUDGES) {
			ends.still++;
			return;
		}
		if (still % STILL_POLLS == STILL_POLLS - 1)
			world_nudge();
	}
	ends.late++;
}

/* ---- after it ------------------------------------------------------------------------------- */

static void check_stopped(void)
{
	uint64_t before;

	if (!(env.hip->features & HIP_FEAT_DEATH)) {
		report_skip(CLAIM_STOPS, "the kernel does not announce it");
		return;
	}
	before = world_checksum();
	pause_ms(2);
	if (world_checksum() != before)
		report_fail(CLAIM_STOPS, "memory of the dead", world_checksum(), before);
}

static void check_pattern(void)
{
	for (uint64_t i = 0; i < PATTERN_PAGES * HEDRON_PAGE_SIZE / 8; i++) {
		if (pattern[i] != pattern_word(i)) {
			report_fail(CLAIM_OWN, "own memory", pattern[i], pattern_word(i));
			return;
		}
	}
}

static void check_cap(cap_sel sel, unsigned rights)
{
	if (obj_at(sel) != crd_obj(sel, 0, rights))
		report_fail(CLAIM_OWN, "own capability", obj_at(sel), crd_obj(sel, 0, rights));
}

static void check_caps(void)
{
	check_cap(ROOT_SEL_PD, PD_CREATE);
	check_cap(clock, SM_UP | SM_DOWN);
	for (unsigned i = 0; i < station_count; i++) {
		check_cap(stations[i].handler.ec, EC_CTRL | EC_BIND_SC | EC_BIND_PT);
		check_cap(stations[i].ping, SM_UP | SM_DOWN);
		check_cap(stations[i].echo.sel, PT_CTRL | PT_CALL);
	}
	for (unsigned i = 0; i < PARK_COUNT; i++)
		check_cap(parks + i, SM_UP | SM_DOWN);
}

/* Each watcher takes exactly the pings it was sent. */
static void check_pings(uint64_t round)
{
	for (unsigned i = 0; i < station_count; i++)
		hedron_sm_up(stations[i].ping);
	for (unsigned i = 0; i < station_count; i++) {
		uint64_t until = deadline_ms(BEAT_MS);

		while (stations[i].pings < round && rdtsc() < until)
			pause_ms(1);
		if (stations[i].pings != round)
			report_fail(CLAIM_OWN, "pings taken by a watcher", stations[i].pings, round);
	}
}

/* The handlers have survived their callers. */
static void check_handlers(void)
{
	enum hedron_status status = hedron_call(stations[0].echo.sel);

	if (status != HEDRON_SUCCESS)
		report_fail(CLAIM_OWN, "call of a trusted handler", status, HEDRON_SUCCESS);
}

static void check_memory(void)
{
	uint64_t until = deadline_ms(SETTLE_MS);

	if (!memory_before) {
		report_skip(CLAIM_MEMORY, "the kernel does not tell");
		return;
	}
	while (free_memory() != memory_before && rdtsc() < until)
		pause_ms(1);
	if (free_memory() != memory_before) {
		report_fail(CLAIM_MEMORY, "free kernel memory", free_memory(), memory_before);
		memory_before = free_memory();		/* tell each leak once */
	}
}

static void drain_parks(void)
{
	for (unsigned i = 0; i < PARK_COUNT; i++)
		hedron_sm_down_zero(parks + i, 1);
}

static void one_round(uint64_t round)
{
	random = random_seed(args.seed, round, 2000);
	world_build(round);
	world_start();
	watch_round();
	world_end();
	report_round(round);
	check_stopped();
	check_pattern();
	check_caps();
	check_handlers();
	witnesses_check();
	check_memory();
	drain_parks();
}

void rounds_run(void)
{
	uint64_t done = 0;

	clock = sel_alloc();
	MUST(hedron_create_sm(clock, ROOT_SEL_PD, 0));
	pattern_init();
	witnesses_init();
	world_init();
	report_begin();
	memory_before = free_memory();
	for (uint64_t round = args.round; report_calls() < args.calls; round++) {
		report_round_number = round;
		one_round(round);
		check_pings(++done);
	}
	print("# rounds: %lu done, %lu stood still, %lu out of time; passes of the witnesses: %lu\n",
	      ends.done, ends.still, ends.late, witnesses_passes());
	report_end();
}
