/* SPDX-License-Identifier: MIT */
/*
 * bench.h - a row of the table, and what the rows share; the method is at the head of main.c.
 *
 * Selectors, addresses, threads, portals and PDs that a setup takes go back after the row (../abi).
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "../abi/child.h"
#include "../abi/env.h"
#include "../abi/make.h"
#include "../abi/thread.h"

enum bench_needs {
	NEEDS_NOTHING,
	NEEDS_CPU2,		/* two CPUs: a boot of its own, so that the others have one */
	NEEDS_MEDIATOR,		/* HIP_FEAT_MEDIATOR */
	NEEDS_PATIENCE,		/* takes long: only when asked for */
};

struct bench {
	const char *name;	/* for programs: no blanks */
	const char *title;	/* for people */
	void (*setup)(void);	/* once; may set `subject` */
	void (*before)(void);	/* before and after each run, not measured */
	void (*op)(void);	/* what is measured */
	void (*after)(void);
	unsigned runs;		/* 0: RUNS_MAX */
	enum bench_needs needs;
};

struct bench_list {
	const struct bench *rows;
	unsigned count;
};
#define BENCH_LIST(id, table) \
	const struct bench_list bench_##id = { table, sizeof(table) / sizeof((table)[0]) }

#define RUNS_MAX	2048

/* The thread that executes the row, if a setup has set it; else the one that runs the setup. Its
 * body is bench_body. A thread in another PD must not use hypercalls in before, op and after. */
extern struct thread *subject;
void bench_body(void *arg);

/* The UTCB of the thread that runs setups, and of rows without subject. */
struct hedron_utcb *bench_utcb(void);

/* Portals whose handler is one of handlers.S: its UTCB is the id, `reply` what it replies with. */
cap_sel portal_make(cap_sel sel, struct handler *h, void (*entry)(void), uint64_t mtd);
cap_sel service_make(cap_sel pd, void (*entry)(void));
void event_portal_make(struct thread *t, unsigned event, void (*entry)(void), uint64_t mtd,
		       cap_sel reply_sm);

/* A row of page faults in another PD that are answered with `with` (events.c). */
void setup_fault(hedron_crd with);
void touch_next(void);

/* What a personality asks for in events and foreign calls. */
#define MTD_EVENT	(MTD_GPR | MTD_RIP | MTD_RFLAGS | MTD_QUAL)
#define MTD_FOREIGN	(MTD_GPR | MTD_RIP | MTD_RFLAGS)
