/* SPDX-License-Identifier: MIT */
/*
 * root.c - the root portal: hedron/root.h, operation by operation.
 *
 * One local EC a CPU serves all programs; the portal's id is the caller's number. A request may
 * bring capabilities, wanted or not: whatever lies in the window when it is answered is revoked, so
 * nobody can leave something there for the next one's request to find.
 */
#include <string.h>

#include "books.h"
#include "machine.h"

struct call {
	struct program *p;
	struct root_cpu *c;
	struct hedron_utcb *utcb;
	cap_sel sleep;			/* what the caller is put to sleep on, 0: nothing */
	bool echo;			/* the request goes back as it came: the call is issued again */
};

/* The request, if it is as long as it must be. */
#define REQUEST(call, type)	((const type *)hedron_request((call)->utcb, sizeof(type)))

/* An answer with one capability. */
static void send_obj(struct call *c, cap_sel sel, unsigned order, unsigned rights, unsigned hotspot)
{
	hedron_msg_obj(c->utcb, sel, order, rights, hotspot);
}

/* ---- log, information ------------------------------------------------------------------------ */

static enum svc_status on_log(struct call *c)
{
	const struct root_log *req = REQUEST(c, struct root_log);

	if (!req || req->len > utcb_words(c->utcb) * 8 - sizeof(*req))
		return SVC_INVALID;
	log_text(program_name(c->p), req->text, req->len);
	return SVC_OK;
}

static enum svc_status on_info(struct call *c)
{
	const struct hip *hip = hedron_hip();
	struct root_info *info = hedron_answer(c->utcb, sizeof(*info), SVC_OK, 0);

	info->quota_pages = c->p->mem.quota;
	info->used_pages = c->p->mem.used;
	info->total_pages = mem_total();
	info->free_pages = mem_free_pages();
	info->epoch_ns = clock_epoch_ns;
	info->epoch_tsc = clock_epoch_tsc;
	info->tsc_khz = hip->tsc_khz;
	for (unsigned cpu = 0; cpu < HEDRON_NUM_CPU; cpu++)
		info->cpus += books.cpu[cpu] != NULL;
	return SVC_OK;
}

/* ---- services -------------------------------------------------------------------------------- */

/* A caller that waits sleeps on this CPU's semaphore. No wake-up is lost: the handler counts it as
 * a waiter and replies without serving anybody else in between, and a registration ups once for
 * each waiter counted, which the semaphore keeps until the reply takes it. */
static enum svc_status on_lookup(struct call *c)
{
	const struct root_lookup *req = REQUEST(c, struct root_lookup);
	uint32_t grants;
	struct service *s;
	enum svc_status status;
	cap_sel pt;

	if (!req || !memchr(req->name, 0, sizeof(req->name)))
		return SVC_INVALID;
	if (!conf_may_use(&books.conf, c->p->conf, req->name, &grants))
		return SVC_NOT_FOUND;
	s = service_find(req->name);
	if (!s && req->flags & ROOT_LOOKUP_WAIT) {
		c->sleep = c->c->wait;
		c->echo = true;
		c->c->waiters++;
		return SVC_OK;
	}
	if (!s)
		return SVC_NOT_FOUND;
	status = service_link(s, c->p, req->cpu, grants, &pt);
	hedron_answer(c->utcb, sizeof(struct svc_reply), status, 0);
	if (status == SVC_OK)
		send_obj(c, pt, 0, PT_CALL, 0);
	return status;
}

static enum svc_status on_register(struct call *c)
{
	const struct root_register *req = REQUEST(c, struct root_register);

	return req ? service_register(c->p, req, c->c, utcb_typed(c->utcb)) : SVC_INVALID;
}

/* ---- memory ---------------------------------------------------------------------------------- */

/* Writable and executable at once are only the pages of a service that is in the boot
 * configuration: what it hands on to its clients, it must hold with all their rights. */
static bool rights_allowed(const struct program *p, uint32_t rights)
{
	const unsigned wx = MEM_W | MEM_X;

	if (!rights || rights & ~(MEM_R | wx))
		return false;
	return (rights & wx) != wx || p->mem.trusted;
}

/* Only a native program's PD is the roottask's to map into; a loader's program asks its loader. */
static enum svc_status on_mem_alloc(struct call *c)
{
	const struct root_mem *req = REQUEST(c, struct root_mem);
	struct grant *g;
	enum svc_status status;

	if (!c->p->native)
		return SVC_DENIED;
	if (!req || !rights_allowed(c->p, req->rights))
		return SVC_INVALID;
	status = mem_grant(&c->p->mem, req->addr, req->pages, &g);
	if (status != SVC_OK || mem_map(c->p->pd, g, 0, g->pages, req->rights))
		return status;
	(void)!mem_ungrant(&c->p->mem, c->p->pd, req->addr, req->pages);
	return SVC_NO_MEMORY;
}

static enum svc_status on_mem_free(struct call *c)
{
	const struct root_mem *req = REQUEST(c, struct root_mem);

	if (!c->p->native)
		return SVC_DENIED;
	if (!req || mem_ungrant(&c->p->mem, c->p->pd, req->addr, req->pages) != SVC_OK)
		return SVC_INVALID;
	return SVC_OK;
}

/* ---- programs -------------------------------------------------------------------------------- */

static enum svc_status on_exit(struct call *c)
{
	const struct root_ended *req = REQUEST(c, struct root_ended);

	if (!c->p->native)
		return SVC_DENIED;
	if (!req || req->program || req->how > PROGRAM_FAILED || req->value > 255)
		return SVC_INVALID;
	if (req->how == PROGRAM_KILLED)
		log_root("%s ended itself with signal %u", program_name(c->p), req->value);
	c->sleep = program_bury(c->p->number);
	program_ended(c->p, req->how, req->value);
	return SVC_OK;
}

static enum svc_status on_ended(struct call *c)
{
	const struct root_ended *req = REQUEST(c, struct root_ended);
	struct program *p;

	if (!req || req->how > PROGRAM_KILLED || req->value > 255)
		return SVC_INVALID;
	p = program_find(req->program);
	if (!p || p->native || p->loader != c->p->number)
		return SVC_DENIED;
	program_ended(p, req->how, req->value);
	return SVC_OK;
}

/* All but the startup event, which is the program's own. */
static enum svc_status on_events(struct call *c)
{
	static const struct { uint8_t first, order; } piece[] = {
		{ 0, 4 }, { 16, 3 }, { 24, 2 }, { 28, 1 }, { EVENT_RECALL, 0 },
	};
	const struct root_events *req = REQUEST(c, struct root_events);
	unsigned cpu;

	if (!c->p->native)
		return SVC_DENIED;
	if (!req || req->cpu >= HEDRON_NUM_CPU || !books.cpu[req->cpu])
		return SVC_INVALID;
	cpu = req->cpu;
	if (!program_make_events(c->p, cpu))
		return SVC_NO_MEMORY;
	hedron_answer(c->utcb, sizeof(struct svc_reply), SVC_OK, 0);
	for (unsigned i = 0; i < sizeof(piece) / sizeof(*piece); i++)
		send_obj(c, c->p->events[cpu] + piece[i].first, piece[i].order, PT_CALL,
			 piece[i].first);
	return SVC_OK;
}

static enum svc_status on_portals(struct call *c)
{
	const struct root_portals *req = REQUEST(c, struct root_portals);
	struct program *p = req ? program_find(req->program) : NULL;

	if (!req)
		return SVC_INVALID;
	if (!p || p->native || p->loader != c->p->number)
		return SVC_DENIED;
	hedron_answer(c->utcb, sizeof(struct svc_reply), SVC_OK, 0);
	for (unsigned cpu = 0; cpu < HEDRON_NUM_CPU; cpu++)
		if (p->root[cpu])
			send_obj(c, p->root[cpu], 0, PT_CALL, cpu);
	return SVC_OK;
}

/* ---- dispatch -------------------------------------------------------------------------------- */

/* `answers`: the operation builds its own answer when it succeeds. */
static const struct op {
	enum svc_status (*on)(struct call *c);
	bool answers;
} ops[] = {
	[ROOT_LOG]	 = { on_log, false },
	[ROOT_LOOKUP]	 = { on_lookup, true },
	[ROOT_REGISTER]	 = { on_register, false },
	[ROOT_MEM_ALLOC] = { on_mem_alloc, false },
	[ROOT_MEM_FREE]	 = { on_mem_free, false },
	[ROOT_INFO]	 = { on_info, true },
	[ROOT_EXIT]	 = { on_exit, false },
	[ROOT_ENDED]	 = { on_ended, false },
	[ROOT_EVENTS]	 = { on_events, true },
	[ROOT_PORTALS]	 = { on_portals, true },
};

static void serve(struct call *c)
{
	const struct svc_request *req = REQUEST(c, struct svc_request);
	enum svc_status status;
	bool answered = false;

	if (!req) {
		status = SVC_INVALID;
	} else if (req->version != ROOT_VERSION) {
		status = SVC_VERSION;
	} else if (req->op >= sizeof(ops) / sizeof(*ops) || !ops[req->op].on) {
		status = SVC_OP;
	} else {
		const struct op *op = &ops[req->op];

		status = op->on(c);
		answered = op->answers && status == SVC_OK;
	}
	if (!answered)
		hedron_answer(c->utcb, sizeof(struct svc_reply), status, 0);
}

/* id: the caller's number. A program that has ended is refused whatever it still asks. */
cap_sel root_handle(uint64_t id, struct hedron_utcb *utcb, void *arg)
{
	struct call c = { .c = arg, .utcb = utcb };
	const unsigned typed = utcb_typed(utcb);

	books_lock();
	c.p = program_find(id);
	if (c.p)
		serve(&c);
	else
		hedron_answer(utcb, sizeof(struct svc_reply), SVC_DENIED, 0);
	if (typed)
		hedron_revoke(crd_obj(c.c->window, 6, RIGHTS_ALL), 1);
	if (c.echo)			/* words as they came; items were none of a LOOKUP's */
		utcb->items = utcb_items(utcb_words(utcb), 0);
	utcb->del_window = crd_obj(c.c->window, 6, RIGHTS_ALL);
	books_unlock();
	return c.sleep;
}
