/* SPDX-License-Identifier: MIT */
/*
 * portal.h - local ECs and the portals they serve; see portal.c.
 */
#pragma once
#include <hedron/hypercall.h>
#include "layout.h"

/* A local EC with its UTCB and stack. */
struct handler {
	cap_sel ec;
	struct hedron_utcb *utcb;
	void *stack_top;
};

struct portal;
typedef cap_sel (*portal_fn)(struct portal *);	/* returns the semaphore to reply with, or 0 */

/* What a portal's id points to. */
struct portal {
	void *stack_top;		/* PORTAL_STACK_TOP */
	portal_fn fn;			/* PORTAL_FN */
	struct handler *handler;
	unsigned event;			/* event portals: its number */
	void *arg;
	cap_sel sel;
};
_Static_assert(offsetof(struct portal, stack_top) == PORTAL_STACK_TOP, "entry.S");
_Static_assert(offsetof(struct portal, fn) == PORTAL_FN, "entry.S");

/* A handler in PD `pd`, which must share the image (child.h) unless it is the roottask. */
struct handler *handler_new(cap_sel pd, unsigned cpu);

/* A portal of `h` that runs fn in C. */
struct portal *portal_new(struct handler *h, portal_fn fn, void *arg, uint64_t mtd);

/* Handler and portal in one, in the roottask, on the boot CPU. */
struct portal *service_new(portal_fn fn, void *arg);

/* For those that live longer than a case: the caller's storage, selectors and stack. */
void handler_init(struct handler *h, cap_sel sel, cap_sel pd, unsigned cpu, void *stack_top);
void portal_init(struct portal *p, cap_sel sel, struct handler *h, portal_fn fn, void *arg,
		 uint64_t mtd);
