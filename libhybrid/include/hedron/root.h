/* SPDX-License-Identifier: MIT */
/*
 * hedron/root.h - protocol of the root portal, version 1: names, memory, programs.
 *
 * The one portal that every native and hybrid program holds from its start (CAPS_ROOT + its CPU).
 * The roottask knows the caller from the portal's id.
 */
#pragma once
#include <hedron/service.h>

#define ROOT_VERSION	1

enum root_op {
	ROOT_LOG	= 1,	/* a line for the log */
	ROOT_LOOKUP	= 2,	/* a portal to a service */
	ROOT_REGISTER	= 3,	/* offer a service */
	ROOT_MEM_ALLOC	= 4,	/* zeroed memory at an address of the caller's choice */
	ROOT_MEM_FREE	= 5,
	ROOT_INFO	= 6,	/* memory, clock */
	ROOT_EXIT	= 7,	/* the calling program ends, with a status */
	ROOT_ENDED	= 8,	/* a loader tells the end of a program that it started */
	ROOT_EVENTS	= 9,	/* event portals for the caller's own ECs */
	ROOT_PORTALS	= 10,	/* a loader fetches the root portals of a program that it started */
};

/* ROOT_LOG: text, no newline needed. Answer: svc_reply. */
struct root_log {
	struct svc_request req;
	uint32_t len;			/* 0x08  bytes */
	uint32_t pad;			/* 0x0c */
	char text[];			/* 0x10 */
};

/* ROOT_LOOKUP. Answer: svc_reply and one typed item, the portal with right PT_CALL, into the
 * caller's delegate window (object, order 0). NOT_FOUND: no such name, or not granted to the caller.
 * With ROOT_LOOKUP_WAIT the call sleeps until somebody registers the name. */
#define ROOT_LOOKUP_WAIT	1
struct root_lookup {
	struct svc_request req;
	uint32_t cpu;			/* 0x08  portal for callers on this CPU */
	uint32_t flags;			/* 0x0c */
	char name[SVC_NAME_MAX];	/* 0x10  0-terminated */
};
_Static_assert(sizeof(struct root_lookup) == 0x30, "root protocol 1");

/* ROOT_REGISTER: one typed item per CPU, from first_cpu on, the i-th with hotspot i: a local EC with
 * right EC_BIND_PT, whose handler code is at `entry`. The roottask makes the clients' portals itself, id = badge. EXISTS:
 * somebody else offers that name. DENIED: the boot configuration does not let the caller. */
#define ROOT_REG_NOTIFY		1	/* send SVC_OP_CLIENT_GONE; honoured for `provides` lines only */
struct root_register {
	struct svc_request req;
	uint32_t first_cpu;		/* 0x08 */
	uint32_t flags;			/* 0x0c */
	uint64_t entry;			/* 0x10  address in the caller's PD */
	char name[SVC_NAME_MAX];	/* 0x18 */
};
_Static_assert(sizeof(struct root_register) == 0x38, "root protocol 1");

/* ROOT_MEM_ALLOC: map `pages` zeroed page frames, read and write, at `addr`. ROOT_MEM_FREE: give back
 * exactly what one ALLOC gave. NO_MEMORY beyond the caller's quota; INVALID: address or count. */
struct root_mem {
	struct svc_request req;
	uint64_t addr;			/* 0x08  page aligned */
	uint64_t pages;			/* 0x10 */
	uint32_t rights;		/* 0x18  MEM_R | MEM_W | MEM_X; ALLOC only */
	uint32_t pad;			/* 0x1c */
};
_Static_assert(sizeof(struct root_mem) == 0x20, "root protocol 1");

/* ROOT_INFO: request is a plain svc_request. */
struct root_info {
	struct svc_reply rep;
	uint64_t quota_pages;		/* 0x08  the caller's */
	uint64_t used_pages;		/* 0x10  the caller's */
	uint64_t total_pages;		/* 0x18  the machine's usable memory */
	uint64_t free_pages;		/* 0x20  the machine's */
	uint64_t epoch_ns;		/* 0x28  time since 1970-01-01 UTC ... */
	uint64_t epoch_tsc;		/* 0x30  ... when the TSC read this */
	uint32_t tsc_khz;		/* 0x38 */
	uint32_t cpus;			/* 0x3c  online */
};
_Static_assert(sizeof(struct root_info) == 0x40, "root protocol 1");

/* ROOT_EVENTS: the roottask's portals for the events of a native program's ECs on `cpu`: they report a
 * crash and end the program. Into the caller's delegate window, 32 selectors (object, order 5), at the
 * events' numbers; EVENT_STARTUP stays empty, for a portal of the caller's own. INVALID: CPU offline. */
struct root_events {
	struct svc_request req;
	uint32_t cpu;			/* 0x08 */
	uint32_t pad;			/* 0x0c */
};
_Static_assert(sizeof(struct root_events) == 0x10, "root protocol 1");

/* ROOT_PORTALS: the root portals of `program`, for it to hold at CAPS_ROOT + CPU. Into the caller's
 * delegate window (object): CPU i at hotspot i; a window of order 0 gets that of CPU 0. DENIED: not the
 * loader of that program. */
struct root_portals {
	struct svc_request req;
	uint32_t program;		/* 0x08 */
	uint32_t pad;			/* 0x0c */
};
_Static_assert(sizeof(struct root_portals) == 0x10, "root protocol 1");

/* How a program ended. */
enum program_end {
	PROGRAM_EXITED	= 0,		/* value: exit status 0..255 */
	PROGRAM_KILLED	= 1,		/* value: signal number (native faults: the matching signal) */
	PROGRAM_FAILED	= 2,		/* could not be started; value: 126 or 127, text says why */
};

/* ROOT_EXIT: program 0 (the caller itself). ROOT_ENDED: only from the loader of that program. */
struct root_ended {
	struct svc_request req;
	uint32_t program;		/* 0x08 */
	uint32_t how;			/* 0x0c  enum program_end */
	uint32_t value;			/* 0x10 */
	uint32_t len;			/* 0x14  bytes of text */
	char text[];			/* 0x18 */
};
_Static_assert(sizeof(struct root_ended) == 0x18, "root protocol 1");
