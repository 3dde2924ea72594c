/* SPDX-License-Identifier: MIT */
/* space_pio.h - I/O port spaces; the rules are at the head of space_pio.c. */
#pragma once
#include <hedron/crd.h>
#include "cap.h"
#include "pd.h"

#define NUM_PORTS	0x10000

/* The capability that contains `port`, NULL if there is none. mdb_lock. */
struct cap *pio_lookup(const struct pd *pd, uint64_t port);

/* The first capability that touches first..last, NULL if there is none. mdb_lock. */
struct cap *pio_overlap(const struct pd *pd, uint64_t first, uint64_t last);

/* Before `pd` gets its first port: makes room for the bitmap. False: out of memory. Waits for other CPUs:
 * no lock may be held. */
MUST_USE bool pio_prepare(struct pd *pd);

/* Gives `pd` a range of ports that overlaps none it has; PIO_ACCESS is among the rights. NULL parent: the
 * hypervisor's; else after pio_prepare(). mdb_lock. */
MUST_USE enum hedron_status pio_insert_locked(struct pd *pd, uint64_t base, unsigned order,
					      struct cap *parent, unsigned rights);
void pio_remove(struct cap *c);				/* mdb_lock; part of cap_drop() */
void pio_space_clear_locked(struct pd *pd);		/* revokes everything in it */
void pio_space_free(struct pd *pd);
