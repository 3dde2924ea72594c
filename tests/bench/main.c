/* SPDX-License-Identifier: MIT */
/*
 * main.c - the bench: boots on a kernel of this ABI as module 0, measures what the rows say, prints
 * a line for each on COM1, and ends the machine.
 *
 * A row is run a few times to warm up (unless once is all), then `runs` times, each time between two RDTSC. From every
 * figure the least that an empty row took is subtracted; minimum and median are printed. With the
 * word "icount" QEMU counts time in instructions (-icount shift=0): then a loop of known length
 * tells how many ticks an instruction is, and figures are divided by that. With "cpu2" the rows that
 * need two CPUs are run, with "worst" those of worst.c, without either the others;
 * with "some" only rows whose names are words, too.
 *
 * Lines of output:  name TAB minimum TAB median TAB runs TAB title;  "-" if it cannot be done here.
 * Lines that begin with "#" are for people; the last one is "# end".
 */
#include "bench.h"
#include "../abi/console.h"
#include "../abi/portal.h"
#include "../abi/runner.h"
#include "handlers.h"

#define WARM_UP		16
#define RUNS_ICOUNT	64		/* what is exact need not be repeated */
#define LOOP		100000		/* of two instructions each */

extern const struct bench_list bench_hypercalls, bench_ipc, bench_events, bench_semaphores,
	bench_memory, bench_objects, bench_worst;

static const struct bench_list *const lists[] = {
	&bench_hypercalls, &bench_ipc, &bench_events, &bench_semaphores, &bench_memory,
	&bench_objects, &bench_worst,
};

static struct thread measurer;
static const struct bench *row;		/* the row in progress */
static unsigned row_runs;
static uint64_t sample[RUNS_MAX];
static uint64_t overhead;		/* ticks of an empty row */
static uint64_t ticks_per_k = 1000;	/* of the unit figures are printed in, times 1000 */
static bool icount;

struct thread *subject;

/* ---- for check.c ---------------------------------------------------------------------------- */

void runner_abort_case(void)
{
	print("# %s: cannot go on\n", row ? row->name : "start");
	machine_exit(1);
}

unsigned runner_case(void)
{
	return 0;
}

/* ---- handlers ------------------------------------------------------------------------------- */

struct hedron_utcb *bench_utcb(void)
{
	return measurer.utcb;
}

cap_sel portal_make(cap_sel sel, struct handler *h, void (*entry)(void), uint64_t mtd)
{
	MUST(hedron_create_pt(sel, ROOT_SEL_PD, h->ec, mtd, (uint64_t)entry));
	MUST(hedron_pt_set_id(sel, (uint64_t)h->utcb));
	return sel;
}

cap_sel service_make(cap_sel pd, void (*entry)(void))
{
	return portal_make(sel_alloc(), handler_new(pd, env.cpu), entry, 0);
}

/* Takes the place of the portal that thread.c made; the copy in the thread's PD goes with it. */
void event_portal_make(struct thread *t, unsigned event, void (*entry)(void), uint64_t mtd,
		       cap_sel reply_sm)
{
	struct handler *h = handler_new(ROOT_SEL_PD, t->cpu);
	bool foreign = event == EVENT_FOREIGN;
	cap_sel sel = t->portals[event].sel;

	MUST(hedron_revoke(crd_obj(sel, 0, RIGHTS_ALL), 1));
	portal_make(sel, h, entry, mtd);
	h->utcb->tls = HC_REPLY | reply_sm << HC_SEL_SHIFT;
	if (t->child)
		child_give_at(t->child, sel, foreign ? t->events + FOREIGN_BASE + t->cpu : sel, 0);
}

/* ---- measuring ------------------------------------------------------------------------------ */

static void nothing(void)
{
}

static __attribute__((noinline)) uint64_t once(void (*op)(void))
{
	uint64_t start = rdtsc();

	op();
	return rdtsc() - start;
}

/* May run in another PD: no hypercalls but the row's own. */
static void run_row(void)
{
	unsigned warm_up = row_runs == 1 ? 0 : WARM_UP;

	for (unsigned i = 0; i < warm_up + row_runs; i++) {
		uint64_t used;

		if (row->before)
			row->before();
		used = once(row->op);
		if (row->after)
			row->after();
		if (i >= warm_up)
			sample[i - warm_up] = used;
	}
}

void bench_body(void *arg)
{
	run_row();
}

/* Shell sort. */
static void sort(uint64_t *v, unsigned n)
{
	for (unsigned gap = n / 2; gap; gap /= 2) {
		for (unsigned i = gap; i < n; i++) {
			uint64_t x = v[i];
			unsigned at = i;

			for (; at >= gap && v[at - gap] > x; at -= gap)
				v[at] = v[at - gap];
			v[at] = x;
		}
	}
}

static void calibrate(void)
{
	static const struct bench empty = { .name = "nothing", .op = nothing };
	uint64_t start, n = LOOP;

	if (icount) {
		start = rdtsc();
		__asm__ volatile("1: dec %0\n\tjnz 1b" : "+r"(n));
		ticks_per_k = (rdtsc() - start) * 1000 / (2 * LOOP);
	}
	row = &empty;
	row_runs = RUNS_MAX;
	run_row();
	sort(sample, row_runs);
	overhead = sample[0];
	print("# %lu ticks per 1000 units, %lu ticks overhead, TSC %lu kHz\n", ticks_per_k, overhead,
	      (uint64_t)env.hip->tsc_khz);
}

static uint64_t figure(uint64_t ticks)
{
	return ticks > overhead ? (ticks - overhead) * 1000 / ticks_per_k : 0;
}

/* ---- rows ----------------------------------------------------------------------------------- */

static bool can_do(const struct bench *b)
{
	if (b->needs == NEEDS_MEDIATOR)
		return env.hip->features & HIP_FEAT_MEDIATOR;
	return b->needs != NEEDS_CPU2 || env.smp;
}

static void clean_up(void)
{
	threads_reset();
	env_reset();
	children_reset();
}

static void do_row(const struct bench *b)
{
	row = b;
	row_runs = b->runs ? b->runs : RUNS_MAX;
	if (icount && row_runs > RUNS_ICOUNT)
		row_runs = RUNS_ICOUNT;
	subject = 0;
	if (b->setup)
		b->setup();
	if (subject) {
		thread_start(subject, PRIO_RUNNER);
		hedron_sm_down(subject->done, 0);
	} else {
		run_row();
	}
	sort(sample, row_runs);
	print("%s\t%lu\t%lu\t%u\t%s\n", b->name, figure(sample[0]), figure(sample[row_runs / 2]),
	      row_runs, b->title);
	clean_up();
}

/* The boot in which a row is run; each has a word. */
static enum boot { BOOT_ONE, BOOT_CPU2, BOOT_WORST } boot_of(const struct bench *b)
{
	return b->needs == NEEDS_CPU2 ? BOOT_CPU2 : b->needs == NEEDS_PATIENCE ? BOOT_WORST : BOOT_ONE;
}

static void do_all(void *arg)
{
	enum boot boot = module_has_word("cpu2") ? BOOT_CPU2 :
			 module_has_word("worst") ? BOOT_WORST : BOOT_ONE;

	bool some = module_has_word("some");

	icount = module_has_word("icount");
	calibrate();
	for (unsigned i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		for (unsigned j = 0; j < lists[i]->count; j++) {
			const struct bench *b = &lists[i]->rows[j];

			if (boot != boot_of(b) || (some && !module_has_word(b->name)))
				continue;
			if (!can_do(b))
				print("%s\t-\t-\t0\t%s\n", b->name, b->title);
			else
				do_row(b);
		}
	}
	print("# end\n");
	machine_exit(0);
}

void main(const struct hip *hip);
void main(const struct hip *hip)
{
	console_init();
	env_init(hip);
	threads_init();
	thread_init_permanent(&measurer, &(struct thread_spec){ .fn = do_all });
	thread_start(&measurer, PRIO_RUNNER);
	hedron_reply(0);		/* the first EC has done its work */
}
