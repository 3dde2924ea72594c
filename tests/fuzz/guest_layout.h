/* SPDX-License-Identifier: MIT */
/*
 * guest_layout.h - what a fuzz PD looks like from inside: addresses, selectors, and the slot, which is
 * all that a fuzz thread or fuzz handler knows.
 *
 * A fuzz PD sees the roottask's text and constants, and nothing of its data. Its own memory is the
 * arena (slots) and some pages to play with; the roottask sees those too.
 */
#pragma once
#include <hedron/abi.h>

/* ---- addresses ------------------------------------------------------------------------------ */

#define SLOT_COUNT	16
#define SLOT_SIZE	0x2000		/* struct slot at the start, the stack grows down from the end */
#define ARENA		0x40000000
#define ARENA_SIZE	(SLOT_COUNT * SLOT_SIZE)
#define UTCBS		0x50000000	/* of slot i: page i */
#define PLAY		0x60000000	/* pages to delegate, map, revoke, touch */
#define PLAY_PAGES	64
#define PLAY_MAPPED	16		/* so many are there at the start */

/* Slots up to THREAD_SLOTS are threads, the others are portal handlers. */
#define THREAD_SLOTS	8
#define HANDLER_SLOTS	(SLOT_COUNT - THREAD_SLOTS)
#define SLOT_LIMIT	2000		/* calls in a round */

/* ---- selectors ------------------------------------------------------------------------------ */

#define G_PD		1		/* its own PD */
#define G_PEER		2		/* another fuzz PD */
#define G_SM		4		/* semaphores that all share */
#define G_SM_COUNT	8
#define G_EC		16		/* of slot i */
#define G_SC		32		/* of slot i, threads only */
#define G_PT		48		/* to the fuzz handlers of this PD */
#define G_PEER_PT	56		/* to those of the peer */
#define G_ECHO		64		/* to the trusted handler of CPU i */
#define G_GSI		80		/* an interrupt nobody raises */
#define G_NEW		84		/* objects that the PD creates: */
#define G_NEW_PD	84		/* by kind, so that they are found again */
#define G_NEW_EC	90
#define G_NEW_SC	102
#define G_NEW_PT	108
#define G_NEW_SM	120
#define G_POOL		128		/* end of all that */
#define G_EVENTS	0x400		/* event base of slot i: + 32 * i */
#define G_FOREIGN	0x200		/* foreign portal base: + event base + CPU is the portal */
#define G_END		0x800

#define G_PORTS		0xe0		/* 8 ports where nothing is */
#define G_PORTS_ORDER	3

/* ---- the slot ------------------------------------------------------------------------------- */

#define SLOT_FOREIGN	(1 << 0)	/* its PD is foreign */
#define SLOT_HANDLER	(1 << 1)
#define SLOT_FSGSBASE	(1 << 2)	/* the CPU has WRFSBASE */

/* What is counted: hypercalls by number, and four kinds besides. */
#define COUNT_OTHER	HC_COUNT	/* number out of range */
#define COUNT_RAW	(HC_COUNT + 1)	/* all registers random: no status known */
#define COUNT_FOREIGN	(HC_COUNT + 2)	/* foreign call */
#define COUNT_FAULT	(HC_COUNT + 3)	/* exception on purpose */
#define COUNT_KINDS	(HC_COUNT + 4)
#define COUNT_STATUS	11		/* 0..9, and one for all else */

#ifndef __ASSEMBLER__
#include <hedron/utcb.h>

/* In the fuzz PD's memory: it may spoil it, so it decides nothing but what that PD does. */
struct slot {
	uint64_t random;		/* state of its generator */
	uint64_t calls;			/* made so far */
	uint64_t limit;			/* then a thread ends, and a handler only replies */
	uint64_t ticks_per_ms;		/* TSC */
	uint32_t index;
	uint32_t cpu, cpus;		/* its own; numbers below `cpus` exist */
	uint32_t flags;			/* SLOT_* */
	uint32_t mode;			/* enum fuzz_mode, args.h */
	uint32_t ended;
	uint32_t count[COUNT_KINDS][COUNT_STATUS];
};
_Static_assert(sizeof(struct slot) <= SLOT_SIZE / 2, "room for the stack");

static inline struct slot *slot_at(unsigned i)
{
	return (struct slot *)(ARENA + (uint64_t)i * SLOT_SIZE);
}

static inline struct hedron_utcb *slot_utcb(unsigned i)
{
	return (struct hedron_utcb *)(UTCBS + ((uint64_t)i << HEDRON_PAGE_SHIFT));
}
#endif
