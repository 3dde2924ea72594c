/* SPDX-License-Identifier: MIT */
/*
 * smp_stress.c - several CPUs at the same objects at the same time (ABI reference 10.5, 11.2). What is
 * asked is simple: nothing is lost, nothing stale is seen, all memory comes back.
 *
 * Each case runs for some 200 ms; with "long" in the module's string for four seconds. The runner's
 * CPU takes part.
 */
#include "check.h"
#include "env.h"
#include "make.h"
#include "regs.h"
#include "thread.h"

#define CPUS_MAX	8
#define SHORT_MS	200
#define LONG_MS		4000

static unsigned cpus[CPUS_MAX];		/* online ones but the runner's */
static unsigned cpu_count;
static volatile bool stop;
static uint64_t random_state;
static uint64_t patience;		/* for not_yet() */

static uint64_t case_end(void)
{
	return deadline_ms(module_has_word("long") ? LONG_MS : SHORT_MS);
}

/* Whether a case goes on for what another CPU has not done at all: the host may not have let it run. */
static bool not_yet(uint64_t count)
{
	return !count && rdtsc() < patience;
}

/* xorshift64 (Marsaglia, "Xorshift RNGs", 2003) */
static uint64_t random_below(uint64_t n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % n;
}

static void spin_ticks(uint64_t ticks)
{
	uint64_t until = rdtsc() + ticks;

	while (rdtsc() < until)
		__asm__ volatile("pause");
}

static void begin(void)
{
	cpu_count = 0;
	for (unsigned i = 0; i < HEDRON_NUM_CPU && cpu_count < CPUS_MAX; i++)
		if (i != env.cpu && env.hip->cpu[i].flags & HIP_CPU_ONLINE)
			cpus[cpu_count++] = i;
	random_state = rdtsc() | 1;
	patience = deadline_ms(10000);
	stop = false;
}

static hedron_crd one(cap_sel sel)	{ return crd_obj(sel, 0, RIGHTS_ALL); }

/* One thread on each of the other CPUs, with its place in cpus[] as argument. */
static void start_all(struct thread **t, void (*fn)(void *), react_fn react)
{
	begin();
	for (uint64_t i = 0; i < cpu_count; i++) {
		t[i] = thread_new(&(struct thread_spec){ .fn = fn, .arg = (void *)i,
							 .react = react,
							 .on_cpu = ON_CPU(cpus[i]) });
		thread_start(t[i], PRIO_LOW);
	}
}

static void join_all(struct thread **t)
{
	stop = true;
	for (unsigned i = 0; i < cpu_count; i++) {
		CHECK(thread_wait(t[i]));
		CHECK(t[i]->finished);
	}
}

/* ---- wake-ups ------------------------------------------------------------------------------- */

static cap_sel ring[CPUS_MAX + 1];
static volatile uint64_t hops;

/* Passes tokens on. */
static void do_pass(void *arg)
{
	uint64_t i = (uint64_t)arg;

	do {
		CHECK_OK(hedron_sm_down(ring[i], 0));
		__atomic_fetch_add(&hops, 1, __ATOMIC_RELAXED);
		CHECK_OK(hedron_sm_up(ring[i + 1]));
	} while (!stop);
}

/* Two tokens go round all CPUs: nobody sleeps while there is one for him. */
static void tokens_are_not_lost(void)
{
	struct thread *t[CPUS_MAX];
	uint64_t until = case_end();

	for (unsigned i = 0; i <= CPUS_MAX; i++)
		ring[i] = make_sm(0);
	hops = 0;
	start_all(t, do_pass, 0);
	CHECK_OK(hedron_sm_up(ring[0]));
	CHECK_OK(hedron_sm_up(ring[0]));
	while (rdtsc() < until || hops <= 10) {
		REQUIRE_OK(hedron_sm_down(ring[cpu_count], deadline_ms(10000)));
		CHECK_OK(hedron_sm_up(ring[0]));
	}
	stop = true;
	for (unsigned i = 0; i < cpu_count; i++)
		CHECK_OK(hedron_sm_up(ring[i]));
	join_all(t);
}

static cap_sel counted;
static volatile uint64_t taken;

static void do_take(void *arg)
{
	uint64_t i = (uint64_t)arg;

	while (!stop) {
		i = i * 25173 + 13849;
		if (hedron_sm_down(counted, rdtsc() + (i >> 4 & 0x3fff)) == HEDRON_SUCCESS)
			__atomic_fetch_add(&taken, 1, __ATOMIC_RELAXED);
	}
}

/* An up and a deadline at the same moment: exactly one of them ends the down. */
static void ups_and_deadlines(void)
{
	struct thread *t[CPUS_MAX];
	uint64_t until = case_end(), ups = 0;

	counted = make_sm(0);
	taken = 0;
	start_all(t, do_take, 0);
	for (; rdtsc() < until; ups++) {
		CHECK_OK(hedron_sm_up(counted));
		spin_ticks(random_below(0x8000));
	}
	join_all(t);
	while (hedron_sm_down(counted, 1) == HEDRON_SUCCESS)
		taken++;
	CHECK_EQ(taken, ups);
}

static volatile uint64_t recalls;

static void do_hypercalls(void *arg)
{
	while (!stop)
		CHECK_OK(hedron_sm_up(counted));
}

static bool react_count(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event == EVENT_RECALL)
		__atomic_fetch_add(&recalls, 1, __ATOMIC_RELAXED);
	return event == EVENT_RECALL;
}

static void recalls_of_running_threads(void)
{
	struct thread *t[CPUS_MAX];
	uint64_t until = case_end();

	counted = make_sm(0);
	recalls = 0;
	start_all(t, do_hypercalls, react_count);
	while (rdtsc() < until || not_yet(recalls)) {
		for (unsigned i = 0; i < cpu_count; i++)
			CHECK_OK(hedron_recall(t[i]->ec));
		spin_ticks(random_below(0x8000));
	}
	join_all(t);
	CHECK(recalls > 0);
}

/* ---- memory --------------------------------------------------------------------------------- */

#define PAGES	16

static volatile uint64_t *window;
static volatile uint64_t published, stale, reads;

static void do_read(void *arg)
{
	while (!stop) {
		uint64_t floor = published;

		if (*window < floor)
			__atomic_fetch_add(&stale, 1, __ATOMIC_RELAXED);
		__atomic_fetch_add(&reads, 1, __ATOMIC_RELAXED);
	}
}

/* Page number n holds n, and is mapped over the one before: after that nobody reads less. */
static void nothing_stale_after_remapping(void)
{
	volatile uint64_t *page = pool_alloc(4);
	struct thread *t[CPUS_MAX];
	uint64_t until = case_end(), n;

	window = (volatile uint64_t *)va_alloc(0);
	published = stale = reads = 0;
	map_pages(ROOT_SEL_PD, ROOT_SEL_PD, page_of(page), page_of(window), 1, RIGHTS_ALL, 0);
	start_all(t, do_read, 0);
	for (n = 1; rdtsc() < until || not_yet(reads); n++) {
		volatile uint64_t *next = page + (n % PAGES) * 512;

		*next = n;
		MUST(transfer_own(crd_mem(page_of(next), 0, RIGHTS_ALL), XFER_DELEGATE,
				  crd_mem(page_of(window), 0, RIGHTS_ALL)).status);
		published = n;
	}
	join_all(t);
	CHECK(reads > 0);
	CHECK_EQ(stale, 0);
}

/* Maps and unmaps a part of the address space of its own: 64 pages that no one page can serve. */
static void map_and_unmap(const char *from, uint64_t to)
{
	CHECK_OK(transfer_own(crd_mem(page_of(from), 6, RIGHTS_ALL), XFER_DELEGATE,
			      crd_mem(to, 6, RIGHTS_ALL)).status);
	CHECK_EQ(probe_read(page_va(to + 63)), 0);
	CHECK_OK(hedron_revoke(crd_mem(to, 6, RIGHTS_ALL), 1));
}

static const char *source;
static uint64_t target[CPUS_MAX + 1];

static void do_map(void *arg)
{
	uint64_t i = (uint64_t)arg;

	while (!stop) {
		CHECK_OK(transfer_own(crd_mem(page_of(source), 6, RIGHTS_ALL), XFER_DELEGATE,
				      crd_mem(target[i], 6, RIGHTS_ALL)).status);
		*(volatile char *)page_va(target[i] + 63);
		CHECK_OK(hedron_revoke(crd_mem(target[i], 6, RIGHTS_ALL), 1));
	}
}

/* Every CPU wants all others to flush, all the time. */
static void all_unmap_at_once(void)
{
	struct thread *t[CPUS_MAX];
	uint64_t until = case_end();

	source = pool_alloc(6);
	for (unsigned i = 0; i <= CPUS_MAX; i++)
		target[i] = va_alloc(6) >> HEDRON_PAGE_SHIFT;
	start_all(t, do_map, 0);
	while (rdtsc() < until)
		map_and_unmap(source, target[CPUS_MAX]);
	join_all(t);
}

/* ---- capabilities --------------------------------------------------------------------------- */

static cap_sel shared;

static bool is_one_of(enum hedron_status got, unsigned mask)
{
	return mask >> got & 1;
}

static void do_use(void *arg)
{
	const unsigned ok = 1 << HEDRON_SUCCESS | 1 << HEDRON_TIMEOUT | 1 << HEDRON_BAD_CAP;

	while (!stop) {
		CHECK(is_one_of(hedron_sm_down(shared, rdtsc() + 20000), ok));
		CHECK(is_one_of(hedron_sm_up(shared), ok));
		hedron_delegate(ROOT_SEL_PD, ROOT_SEL_PD, one(shared), XFER_DELEGATE,
				one(shared + 1 + (uint64_t)arg));
		CHECK(is_one_of(hedron_sm_up(shared + 1 + (uint64_t)arg), ok));
	}
}

/* A semaphore is destroyed and made again while others wait for it, up it and copy it. */
static void semaphore_dies_under_its_users(void)
{
	struct thread *t[CPUS_MAX];
	uint64_t until = case_end();

	shared = sels_alloc(4);
	MUST(hedron_create_sm(shared, ROOT_SEL_PD, 0));
	start_all(t, do_use, 0);
	while (rdtsc() < until) {
		spin_ticks(random_below(0x20000));
		CHECK_OK(hedron_revoke(one(shared), 1));
		CHECK_OK(hedron_create_sm(shared, ROOT_SEL_PD, 0));
	}
	join_all(t);
}

static void do_call(void *arg)
{
	const unsigned ok = 1 << HEDRON_SUCCESS | 1 << HEDRON_TIMEOUT | 1 << HEDRON_BAD_CAP |
			    1 << HEDRON_ABORT;

	while (!stop)
		CHECK(is_one_of(hedron_call(shared + 2 * (uint64_t)arg + 1), ok));
}

void stress_handler(void);		/* replies at once, without a stack */
__asm__(".pushsection .text\n"
	"stress_handler: mov $1, %edi\n"
	"	syscall\n"
	".popsection\n");
_Static_assert(HC_REPLY == 1, "stress_handler");

static void make_service(unsigned i)
{
	cap_sel ec = shared + 2 * i;

	CHECK_OK(hedron_create_ec(ec, ROOT_SEL_PD, 0, cpus[i], 0, 0, EVENTS_NONE));
	CHECK_OK(hedron_create_pt(ec + 1, ROOT_SEL_PD, ec, 0, (uint64_t)stress_handler));
}

/* Portal and handler of another CPU are destroyed and made again while its thread calls. */
static void handler_dies_under_its_caller(void)
{
	struct thread *t[CPUS_MAX];
	uint64_t until = case_end();

	shared = sels_alloc(4);
	begin();
	for (unsigned i = 0; i < cpu_count; i++)
		make_service(i);
	start_all(t, do_call, 0);
	while (rdtsc() < until) {
		unsigned i = random_below(cpu_count);

		spin_ticks(random_below(0x8000));
		CHECK_OK(hedron_revoke(one(shared + 2 * i + random_below(2)), 1));
		CHECK_OK(hedron_revoke(crd_obj(shared + 2 * i, 1, RIGHTS_ALL), 1));
		make_service(i);
	}
	join_all(t);
}

/* ---- life and death ------------------------------------------------------------------------- */

static void do_live(void *arg)
{
	static volatile uint64_t work;

	switch (work++ & 3) {
	case 0:
		for (;;)
			;
	case 1:
		for (;;)
			hedron_sm_down(counted, 0);
	case 2:
		for (;;)
			hedron_sm_down(counted, rdtsc() + 5000);
	default:
		for (;;) {
			hedron_sm_up(counted);
			*(volatile char *)0x1000;	/* nothing is there: event 14 */
		}
	}
}

static bool react_go_on(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	return event == EVENT_PF;
}

/* A thread on another CPU begins, and ends wherever it is; the next one uses its stack. */
static void live_and_die(struct thread *t, cap_sel gone)
{
	cap_sel ec = t->ec, sc = t->sc;

	REQUIRE_OK(hedron_create_ec(ec, ROOT_SEL_PD, HC_EC_GLOBAL, t->cpu, 0, 0, t->events));
	REQUIRE_OK(hedron_create_sc(sc, ROOT_SEL_PD, ec, PRIO_LOW, 1000));
	spin_ticks(random_below(0x8000));
	hedron_sm_up(counted);
	if (random_below(2))
		hedron_recall(ec);
	CHECK_OK(hedron_revoke(one(sc), 1));
	CHECK_OK(hedron_revoke_notify(one(ec), 1, gone));
	REQUIRE_OK(hedron_sm_down(gone, deadline_ms(2000)));
}

static uint64_t free_bytes(void)
{
	uint64_t free = 0, all;

	MUST(hedron_kernel_memory(&free, &all));
	return free;
}

static void threads_die_in_any_state(void)
{
	struct thread *t[CPUS_MAX];
	cap_sel gone = make_sm(0);
	uint64_t until = case_end(), before;

	counted = make_sm(0);
	begin();
	for (unsigned i = 0; i < cpu_count; i++) {
		t[i] = thread_new(&(struct thread_spec){ .fn = do_live, .react = react_go_on,
							 .on_cpu = ON_CPU(cpus[i]) });
		MUST(hedron_revoke(one(t[i]->ec), 1));
		live_and_die(t[i], gone);	/* tables of its stack and selectors exist now */
	}
	before = free_bytes();
	while (rdtsc() < until) {
		live_and_die(t[random_below(cpu_count)], gone);
		REQUIRE(free_bytes() == before);	/* told means: all memory is back */
	}
}

static cap_sel base[CPUS_MAX + 1];

/* PD, EC, PT, SM and SC on the CPU `cpu`; the thread runs, and dies for want of portals. */
static void one_of_each(cap_sel sel, unsigned cpu)
{
	CHECK_OK(hedron_create_pd(sel, ROOT_SEL_PD, 0, 0));
	CHECK_OK(hedron_create_ec(sel + 1, sel, HC_EC_GLOBAL, cpu, 0x10000, 0, EVENTS_NONE));
	CHECK_OK(hedron_create_ec(sel + 2, sel, 0, cpu, 0x11000, 0, EVENTS_NONE));
	CHECK_OK(hedron_create_pt(sel + 3, sel, sel + 2, 0, 0));
	CHECK_OK(hedron_create_sm(sel + 4, sel, 0));
	CHECK_OK(hedron_create_sc(sel + 5, sel, sel + 1, PRIO_LOW, 1000));
	CHECK_OK(hedron_revoke(crd_obj(sel, 3, RIGHTS_ALL), 1));
}

static void do_create(void *arg)
{
	uint64_t i = (uint64_t)arg;

	while (!stop)
		one_of_each(base[i], i ? cpus[i - 1] : env.cpu);
}

/* Every CPU makes objects for its neighbour, and takes them away again. */
static void all_create_and_destroy(void)
{
	struct thread *t[CPUS_MAX];
	uint64_t until = case_end(), before;

	for (unsigned i = 0; i <= CPUS_MAX; i++)
		base[i] = sels_alloc(3);
	begin();
	one_of_each(base[CPUS_MAX], env.cpu);
	sleep_ms(20);
	before = free_bytes();
	start_all(t, do_create, 0);
	while (rdtsc() < until)
		one_of_each(base[CPUS_MAX], cpus[random_below(cpu_count)]);
	join_all(t);
	/* The threads themselves have taken some, less than a page table's worth each. */
	CHECK(EVENTUALLY(free_bytes() + cpu_count * 100 * HEDRON_PAGE_SIZE >= before));
}

static const struct abi_case cases[] = {
	{ "10.5 tokens go round all CPUs and are not lost", tokens_are_not_lost, CASE_SMP },
	{ "10.2 an up and a deadline at once: one of them counts", ups_and_deadlines, CASE_SMP },
	{ "3.11 recalls of threads that run on other CPUs", recalls_of_running_threads, CASE_SMP },
	{ "4.4 after remapping no CPU reads the old page", nothing_stale_after_remapping,
	  CASE_SMP },
	{ "4.6 all CPUs unmap at once", all_unmap_at_once, CASE_SMP },
	{ "11.2 a semaphore dies under users on all CPUs", semaphore_dies_under_its_users,
	  FEATURE_SMP(DEATH) },
	{ "11.2 a handler dies under a caller on another CPU", handler_dies_under_its_caller,
	  FEATURE_SMP(DEATH) },
	{ "11.3 threads on other CPUs die in any state", threads_die_in_any_state,
	  FEATURE_SMP(DEATH) },
	{ "11.2 all CPUs create and destroy for each other", all_create_and_destroy,
	  FEATURE_SMP(DEATH) },
};
SUITE(smp_stress, cases);
