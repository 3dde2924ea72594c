/* SPDX-License-Identifier: MIT */
/* report.c - failures, counts, and TAP on COM1. Used by the supervisor only. */
#include "fuzz.h"
#include "console.h"
#include "../abi/runner.h"

#define FAILURES_MAX	6
#define PROGRESS_MS	1000

static const char *const claims[CLAIM_COUNT] = {
	[CLAIM_LIVES]	= "the kernel and all CPUs go on, whatever is called",
	[CLAIM_OWN]	= "memory, capabilities and semaphores of others stay as they were",
	[CLAIM_STOPS]	= "nothing runs any more after its objects were revoked",
	[CLAIM_MEMORY]	= "all kernel memory comes back",
	[CLAIM_CYCLES_ONE]	= "cycles of create, use and destroy on one CPU cost no memory",
	[CLAIM_CYCLES_ACROSS]	= "cycles of create, use and destroy across CPUs cost no memory",
};
static const char *skipped[CLAIM_COUNT];
static bool failed[CLAIM_COUNT];
static unsigned failures;
static uint64_t calls, rounds, started, last_line;
static uint64_t count[COUNT_KINDS][COUNT_STATUS];

uint64_t report_round_number;

uint64_t report_calls(void)
{
	return calls;
}

uint64_t free_memory(void)
{
	uint64_t free = 0, all = 0;

	if (env.hip->features & HIP_FEAT_KMEM)
		hedron_kernel_memory(&free, &all);
	return free;
}

/* The claims of this mode are first_claim() .. last_claim() - 1. */
static unsigned first_claim(void)
{
	return args.mode == MODE_CYCLES ? CLAIM_CYCLES_ONE : CLAIM_LIVES;
}

static unsigned last_claim(void)
{
	return args.mode == MODE_CYCLES ? CLAIM_COUNT : CLAIM_CYCLES_ONE;
}

static uint64_t seconds(void)
{
	return (rdtsc() - started) / env.hip->tsc_khz / 1000;
}

void report_begin(void)
{
	started = rdtsc();
	print("TAP version 13\n1..%u\n", last_claim() - first_claim());
	print("# seed %lu, %lu calls, mode %s, CPUs: %u, kernel memory free: %lu KiB\n", args.seed,
	      args.calls, args_mode_name(), station_count, free_memory() >> 10);
	print("# to repeat: make fuzz SEED=%lu CALLS=%lu MODE=%s SMP=%u\n", args.seed, args.calls,
	      args_mode_name(), station_count);
}

void report_skip(enum claim claim, const char *why)
{
	skipped[claim] = why;
}

void report_fail(enum claim claim, const char *what, uint64_t got, uint64_t want)
{
	failed[claim] = true;
	if (args.mode == MODE_CYCLES && claim < CLAIM_CYCLES_ONE)
		failed[CLAIM_CYCLES_ONE] = true;
	failures++;
	print("# seed %lu round %lu: %s: 0x%lx, expected 0x%lx\n", args.seed, report_round_number,
	      what, got, want);
	if (failures == FAILURES_MAX) {
		print("# too many failures\n");
		report_end();
	}
}

/* Its PD may have written anything there: what cannot be is not counted. */
static void add_slot(const struct slot *s)
{
	if (s->limit != SLOT_LIMIT)
		return;
	calls += s->calls < SLOT_LIMIT ? s->calls : SLOT_LIMIT;
	for (unsigned k = 0; k < COUNT_KINDS; k++)
		for (unsigned i = 0; i < COUNT_STATUS; i++)
			if (s->count[k][i] <= SLOT_LIMIT)
				count[k][i] += s->count[k][i];
}

void report_round(uint64_t round)
{
	rounds++;
	for (unsigned p = 0; p < PDS_MAX; p++)
		for (unsigned i = 0; i < SLOT_COUNT; i++)
			if (world_slot(p, i))
				add_slot(world_slot(p, i));
	if (rdtsc() - last_line < PROGRESS_MS * (uint64_t)env.hip->tsc_khz)
		return;
	last_line = rdtsc();
	print("# %lu s: round %lu, %lu calls, free: %lu KiB\n", seconds(), round, calls,
	      free_memory() >> 10);
}

static void print_counts(void)
{
	static const char *const names[COUNT_KINDS] = {
		"call", "reply", "create_pd", "create_ec", "create_sc", "create_pt", "create_sm",
		"revoke", "pd_ctrl", "ec_ctrl", "sc_ctrl", "pt_ctrl", "sm_ctrl", "assign_pci",
		"assign_gsi", "machine_ctrl", "no such call", "all random", "foreign", "exception",
	};

	print("# by status: 0 ok, 1 timeout, 2 abort, 3 hyp, 4 cap, 5 par, 6 ftr, 7 cpu, 8 dev, 9 oom,"
	      " other\n");
	for (unsigned k = 0; k < COUNT_KINDS; k++) {
		print("# %s:", names[k]);
		for (unsigned i = 0; i < COUNT_STATUS; i++)
			print(" %lu", count[k][i]);
		print("\n");
	}
}

static void print_events(void)
{
	print("# events answered:");
	for (unsigned e = 0; e <= EVENT_COUNT; e++) {
		uint64_t n = 0;

		for (unsigned i = 0; i < station_count; i++)
			n += stations[i].events[e];
		if (n)
			print(" %u: %lu", e, n);
	}
	print("\n");
}

void report_end(void)
{
	bool bad = false;
	unsigned first = first_claim();

	if (args.mode != MODE_CYCLES) {
		print_counts();
		print_events();
	}
	for (unsigned i = first; i < last_claim(); i++)
		print("%s %u - fuzz %s: %s%s%s\n", failed[i] ? "not ok" : "ok", i - first + 1,
		      args_mode_name(), claims[i], skipped[i] ? " # SKIP " : "",
		      skipped[i] ? skipped[i] : "");
	for (unsigned i = 0; i < CLAIM_COUNT; i++)
		bad |= failed[i];
	if (args.mode == MODE_CYCLES)
		machine_exit(bad ? 1 : 0);
	print("# %lu calls in %lu rounds, %lu s, seed %lu, CPUs: %u\n", calls, rounds, seconds(),
	      args.seed, station_count);
	machine_exit(bad ? 1 : 0);
}

/* ---- what check.c asks of its user ---------------------------------------------------------- */

unsigned runner_case(void)
{
	return (unsigned)report_round_number;
}

/* MUST failed: there is no going on. */
void runner_abort_case(void)
{
	report_fail(CLAIM_OWN, "a call of the program itself failed", 1, 0);
	report_end();
}
