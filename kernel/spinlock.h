/* SPDX-License-Identifier: MIT */
/*
 * spinlock.h - locks between CPUs. The kernel runs with interrupts disabled, so a lock is never
 * wanted by an interrupt on the CPU that holds it.
 *
 * Order, outer first:
 *	mdb_lock	derivation tree, object and port spaces of all PDs
 *	pd->mem_lock	page tables of a PD; two PDs: lower address first
 *	gsi->lock	routing of an interrupt; in it that of the I/O APICs
 *	sm->lock	counter and waiters
 *	ec->lock	wake-up of an EC, the SCs that wait for it and those bound to it
 *	cpu->timer_lock
 *	rq->lock	run queue of a CPU
 *	retired[].lock	objects of a CPU that are to be looked at (kobj.c)
 *	gens.lock	what is still to go (generation.c)
 *	grace.lock, pages, slabs, PCIDs, the log: leaves
 *
 * Nobody waits for another CPU, opens an interrupt window or leaves the kernel with a lock held; debug
 * builds check that (debug/locks.c).
 */
#pragma once
#include "debug.h"
#include "types.h"

struct spinlock {
	uint8_t held;
};

static inline void spin_lock(struct spinlock *l)
{
	/* acquire: pairs with the release in spin_unlock() */
	while (__atomic_exchange_n(&l->held, 1, __ATOMIC_ACQUIRE))
		while (__atomic_load_n(&l->held, __ATOMIC_RELAXED))
			__builtin_ia32_pause();
	lock_count(1);
}

static inline void spin_unlock(struct spinlock *l)
{
	lock_count(-1);
	__atomic_store_n(&l->held, 0, __ATOMIC_RELEASE);
}

static inline bool spin_is_held(const struct spinlock *l)
{
	return __atomic_load_n(&l->held, __ATOMIC_RELAXED);
}
