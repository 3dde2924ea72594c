/* SPDX-License-Identifier: MIT */
/* ioapic.c - I/O APICs. Registers are reached through an index, so each access holds the lock. */
#include "ioapic.h"
#include "kmap.h"
#include "spinlock.h"

#define REG_INDEX	0		/* in 32-bit words */
#define REG_DATA	4
#define IDX_ID		0
#define IDX_VERSION	1
#define IDX_PIN(n)	(0x10 + 2 * (n))

#define PIN_LOW		(1 << 13)
#define PIN_LEVEL	(1 << 15)
#define PIN_MASKED	(1 << 16)

struct ioapic ioapics[IOAPIC_MAX];
unsigned ioapic_count;
static struct spinlock lock;

static uint32_t read(struct ioapic *io, unsigned idx)
{
	io->regs[REG_INDEX] = idx;
	return io->regs[REG_DATA];
}

static void write(struct ioapic *io, unsigned idx, uint32_t val)
{
	io->regs[REG_INDEX] = idx;
	io->regs[REG_DATA] = val;
}

void ioapic_add(paddr phys, unsigned gsi_base)
{
	struct ioapic *io = &ioapics[ioapic_count];

	if (ioapic_count == IOAPIC_MAX)
		return;
	ioapic_count++;
	io->regs = kmap_device(phys);
	io->phys = phys;
	io->gsi_base = gsi_base;
	io->id = read(io, IDX_ID);
	io->version = read(io, IDX_VERSION);
	io->pins = (io->version >> 16 & 0xff) + 1;
	for (unsigned pin = 0; pin < io->pins; pin++)
		write(io, IDX_PIN(pin), PIN_MASKED);
}

struct ioapic *ioapic_of(unsigned gsi)
{
	for (unsigned i = 0; i < ioapic_count; i++)
		if (gsi >= ioapics[i].gsi_base && gsi < ioapics[i].gsi_base + ioapics[i].pins)
			return &ioapics[i];
	return NULL;
}

void ioapic_set(struct ioapic *io, unsigned pin, struct ioapic_route r)
{
	spin_lock(&lock);
	write(io, IDX_PIN(pin), PIN_MASKED);
	write(io, IDX_PIN(pin) + 1, r.apic_id << 24);
	write(io, IDX_PIN(pin), r.vector | (r.low ? PIN_LOW : 0) | (r.level ? PIN_LEVEL : 0) |
				(r.masked ? PIN_MASKED : 0));
	spin_unlock(&lock);
}

void ioapic_mask(struct ioapic *io, unsigned pin, bool masked)
{
	uint32_t val;

	spin_lock(&lock);
	val = read(io, IDX_PIN(pin)) & ~PIN_MASKED;
	write(io, IDX_PIN(pin), val | (masked ? PIN_MASKED : 0));
	spin_unlock(&lock);
}
