/* SPDX-License-Identifier: MIT */
/*
 * smp_memory.c - "TLBs of all CPUs are made consistent before the hypercall returns" (ABI reference
 * 4.4), for every way in which a mapping can change.
 *
 * A thread of cpu2 reads or writes a page again and again, so its TLB has it; then the mapping is
 * changed from here. The fault it must take says what it was doing.
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "regs.h"
#include "smp.h"

#define PAGES(n)	((n) * HEDRON_PAGE_SIZE)

static volatile bool running, stop;
static volatile uint64_t rounds, last_read;

static void do_read(void *arg)
{
	while (!stop) {
		last_read = *(volatile uint64_t *)arg;
		rounds++;
		running = true;
	}
}

static void do_write(void *arg)
{
	while (!stop) {
		*(volatile uint64_t *)arg = 1;
		rounds++;
		running = true;
	}
}

static struct thread *user_there(void (*fn)(void *), void *addr, const struct child *c)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = fn, .arg = addr, .child = c,
							     .on_cpu2 = true });

	running = stop = false;
	rounds = 0;
	thread_start(t, PRIO_LOW);
	CHECK(spin_until(&running));
	return t;
}

/* It must end with a page fault at `addr`. */
static void faults(struct thread *t, const void *addr, uint64_t error)
{
	if (!CHECK(thread_wait(t))) {
		stop = true;
		return;
	}
	CHECK_EQ(thread_only_event(t, EVENT_PF)->qual[1], (uint64_t)addr);
	CHECK_EQ(t->log[0].state.qual[0], error);
}

static struct transfer map_own(const void *from, const void *to, unsigned order, unsigned rights)
{
	return transfer_own(crd_mem(page_of(from), order, rights), XFER_DELEGATE,
			    crd_mem(page_of(to), order, RIGHTS_ALL));
}

static bool two_more_rounds(void)
{
	uint64_t from = rounds, until = deadline_ms(2000);

	while (rounds < from + 2 && rdtsc() < until)
		;
	return rounds >= from + 2;
}

/* ---- taking away ---------------------------------------------------------------------------- */

static void write_right_is_taken(void)
{
	char *page = pool_alloc(0);
	struct thread *t = user_there(do_write, page, 0);

	CHECK_OK(map_own(page, page, 0, MEM_R).status);
	faults(t, page, PF_USER | PF_WRITE | PF_PRESENT);
}

static void rights_0_reach_the_other_cpu(void)
{
	char *page = pool_alloc(0), *va = (char *)va_alloc(0);
	struct thread *t;

	CHECK_OK(map_own(page, va, 0, MEM_R).status);
	t = user_there(do_read, va, 0);
	CHECK_OK(map_own(page, va, 0, 0).status);
	faults(t, va, PF_USER);
}

static void hole_reaches_the_other_cpu(void)
{
	char *page = pool_alloc(0), *va = (char *)va_alloc(0);
	struct thread *t;

	CHECK_OK(map_own(page, va, 0, MEM_R).status);
	t = user_there(do_read, va, 0);
	CHECK_OK(map_own((void *)va_alloc(0), va, 0, RIGHTS_ALL).status);
	faults(t, va, PF_USER);
}

static void revoked_range(unsigned order, uint64_t touched)
{
	char *pages = pool_alloc(order), *va = (char *)va_alloc(order);
	struct thread *t;

	CHECK_OK(map_own(pages, va, order, MEM_R | MEM_W).status);
	t = user_there(do_write, va + PAGES(touched), 0);
	CHECK_OK(hedron_revoke(crd_mem(page_of(va), order, RIGHTS_ALL), 1));
	faults(t, va + PAGES(touched), PF_USER | PF_WRITE);
}

static void revoke_8_pages(void)	{ revoked_range(3, 7); }
static void revoke_64_pages(void)	{ revoked_range(6, 33); }
static void revoke_2_mib(void)		{ revoked_range(9, 511); }
static void revoke_8_mib(void)		{ revoked_range(11, 1500); }

static void page_of_a_large_one(void)
{
	char *pages = pool_alloc(9), *va = (char *)va_alloc(9);
	struct thread *t;

	CHECK_OK(map_own(pages, va, 9, MEM_R | MEM_W).status);
	t = user_there(do_write, va + PAGES(100), 0);
	CHECK_OK(hedron_revoke(crd_mem(page_of(va) + 100, 0, RIGHTS_ALL), 1));
	faults(t, va + PAGES(100), PF_USER | PF_WRITE);
	CHECK_EQ(probe_write(va + PAGES(99)), 0);
	CHECK_EQ(probe_write(va + PAGES(101)), 0);
}

static void neighbours_of_a_split_page(void)
{
	char *pages = pool_alloc(9), *va = (char *)va_alloc(9);
	struct thread *t;

	CHECK_OK(map_own(pages, va, 9, MEM_R | MEM_W).status);
	t = user_there(do_write, va + PAGES(101), 0);
	for (unsigned i = 0; i < 100; i++)
		CHECK_OK(hedron_revoke(crd_mem(page_of(va) + i, 0, RIGHTS_ALL), 1));
	CHECK(two_more_rounds());
	stop = true;
	CHECK(thread_wait(t));
	CHECK_EQ(t->count, 0);
}

static void wide_revocation(void)
{
	const struct child *c = child_new();
	char *page = pool_alloc(0);
	uint64_t va = va_alloc(18) + PAGES(12345);
	struct thread *t;

	map_pages(ROOT_SEL_PD, c->pd, page_of(page), va >> HEDRON_PAGE_SHIFT, 1, MEM_R, 0);
	t = user_there(do_read, (void *)va, c);
	CHECK_OK(hedron_revoke_remote(c->pd, crd_mem((va >> HEDRON_PAGE_SHIFT) & ~0x3ffffull, 18,
						     RIGHTS_ALL), 1));
	faults(t, (void *)va, PF_USER);
}

static void taken_from_a_child_there(void)
{
	const struct child *c = child_new();
	char *page = pool_alloc(0);
	uint64_t va = va_alloc(0);
	struct thread *t;

	map_pages(ROOT_SEL_PD, c->pd, page_of(page), va >> HEDRON_PAGE_SHIFT, 1, MEM_R, 0);
	t = user_there(do_read, (void *)va, c);
	map_pages(ROOT_SEL_PD, c->pd, page_of(page), va >> HEDRON_PAGE_SHIFT, 1, 0, 0);
	faults(t, (void *)va, PF_USER);
	CHECK_EQ(probe_read(page), 0);
}

static void other_pds_keep_theirs(void)
{
	const struct child *a = child_new(), *b = child_new();
	char *page = pool_alloc(0);
	uint64_t va = va_alloc(0);
	struct thread *t;

	map_pages(ROOT_SEL_PD, a->pd, page_of(page), va >> HEDRON_PAGE_SHIFT, 1, MEM_R, 0);
	map_pages(ROOT_SEL_PD, b->pd, page_of(page), va >> HEDRON_PAGE_SHIFT, 1, MEM_R, 0);
	t = user_there(do_read, (void *)va, b);
	CHECK_OK(hedron_revoke_remote(a->pd, crd_mem(va >> HEDRON_PAGE_SHIFT, 0, RIGHTS_ALL), 1));
	CHECK(two_more_rounds());
	stop = true;
	CHECK(thread_wait(t));
	CHECK_EQ(t->count, 0);
}

/* ---- changing and adding -------------------------------------------------------------------- */

static void replaced_frame_is_seen(void)
{
	uint64_t *a = pool_alloc(0), *b = pool_alloc(0);
	void *va = (void *)va_alloc(0);
	struct thread *t;

	*a = 0xa;
	*b = 0xb;
	CHECK_OK(map_own(a, va, 0, MEM_R).status);
	t = user_there(do_read, va, 0);
	for (unsigned i = 0; i < 20; i++) {
		CHECK_OK(map_own(i % 2 ? a : b, va, 0, MEM_R).status);
		CHECK(two_more_rounds());
		CHECK_EQ(last_read, i % 2 ? 0xa : 0xb);
	}
	stop = true;
	CHECK(thread_wait(t));
	CHECK_EQ(t->count, 0);
}

static void added_rights_are_no_fault(void)
{
	char *page = pool_alloc(0), *va = (char *)va_alloc(0);
	struct thread *t;

	CHECK_OK(map_own(page, va, 0, MEM_R).status);
	t = user_there(do_read, va, 0);
	CHECK_OK(map_own(page, va, 0, MEM_R | MEM_W).status);
	stop = true;
	CHECK(thread_wait(t));
	CHECK_EQ(t->count, 0);
	t = user_there(do_write, va, 0);
	stop = true;
	CHECK(thread_wait(t));
	CHECK_EQ(t->count, 0);
}

static void do_map_there(void *arg)
{
	CHECK_OK(map_own(((void **)arg)[0], ((void **)arg)[1], 0, MEM_R).status);
}

static void mapped_there_used_here(void)
{
	uint64_t *page = pool_alloc(0);
	void *pair[2] = { page, (void *)va_alloc(0) };

	*page = 0x1234;
	CHECK(probe_read(pair[1]) & PROBE_FAULT);
	run_there(do_map_there, pair);
	REQUIRE(!probe_read(pair[1]));
	CHECK_EQ(*(volatile uint64_t *)pair[1], 0x1234);
}

static void do_revoke_page(void *arg)
{
	CHECK_OK(hedron_revoke(crd_mem(page_of(arg), 0, RIGHTS_ALL), 1));
}

static void revoked_there_faults_here(void)
{
	for (unsigned i = 0; i < 10; i++) {
		char *page = pool_alloc(0);

		CHECK_EQ(probe_write(page), 0);
		run_there(do_revoke_page, page);
		CHECK(probe_read(page) & PROBE_FAULT);
	}
}

/* ---- other mappings ------------------------------------------------------------------------- */

static void utcb_goes_with_its_ec(void)
{
	cap_sel ec = sel_alloc();
	void *utcb = (void *)va_alloc(0);
	struct thread *t;

	REQUIRE_OK(hedron_create_ec(ec, ROOT_SEL_PD, 0, env.cpu2, (uint64_t)utcb, 0, EVENTS_NONE));
	t = user_there(do_write, utcb, 0);
	CHECK_OK(hedron_revoke(crd_obj(ec, 0, RIGHTS_ALL), 1));
	faults(t, utcb, PF_USER | PF_WRITE);
}

static void do_use_utcb(void *arg)
{
	uint64_t *utcb = arg;

	for (unsigned i = 0; i < UTCB_SIZE / 8; i++)
		CHECK_EQ(utcb[i], 0);
	utcb[100] = 0x77;
}

static void utcb_made_here_used_there(void)
{
	uint64_t *utcb = (uint64_t *)va_alloc(0);

	REQUIRE_OK(hedron_create_ec(sel_alloc(), ROOT_SEL_PD, 0, env.cpu, (uint64_t)utcb, 0,
				    EVENTS_NONE));
	CHECK(run_there(do_use_utcb, utcb)->finished);
	CHECK_EQ(utcb[100], 0x77);
}

static void do_read_port(void *arg)
{
	while (!stop) {
		inb((uint16_t)(uint64_t)arg);
		running = true;
	}
}

static void ports_are_revoked_there(void)
{
	const hedron_crd port = crd_pio(0x3a0, 0);
	struct thread *t;

	MUST(transfer_own(port, XFER_DELEGATE | XFER_HYPERVISOR, port).status);
	t = user_there(do_read_port, (void *)0x3a0, 0);
	CHECK_OK(hedron_revoke(port, 1));
	CHECK(thread_wait(t));
	stop = true;
	thread_only_event(t, EVENT_GP);
}

static void do_port_once(void *arg)
{
	inb((uint16_t)(uint64_t)arg);
}

static void ports_are_given_there(void)
{
	const hedron_crd port = crd_pio(0x3a8, 0);

	thread_only_event(run_there(do_port_once, (void *)0x3a8), EVENT_GP);
	MUST(transfer_own(port, XFER_DELEGATE | XFER_HYPERVISOR, port).status);
	CHECK(run_there(do_port_once, (void *)0x3a8)->finished);
	CHECK_OK(hedron_revoke(port, 1));
}

/* ---- both at once --------------------------------------------------------------------------- */

struct area {
	const char *from;
	char *to;
};

static volatile bool failed_there;

static void map_and_unmap(const struct area *a)
{
	for (unsigned i = 0; i < 100; i++) {
		char *va = a->to + PAGES(i % 16);

		if (map_own(a->from, va, 0, MEM_R).status || *(volatile char *)va != *a->from ||
		    hedron_revoke(crd_mem(page_of(va), 0, RIGHTS_ALL), 1))
			failed_there = true;
	}
}

static void do_map_and_unmap(void *arg)
{
	running = true;
	map_and_unmap(arg);
}

static void both_map_and_unmap(void)
{
	char *pages = pool_alloc(1);
	struct area a = { pages, (char *)va_alloc(4) };
	struct area b = { pages + PAGES(1), (char *)va_alloc(4) };
	struct thread *t;

	pages[0] = 1;
	pages[PAGES(1)] = 2;
	running = failed_there = false;
	t = start_there(do_map_and_unmap, &b);
	CHECK(spin_until(&running));
	map_and_unmap(&a);
	CHECK(thread_wait(t));
	CHECK(t->finished);
	CHECK(!failed_there);
}

static const struct abi_case cases[] = {
	{ "4.4 a write right that is taken is gone on other CPUs", write_right_is_taken, CASE_SMP },
	{ "4.4 rights 0 unmap on other CPUs", rights_0_reach_the_other_cpu, CASE_SMP },
	{ "4.4 a hole in the source unmaps on other CPUs", hole_reaches_the_other_cpu, CASE_SMP },
	{ "4.6 8 pages revoked, gone on other CPUs", revoke_8_pages, CASE_SMP },
	{ "4.6 64 pages revoked, gone on other CPUs", revoke_64_pages, CASE_SMP },
	{ "4.6 2 MiB revoked, gone on other CPUs", revoke_2_mib, CASE_SMP },
	{ "4.6 8 MiB revoked, gone on other CPUs", revoke_8_mib, CASE_SMP },
	{ "4.4 one page of a large one revoked, gone on other CPUs", page_of_a_large_one, CASE_SMP },
	{ "4.4 splitting a large page does not disturb users of the rest",
	  neighbours_of_a_split_page, CASE_SMP },
	{ "4.6 a gigabyte of a child revoked while it runs", wide_revocation, CASE_SMP },
	{ "4.4 a child that runs on another CPU loses pages", taken_from_a_child_there, CASE_SMP },
	{ "4.6 other PDs keep their mapping of the frame", other_pds_keep_theirs, CASE_SMP },
	{ "4.4 a replaced frame is seen on other CPUs", replaced_frame_is_seen, CASE_SMP },
	{ "4.4 an added right can be used on other CPUs", added_rights_are_no_fault, CASE_SMP },
	{ "4.4 what another CPU mapped is there", mapped_there_used_here, CASE_SMP },
	{ "4.6 what another CPU revoked is gone here", revoked_there_faults_here, CASE_SMP },
	{ "4.6 a UTCB goes with its EC, on other CPUs too", utcb_goes_with_its_ec,
	  OURS_SMP("4.6: stale entries may live until the next switch of address spaces") },
	{ "3.5 a new UTCB is there and zero on other CPUs", utcb_made_here_used_there, CASE_SMP },
	{ "4.6 ports that are revoked are gone on other CPUs", ports_are_revoked_there, CASE_SMP },
	{ "4.4 ports that are given can be used on other CPUs", ports_are_given_there, CASE_SMP },
	{ "4.4 both CPUs map and unmap", both_map_and_unmap,
	  OURS_SMP("docs/abi-notes.md: memory delegated on two CPUs at once may hang") },
};
SUITE(smp_memory, cases);
