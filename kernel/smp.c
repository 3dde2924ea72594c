/* SPDX-License-Identifier: MIT */
/*
 * smp.c - starts the CPUs of the MADT besides the boot CPU (SDM vol. 3, 8.4; ABI reference 1.5).
 *
 * All are started at once: reset, start, and once more start for those that did not hear it. The code
 * they begin with lies for that time in a page of low memory (boot.S), whose content is put back
 * afterwards. Each finds its stack by its APIC id, sets itself up, describes itself in the HIP,
 * checks its clock against the boot CPU's, and takes its bit out of `awaited`; then it idles until there is work.
 * A CPU that does not come up in time has its bit taken by the boot CPU instead, and is reset for
 * good: whoever takes the bit decides.
 */
#include "smp.h"
#include "acpi.h"
#include "bootinfo.h"
#include "cpu.h"
#include "debug.h"
#include "hip.h"
#include "kstack.h"
#include "lapic.h"
#include "layout.h"
#include "log.h"
#include "pages.h"
#include "panic.h"
#include "string.h"
#include "timer.h"
#include "x86.h"

#define LOWEST_PAGE	0x1000		/* not 0, where the BIOS has its vectors */
#define LOW_END		0x9f000		/* the EBDA, if any, may lie above */
#define AGAIN_MS	1		/* from the first start to the second; 200 us at least */
#define GIVE_UP_MS	3000		/* an emulator's CPU may be late */
#define APIC_ID_ALL	255

#define CLOCK_TRIES	16
#define CLOCK_GOOD_US	10		/* an answer that took no longer tells enough */

extern const char ap_real[], ap_real_end[];	/* boot.S */
uint64_t smp_stacks[256];		/* I  by APIC id, for boot.S */
static uint64_t awaited;		/* a  by number: were reset, and have not come up */

/* A CPU asks the boot CPU for the time: sets `asked`; the answer clears it. */
static struct clock {
	bool asked;			/* a */
	ticks now;
} clocks[HEDRON_NUM_CPU];

NORETURN void smp_entered(void);	/* from boot.S, on the new CPU's stack */
NORETURN void entry_leave(void);	/* entry.S */

void smp_reset(void)
{
	for (unsigned i = 0; i < acpi.cpu_count; i++) {
		unsigned apic_id = acpi.cpus[i].apic_id;

		if (&cpus[i] == this_cpu() || apic_id == this_cpu()->apic_id ||
		    apic_id == APIC_ID_ALL || smp_stacks[apic_id])
			continue;
		if (!cpu_prepare(&cpus[i], apic_id))
			refuse("no memory for the stacks of %u CPUs", acpi.cpu_count);
		smp_stacks[apic_id] = kstack_top(i, KSTACK_MAIN);
		awaited |= 1ull << i;
		lapic_send_init(apic_id);
	}
}

/* A page of RAM that a CPU can start in; 0: none. */
static paddr low_page(void)
{
	for (unsigned i = 0; i < boot.range_count; i++) {
		const struct boot_range *r = &boot.ranges[i];
		paddr page = max_u64(ALIGN_UP(r->start, PAGE_SIZE), LOWEST_PAGE);

		if (r->type == HIP_MEM_RAM && page + PAGE_SIZE <= min_u64(r->start + r->len, LOW_END))
			return page;
	}
	return 0;
}

static void start(uint64_t mask, paddr page)
{
	for (; mask; mask &= mask - 1)
		lapic_send_start(cpus[__builtin_ctzll(mask)].apic_id, page);
}

/* False: it does not ask. */
static bool clock_answer(struct clock *c)
{
	if (!__atomic_load_n(&c->asked, __ATOMIC_ACQUIRE))
		return false;
	c->now = rdtsc();
	__atomic_store_n(&c->asked, false, __ATOMIC_RELEASE);
	return true;
}

/* The CPUs that have not come up after some time in which none of them asked for the time either. An
 * emulator on a busy host needs some for each answer. */
static uint64_t wait_for_all(uint64_t ms)
{
	ticks until = rdtsc() + ms * timer_tsc_khz;
	uint64_t mask;

	while ((mask = __atomic_load_n(&awaited, __ATOMIC_ACQUIRE)) && rdtsc() < until) {
		for (; mask; mask &= mask - 1)
			if (clock_answer(&clocks[__builtin_ctzll(mask)]))
				until = rdtsc() + ms * timer_tsc_khz;
		cpu_pause();
	}
	return mask;
}

static void give_up(uint64_t mask)
{
	for (; mask; mask &= mask - 1) {
		unsigned id = __builtin_ctzll(mask);

		log_print("CPU %u (APIC id %u) does not start\n", id, cpus[id].apic_id);
		lapic_send_init(cpus[id].apic_id);
	}
}

void smp_start(void)
{
	uint64_t all = awaited, late;
	paddr page = low_page();
	size_t len = ap_real_end - ap_real;
	char saved[256];

	if (len > sizeof(saved))
		panic("no room for what was in low memory");
	if (page) {
		memcpy(saved, phys_to_virt(page), len);
		memcpy(phys_to_virt(page), ap_real, len);
		start(all, page);
		start(wait_for_all(AGAIN_MS), page);
		wait_for_all(GIVE_UP_MS);
	}
	late = __atomic_exchange_n(&awaited, 0, __ATOMIC_ACQ_REL);
	give_up(late);
	if (page)
		memcpy(phys_to_virt(page), saved, len);
	cpu_set_online((all & ~late) | 1ull << this_cpu()->id);
}

/*
 * How far this CPU's clock is behind the boot CPU's, by the quickest of several answers; 0 if that
 * came between asking and hearing it, as it must if the clocks are one.
 */
static int64_t clock_behind(struct clock *c)
{
	ticks best = ~0ull, good = CLOCK_GOOD_US * (timer_tsc_khz / 1000);
	int64_t behind = 0;

	for (unsigned i = 0; i < CLOCK_TRIES && best > good; i++) {
		ticks before = rdtsc(), after;

		__atomic_store_n(&c->asked, true, __ATOMIC_RELEASE);
		while (__atomic_load_n(&c->asked, __ATOMIC_ACQUIRE))
			cpu_pause();
		after = rdtsc();
		if (after - before >= best)
			continue;
		best = after - before;
		behind = c->now >= before && c->now <= after ? 0 : c->now - (before + best / 2);
	}
	return behind;
}

static void clock_set(struct cpu *cpu)
{
	int64_t behind = clock_behind(&clocks[cpu->id]);

	if (!behind)
		return;
	log_print("CPU %u: its TSC was %ld ticks behind\n", cpu->id, behind);
	wrmsr(MSR_TSC, rdtsc() + behind);
}

static struct cpu *cpu_of(uint32_t apic_id)
{
	struct cpu *cpu = cpus;

	while (cpu->apic_id != apic_id || !cpu->self)
		cpu++;			/* it is there: it had a stack */
	return cpu;
}

void smp_entered(void)
{
	struct cpu *cpu = cpu_of(lapic_id());
	uint64_t bit = 1ull << cpu->id;

	cpu_init(cpu);
	lapic_init();
	timer_cpu_init();
	clock_set(cpu);
	hip_add_cpu(cpu->id);
	protection_check_cpu();
	/* release: pairs with the boot CPU's acquire; it sees this CPU whole */
	if (__atomic_fetch_and(&awaited, ~bit, __ATOMIC_ACQ_REL) & bit)
		entry_leave();
	for (;;)
		__asm__ volatile("cli; hlt");	/* too late; about to be reset */
}
