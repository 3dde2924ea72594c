/* SPDX-License-Identifier: MIT */
/*
 * cycles.c - the leak test: create a PD with a thread, its SC, a portal handler, a portal and
 * semaphores; use them all; destroy them; over and over. The free kernel memory must end where it was.
 *
 * In a cycle the thread starts (event), is given a page (map), calls its handler (call), tells the
 * supervisor, waits for it (wake), and then is destroyed in one of the states it can be in. Across CPUs,
 * thread and handler are on another CPU than who creates and destroys them.
 */
#include "fuzz.h"
#include <hedron/mtd.h>
#include "console.h"
#include "cycle_guest.h"

#define WARM_UP		8		/* cycles before memory is looked at */
#define USE_MS		3000		/* for one step of a cycle */
#define QUANTUM_US	1000
#define PROGRESS_MASK	0x3fff

/* Selectors in the roottask, from `block` on; those of the PD: cycle_guest.h. */
enum {
	SEL_PD = 1, SEL_THREAD, SEL_SC, SEL_HANDLER, SEL_PT, SEL_TELL, SEL_WAIT, SEL_NEVER, SEL_STARTUP,
	SEL_END,
};

static cap_sel block, told;
static struct cycle_page *page;
static struct portal startup;

static cap_sel at(unsigned sel)			{ return block + sel; }
static hedron_crd one(unsigned sel)		{ return crd_obj(at(sel), 0, RIGHTS_ALL); }

/* Starts the thread, and gives it the page, at the address it asked for in rsp: 7.4. */
static cap_sel start_thread(struct portal *p)
{
	struct hedron_utcb *u = p->handler->utcb;
	struct hedron_typed *t = utcb_item(u, 0);

	u->state.rip = (uint64_t)cycle_thread;
	u->state.rsp = CYCLE_STACK;
	u->state.rdi = CYCLE_PAGE;
	u->state.mtd = MTD_RIP | MTD_RSP | MTD_BSD;
	t->crd = crd_mem(page_of(page), 0, MEM_R | MEM_W);
	t->xfer = xfer_make(XFER_DELEGATE, CYCLE_PAGE >> HEDRON_PAGE_SHIFT);
	u->items = utcb_items(0, 1);
	return 0;
}

static void give(unsigned sel, cap_sel to)
{
	MUST(hedron_delegate(ROOT_SEL_PD, at(SEL_PD), one(sel), xfer_make(XFER_DELEGATE, 0),
			     crd_obj(to, 0, RIGHTS_ALL)));
}

static void create(const struct station *s)
{
	unsigned cpu = s->cpu;

	MUST(hedron_create_pd(at(SEL_PD), ROOT_SEL_PD, 0, 0));
	map_pages(ROOT_SEL_PD, at(SEL_PD), page_of(image_text), page_of(image_text),
		  page_of(image_rodata) - page_of(image_text), MEM_R | MEM_X, 0);
	for (unsigned sel = SEL_TELL; sel <= SEL_NEVER; sel++)
		MUST(hedron_create_sm(at(sel), ROOT_SEL_PD, 0));
	MUST(hedron_create_ec(at(SEL_HANDLER), at(SEL_PD), 0, cpu, CYCLE_HANDLER_UTCB, 0, CYCLE_EVENTS));
	MUST(hedron_create_pt(at(SEL_PT), ROOT_SEL_PD, at(SEL_HANDLER), 0, (uint64_t)cycle_portal));
	MUST(hedron_create_ec(at(SEL_THREAD), at(SEL_PD), HC_EC_GLOBAL, cpu, CYCLE_THREAD_UTCB, 0,
			      CYCLE_EVENTS));
	portal_init(&startup, at(SEL_STARTUP), (struct handler *)&s->handler, start_thread, 0, MTD_QUAL);
	give(SEL_STARTUP, CYCLE_EVENTS + EVENT_STARTUP);
	give(SEL_PT, CYCLE_PT);
	give(SEL_TELL, CYCLE_TELL);
	give(SEL_WAIT, CYCLE_WAIT);
	give(SEL_NEVER, CYCLE_NEVER);
}

static bool hear(const char *what)
{
	enum hedron_status status = hedron_sm_down(at(SEL_TELL), deadline_ms(USE_MS));

	if (status != HEDRON_SUCCESS)
		report_fail(CLAIM_LIVES, what, status, HEDRON_SUCCESS);
	return status == HEDRON_SUCCESS;
}

static bool use(uint64_t n)
{
	*page = (struct cycle_page){ .end = n % CYCLE_ENDS };
	if (!(env.hip->features & HIP_FEAT_DEATH))
		page->end = CYCLE_END_REPLY;
	MUST(hedron_create_sc(at(SEL_SC), ROOT_SEL_PD, at(SEL_THREAD), 1 + n % 3, QUANTUM_US));
	if (!hear("first word of the thread of a cycle"))
		return false;
	MUST(hedron_sm_up(at(SEL_WAIT)));
	if (!hear("last word of the thread of a cycle"))
		return false;
	if (page->answers != 1)
		report_fail(CLAIM_OWN, "answers to the call of a cycle", page->answers, 1);
	return true;
}

/* In any order, as a whole or one by one. */
static void destroy(uint64_t n)
{
	for (unsigned i = 0; i < SEL_END - 1; i++)
		hedron_revoke(one(1 + (unsigned)((n + i) % (SEL_END - 1))), 1);
	MUST(hedron_revoke_notify(CRD_NULL, 0, told));
	if (hedron_sm_down(told, deadline_ms(USE_MS)) != HEDRON_SUCCESS)
		report_fail(CLAIM_LIVES, "told that the objects of a cycle are gone", 0, 1);
}

static bool cycle(const struct station *s, uint64_t n)
{
	bool ok;

	create(s);
	ok = use(n);
	destroy(n);
	return ok;
}

static bool settles_at(uint64_t free)
{
	uint64_t until = deadline_ms(USE_MS);

	while (free_memory() != free && rdtsc() < until)
		hedron_sm_down(told, deadline_ms(1));
	return free_memory() == free;
}

static void cycles_on(const struct station *s, enum claim claim)
{
	uint64_t before = 0, start = rdtsc();

	for (uint64_t n = 0; n < args.calls + WARM_UP; n++) {
		report_round_number = n;
		if (n == WARM_UP)
			before = free_memory();
		if (!cycle(s, n))
			break;
		if (n && !(n & PROGRESS_MASK))
			print("# %lu cycles, free: %lu bytes\n", n, free_memory());
	}
	if (!settles_at(before))
		report_fail(claim, "free kernel memory", free_memory(), before);
	print("# CPU %u: %lu cycles in %lu ms, free kernel memory before %lu, after %lu bytes\n", s->cpu,
	      args.calls, (rdtsc() - start) / env.hip->tsc_khz, before, free_memory());
}

void cycles_run(void)
{
	block = sels_alloc(5);
	told = sel_alloc();
	MUST(hedron_create_sm(told, ROOT_SEL_PD, 0));
	page = pool_alloc(0);
	report_begin();
	if (!free_memory()) {
		report_skip(CLAIM_CYCLES_ONE, "the kernel does not tell its free memory");
		report_skip(CLAIM_CYCLES_ACROSS, "the kernel does not tell its free memory");
	} else {
		cycles_on(&stations[0], CLAIM_CYCLES_ONE);
		if (station_count > 1)
			cycles_on(&stations[1], CLAIM_CYCLES_ACROSS);
		else
			report_skip(CLAIM_CYCLES_ACROSS, "one CPU");
	}
	report_end();
}
