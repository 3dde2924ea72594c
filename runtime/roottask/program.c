/* SPDX-License-Identifier: MIT */
/*
 * program.c - the roottask's books about programs: numbers, states, the portals that each gets.
 *
 * A program is STARTING while the starter builds it, RUNNING, ENDING from the moment that somebody
 * says it is over (itself, its loader, a crash) until the reaper has taken it apart, and DEAD as
 * long as its frames are in quarantine. Its number holds the slot in the low bits, so finding it is
 * an index and a comparison. All is called with the books' lock held.
 */
#include "books.h"

#include <string.h>

#include <hedron/mtd.h>

#include "machine.h"

#define SLOT_BITS	7
_Static_assert(PROGRAMS_MAX == 1 << SLOT_BITS, "a number's low bits are the slot");

struct books books;

static unsigned slot_of(const struct program *p)
{
	return p - books.program;
}

const char *program_name(const struct program *p)
{
	return p->conf->name;
}

struct program *program_new(const struct conf_program *conf)
{
	static uint32_t serial;

	for (unsigned slot = 0; slot < PROGRAMS_MAX; slot++) {
		struct program *p = &books.program[slot];

		if (p->state != PROGRAM_NONE)
			continue;
		memset(p, 0, sizeof(*p));
		p->number = ++serial << SLOT_BITS | slot;
		p->state = PROGRAM_STARTING;
		p->conf = conf;
		p->mem.trusted = conf->provides.n != 0;
		graph_set(&books.graph, slot, p->mem.trusted ? NODE_TRUSTED : NODE_LIVE);
		p->grave = hedron_sm_new(0);
		if (p->grave != HEDRON_NO_SEL && program_make_root(p))
			return p;
		program_free(p);
		return NULL;
	}
	return NULL;
}

struct program *program_find(uint32_t number)
{
	struct program *p = &books.program[number % PROGRAMS_MAX];

	return p->number == number && (p->state == PROGRAM_STARTING || p->state == PROGRAM_RUNNING)
		       ? p : NULL;
}

struct program *program_of_conf(const struct conf_program *conf)
{
	for (unsigned slot = 0; slot < PROGRAMS_MAX; slot++) {
		struct program *p = &books.program[slot];

		if (p->conf == conf && program_find(p->number))
			return p;
	}
	return NULL;
}

/* ---- portals --------------------------------------------------------------------------------- */

bool program_make_root(struct program *p)
{
	for (unsigned cpu = 0; cpu < HEDRON_NUM_CPU; cpu++) {
		if (!books.cpu[cpu])
			continue;
		p->root[cpu] = hedron_sel_alloc(0);
		if (p->root[cpu] == HEDRON_NO_SEL)
			return false;
		if (hedron_local_portal(books.cpu[cpu]->root, p->root[cpu], p->number, 0) !=
		    HEDRON_SUCCESS)
			return false;
	}
	return true;
}

/* Event portals of a native program on a CPU: a crash needs the whole state for the report. */
bool program_make_events(struct program *p, unsigned cpu)
{
	const uint64_t all = MTD_GPR | MTD_RIP | MTD_RFLAGS | MTD_FS_GS | MTD_QUAL;
	cap_sel base;

	if (p->events[cpu])
		return true;
	base = hedron_sel_alloc(5);
	if (base == HEDRON_NO_SEL)
		return false;
	p->events[cpu] = base;
	for (unsigned i = 0; i < EVENT_COUNT; i++)
		if (hedron_local_portal(books.cpu[cpu]->event, base + i, event_id(p->number, i), all) !=
		    HEDRON_SUCCESS)
			return false;
	return true;
}

/* ---- the end --------------------------------------------------------------------------------- */

/* Called once for each program; a second end (a crash while it exits) is ignored. The main program
 * takes the machine with it. */
void program_ended(struct program *p, enum program_end how, unsigned value)
{
	if (p->state != PROGRAM_RUNNING && p->state != PROGRAM_STARTING)
		return;
	p->state = PROGRAM_ENDING;
	p->how = how;
	p->value = value;
	if (p->conf->main && how == PROGRAM_FAILED)
		machine_fail(value, "%s: could not be started", program_name(p));
	if (p->conf->main)
		machine_end(how == PROGRAM_KILLED ? 128 + value : value);
	hedron_sm_up(books.reap);
}

/* For an EC of the program that is not to run again: the semaphore to reply with, on which it
 * sleeps until the reaper wakes it to its death; 0 if that has been. */
cap_sel program_bury(uint32_t number)
{
	struct program *p = &books.program[number % PROGRAMS_MAX];

	if (p->number != number || !p->grave)
		return 0;
	p->graves++;
	return p->grave;
}

/* The slot is free again; its objects are gone. */
void program_free(struct program *p)
{
	graph_remove(&books.graph, slot_of(p));
	p->state = PROGRAM_NONE;
}
