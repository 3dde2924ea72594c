/* SPDX-License-Identifier: MIT */
/*
 * spinlock.h - locks between CPUs. The kernel runs with interrupts disabled, so a lock is never
 * wanted by an interrupt on the CPU that holds it.
 *
 * Order, outer first:
 *	mdb_lock	derivation tree, object and port spaces of all PDs
 *	pd->mem_lock	page tables of a PD; two PDs: lower address first
 *	sm->lock	counter and waiters; a base semaphore after its signal semaphore
 *	ec->lock	wake-up of an EC, and the SCs that wait for it
 *	cpu->timer_lock
 *	rq->lock	run queue of a CPU
 *	retired[].lock	objects of a CPU that are to be looked at (kobj.c)
 *	gens.lock	what is still to go (generation.c)
 *	page and slab locks of kalloc, grace.lock, the log: leaves
 */
#pragma once
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
}

static inline void spin_unlock(struct spinlock *l)
{
	__atomic_store_n(&l->held, 0, __ATOMIC_RELEASE);
}

static inline bool spin_is_held(const struct spinlock *l)
{
	return __atomic_load_n(&l->held, __ATOMIC_RELAXED);
}
