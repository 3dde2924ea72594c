/* SPDX-License-Identifier: MIT */
/*
 * portal.c - local ECs and the portals they serve.
 *
 * A portal's id is the address of a struct portal; portal_entry (entry.S) takes the stack and the
 * function from there. The handler knows its UTCB through it too, so one function serves many.
 * The kernel's part is given back after the case, by env_reset(); the structs are used in turn, so that a
 * handler that is still ending does not meet its successor's.
 */
#include "portal.h"
#include "check.h"
#include "env.h"
#include "regs.h"

#define HANDLERS	48
#define PORTALS		768

static struct handler handlers[HANDLERS];
static struct portal portals[PORTALS];
static unsigned handlers_used, portals_used;

void handler_init(struct handler *h, cap_sel sel, cap_sel pd, unsigned cpu, void *stack_top)
{
	h->ec = sel;
	h->utcb = (struct hedron_utcb *)va_alloc(0);
	h->stack_top = stack_top;
	MUST(hedron_create_ec(sel, pd, 0, cpu, (uint64_t)h->utcb, (uint64_t)h->stack_top,
			      EVENTS_NONE));
}

void portal_init(struct portal *p, cap_sel sel, struct handler *h, portal_fn fn, void *arg,
		 uint64_t mtd)
{
	p->stack_top = h->stack_top;
	p->fn = fn;
	p->handler = h;
	p->arg = arg;
	p->sel = sel;
	MUST(hedron_create_pt(sel, ROOT_SEL_PD, h->ec, mtd, (uint64_t)portal_entry));
	MUST(hedron_pt_set_id(sel, (uint64_t)p));
}

struct handler *handler_new(cap_sel pd, unsigned cpu)
{
	struct handler *h = &handlers[handlers_used++ % HANDLERS];

	handler_init(h, sel_alloc(), pd, cpu, stack_alloc());
	return h;
}

struct portal *portal_new(struct handler *h, portal_fn fn, void *arg, uint64_t mtd)
{
	struct portal *p = &portals[portals_used++ % PORTALS];

	portal_init(p, sel_alloc(), h, fn, arg, mtd);
	return p;
}

struct portal *service_new(portal_fn fn, void *arg)
{
	return portal_new(handler_new(ROOT_SEL_PD, env.cpu), fn, arg, 0);
}
