/* SPDX-License-Identifier: MIT */
/*
 * books.h - what the roottask knows: programs, services, CPUs.
 *
 * One mutex, the books' lock, guards all of it, and the memory (mem.h). It is held by portal
 * handlers for the length of one request and by the two threads, starter and reaper, for short
 * stretches: never while waiting for a semaphore of somebody else or calling into another program.
 * Order: books, lock_heap and lock_va of the runtime, log.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include <hedron/native.h>

#include "conf.h"
#include "graph.h"
#include "mem.h"

#define PROGRAMS_MAX	GRAPH_NODES
#define NAMES_MAX	64		/* services that one program may offer */
#define TEXT_MAX	200

enum program_state {
	PROGRAM_NONE,		/* the slot is free */
	PROGRAM_STARTING,	/* only the starter touches it */
	PROGRAM_RUNNING,
	PROGRAM_ENDING,		/* handed to the reaper */
	PROGRAM_DEAD,		/* only its frames are left, in quarantine */
};

/* Fields: I constant once RUNNING; the rest under the books' lock. */
struct program {
	uint32_t number;		/* I  never 0, never used twice; names the program in badges */
	enum program_state state;
	const struct conf_program *conf;	/* I */
	bool native;			/* I  else a loader's, and only portals and conf count */
	uint32_t loader;		/* I  number of its loader */
	uint64_t entry;			/* I  native: first instruction */
	cap_sel pd, ec, sc;		/* I  native; 0: none */
	cap_sel sm;			/* I  its CAPS_SM */
	cap_sel grave;			/* ECs that are not to run again sleep on it ... */
	unsigned graves;		/* ... so many */
	cap_sel events[HEDRON_NUM_CPU];	/* 32 event portals; 0: not made */
	cap_sel root[HEDRON_NUM_CPU];	/* I  root portals; 0: not made */
	struct account mem;
	unsigned names;			/* services that it offers */
	enum program_end how;		/* when it has ended */
	unsigned value;
};

/* A portal to a service, made for one client. */
struct link {
	struct link *next;
	uint32_t program;
	unsigned cpu;
	cap_sel pt;
};

struct service {
	struct service *next;
	char name[SVC_NAME_MAX];
	uint32_t owner;			/* program number */
	unsigned flags;			/* ROOT_REG_* */
	uint64_t entry;
	cap_sel ecs;			/* window of 64 selectors: the EC of each CPU, or nothing */
	uint64_t cpus;			/* bit n: there is an EC for CPU n */
	struct link *links;
};

/* What each CPU has. */
struct root_cpu {
	unsigned cpu;
	struct hedron_local *root;	/* serves the root portals */
	struct hedron_local *event;	/* serves the programs' event portals */
	cap_sel window;			/* 64 selectors where requests put capabilities */
	cap_sel wait;			/* callers of LOOKUP with WAIT sleep here ... */
	unsigned waiters;		/* ... so many */
};

struct books {
	struct hedron_mutex lock;
	struct conf conf;
	unsigned boot_cpu;
	const void *archive;
	uint64_t archive_frame, archive_size;
	struct program program[PROGRAMS_MAX];
	struct service *services;
	struct graph graph;
	struct root_cpu *cpu[HEDRON_NUM_CPU];	/* NULL: offline */
	cap_sel reap;			/* up: there is a program to reap */
	cap_sel start;			/* up: something has changed for the starter */
};

extern struct books books;

static inline void books_lock(void)	{ hedron_mutex_lock(&books.lock); }
static inline void books_unlock(void)	{ hedron_mutex_unlock(&books.lock); }

/* program.c */
struct program *program_new(const struct conf_program *conf);	/* STARTING; NULL: no slot, memory */
struct program *program_find(uint32_t number);		/* RUNNING or STARTING; NULL: none */
struct program *program_of_conf(const struct conf_program *conf);
bool program_make_root(struct program *p);
bool program_make_events(struct program *p, unsigned cpu);
void program_ended(struct program *p, enum program_end how, unsigned value);
cap_sel program_bury(uint32_t number);
void program_free(struct program *p);

/* A service's name as a program in words, for the log. */
const char *program_name(const struct program *p);

/* native.c: load and start. Returns 0, or 126 or 127 with one line of text. */
unsigned native_start(struct program *p, const void *file, size_t size, char text[TEXT_MAX]);

/* loader.c: have the loader start it; the same. `timeout`: none. */
unsigned loader_start(struct program *p, char text[TEXT_MAX]);

/* service.c */
struct service *service_find(const char *name);
enum svc_status service_register(struct program *p, const struct root_register *req,
				 struct root_cpu *c, unsigned items);
enum svc_status service_link(struct service *s, struct program *p, unsigned cpu, uint32_t grants,
			     cap_sel *pt);
void services_forget(struct program *p);
cap_sel service_portal(const struct service *s, unsigned cpu);

/* root.c, event.c: handlers of the portals. */
cap_sel root_handle(uint64_t id, struct hedron_utcb *utcb, void *arg);
cap_sel event_handle(uint64_t id, struct hedron_utcb *utcb, void *arg);

/* The id of event portals. */
static inline uint64_t event_id(uint32_t program, unsigned event)
{
	return (uint64_t)program << 5 | event;
}

/* reaper.c, starter.c: the threads. */
void reaper_main(void *arg);
void starter_main(void *arg);
void starter_again(const struct conf_program *conf);	/* it has died and is to be restarted */
