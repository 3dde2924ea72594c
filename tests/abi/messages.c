/* SPDX-License-Identifier: MIT */
/*
 * messages.c - messages at their limits: each number of words, each position of a typed item, windows on
 * both sides (ABI reference 5.1, 9.1).
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "portal.h"
#include "regs.h"
#include "runner.h"
#include "thread.h"

static struct hedron_utcb *utcb(void)
{
	return runner_utcb();
}

static struct hedron_utcb seen;

static cap_sel serve_copy(struct portal *p)
{
	memcpy(&seen, p->handler->utcb, UTCB_SIZE);
	p->handler->utcb->items = 0;
	return 0;
}

static void set_item(struct hedron_utcb *u, unsigned i, hedron_crd crd, uint64_t xfer)
{
	*utcb_item(u, i) = (struct hedron_typed){ crd, xfer };
}

/* ---- words ---------------------------------------------------------------------------------- */

static void each_number_of_words(void)
{
	static const unsigned counts[] = { 0, 1, 2, 7, 8, 9, 63, 64, 65, 127, 128, 255, 506, 507 };
	struct portal *p = service_new(serve_copy, 0);

	for (unsigned n = 0; n < sizeof(counts) / sizeof(counts[0]); n++) {
		unsigned words = counts[n];

		memset(p->handler->utcb->word, 0xee, sizeof(seen.word));
		for (unsigned i = 0; i < UTCB_WORDS_MAX; i++)
			utcb()->word[i] = 0x1000 * words + i;
		utcb()->items = utcb_items(words, 0);
		REQUIRE_OK(hedron_call(p->sel));
		CHECK_EQ(seen.items, utcb_items(words, 0));
		if (words)
			CHECK_EQ(seen.word[words - 1], 0x1000 * words + words - 1);
		CHECK_EQ(seen.word[words], 0xeeeeeeeeeeeeeeee);
	}
}

static unsigned reply_words;

static cap_sel serve_reply_words(struct portal *p)
{
	for (unsigned i = 0; i < reply_words; i++)
		p->handler->utcb->word[i] = ~(uint64_t)i;
	p->handler->utcb->items = utcb_items(reply_words, 0);
	return 0;
}

static void reply_longer_and_shorter(void)
{
	struct portal *p = service_new(serve_reply_words, 0);

	for (reply_words = 0; reply_words < UTCB_WORDS_MAX; reply_words += 100) {
		memset(utcb()->word, 0x11, sizeof(utcb()->word));
		utcb()->items = utcb_items(200, 0);
		REQUIRE_OK(hedron_call(p->sel));
		CHECK_EQ(utcb()->items, utcb_items(reply_words, 0));
		if (reply_words)
			CHECK_EQ(utcb()->word[reply_words - 1], ~(uint64_t)(reply_words - 1));
		CHECK_EQ(utcb()->word[reply_words], 0x1111111111111111);
	}
}

static void callers_header_survives_a_reply(void)
{
	struct portal *p = service_new(serve_reply_words, 0);

	reply_words = 3;
	utcb()->tls = 0x715715;
	utcb()->xlate_window = crd_obj(0x400, 2, 3);
	utcb()->del_window = 0;
	utcb()->items = 0;
	REQUIRE_OK(hedron_call(p->sel));
	CHECK_EQ(utcb()->tls, 0x715715);
	CHECK_EQ(utcb()->xlate_window, crd_obj(0x400, 2, 3));
	CHECK_EQ(utcb()->del_window, 0);
	utcb()->xlate_window = 0;
}

/* ---- typed items ---------------------------------------------------------------------------- */

static void each_position(void)
{
	struct portal *p = service_new(serve_copy, 0);
	cap_sel sm = make_sm(0), to = sels_alloc(8);

	for (unsigned i = 0; i < UTCB_TYPED_MAX; i++)
		set_item(utcb(), i, crd_obj(sm, 0, SM_UP), xfer_make(XFER_DELEGATE, i));
	p->handler->utcb->del_window = crd_obj(to, 8, RIGHTS_ALL);
	utcb()->items = utcb_items(0, UTCB_TYPED_MAX);
	REQUIRE_OK(hedron_call(p->sel));
	for (unsigned i = 0; i < UTCB_TYPED_MAX; i++) {
		CHECK_EQ(utcb_item(&seen, i)->crd, crd_obj(to + i, 0, SM_UP));
		CHECK_EQ(utcb_item(&seen, i)->xfer, XFER_DELEGATE);
		if (!CHECK_EQ(obj_at(to + i), crd_obj(to + i, 0, SM_UP)))
			return;
	}
	CHECK_EQ(obj_at(to + 254), 0);
}

static void words_and_items_together(void)
{
	struct portal *p = service_new(serve_copy, 0);
	cap_sel sm = make_sm(0), to = sels_alloc(2);

	for (unsigned i = 0; i < 400; i++)
		utcb()->word[i] = i;
	for (unsigned i = 0; i < 4; i++)
		set_item(utcb(), i, crd_obj(sm, 0, RIGHTS_ALL), xfer_make(XFER_DELEGATE, i));
	p->handler->utcb->del_window = crd_obj(to, 2, RIGHTS_ALL);
	utcb()->items = utcb_items(400, 4);
	REQUIRE_OK(hedron_call(p->sel));
	CHECK_EQ(seen.items, utcb_items(400, 4));
	CHECK_EQ(seen.word[399], 399);
	for (unsigned i = 0; i < 4; i++)
		CHECK_EQ(obj_rights(to + i), SM_UP | SM_DOWN);
}

static void kinds_in_one_message(void)
{
	struct portal *p = service_new(serve_copy, 0);
	cap_sel sm = make_sm(0), to = sels_alloc(2);

	for (unsigned kind = 0; kind < 4; kind++)
		set_item(utcb(), kind, crd_obj(sm, 0, SM_UP), xfer_make(kind, kind));
	p->handler->utcb->xlate_window = 0;
	p->handler->utcb->del_window = crd_obj(to, 2, RIGHTS_ALL);
	utcb()->items = utcb_items(0, 4);
	REQUIRE_OK(hedron_call(p->sel));
	CHECK_EQ(utcb_item(&seen, 0)->crd, 0);				/* no window to translate */
	CHECK_EQ(utcb_item(&seen, 1)->crd, crd_obj(to + 1, 0, SM_UP));
	CHECK_EQ(utcb_item(&seen, 2)->crd, crd_obj(to + 2, 0, SM_UP));
	CHECK_EQ(utcb_item(&seen, 2)->xfer & XFER_KIND_MASK, XFER_EITHER | XFER_DELEGATE);
	CHECK_EQ(utcb_item(&seen, 3)->crd, 0);
	CHECK_EQ(obj_at(to), 0);
	CHECK_EQ(obj_rights(to + 1), SM_UP);
	CHECK_EQ(obj_rights(to + 2), SM_UP);
	CHECK_EQ(obj_at(to + 3), 0);
}

static void window_limits_the_rights(void)
{
	struct portal *p = service_new(serve_copy, 0);
	cap_sel sm = make_sm(0), to = sel_alloc();

	p->handler->utcb->del_window = crd_obj(to, 0, SM_DOWN);
	set_item(utcb(), 0, crd_obj(sm, 0, RIGHTS_ALL), XFER_DELEGATE);
	utcb()->items = utcb_items(0, 1);
	REQUIRE_OK(hedron_call(p->sel));
	CHECK_EQ(utcb_item(&seen, 0)->crd, crd_obj(to, 0, SM_DOWN));
	CHECK_EQ(obj_rights(to), SM_DOWN);
}

static void null_items(void)
{
	struct portal *p = service_new(serve_copy, 0);
	cap_sel to = sel_alloc();

	p->handler->utcb->del_window = crd_obj(to, 0, RIGHTS_ALL);
	for (unsigned kind = 0; kind < 4; kind++)
		set_item(utcb(), kind, 0, xfer_make(kind, 0));
	utcb()->items = utcb_items(0, 4);
	REQUIRE_OK(hedron_call(p->sel));
	for (unsigned kind = 0; kind < 4; kind++)
		CHECK_EQ(utcb_item(&seen, kind)->crd, 0);
	CHECK_EQ(obj_at(to), 0);
}

static void item_of_another_type_than_the_window(void)
{
	struct portal *p = service_new(serve_copy, 0);
	uint64_t va = va_alloc(0);

	p->handler->utcb->del_window = crd_mem(va >> HEDRON_PAGE_SHIFT, 0, RIGHTS_ALL);
	set_item(utcb(), 0, crd_obj(make_sm(0), 0, RIGHTS_ALL), XFER_DELEGATE);
	utcb()->items = utcb_items(0, 1);
	REQUIRE_OK(hedron_call(p->sel));
	CHECK_EQ(utcb_item(&seen, 0)->crd, 0);
	CHECK(probe_read((void *)va) & PROBE_FAULT);
}

static void window_in_use_is_left_alone(void)
{
	struct portal *p = service_new(serve_copy, 0);
	cap_sel a = make_sm(1), b = make_sm(5), to = sel_alloc();

	p->handler->utcb->del_window = crd_obj(to, 0, RIGHTS_ALL);
	set_item(utcb(), 0, crd_obj(a, 0, RIGHTS_ALL), XFER_DELEGATE);
	utcb()->items = utcb_items(0, 1);
	REQUIRE_OK(hedron_call(p->sel));
	set_item(utcb(), 0, crd_obj(b, 0, RIGHTS_ALL), XFER_DELEGATE);
	utcb()->items = utcb_items(0, 1);
	REQUIRE_OK(hedron_call(p->sel));
	CHECK_EQ(utcb_item(&seen, 0)->crd, crd_obj(to, 0, RIGHTS_ALL));
	CHECK_OK(hedron_sm_down(to, 1));
	CHECK_STATUS(hedron_sm_down(to, 1), HEDRON_TIMEOUT);
	CHECK_OK(hedron_sm_down(b, 1));
}

static void ports_as_items(void)
{
	const struct child *c = child_new();
	struct portal *p = portal_new(handler_new(c->pd, env.cpu), serve_copy, 0, 0);
	const hedron_crd ports = crd_pio(0x3b0, 1);
	hedron_crd all = crd_make(CRD_PIO, 0, 16, RIGHTS_ALL);

	MUST(transfer_own(ports, XFER_DELEGATE | XFER_HYPERVISOR, ports).status);
	/* The handler's UTCB is in its own PD; the windows in it are 0, so nothing arrives. */
	set_item(utcb(), 0, ports, XFER_DELEGATE);
	utcb()->items = utcb_items(0, 1);
	REQUIRE_OK(hedron_call(p->sel));
	CHECK_EQ(utcb_item(&seen, 0)->crd, 0);
	CHECK_EQ(transfer(c->pd, ROOT_SEL_PD, ports, XFER_TRANSLATE, all).crd, 0);
	CHECK_OK(hedron_revoke(ports, 1));
}

static void physical_memory_as_item(void)
{
	struct portal *p = service_new(serve_copy, 0);
	uint64_t *page = pool_alloc(0);
	uint64_t va = va_alloc(0);

	*page = 0xfeed;
	p->handler->utcb->del_window = crd_mem(va >> HEDRON_PAGE_SHIFT, 0, RIGHTS_ALL);
	set_item(utcb(), 0, crd_mem(pool_page(page), 0, MEM_R), XFER_DELEGATE | XFER_HYPERVISOR);
	utcb()->items = utcb_items(0, 1);
	REQUIRE_OK(hedron_call(p->sel));
	REQUIRE(!probe_read((void *)va));
	CHECK_EQ(*(volatile uint64_t *)va, 0xfeed);
	CHECK_EQ(utcb_item(&seen, 0)->xfer, XFER_DELEGATE | XFER_HYPERVISOR);
}

/* ---- items of replies ----------------------------------------------------------------------- */

static struct hedron_typed reply_item[4];

static cap_sel serve_items(struct portal *p)
{
	for (unsigned i = 0; i < 4; i++)
		*utcb_item(p->handler->utcb, i) = reply_item[i];
	p->handler->utcb->word[0] = 0x600d;
	p->handler->utcb->items = utcb_items(1, 4);
	return 0;
}

static void reply_with_several(void)
{
	struct portal *p = service_new(serve_items, 0);
	cap_sel sm = make_sm(0), to = sels_alloc(2);

	for (unsigned i = 0; i < 4; i++)
		reply_item[i] = (struct hedron_typed){ crd_obj(sm, 0, i & 1 ? SM_UP : SM_DOWN),
						       xfer_make(XFER_DELEGATE, 3 - i) };
	utcb()->del_window = crd_obj(to, 2, RIGHTS_ALL);
	utcb()->items = 0;
	REQUIRE_OK(hedron_call(p->sel));
	utcb()->del_window = 0;
	CHECK_EQ(utcb()->items, utcb_items(1, 4));
	CHECK_EQ(utcb()->word[0], 0x600d);
	for (unsigned i = 0; i < 4; i++) {
		CHECK_EQ(obj_rights(to + 3 - i), i & 1 ? SM_UP : SM_DOWN);
		CHECK_EQ(utcb_item(utcb(), i)->crd,
			 crd_obj(to + 3 - i, 0, i & 1 ? SM_UP : SM_DOWN));
	}
}

static void reply_without_a_window(void)
{
	struct portal *p = service_new(serve_items, 0);

	for (unsigned i = 0; i < 4; i++)
		reply_item[i] = (struct hedron_typed){ crd_obj(make_sm(0), 0, SM_UP),
						       XFER_DELEGATE };
	utcb()->del_window = 0;
	utcb()->items = 0;
	REQUIRE_OK(hedron_call(p->sel));
	for (unsigned i = 0; i < 4; i++)
		CHECK_EQ(utcb_item(utcb(), i)->crd, 0);
}

static void reply_uses_the_callers_window(void)
{
	struct portal *p = service_new(serve_items, 0);
	cap_sel sm = make_sm(0), mine = sel_alloc(), its = sel_alloc();

	memset(reply_item, 0, sizeof(reply_item));
	reply_item[0] = (struct hedron_typed){ crd_obj(sm, 0, SM_UP), XFER_DELEGATE };
	p->handler->utcb->del_window = crd_obj(its, 0, RIGHTS_ALL);
	utcb()->del_window = crd_obj(mine, 0, RIGHTS_ALL);
	utcb()->items = 0;
	REQUIRE_OK(hedron_call(p->sel));
	utcb()->del_window = 0;
	CHECK_EQ(obj_rights(mine), SM_UP);
	CHECK_EQ(obj_at(its), 0);
}

static void memory_by_reply(void)
{
	struct portal *p = service_new(serve_items, 0);
	uint64_t *page = pool_alloc(0);
	uint64_t va = va_alloc(0);

	*page = 0xabcd;
	memset(reply_item, 0, sizeof(reply_item));
	reply_item[0] = (struct hedron_typed){ crd_mem(page_of(page), 0, MEM_R), XFER_DELEGATE };
	utcb()->del_window = crd_mem(va >> HEDRON_PAGE_SHIFT, 0, RIGHTS_ALL);
	utcb()->items = 0;
	REQUIRE_OK(hedron_call(p->sel));
	utcb()->del_window = 0;
	REQUIRE(!probe_read((void *)va));
	CHECK_EQ(*(volatile uint64_t *)va, 0xabcd);
	CHECK(probe_write((void *)va) & PROBE_FAULT);
}

/* ---- replies to page faults ----------------------------------------------------------------- */

static struct hedron_typed fault_item;
static unsigned faults_seen;

static bool react_item_once(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_PF || ++faults_seen > 1)
		return false;
	set_item(u, 0, fault_item.crd, fault_item.xfer);
	u->items = utcb_items(0, 1);
	return true;
}

static void do_write(void *arg)	{ *(volatile char *)arg = 1; }

static struct thread *write_with_reply(uint64_t va, hedron_crd crd, uint64_t xfer)
{
	fault_item = (struct hedron_typed){ crd, xfer };
	faults_seen = 0;
	return thread_run(&(struct thread_spec){ .fn = do_write, .arg = (void *)va,
						 .react = react_item_once });
}

static void fault_reply_without_write_right(void)
{
	uint64_t va = va_alloc(0), page = va >> HEDRON_PAGE_SHIFT;
	struct thread *t = write_with_reply(va, crd_mem(page_of(pool_alloc(0)), 0, MEM_R),
					    xfer_make(XFER_DELEGATE, page));

	CHECK_EQ(t->count, 2);
	CHECK_EQ(t->log[0].state.qual[0], PF_USER | PF_WRITE);
	CHECK_EQ(t->log[1].state.qual[0], PF_USER | PF_WRITE | PF_PRESENT);
}

static void fault_reply_with_an_object(void)
{
	uint64_t va = va_alloc(0);
	struct thread *t = write_with_reply(va, crd_obj(make_sm(0), 0, RIGHTS_ALL),
					    xfer_make(XFER_DELEGATE, va >> HEDRON_PAGE_SHIFT));

	CHECK_EQ(t->count, 2);
	CHECK_EQ(t->log[1].state.qual[0], PF_USER | PF_WRITE);
}

static void fault_reply_that_translates(void)
{
	uint64_t va = va_alloc(0);
	struct thread *t = write_with_reply(va, crd_mem(page_of(pool_alloc(0)), 0, MEM_R | MEM_W),
					    xfer_make(XFER_TRANSLATE, va >> HEDRON_PAGE_SHIFT));

	CHECK_EQ(t->count, 2);
	CHECK_EQ(t->log[1].state.qual[0], PF_USER | PF_WRITE);
}

static void fault_reply_from_physical_memory(void)
{
	uint64_t va = va_alloc(0);
	char *page = pool_alloc(0);
	struct thread *t = write_with_reply(va, crd_mem(pool_page(page), 0, MEM_R | MEM_W),
					    xfer_make(XFER_DELEGATE | XFER_HYPERVISOR,
						      va >> HEDRON_PAGE_SHIFT));

	CHECK(t->finished);
	CHECK_EQ(t->count, 1);
	CHECK_EQ(page[0], 1);
}

static const struct abi_case cases[] = {
	{ "9.1 each number of words, and no word more", each_number_of_words },
	{ "9.1 replies longer and shorter than the call", reply_longer_and_shorter },
	{ "9.1 the caller's windows and tls survive the reply", callers_header_survives_a_reply },
	{ "5.1 a typed item in each of the 254 positions", each_position },
	{ "5.1 words and typed items in one message", words_and_items_together },
	{ "4.3 kinds 0 to 3 in one message", kinds_in_one_message },
	{ "4.2 the window limits the rights of an item", window_limits_the_rights },
	{ "9.1 null items give CRD 0 whatever their kind", null_items },
	{ "9.1 an item whose type is not the window's gives CRD 0",
	  item_of_another_type_than_the_window },
	{ "4.4 an item for a slot in use changes nothing", window_in_use_is_left_alone },
	{ "9.1 ports do not arrive without a window", ports_as_items },
	{ "4.3 bit 11 in an item of the roottask: physical memory", physical_memory_as_item },
	{ "9.1 a reply with several items", reply_with_several },
	{ "9.1 a reply's items without a window give CRD 0", reply_without_a_window },
	{ "9.1 a reply uses the caller's window, not the handler's",
	  reply_uses_the_callers_window },
	{ "9.1 a reply delegates memory", memory_by_reply },
	{ "7.4 a page-fault reply without the write right: the fault comes again",
	  fault_reply_without_write_right },
	{ "7.4 a page-fault reply has a memory window: objects do not arrive",
	  fault_reply_with_an_object },
	{ "7.4 a page-fault reply does not translate", fault_reply_that_translates },
	{ "7.4 a page-fault reply takes physical memory", fault_reply_from_physical_memory },
};
SUITE(messages, cases);
