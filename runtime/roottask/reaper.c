/* SPDX-License-Identifier: MIT */
/*
 * reaper.c - the thread that takes ended programs apart.
 *
 * Killing must work on every kernel of this ABI, also one that lets an EC run on when all its
 * capabilities are gone (ABI reference 11.3). So the program's event portals are revoked and all
 * its memory unmapped: an EC of it that still runs faults at its next instruction, finds no portal
 * and is killed by the kernel, and a client that waits for it gets ABORT. ECs that sleep in their
 * grave are woken to the same fate, others meet it when what they wait for is over. Nothing of this
 * needs a grace period (11.2): unmapping takes effect at once on all CPUs.
 *
 * Then the services that asked for it hear that the client is gone, and frames that nobody else can
 * have (graph.c) go back to the machine. Limit: a service that does not answer holds up the reaper,
 * since calls have no timeout; the machine can still end.
 */
#include "books.h"

#include <string.h>

#include "machine.h"

static struct program *next_ending(void)
{
	for (unsigned slot = 0; slot < PROGRAMS_MAX; slot++)
		if (books.program[slot].state == PROGRAM_ENDING)
			return &books.program[slot];
	return NULL;
}

/* ---- kill ------------------------------------------------------------------------------------ */

static void drop(cap_sel *sel)
{
	if (*sel && *sel != HEDRON_NO_SEL)
		hedron_obj_drop(*sel);
	*sel = 0;
}

static void drop_portals(struct program *p)
{
	for (unsigned cpu = 0; cpu < HEDRON_NUM_CPU; cpu++) {
		drop(&p->root[cpu]);
		if (!p->events[cpu])
			continue;
		hedron_revoke(crd_obj(p->events[cpu], 5, RIGHTS_ALL), 1);
		hedron_sel_free(p->events[cpu], 5);
		p->events[cpu] = 0;
	}
}

/* Nobody else touches a program that is ENDING, but for handlers that put ECs into its grave. The
 * SC goes first and the EC last of the two (ABI reference 11.3). */
static void kill(struct program *p)
{
	drop_portals(p);
	if (p->pd)
		mem_unmap_all(p->pd);
	drop(&p->sc);
	books_lock();
	for (; p->graves; p->graves--)
		hedron_sm_up(p->grave);
	drop(&p->grave);
	books_unlock();
	drop(&p->ec);
	drop(&p->sm);
	drop(&p->pd);
}

/* ---- telling the services -------------------------------------------------------------------- */

/* A portal to the i-th service that wants to hear of clients. */
static cap_sel notify_portal(unsigned i)
{
	cap_sel pt = HEDRON_NO_SEL;

	books_lock();
	for (struct service *s = books.services; s; s = s->next)
		if (s->flags & ROOT_REG_NOTIFY && !i--) {
			pt = service_portal(s, books.boot_cpu);
			break;
		}
	books_unlock();
	return pt;
}

/* The requests version is 0: the operation is the same in all protocols. */
static void tell_services(uint32_t program)
{
	cap_sel pt;

	for (unsigned i = 0; (pt = notify_portal(i)) != HEDRON_NO_SEL; i++) {
		struct svc_client_gone *req = hedron_svc_request(sizeof(*req), 0, SVC_OP_CLIENT_GONE);

		req->program = program;
		(void)!hedron_svc_call(pt, sizeof(struct svc_reply));
		hedron_obj_drop(pt);
	}
}

/* ---- quarantine ------------------------------------------------------------------------------ */

/* May protection domains that it made outlive it? A loader makes them; so may whoever has `create`
 * and is not one of the system's own services. */
static bool may_hold(const struct program *p)
{
	const char *loader = books.conf.loader;

	if (loader && conf_provides(p->conf, loader))
		return true;
	return p->native && p->conf->create && !p->mem.trusted;
}

/* Release every dead program whose group is gone. */
static void release_dead(void)
{
	bool clear[PROGRAMS_MAX];

	for (unsigned slot = 0; slot < PROGRAMS_MAX; slot++)
		clear[slot] = books.program[slot].state == PROGRAM_DEAD &&
			      graph_is_clear(&books.graph, slot);
	for (unsigned slot = 0; slot < PROGRAMS_MAX; slot++) {
		if (!clear[slot])
			continue;
		mem_release(&books.program[slot].mem);
		program_free(&books.program[slot]);
	}
}

/* ---- the thread ------------------------------------------------------------------------------ */

static void tell_log(const struct program *p)
{
	if (p->how == PROGRAM_EXITED)
		log_root("%s has ended with status %u", program_name(p), p->value);
	else if (p->how == PROGRAM_KILLED)
		log_root("%s was killed by signal %u", program_name(p), p->value);
}

/* What a dead loader had started is dead too. */
static void end_loaded(const struct program *loader)
{
	for (unsigned slot = 0; slot < PROGRAMS_MAX; slot++) {
		struct program *p = &books.program[slot];

		if (program_find(p->number) && p->loader == loader->number) {
			log_root("%s: its loader %s has died", program_name(p), program_name(loader));
			program_ended(p, PROGRAM_KILLED, 9);
		}
	}
}

/* Others wait for the services of a `provides` line, and would for ever. */
static void end_without(const struct program *p, bool again)
{
	if (p->conf->provides.n && !p->names && !again)
		machine_fail(125, "%s: ended before it offered \"%s\"", program_name(p),
			     p->conf->provides.v[0]);
}

static void reap(struct program *p)
{
	const struct conf_program *conf = p->conf;
	const bool again = conf->restart && p->how != PROGRAM_FAILED;

	tell_log(p);
	end_without(p, again);
	books_lock();
	services_forget(p);
	end_loaded(p);
	books_unlock();
	kill(p);
	tell_services(p->number);
	books_lock();
	graph_set(&books.graph, p - books.program, may_hold(p) ? NODE_DEAD_HOLDS : NODE_DEAD);
	p->state = PROGRAM_DEAD;
	release_dead();
	books_unlock();
	if (again)
		starter_again(conf);
	hedron_sm_up(books.start);
}

void reaper_main(void *arg)
{
	for (;;) {
		struct program *p;

		hedron_sm_down_zero(books.reap, 0);
		for (;;) {
			books_lock();
			p = next_ending();
			books_unlock();
			if (!p)
				break;
			reap(p);
		}
	}
}
