/* SPDX-License-Identifier: MIT */
/*
 * fuzz.h - the trusted side: what all of it shares.
 *
 *	station.c	a CPU: the handler that answers the fuzz threads' events, and a watcher
 *	witness.c	innocent threads
 *	world.c		the objects of one round
 *	rounds.c	rounds: start, watch, end, compare
 *	cycles.c	the leak test
 *	report.c	failures, counts
 */
#pragma once
#include "args.h"
#include "check.h"
#include "env.h"
#include "guest_layout.h"
#include "portal.h"
#include "random.h"

#define STATIONS_MAX	8
#define PDS_MAX		4
#define PARK_COUNT	4		/* semaphores on which replies put fuzz threads */

/* Priorities: fuzz threads have 1..40 (guest_calls.c). */
#define PRIO_WITNESS	50
#define PRIO_WATCHER	100
#define PRIO_SUPERVISOR	127

/* ---- station.c ------------------------------------------------------------------------------ */

struct station {
	unsigned cpu;
	struct handler handler;		/* of fuzz threads' events and foreign calls */
	struct portal echo;		/* called by fuzz threads */
	struct handler own;		/* of the trusted threads' events on this CPU */
	cap_sel ping;			/* upped by the supervisor, taken by the watcher */
	volatile uint64_t pings;	/* so many were taken */
	volatile uint64_t beats;	/* passes of the watcher */
	uint64_t random;
	volatile uint64_t events[EVENT_COUNT + 1];	/* answered; [EVENT_COUNT]: foreign calls */
};
extern struct station stations[STATIONS_MAX];
extern unsigned station_count;
extern cap_sel parks;			/* PARK_COUNT semaphores */

void stations_init(void);

/* A thread of the program itself; `fn` does not return. */
void trusted_thread(struct station *s, unsigned prio, void (*fn)(void *), void *arg, uint64_t utcb);

/* The portal of event `event` (EVENT_COUNT: foreign calls) of the slot that `arg` describes. */
struct slot_place {
	struct station *station;
	uint64_t guest;			/* address of the slot in its PD */
	cap_sel sels;			/* its objects in the roottask: world.c */
};
cap_sel station_event(struct portal *p);

/* ---- witness.c ------------------------------------------------------------------------------ */

void witnesses_init(void);
void witnesses_check(void);		/* reports what they have seen */
uint64_t witnesses_passes(void);

/* ---- world.c -------------------------------------------------------------------------------- */

void world_init(void);
void world_build(uint64_t round);
void world_start(void);
void world_nudge(void);			/* wake whatever waits */
void world_harm(void);			/* destroy something that is in use */
void world_end(void);			/* revoke everything; returns when it is told that all is gone */

/* Thread slots that still have work to do, and calls made so far. */
struct world_progress {
	unsigned busy;
	uint64_t calls;
};
struct world_progress world_progress(void);
uint64_t world_checksum(void);		/* of all memory that fuzz PDs have */
const struct slot *world_slot(unsigned pd, unsigned i);	/* 0: not in this round */
uint64_t world_play_page(uint64_t *random);	/* page number, in the roottask, of one to map by reply */

/* ---- rounds.c, cycles.c --------------------------------------------------------------------- */

void rounds_run(void) __attribute__((noreturn));
void cycles_run(void) __attribute__((noreturn));

/* ---- report.c ------------------------------------------------------------------------------- */

enum claim {
	CLAIM_LIVES,		/* no fault, no hang */
	CLAIM_OWN,		/* what is the program's own has not changed */
	CLAIM_STOPS,		/* nothing runs after its objects were revoked */
	CLAIM_MEMORY,		/* kernel memory comes back */
	CLAIM_CYCLES_ONE,	/* MODE_CYCLES: the same, on one CPU */
	CLAIM_CYCLES_ACROSS,	/* and across two */
	CLAIM_COUNT,
};

void report_begin(void);
void report_round(uint64_t round);	/* adds up what the slots say */
void report_skip(enum claim claim, const char *why);
void report_fail(enum claim claim, const char *what, uint64_t got, uint64_t want);
void report_end(void) __attribute__((noreturn));
uint64_t report_calls(void);
extern uint64_t report_round_number;	/* in progress */

/* Free kernel memory in bytes; 0 if the kernel does not tell. */
uint64_t free_memory(void);
