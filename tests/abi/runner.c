/* SPDX-License-Identifier: MIT */
/*
 * runner.c - runs the cases one after the other.
 *
 * The first EC runs the early cases itself, so that a kernel that is being brought up shows what
 * it has. Then it creates the worker, a thread at PRIO_RUNNER that runs the rest, and the
 * supervisor above all others, which waits for the worker's sign of life after each case.
 *
 * A case ends when its function returns, when it aborts, when it raises an exception that is no
 * probe (both: the worker starts again at runner_enter with a fresh stack, which counts the case
 * as failed), or when the supervisor's patience ends: then the worker is buried and a new one goes
 * on with the next case. After HANGS_MAX hangs the run ends: "Bail out!".
 *
 * The state below belongs to the worker while it runs, and to the supervisor once it timed out.
 */
#include "runner.h"
#include "child.h"
#include "console.h"
#include "env.h"
#include "portal.h"
#include "regs.h"
#include "thread.h"

#define CASE_MS		60000		/* patience, also with a host under load */
#define HANGS_MAX	4
#define PRIO_SUPERVISOR	127

static struct {
	bool early;			/* the first EC runs the early cases */
	bool in_case;
	unsigned suite, index;		/* the case in progress, or the next */
	unsigned number;		/* its number, 1.. */
	unsigned failed;
	unsigned hangs;
	cap_sel alive;			/* up after each case */
} run;

static struct thread root_thread, supervisor, workers[HANGS_MAX + 1];

static void runner_enter(void) __attribute__((noreturn));

static struct thread *runner_thread(void)
{
	return run.early ? &root_thread : &workers[run.hangs];
}

struct hedron_utcb *runner_utcb(void)
{
	return runner_thread()->utcb;
}

unsigned runner_case(void)
{
	return run.number;
}

/* ---- one case ------------------------------------------------------------------------------- */

static const char *reason_to_skip(const struct abi_case *c)
{
	if (c->kind & CASE_OURS && !env.ours)
		return c->why ? c->why : "a known defect of other kernels; \"ours\" not given";
	if (c->features & ~env.hip->features)
		return "an extension that the HIP does not announce";
	if (c->kind & CASE_SMP && !env.smp)
		return "one CPU";
	if (c->kind & CASE_FSGSBASE && !env.fsgsbase)
		return "no FSGSBASE";
	if (c->kind & CASE_XSAVE && !env.xsave)
		return "no XSAVE";
	return 0;
}

static void report(const struct abi_case *c, bool ok)
{
	if (!ok)
		run.failed++;
	print("%s %u - %s: %s\n", ok ? "ok" : "not ok", run.number, suites[run.suite]->name,
	      c->title);
}

static void clean_up(void)
{
	threads_reset();
	env_reset();
	children_reset();
}

static void end_case(bool finished)
{
	run.in_case = false;
	clean_up();
	report(&suites[run.suite]->cases[run.index], finished && check_passed());
	run.index++;
}

static void do_case(const struct abi_case *c)
{
	const char *skip = reason_to_skip(c);

	run.number++;
	if (skip) {
		print("ok %u - %s: %s # SKIP %s\n", run.number, suites[run.suite]->name, c->title,
		      skip);
		run.index++;
		return;
	}
	check_begin();
	run.in_case = true;
	c->run();
	end_case(true);
	hedron_sm_up(run.alive);
}

/* Run what is left of this stage; early cases are those at the start of the first suites. */
static void run_stage(void)
{
	for (; run.suite < suite_count; run.suite++, run.index = 0) {
		while (run.index < suites[run.suite]->count) {
			const struct abi_case *c = &suites[run.suite]->cases[run.index];

			if (run.early && !(c->kind & CASE_EARLY))
				return;
			do_case(c);
		}
	}
}

/* ---- exceptions of the runner --------------------------------------------------------------- */

static void print_event(unsigned event, const struct hedron_state *s)
{
	print("# case %u: unexpected event %u at rip 0x%lx rsp 0x%lx error 0x%lx cr2 0x%lx\n",
	      run.number, event, s->rip, s->rsp, s->qual[0], s->qual[1]);
}

/* Continue `t` in fn with an empty stack. */
static void restart(struct thread *t, struct hedron_state *s, void (*fn)(void))
{
	s->rip = (uint64_t)fn;
	s->rsp = (uint64_t)t->stack_top - 8;
	s->rflags = USER_RFLAGS;
	s->mtd = MTD_RSP | MTD_RIP | MTD_RFLAGS;
}

/* Reaction of the first EC and of workers: probes get their answer, the rest fails the case. */
static bool guard(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event == EVENT_STARTUP)
		return false;
	if (event == EVENT_RECALL) {	/* a worker that hung, see bury_worker() */
		thread_bury(t);
		return true;
	}
	if (probe_sp) {
		u->state.rip = (uint64_t)probe_recover;
		u->state.rax = PROBE_FAULT | event << 8 | u->state.qual[0];
		u->state.mtd = MTD_RIP | MTD_ACDB;
		return true;
	}
	print_event(event, &u->state);
	restart(t, &u->state, runner_enter);
	return true;
}

void runner_abort_case(void)
{
	__asm__ volatile("mov %0, %%rsp\n\tcall *%1\n\tud2"
			 : : "r"(runner_thread()->stack_top), "r"(runner_enter) : "memory");
	__builtin_unreachable();
}

/* ---- worker and supervisor ------------------------------------------------------------------ */

static void finish(void) __attribute__((noreturn));
static void finish(void)
{
	print("# %u of %u cases failed\n", run.failed, run.number);
	machine_exit(run.failed ? 1 : 0);
}

static void worker_start(void)
{
	struct thread *t = runner_thread();

	thread_init_permanent(t, &(struct thread_spec){ .fn = (void (*)(void *))runner_enter,
							.react = guard });
	thread_start(t, PRIO_RUNNER);
}

/* The worker did not come back: report its case, and let another one go on. */
static void replace_worker(void)
{
	struct thread *t = runner_thread();

	print("# case %u: no end after %u ms\n", run.number, CASE_MS);
	report(&suites[run.suite]->cases[run.index], false);
	run.in_case = false;
	run.index++;
	if (run.hangs++ == HANGS_MAX - 1) {
		print("Bail out! %u cases did not end\n", run.hangs);
		machine_exit(1);
	}
	probe_sp = 0;
	threads_reset();
	hedron_recall(t->ec);
	worker_start();
}

static void supervise(void *arg)
{
	worker_start();
	for (;;)
		if (hedron_sm_down(run.alive, deadline_ms(CASE_MS)) == HEDRON_TIMEOUT)
			replace_worker();
}

static void start_supervisor(void)
{
	struct thread_spec spec = { .fn = supervise, .react = guard };

	run.early = false;
	thread_init_permanent(&supervisor, &spec);
	thread_start(&supervisor, PRIO_SUPERVISOR);
	hedron_reply(0);		/* the first EC has done its work */
}

/* Entered by each runner at first, and again after a case was aborted. */
static void runner_enter(void)
{
	if (run.in_case)
		end_case(false);
	run_stage();
	if (!run.early)
		finish();
	start_supervisor();
	__builtin_unreachable();
}

static unsigned count_cases(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < suite_count; i++)
		n += suites[i]->count;
	return n;
}

void runner_start(void)
{
	print("TAP version 13\n1..%u\n", count_cases());
	run.early = true;
	threads_init();
	thread_adopt(&root_thread, guard);
	run.alive = sel_permanent(0);
	MUST(hedron_create_sm(run.alive, ROOT_SEL_PD, 0));
	runner_enter();
}
