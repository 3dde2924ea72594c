/* SPDX-License-Identifier: MIT */
/* ioapic.h - I/O APICs (82093AA data sheet): pins that turn device lines into vectors. */
#pragma once
#include "types.h"

#define IOAPIC_MAX	9

struct ioapic {
	volatile uint32_t *regs;	/* I */
	uint32_t id, version;		/* I  register copies */
	paddr phys;			/* I */
	unsigned gsi_base, pins;	/* I */
};

extern struct ioapic ioapics[IOAPIC_MAX];
extern unsigned ioapic_count;		/* I */

/* A pin's settings; what is not in it is fixed: physical destination, fixed delivery. */
struct ioapic_route {
	uint32_t apic_id;
	uint8_t vector;
	bool level, low, masked;
};

void ioapic_add(paddr phys, unsigned gsi_base);		/* masks all its pins */
struct ioapic *ioapic_of(unsigned gsi);			/* NULL: no pin has this number */
void ioapic_set(struct ioapic *io, unsigned pin, struct ioapic_route r);
void ioapic_mask(struct ioapic *io, unsigned pin, bool masked);
