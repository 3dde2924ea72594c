/* SPDX-License-Identifier: MIT */
/*
 * service.c - names of services, and the portals to them.
 *
 * A service brings a local EC for each CPU; the roottask makes every client's portals itself and
 * puts the badge into their ids, so a badge cannot be forged, and it can take the portals away when
 * the client or the service is gone. A client that asks again gets the same portal. All with the
 * books' lock held.
 */
#include "books.h"

#include <stdlib.h>
#include <string.h>

#include "machine.h"

struct service *service_find(const char *name)
{
	struct service *s = books.services;

	while (s && strcmp(s->name, name))
		s = s->next;
	return s;
}

/* Make a portal to the service's EC on `cpu`. HEDRON_NO_SEL: not possible. */
static cap_sel make_portal(const struct service *s, unsigned cpu, uint64_t id)
{
	cap_sel sel = hedron_sel_alloc(0);

	if (sel == HEDRON_NO_SEL)
		return sel;
	if (hedron_create_pt(sel, ROOT_SEL_PD, s->ecs + cpu, 0, s->entry) == HEDRON_SUCCESS) {
		hedron_pt_set_id(sel, id);
		return sel;
	}
	hedron_sel_free(sel, 0);
	return HEDRON_NO_SEL;
}

/* ---- registration ---------------------------------------------------------------------------- */

/* Everybody who sleeps in LOOKUP asks again. */
static void wake_waiters(void)
{
	for (unsigned cpu = 0; cpu < HEDRON_NUM_CPU; cpu++) {
		struct root_cpu *c = books.cpu[cpu];

		for (; c && c->waiters; c->waiters--)
			hedron_sm_up(c->wait);
	}
	hedron_sm_up(books.start);
}

/* Does a portal to each EC that came work? Only then is the service there. */
static enum svc_status try_ecs(const struct service *s)
{
	if (!s->cpus)
		return SVC_INVALID;
	for (unsigned cpu = 0; cpu < HEDRON_NUM_CPU; cpu++) {
		cap_sel pt;

		if (!(s->cpus >> cpu & 1))
			continue;
		pt = make_portal(s, cpu, 0);
		if (pt == HEDRON_NO_SEL)
			return SVC_INVALID;
		hedron_obj_drop(pt);
	}
	return SVC_OK;
}

/* The ECs lie in the CPU's window, item i at hotspot i. On success the window is the service's, and
 * the CPU gets a new one. */
enum svc_status service_register(struct program *p, const struct root_register *req,
				 struct root_cpu *c, unsigned items)
{
	struct service *s;
	enum svc_status status;
	cap_sel window;

	if (!memchr(req->name, 0, sizeof(req->name)) || !req->name[0] || !items ||
	    req->first_cpu >= HEDRON_NUM_CPU || items > HEDRON_NUM_CPU - req->first_cpu)
		return SVC_INVALID;
	if (!conf_may_offer(&books.conf, p->conf, req->name))
		return SVC_DENIED;
	if (service_find(req->name))
		return SVC_EXISTS;
	s = p->names < NAMES_MAX ? calloc(1, sizeof(*s)) : NULL;
	window = s ? hedron_sel_alloc(6) : HEDRON_NO_SEL;
	if (window == HEDRON_NO_SEL) {
		free(s);
		return SVC_NO_MEMORY;
	}
	strcpy(s->name, req->name);
	s->owner = p->number;
	s->flags = conf_provides(p->conf, req->name) ? req->flags : 0;
	s->entry = req->entry;
	s->ecs = c->window - req->first_cpu;
	for (unsigned i = 0; i < items; i++)
		if (hedron_lookup(crd_obj(c->window + i, 0, 0)))
			s->cpus |= 1ull << (req->first_cpu + i);
	status = try_ecs(s);
	if (status != SVC_OK) {
		hedron_sel_free(window, 6);
		free(s);
		return status;
	}
	c->window = window;
	p->names++;
	s->next = books.services;
	books.services = s;
	log_root("%s offers \"%s\"", program_name(p), s->name);
	wake_waiters();
	return SVC_OK;
}

/* ---- clients --------------------------------------------------------------------------------- */

enum svc_status service_link(struct service *s, struct program *p, unsigned cpu, uint32_t grants,
			     cap_sel *pt)
{
	struct link *l;

	for (l = s->links; l; l = l->next)
		if (l->program == p->number && l->cpu == cpu) {
			*pt = l->pt;
			return SVC_OK;
		}
	if (cpu >= HEDRON_NUM_CPU || !(s->cpus >> cpu & 1))
		return SVC_NOT_FOUND;
	l = calloc(1, sizeof(*l));
	if (!l)
		return SVC_NO_MEMORY;
	l->program = p->number;
	l->cpu = cpu;
	l->pt = make_portal(s, cpu, badge_make(p->number, grants));
	if (l->pt == HEDRON_NO_SEL) {
		free(l);
		return SVC_NO_MEMORY;
	}
	l->next = s->links;
	s->links = l;
	graph_connect(&books.graph, p->number % PROGRAMS_MAX, s->owner % PROGRAMS_MAX);
	*pt = l->pt;
	return SVC_OK;
}

/* A portal of the roottask's own, with badge 0; to be dropped. */
cap_sel service_portal(const struct service *s, unsigned cpu)
{
	return s->cpus >> cpu & 1 ? make_portal(s, cpu, 0) : HEDRON_NO_SEL;
}

static void drop_links(struct service *s, uint32_t program)
{
	struct link **at = &s->links, *l;

	while ((l = *at)) {
		if (program && l->program != program) {
			at = &l->next;
			continue;
		}
		*at = l->next;
		hedron_obj_drop(l->pt);
		free(l);
	}
}

static unsigned first_cpu(uint64_t cpus)
{
	return __builtin_ctzll(cpus);
}

/* The program is gone, as a client and as a server. The window's first selector is that of the
 * first CPU that came with the registration. */
void services_forget(struct program *p)
{
	struct service **at = &books.services, *s;

	while ((s = *at)) {
		drop_links(s, s->owner == p->number ? 0 : p->number);
		if (s->owner != p->number) {
			at = &s->next;
			continue;
		}
		*at = s->next;
		log_root("\"%s\" is gone with %s", s->name, program_name(p));
		hedron_revoke(crd_obj((s->ecs + first_cpu(s->cpus)) & ~63ull, 6, RIGHTS_ALL), 1);
		hedron_sel_free((s->ecs + first_cpu(s->cpus)) & ~63ull, 6);
		free(s);
	}
}
