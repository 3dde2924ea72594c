/* SPDX-License-Identifier: MIT */
/* acpi.h - what the kernel takes from the firmware's tables; acpi.c. */
#pragma once
#include <hedron/hip.h>
#include "types.h"

#define ACPI_MAX_OVERRIDES	16

struct acpi_cpu {
	uint8_t acpi_id, apic_id;
};

struct acpi_override {
	unsigned gsi;
	bool level, low;
};

struct acpi_ioapic {
	paddr phys;
	unsigned gsi_base;
};

struct acpi {
	paddr xsdt;			/* 0: no ACPI */
	paddr lapic;
	struct acpi_cpu cpus[HEDRON_NUM_CPU];	/* enabled ones, in MADT order */
	unsigned cpu_count;
	struct acpi_ioapic ioapics[9];
	unsigned ioapic_count;
	struct acpi_override overrides[ACPI_MAX_OVERRIDES];
	unsigned override_count;
	uint16_t pm_timer;		/* port; 0: none */
	struct hip_gas pm1a_cnt, pm1b_cnt;
	paddr pci_cfg;			/* MCFG, segment 0 */
	uint64_t pci_cfg_size;
	unsigned pci_bus_start;
	paddr hpet, dmar;
};

extern struct acpi acpi;		/* I after acpi_init() */

void acpi_init(const void *rsdp);	/* NULL: to be searched */
