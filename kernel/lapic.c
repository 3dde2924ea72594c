/* SPDX-License-Identifier: MIT */
/* lapic.c - local APIC in xAPIC mode: end of interrupt, timer, interrupts between CPUs. */
#include "lapic.h"
#include <hedron/hip.h>
#include "cpu.h"
#include "kmap.h"
#include "pages.h"
#include "panic.h"
#include "x86.h"

#define REG_ID		0x020
#define REG_VERSION	0x030
#define REG_TPR		0x080
#define REG_EOI		0x0b0
#define REG_SPURIOUS	0x0f0
#define REG_ICR_LOW	0x300
#define REG_ICR_HIGH	0x310
#define REG_LVT_TIMER	0x320
#define REG_LVT_THERMAL	0x330
#define REG_LVT_PERF	0x340
#define REG_LVT_LINT0	0x350
#define REG_LVT_LINT1	0x360
#define REG_LVT_ERROR	0x370
#define REG_TIMER_INIT	0x380
#define REG_TIMER_COUNT	0x390
#define REG_TIMER_DIV	0x3e0

#define SPURIOUS_ENABLE	(1 << 8)
#define LVT_MASKED	(1 << 16)
#define LVT_NMI		(4 << 8)
#define LVT_DEADLINE	(2 << 17)
#define TIMER_DIV_1	0xb
#define ICR_PENDING	(1 << 12)
#define ICR_ASSERT	(1 << 14)
#define ICR_NMI		(4 << 8)
#define ICR_INIT	(5 << 8)
#define ICR_START	(6 << 8)
#define ICR_OTHERS	(3 << 18)

static volatile uint32_t *regs;		/* I */

static uint32_t read(unsigned reg)		{ return regs[reg / 4]; }
static void write(unsigned reg, uint32_t val)	{ regs[reg / 4] = val; }

void lapic_map(paddr phys)
{
	if (rdmsr(MSR_APIC_BASE) & APIC_BASE_X2APIC)
		refuse("the local APIC is in x2APIC mode");
	regs = kmap_device(phys);
}

void lapic_init(void)
{
	wrmsr(MSR_APIC_BASE, rdmsr(MSR_APIC_BASE) | APIC_BASE_ENABLE);
	write(REG_TPR, 0);
	write(REG_SPURIOUS, SPURIOUS_ENABLE | VEC_SPURIOUS);
	write(REG_LVT_LINT0, LVT_MASKED);
	write(REG_LVT_LINT1, LVT_NMI);
	write(REG_LVT_ERROR, VEC_LAPIC_ERROR);
	write(REG_TIMER_DIV, TIMER_DIV_1);
	write(REG_LVT_TIMER, VEC_TIMER);
}

uint32_t lapic_id(void)			{ return read(REG_ID) >> 24; }
void lapic_eoi(void)			{ write(REG_EOI, 0); }
uint32_t lapic_timer_left(void)		{ return read(REG_TIMER_COUNT); }
void lapic_timer_count(uint32_t count)	{ write(REG_TIMER_INIT, count); }

void lapic_timer_by_deadline(void)
{
	write(REG_LVT_TIMER, VEC_TIMER | LVT_DEADLINE);
	__sync_synchronize();		/* before the first write of the deadline (SDM 10.5.4.1) */
}

static void send(uint32_t apic_id, uint32_t command)
{
	while (read(REG_ICR_LOW) & ICR_PENDING)
		cpu_pause();
	write(REG_ICR_HIGH, apic_id << 24);
	write(REG_ICR_LOW, ICR_ASSERT | command);
}

void lapic_send(uint32_t apic_id, unsigned vector)	{ send(apic_id, vector); }
void lapic_send_init(uint32_t apic_id)			{ send(apic_id, ICR_INIT); }

void lapic_send_start(uint32_t apic_id, paddr page)
{
	send(apic_id, ICR_START | page >> PAGE_SHIFT);
}

void lapic_stop_others(void)
{
	if (regs)
		write(REG_ICR_LOW, ICR_OTHERS | ICR_ASSERT | ICR_NMI);
}

void lapic_describe(struct hip_cpu *d)
{
	static const uint16_t copied[] = {
		REG_ID, REG_VERSION, REG_SPURIOUS, 0, REG_LVT_TIMER,
		REG_LVT_LINT0, REG_LVT_LINT1, REG_LVT_ERROR, REG_LVT_PERF, REG_LVT_THERMAL,
	};
	_Static_assert(ARRAY_SIZE(copied) == ARRAY_SIZE(d->lapic), "ABI reference 2");

	for (unsigned i = 0; i < ARRAY_SIZE(copied); i++)
		d->lapic[i] = copied[i] ? read(copied[i]) : 0;
}
