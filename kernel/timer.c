/* SPDX-License-Identifier: MIT */
/*
 * timer.c - the clock is the TSC; each CPU's timer interrupt comes at the earlier of its first
 * deadline and the end of the running quantum.
 *
 * The timer is set only when something earlier than before is due: an interrupt that comes too early
 * finds nothing to do and sets it anew. So switching SCs rarely touches the device. Without
 * TSC-deadline mode the count of the LAPIC timer is computed with 32 fraction bits, rounded up.
 */
#include "timer.h"
#include "acpi.h"
#include "cpu.h"
#include "lapic.h"
#include "sc.h"
#include "x86.h"

#define CALIBRATE_MS	10
#define READINGS	8
#define PASSED_MAX	16		/* deadlines served by one interrupt */
#define PM_TIMER_HZ	3579545
#define PIT_HZ		1193182
#define PIT_CH2		0x42
#define PIT_CMD		0x43
#define PIT_GATE	0x61

uint32_t timer_tsc_khz, timer_lapic_khz;
static uint64_t lapic_per_tsc;		/* I  << 32 */

/* The clocks at one moment: of several readings the fastest, since an emulator may be stopped by its
 * host between any two instructions. */
struct moment {
	ticks tsc;
	uint32_t pm, lapic;
};

static struct moment moment(uint16_t port)
{
	struct moment m = { 0 };
	ticks best = ~0ull;

	for (unsigned i = 0; i < READINGS; i++) {
		ticks tsc = rdtsc();
		uint32_t pm = inl(port), lapic = lapic_timer_left();
		ticks took = rdtsc() - tsc;

		if (took >= best)
			continue;
		best = took;
		m = (struct moment){ .tsc = tsc, .pm = pm, .lapic = lapic };
	}
	return m;
}

/* By the ACPI timer, which may be 24 bits wide. */
static void measure_by_pm(uint16_t port)
{
	struct moment start = moment(port), end;
	uint32_t wanted = PM_TIMER_HZ / (1000 / CALIBRATE_MS), passed;

	do {
		end = moment(port);
		passed = (end.pm - start.pm) & 0xffffff;
	} while (passed < wanted);
	timer_tsc_khz = (end.tsc - start.tsc) * PM_TIMER_HZ / 1000 / passed;
	timer_lapic_khz = (uint64_t)(start.lapic - end.lapic) * PM_TIMER_HZ / 1000 / passed;
}

/* By channel 2 of the PIT, counting down once. */
static void measure_by_pit(void)
{
	uint16_t count = PIT_HZ / (1000 / CALIBRATE_MS);
	uint32_t lapic;
	ticks tsc;

	outb(PIT_GATE, (inb(PIT_GATE) & ~2) | 1);
	outb(PIT_CMD, 0xb0);
	outb(PIT_CH2, count);
	outb(PIT_CH2, count >> 8);
	lapic = lapic_timer_left();
	tsc = rdtsc();
	while (!(inb(PIT_GATE) & 0x20))
		cpu_pause();
	timer_tsc_khz = (rdtsc() - tsc) / CALIBRATE_MS;
	timer_lapic_khz = (lapic - lapic_timer_left()) / CALIBRATE_MS;
}

void timer_init(void)
{
	lapic_timer_count(UINT32_MAX);
	if (acpi.pm_timer)
		measure_by_pm(acpi.pm_timer);
	else
		measure_by_pit();
	lapic_timer_count(0);
	lapic_per_tsc = ((uint64_t)timer_lapic_khz << 32) / timer_tsc_khz;
}

void timer_cpu_init(void)
{
	if (cpu_has.tsc_deadline)
		lapic_timer_by_deadline();
}

/* Quanta: microseconds times whole ticks (ABI 10.1). */
ticks timer_us_to_ticks(uint32_t us)
{
	return (ticks)us * (timer_tsc_khz / 1000);
}

uint64_t timer_ticks_to_us(ticks t)
{
	return t / timer_tsc_khz * 1000 + t % timer_tsc_khz * 1000 / timer_tsc_khz;
}

static void program(struct cpu *cpu, ticks at)
{
	ticks now, delta;

	cpu->timer_at = at;
	if (cpu_has.tsc_deadline) {
		wrmsr(MSR_TSC_DEADLINE, at);
		return;
	}
	now = rdtsc();
	delta = at > now ? at - now : 0;
	if (delta >> 32)
		delta = UINT32_MAX;		/* comes early, and is set again */
	lapic_timer_count(min_u64(((unsigned __int128)delta * lapic_per_tsc >> 32) + 1, UINT32_MAX));
}

void timer_update(void)
{
	struct cpu *cpu = this_cpu();
	ticks next = cpu->sc ? cpu->quantum_end : TIMER_NEVER;
	struct tree_node *first;

	spin_lock(&cpu->timer_lock);
	first = tree_first(&cpu->timeouts);
	if (first)
		next = min_u64(next, first->key);
	spin_unlock(&cpu->timer_lock);
	if (next < cpu->timer_at)
		program(cpu, next);
}

void timeout_arm(struct timeout *t, ticks deadline, void (*passed)(struct timeout *t))
{
	struct cpu *cpu = this_cpu();

	spin_lock(&cpu->timer_lock);
	t->cpu = cpu;
	t->passed = passed;
	tree_insert(&cpu->timeouts, &t->node, deadline);
	spin_unlock(&cpu->timer_lock);
	if (deadline < cpu->timer_at)
		program(cpu, deadline);
}

void timeout_disarm(struct timeout *t, struct cpu *cpu)
{
	spin_lock(&cpu->timer_lock);
	if (t->cpu)				/* it may have passed meanwhile */
		tree_remove(&cpu->timeouts, &t->node);
	t->cpu = NULL;
	spin_unlock(&cpu->timer_lock);
}

static struct timeout *pop_passed(struct cpu *cpu, ticks now)
{
	struct timeout *t = NULL;
	struct tree_node *first;

	spin_lock(&cpu->timer_lock);
	first = tree_first(&cpu->timeouts);
	if (first && first->key <= now) {
		t = tree_entry(first, struct timeout, node);
		tree_remove(&cpu->timeouts, first);
		t->cpu = NULL;
	}
	spin_unlock(&cpu->timer_lock);
	return t;
}

void timer_interrupt(void)
{
	struct cpu *cpu = this_cpu();
	ticks now = rdtsc();
	struct timeout *t;

	cpu->timer_at = TIMER_NEVER;
	for (unsigned n = 0; n < PASSED_MAX && (t = pop_passed(cpu, now)); n++)
		t->passed(t);		/* if there are more, the timer comes again at once */
	if (cpu->sc && now >= cpu->quantum_end)
		cpu_hazard(cpu, HZ_SCHED);	/* which sets the timer for the next quantum */
	else
		timer_update();
}
