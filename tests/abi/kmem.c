/* SPDX-License-Identifier: MIT */
/*
 * kmem.c - the kernel's memory: what HIP_FEAT_KMEM tells of it, and that every kind of object gives back
 * what it took (ABI reference 11.1, 11.2).
 *
 * A cycle creates, uses and destroys, always at the same selectors and addresses. Some cycles fill the
 * kernel's stores; those after them must leave the figure where it was. Nothing here may use
 * sel_alloc() or sleep_ms() while it counts, both take memory.
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "portal.h"
#include "regs.h"
#include "runner.h"
#include "thread.h"

#define WARM_UP		40
#define CYCLES		200
#define SELS_ORDER	5

static cap_sel sel;			/* 2^SELS_ORDER of them, aligned */
static cap_sel timer, gone;
static uint64_t va;			/* 2^10 pages */
static void *stack;

static hedron_crd one(cap_sel s)	{ return crd_obj(s, 0, RIGHTS_ALL); }

static uint64_t free_now(void)
{
	uint64_t now = 0, all = 0;

	MUST(hedron_kernel_memory(&now, &all));
	return now;
}

static void destroy_all(void)
{
	MUST(hedron_revoke(crd_obj(sel, SELS_ORDER, RIGHTS_ALL), 1));
}

/* Until everything that was revoked is gone. */
static void settle(void)
{
	uint64_t until = deadline_ms(10000);

	MUST(hedron_revoke_notify(one(sel), 1, gone));
	while (hedron_sm_down(gone, deadline_ms(5)) != HEDRON_SUCCESS && rdtsc() < until)
		;
}

static void no_leak(void (*cycle)(void))
{
	uint64_t before, until;

	sel = sels_alloc(SELS_ORDER);
	timer = make_sm(0);
	gone = make_sm(0);
	va = va_alloc(10);
	stack = stack_alloc();
	for (unsigned i = 0; i < WARM_UP; i++)
		cycle();
	settle();
	before = free_now();
	for (unsigned i = 0; i < CYCLES; i++)
		cycle();
	settle();
	until = deadline_ms(5000);
	while (free_now() != before && rdtsc() < until)
		hedron_sm_down(timer, deadline_ms(5));
	CHECK_EQ(free_now(), before);
}

/* ---- cycles --------------------------------------------------------------------------------- */

static void cycle_sm(void)
{
	for (unsigned i = 0; i < 32; i++)
		MUST(hedron_create_sm(sel + i, ROOT_SEL_PD, 0));
	destroy_all();
}

static void cycle_signal(void)
{
	MUST(hedron_create_sm(sel, ROOT_SEL_PD, 0));
	MUST(hedron_hc(HC_CREATE_SM, 0, sel + 1, ROOT_SEL_PD, 7, sel, 0));
	MUST(hedron_sm_up(sel + 1));
	destroy_all();
}

static void cycle_copies(void)
{
	MUST(hedron_create_sm(sel, ROOT_SEL_PD, 0));
	for (unsigned i = 1; i < 32; i++)
		MUST(hedron_delegate(ROOT_SEL_PD, ROOT_SEL_PD, one(sel + i - 1), XFER_DELEGATE,
				     one(sel + i)));
	destroy_all();
}

static void cycle_local_ec(void)
{
	MUST(hedron_create_ec(sel, ROOT_SEL_PD, 0, env.cpu, va, 0, EVENTS_NONE));
	for (unsigned i = 1; i < 8; i++)
		MUST(hedron_create_pt(sel + i, ROOT_SEL_PD, sel, 0, 0x1000));
	destroy_all();
}

static void cycle_called_handler(void)
{
	MUST(hedron_create_ec(sel, ROOT_SEL_PD, 0, env.cpu, 0, (uint64_t)stack, EVENTS_NONE));
	MUST(hedron_create_pt(sel + 1, ROOT_SEL_PD, sel, 0, (uint64_t)spy_entry));
	runner_utcb()->items = 0;
	MUST(hedron_call(sel + 1));
	destroy_all();
}

static void cycle_dead_handler(void)
{
	MUST(hedron_create_ec(sel, ROOT_SEL_PD, 0, env.cpu, va, 0, EVENTS_NONE));
	MUST(hedron_create_pt(sel + 1, ROOT_SEL_PD, sel, 0, 0x1000));	/* faults: no code there */
	runner_utcb()->items = 0;
	CHECK_STATUS(hedron_call(sel + 1), HEDRON_ABORT);
	destroy_all();
}

static void cycle_thread_without_portals(void)
{
	MUST(hedron_create_ec(sel, ROOT_SEL_PD, HC_EC_GLOBAL, env.cpu, va, 0, EVENTS_NONE));
	MUST(hedron_create_sc(sel + 1, ROOT_SEL_PD, sel, PRIO_HIGH, 1000));	/* dies at once */
	destroy_all();
}

static void cycle_thread_never_started(void)
{
	MUST(hedron_create_ec(sel, ROOT_SEL_PD, HC_EC_GLOBAL, env.cpu, va, 0, EVENTS_NONE));
	MUST(hedron_create_sc(sel + 1, ROOT_SEL_PD, sel, PRIO_LOW, 1000));	/* ready, never ran */
	destroy_all();
}

static void cycle_pd(void)
{
	MUST(hedron_create_pd(sel, ROOT_SEL_PD, 0, 0));
	destroy_all();
}

static void cycle_pd_with_memory(void)
{
	MUST(hedron_create_pd(sel, ROOT_SEL_PD, 0, 0));
	map_pages(ROOT_SEL_PD, sel, page_of(image_text), va >> HEDRON_PAGE_SHIFT, 40, MEM_R, 0);
	map_pages(ROOT_SEL_PD, sel, page_of(image_text), 0x1000, 8, MEM_R, 0);
	destroy_all();
}

static void cycle_pd_with_objects(void)
{
	MUST(hedron_create_pd(sel, ROOT_SEL_PD, 0, 0));
	MUST(hedron_create_sm(sel + 1, ROOT_SEL_PD, 0));
	for (unsigned i = 0; i < 8; i++)
		MUST(hedron_delegate(ROOT_SEL_PD, sel, one(sel + 1), XFER_DELEGATE,
				     one(0x1000 * i + 5)));
	destroy_all();
}

static void cycle_pd_with_ports(void)
{
	const hedron_crd ports = crd_pio(0x3a0, 2);

	MUST(hedron_create_pd(sel, ROOT_SEL_PD, 0, 0));
	MUST(hedron_delegate(ROOT_SEL_PD, ROOT_SEL_PD, ports, XFER_DELEGATE | XFER_HYPERVISOR,
			     ports));
	MUST(hedron_delegate(ROOT_SEL_PD, sel, ports, XFER_DELEGATE, ports));
	MUST(hedron_revoke(ports, 1));
	destroy_all();
}

static void cycle_memory(void)
{
	map_pages(ROOT_SEL_PD, ROOT_SEL_PD, page_of(image_text), va >> HEDRON_PAGE_SHIFT, 64, MEM_R,
		  0);
	MUST(hedron_revoke(crd_mem(va >> HEDRON_PAGE_SHIFT, 10, RIGHTS_ALL), 1));
}

static void cycle_refused(void)
{
	MUST(hedron_create_sm(sel, ROOT_SEL_PD, 0));
	CHECK_STATUS(hedron_create_pd(sel, ROOT_SEL_PD, 0, 0), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_create_ec(sel, ROOT_SEL_PD, 0, env.cpu, va, 0, 0), HEDRON_BAD_CAP);
	CHECK_STATUS(hedron_create_sm(sel, ROOT_SEL_PD, 0), HEDRON_BAD_CAP);
	destroy_all();
}

static void cycle_all_in_use(void)
{
	MUST(hedron_create_pd(sel, ROOT_SEL_PD, 0, 0));
	MUST(hedron_create_sm(sel + 1, ROOT_SEL_PD, 0));
	MUST(hedron_create_ec(sel + 2, sel, 0, env.cpu, va, 0, EVENTS_NONE));
	MUST(hedron_create_pt(sel + 3, ROOT_SEL_PD, sel + 2, 0, 0x1000));
	MUST(hedron_create_ec(sel + 4, sel, HC_EC_GLOBAL, env.cpu, va + 0x1000, 0, 0));
	MUST(hedron_delegate(ROOT_SEL_PD, sel, one(sel + 3), XFER_DELEGATE, one(EVENT_STARTUP)));
	MUST(hedron_create_sc(sel + 5, ROOT_SEL_PD, sel + 4, PRIO_HIGH, 1000));	/* kills both */
	MUST(hedron_sm_up(sel + 1));
	destroy_all();
}

#define LEAK_CASE(what)	static void leak_##what(void) { no_leak(cycle_##what); }
LEAK_CASE(sm)
LEAK_CASE(signal)
LEAK_CASE(copies)
LEAK_CASE(local_ec)
LEAK_CASE(called_handler)
LEAK_CASE(dead_handler)
LEAK_CASE(thread_without_portals)
LEAK_CASE(thread_never_started)
LEAK_CASE(pd)
LEAK_CASE(pd_with_memory)
LEAK_CASE(pd_with_objects)
LEAK_CASE(pd_with_ports)
LEAK_CASE(memory)
LEAK_CASE(refused)
LEAK_CASE(all_in_use)

/* ---- the hypercall -------------------------------------------------------------------------- */

static void figures_are_plausible(void)
{
	uint64_t now = 0, all = 0, kernel = 0;

	REQUIRE_OK(hedron_kernel_memory(&now, &all));
	for (unsigned i = 0; i < hip_mem_count(env.hip); i++)
		if (env.hip->mem[i].type == HIP_MEM_KERNEL)
			kernel += env.hip->mem[i].size;
	CHECK(now > 0);
	CHECK(now < all);
	CHECK(all <= kernel);
}

/* What others left behind may still be on its way back. */
static uint64_t free_at_rest(void)
{
	uint64_t was, now = free_now();

	do {
		was = now;
		sleep_ms(30);
		now = free_now();
	} while (now > was);
	return now;
}

static void creation_takes_memory(void)
{
	uint64_t before = free_at_rest();
	cap_sel pd = make_pd();

	CHECK(free_now() < before);
	CHECK_OK(hedron_revoke(one(pd), 1));
	CHECK(EVENTUALLY(free_now() + 2 * HEDRON_PAGE_SIZE >= before));
}

static void needs_passthrough(void)
{
	cap_sel with = sel_alloc();

	CHECK_STATUS(child_hc(child_new(), HC_MACHINE_CTRL, MACHINE_KMEM, 0, 0, 0, 0, 0),
		     HEDRON_BAD_CAP);
	MUST(hedron_hc(HC_CREATE_PD, HC_PD_PASSTHROUGH, with, ROOT_SEL_PD, 0, 0, 0));
	CHECK_STATUS(child_hc(child_wrap(with), HC_MACHINE_CTRL, MACHINE_KMEM, 0, 0, 0, 0, 0),
		     HEDRON_SUCCESS);
}

static void only_two_outputs(void)
{
	struct cpu_regs r, was;

	regs_mark(&r, 0x700);
	r.rdi = HC_MACHINE_CTRL | MACHINE_KMEM << HC_FLAGS_SHIFT;
	was = r;
	raw_syscall(&r);
	CHECK_EQ(r.rdi, HEDRON_SUCCESS);
	CHECK(r.rsi != was.rsi);
	CHECK(r.rdx != was.rdx);
	CHECK_EQ(r.rax, was.rax);
	CHECK_EQ(r.r8, was.r8);
	CHECK_EQ(r.r10, was.r10);
}

static const struct abi_case cases[] = {
	{ "kmem: free is less than all, all within the HIP's kernel memory", figures_are_plausible,
	  FEATURE(KMEM) },
	{ "kmem: a PD takes memory and gives it back", creation_takes_memory, FEATURE(KMEM) },
	{ "kmem: BAD_CAP without passthrough", needs_passthrough, FEATURE(KMEM) },
	{ "kmem: RSI and RDX are outputs, nothing else", only_two_outputs, FEATURE(KMEM) },
	{ "11.2 semaphores give back all memory", leak_sm, FEATURE(KMEM) },
	{ "11.2 signal semaphores that wait at their base", leak_signal, FEATURE(KMEM) },
	{ "11.2 chains of copies", leak_copies, FEATURE(KMEM) },
	{ "11.2 handlers with UTCB and portals", leak_local_ec, FEATURE(KMEM) },
	{ "11.2 handlers that were called", leak_called_handler, FEATURE(KMEM) },
	{ "11.2 handlers that died while they served", leak_dead_handler, FEATURE(KMEM) },
	{ "11.2 threads that died at their startup", leak_thread_without_portals, FEATURE(KMEM) },
	{ "11.2 threads that never ran", leak_thread_never_started, FEATURE(KMEM) },
	{ "11.2 empty PDs", leak_pd, FEATURE(KMEM) },
	{ "11.2 PDs with page tables", leak_pd_with_memory, FEATURE(KMEM) },
	{ "11.2 PDs with capabilities far apart", leak_pd_with_objects, FEATURE(KMEM) },
	{ "11.2 PDs with ports", leak_pd_with_ports, FEATURE(KMEM) },
	{ "11.2 mappings of the roottask's own", leak_memory, FEATURE(KMEM) },
	{ "11.2 creations that were refused", leak_refused, FEATURE(KMEM) },
	{ "11.2 PD, EC, SC, PT and SM in use together", leak_all_in_use, FEATURE(KMEM) },
};
SUITE(kmem, cases);
