/* SPDX-License-Identifier: MIT */
/*
 * events.c - rows: exceptions, recall, page faults, foreign calls. The thread is the subject; its
 * handler is in the roottask, in another PD than a foreign thread or one that faults.
 */
#include "bench.h"
#include "handlers.h"

#define FAULTS		480		/* runs of a page-fault row, each on a page of its own */

static struct thread *new_subject(const struct child *child)
{
	subject = thread_new(&(struct thread_spec){ .fn = bench_body, .child = child });
	return subject;
}

static void setup_exception(void)
{
	event_portal_make(new_subject(0), EVENT_UD, serve_skip_ud2, MTD_EVENT, 0);
}

static void invalid_opcode(void)	{ __asm__ volatile("ud2" : : : "memory"); }

static void setup_recall(void)
{
	event_portal_make(new_subject(0), EVENT_RECALL, serve_resume, MTD_EVENT, 0);
}

static void recall_self(void)		{ hedron_recall(subject->ec); }

/* ---- page faults: a frame of the roottask is mapped into the subject's PD by reply ----------- */

static char *next_page;

void setup_fault(hedron_crd with)
{
	struct thread *t = new_subject(child_new());
	struct handler *h = handler_new(ROOT_SEL_PD, env.cpu);
	cap_sel sel = t->portals[EVENT_PF].sel;

	MUST(hedron_revoke(crd_obj(sel, 0, RIGHTS_ALL), 1));
	portal_make(sel, h, serve_page, MTD_EVENT);
	child_give(t->child, sel, 0);
	utcb_item(h->utcb, 0)->crd = with;
	next_page = (char *)va_alloc(crd_order(with) + 9);
}

static void setup_fault_page(void)
{
	setup_fault(crd_mem(page_of(pool_alloc(0)), 0, MEM_R | MEM_W));
}

void touch_next(void)
{
	*(volatile char *)next_page = 1;
	next_page += HEDRON_PAGE_SIZE;
}

/* ---- foreign calls -------------------------------------------------------------------------- */

static void foreign_call(void)		{ __asm__ volatile("syscall" : : : "rcx", "r11", "memory"); }

static void setup_foreign(void)
{
	event_portal_make(new_subject(child_new_foreign()), EVENT_FOREIGN, serve_foreign,
			  MTD_FOREIGN, 0);
}

static void mediated_body(void *arg)
{
	__asm__ volatile("wrgsbase %0" : : "r"(subject->utcb));
	bench_body(0);
}

static void setup_mediator(void)
{
	setup_foreign();
	subject->fn = mediated_body;
	MUST(hedron_pd_mediator(subject->pd, (uint64_t)quick_mediator, HEDRON_PAGE_SIZE,
				(uint64_t)quick_mediator));
}

/* A foreign thread of higher priority calls and calls; every reply puts it to sleep. */
static cap_sel bed;

static void call_for_ever(void *arg)
{
	for (;;)
		foreign_call();
}

static void setup_park(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = call_for_ever,
							     .child = child_new_foreign() });

	bed = make_sm(0);
	event_portal_make(t, EVENT_FOREIGN, serve_foreign, MTD_FOREIGN, bed);
	thread_start(t, PRIO_HIGH);
}

static void wake(void)			{ hedron_sm_up(bed); }

static const struct bench rows[] = {
	{ "foreign", "foreign call, trivial handler in another PD", setup_foreign,
	  .op = foreign_call },
	{ "mediator", "foreign call, mediator that returns at once", setup_mediator,
	  .op = foreign_call, .needs = NEEDS_MEDIATOR },
	{ "park", "wake by up, foreign call, reply with semaphore", setup_park, .op = wake },
	{ "exception", "exception (ud2), handler in the same PD", setup_exception,
	  .op = invalid_opcode },
	{ "recall", "recall of oneself, handler in the same PD", setup_recall, .op = recall_self },
	{ "fault", "page fault, one page mapped by reply, across PDs", setup_fault_page,
	  .op = touch_next, .runs = FAULTS },
};
BENCH_LIST(events, rows);
