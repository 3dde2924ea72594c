/* SPDX-License-Identifier: MIT */
/*
 * loader.c - programs that are not native: the loader service starts them (hedron/loader.h).
 *
 * Called by the starter, with no lock held: the loader itself calls the root portal while it works.
 * The start block lies in pages that hold nothing else, ever, so a loader that forgets to unmap
 * them learns nothing new.
 */
#include <stdio.h>
#include <string.h>

#include <hedron/loader.h>

#include "books.h"
#include "machine.h"

#define BLOCK_ORDER	6
_Static_assert(LOADER_BLOCK_MAX == HEDRON_PAGE_SIZE << BLOCK_ORDER, "one typed item");

static unsigned cannot(char text[TEXT_MAX], unsigned status, const char *why)
{
	snprintf(text, TEXT_MAX, "%s", why);
	return status;
}

/* ---- the start block ------------------------------------------------------------------------- */

static bool put(struct loader_block *b, size_t *at, const char *s)
{
	size_t len = strlen(s) + 1;

	if (len > LOADER_BLOCK_MAX - sizeof(*b) - *at)
		return false;
	memcpy(b->strings + *at, s, len);
	*at += len;
	return true;
}

/* Its length; 0: too long. */
static size_t fill_block(struct loader_block *b, const struct conf_program *conf)
{
	size_t at = 0;
	bool ok = put(b, &at, conf->file) && put(b, &at, conf->cwd);

	for (size_t i = 0; ok && i < conf->arg.n; i++)
		ok = put(b, &at, conf->arg.v[i]);
	for (size_t i = 0; ok && i < conf->env.n; i++)
		ok = put(b, &at, conf->env.v[i]);
	b->argc = conf->arg.n;
	b->envc = conf->env.n;
	return ok ? sizeof(*b) + at : 0;
}

/* ---- the loader ------------------------------------------------------------------------------ */

/* Is it the program that will offer the name, and does it live or is it to live again? */
static bool may_come(const struct conf_program *conf, const char *name)
{
	return conf_provides(conf, name) && (conf->restart || program_of_conf(conf));
}

/* Wait until the loader is there, and make a portal to it. HEDRON_NO_SEL: it has died, or there is
 * none and nobody left who could be it. */
static cap_sel find_loader(uint32_t *number)
{
	const char *name = books.conf.loader;
	cap_sel pt = HEDRON_NO_SEL;
	struct service *s = NULL;
	bool hope = true;

	while (name && !s && hope) {
		books_lock();
		s = service_find(name);
		if (s) {
			pt = service_portal(s, books.boot_cpu);
			*number = s->owner;
		}
		hope = false;
		for (size_t i = 0; i < books.conf.n; i++)
			hope |= may_come(&books.conf.program[i], name);
		books_unlock();
		if (!s && hope)
			hedron_sm_down_zero(books.start, 0);
	}
	return pt;
}

static unsigned flags_of(const struct conf_program *conf)
{
	return LOADER_HYBRID | (conf->trace ? LOADER_TRACE : 0) | (conf->create ? LOADER_CREATE : 0);
}

/* The answer's line of text, if there is one. */
static unsigned refused(const struct hedron_utcb *u, char text[TEXT_MAX])
{
	const struct svc_reply *rep = (const struct svc_reply *)u->word;
	size_t room = utcb_words(u) * 8ul - sizeof(*rep);
	size_t len = rep->value < room ? rep->value : room;

	if (len >= TEXT_MAX)
		len = TEXT_MAX - 1;
	memcpy(text, rep + 1, len);
	text[len] = 0;
	if (!len)
		snprintf(text, TEXT_MAX, "the loader says %s", hedron_svc_name(rep->status));
	return rep->status == SVC_NOT_FOUND ? 127 : 126;
}

unsigned loader_start(struct program *p, char text[TEXT_MAX])
{
	static struct loader_block *block;
	struct loader_start *req;
	struct hedron_utcb *u;
	enum svc_status status;
	unsigned result = 0;
	cap_sel pt;
	size_t len;

	if (!books.conf.loader)
		return cannot(text, 126, "not a native program, and no loader is configured");
	if (!block)
		block = hedron_pages_alloc(1 << BLOCK_ORDER, 1 << BLOCK_ORDER);
	if (!block)
		return cannot(text, 126, "no memory for its arguments");
	memset(block, 0, LOADER_BLOCK_MAX);
	len = fill_block(block, p->conf);
	if (!len)
		return cannot(text, 126, "arguments and environment are longer than 256 KiB");
	pt = find_loader(&p->loader);
	if (pt == HEDRON_NO_SEL)
		return cannot(text, 126, "the loader is not there");

	books_lock();
	graph_connect(&books.graph, p->number % PROGRAMS_MAX, p->loader % PROGRAMS_MAX);
	p->state = PROGRAM_RUNNING;
	books_unlock();
	req = hedron_svc_request(sizeof(*req), LOADER_VERSION, LOADER_START);
	req->program = p->number;
	req->flags = flags_of(p->conf);
	req->console = p->conf->console;
	req->len = len;
	u = hedron_utcb();
	hedron_msg_pages(u, block, BLOCK_ORDER, MEM_R, 0);
	status = hedron_svc_call(pt, sizeof(struct svc_reply));
	if (status == SVC_DEAD)
		result = cannot(text, 126, "the loader has died");
	else if (status != SVC_OK)
		result = refused(u, text);
	hedron_obj_drop(pt);
	return result;
}
