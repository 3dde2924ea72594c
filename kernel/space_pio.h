/* SPDX-License-Identifier: MIT */
/* space_pio.h - I/O port spaces; the rules are at the head of space_pio.c. */
#pragma once
#include <hedron/crd.h>
#include "cap.h"
#include "pd.h"

struct obj_room;
struct work;

#define NUM_PORTS	0x10000

/* The capability that contains `port`, NULL if there is none. mdb_lock. */
struct cap *pio_lookup(const struct pd *pd, uint64_t port);

/* The first capability that touches first..last, NULL if there is none. mdb_lock. */
struct cap *pio_overlap(const struct pd *pd, uint64_t first, uint64_t last);

/* Before `pd` gets its first port: makes room for the bitmap. False: out of memory. Waits for other CPUs:
 * no lock may be held. */
MUST_USE bool pio_prepare(struct pd *pd);

/* Gives `pd` a range of ports that overlaps none it has; PIO_ACCESS is among the rights. NULL parent: the
 * hypervisor's; else after pio_prepare(). False: there is no room. mdb_lock. */
bool pio_insert_room(struct obj_room *room, struct pd *pd, uint64_t base, unsigned order,
		     struct cap *parent, unsigned rights);
void pio_remove(struct cap *c);				/* mdb_lock; part of cap_drop() */
/* As obj_sweep(), of ports up to `last`. mdb_lock. */
bool pio_sweep(struct pd *pd, struct sweep *s, uint64_t last, unsigned mask, bool self,
	       struct work *w);
void pio_space_free(struct pd *pd);
