/* SPDX-License-Identifier: MIT */
/* lapic.h - the CPU's own interrupt controller (SDM vol. 3, 10); lapic.c. */
#pragma once
#include "types.h"

struct hip_cpu;

void lapic_map(paddr phys);		/* once */
void lapic_init(void);			/* each CPU */
uint32_t lapic_id(void);
void lapic_eoi(void);
void lapic_send(uint32_t apic_id, unsigned vector);
void lapic_send_init(uint32_t apic_id);		/* reset: waits for a start */
void lapic_send_start(uint32_t apic_id, paddr page);	/* runs at `page`, below 1 MiB, in real mode */
void lapic_stop_others(void);		/* for a panic: an NMI to all other CPUs */
void lapic_timer_count(uint32_t count);	/* one shot; 0: off */
uint32_t lapic_timer_left(void);
void lapic_timer_by_deadline(void);	/* from now on set by MSR_TSC_DEADLINE, not by count */
void lapic_describe(struct hip_cpu *d);	/* register copies for the HIP */
