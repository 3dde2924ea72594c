/* SPDX-License-Identifier: MIT */
/*
 * ipc.c - rows: call and reply. The handler answers with the message: words travel both ways.
 */
#include "bench.h"
#include "handlers.h"

static cap_sel portal, sent, received;

static void call(void)			{ hedron_call(portal); }

static void setup_words(cap_sel pd, unsigned words)
{
	portal = service_make(pd, serve_echo);
	bench_utcb()->items = utcb_items(words, 0);
}

static void setup_same_pd(void)		{ setup_words(ROOT_SEL_PD, 0); }
static void setup_other_pd(void)	{ setup_words(child_new()->pd, 0); }
static void setup_64(void)		{ setup_words(ROOT_SEL_PD, 64); }
static void setup_480(void)		{ setup_words(ROOT_SEL_PD, 480); }

static void setup_item(void)
{
	struct handler *h = handler_new(ROOT_SEL_PD, env.cpu);

	portal = portal_make(sel_alloc(), h, serve_empty, 0);
	sent = make_sm(0);
	received = sel_alloc();
	h->utcb->del_window = crd_obj(received, 0, RIGHTS_ALL);
}

static void put_item(void)
{
	bench_utcb()->items = utcb_items(0, 1);
	*utcb_item(bench_utcb(), 0) = (struct hedron_typed){ crd_obj(sent, 0, RIGHTS_ALL),
							     xfer_make(XFER_DELEGATE, 0) };
}

static void revoke_item(void)		{ hedron_revoke(crd_obj(sent, 0, RIGHTS_ALL), 0); }

static const struct bench rows[] = {
	{ "call", "call and reply within a PD", setup_same_pd, .op = call },
	{ "call_pd", "call and reply across PDs", setup_other_pd, .op = call },
	{ "call_64", "call and reply, 64 words each way", setup_64, .op = call },
	{ "call_480", "call and reply, 480 words each way", setup_480, .op = call },
	{ "call_item", "call that delegates a capability, and reply", setup_item, put_item, call,
	  revoke_item },
};
BENCH_LIST(ipc, rows);
