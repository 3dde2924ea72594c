/* SPDX-License-Identifier: MIT */
/*
 * items.c - typed items of messages: delegation and translation on the way (ABI reference 4.5,
 * 9.1).
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "portal.h"
#include "regs.h"
#include "runner.h"
#include "thread.h"

/* The runner's UTCB. A case runs in one thread, so this does not change in it. */
static struct hedron_utcb *utcb(void)
{
	return runner_utcb();
}

/* Copy the message to where `arg` points, answer nothing. */
static cap_sel serve_copy(struct portal *p)
{
	memcpy(p->arg, p->handler->utcb, UTCB_SIZE);
	p->handler->utcb->items = 0;
	return 0;
}

static struct hedron_utcb seen;		/* for serve_copy */

/* Call `p` with one item; the handler's windows are set before. */
static void call_with_item(struct portal *p, hedron_crd crd, uint64_t xfer)
{
	utcb()->word[0] = 0x7e57;
	*utcb_item(utcb(), 0) = (struct hedron_typed){ crd, xfer };
	utcb()->items = utcb_items(1, 1);
	CHECK_OK(hedron_call(p->sel));
}

static void item_delegates_a_semaphore(void)
{
	struct portal *p = service_new(serve_copy, &seen);
	cap_sel sm = make_sm(0), dst = sel_alloc();

	p->handler->utcb->del_window = crd_obj(dst, 0, RIGHTS_ALL);
	call_with_item(p, crd_obj(sm, 0, SM_UP), xfer_make(XFER_DELEGATE, 0x999));
	CHECK_EQ(seen.items, utcb_items(1, 1));
	CHECK_EQ(seen.word[0], 0x7e57);
	CHECK_EQ(utcb_item(&seen, 0)->crd, crd_obj(dst, 0, SM_UP));
	CHECK_EQ(utcb_item(&seen, 0)->xfer, XFER_DELEGATE);
	CHECK_OK(hedron_sm_up(dst));
	CHECK_OK(hedron_sm_down(sm, 1));
	CHECK_STATUS(hedron_sm_down(dst, 1), HEDRON_BAD_CAP);
}

static void item_without_window(void)
{
	struct portal *p = service_new(serve_copy, &seen);

	p->handler->utcb->del_window = 0;
	call_with_item(p, crd_obj(make_sm(0), 0, RIGHTS_ALL), XFER_DELEGATE);
	CHECK_EQ(utcb_item(&seen, 0)->crd, 0);
	call_with_item(p, crd_obj(make_sm(0), 0, RIGHTS_ALL), 3);	/* no such kind */
	CHECK_EQ(utcb_item(&seen, 0)->crd, 0);
}

static void items_are_done_in_order(void)
{
	struct portal *p = service_new(serve_copy, &seen);
	cap_sel from = sels_alloc(2), to = sels_alloc(2);

	for (unsigned i = 0; i < 4; i++) {
		MUST(hedron_create_sm(from + i, ROOT_SEL_PD, i));
		*utcb_item(utcb(), i) = (struct hedron_typed){
			crd_obj(from + i, 0, RIGHTS_ALL), xfer_make(XFER_DELEGATE, 3 - i) };
	}
	p->handler->utcb->del_window = crd_obj(to, 2, RIGHTS_ALL);
	utcb()->items = utcb_items(0, 4);
	REQUIRE_OK(hedron_call(p->sel));
	for (unsigned i = 0; i < 4; i++) {
		CHECK_EQ(utcb_item(&seen, i)->crd, crd_obj(to + 3 - i, 0, RIGHTS_ALL));
		CHECK_EQ(obj_at(to + i), crd_obj(to + i, 0, SM_UP | SM_DOWN));
	}
	CHECK_OK(hedron_sm_down(to + 2, 1));		/* came from 1, count 1 */
	CHECK_STATUS(hedron_sm_down(to + 2, 1), HEDRON_TIMEOUT);
}

static void most_typed_items(void)
{
	struct portal *p = service_new(serve_copy, &seen);
	cap_sel sm = make_sm(0), dst = sel_alloc();

	memset(utcb()->word, 0, sizeof(utcb()->word));
	*utcb_item(utcb(), UTCB_TYPED_MAX - 1) = (struct hedron_typed){ crd_obj(sm, 0, SM_UP),
									XFER_DELEGATE };
	p->handler->utcb->del_window = crd_obj(dst, 0, RIGHTS_ALL);
	utcb()->items = utcb_items(0, 0xffff);
	REQUIRE_OK(hedron_call(p->sel));
	CHECK_EQ(seen.items, utcb_items(0, 0xffff));
	CHECK_EQ(utcb_item(&seen, UTCB_TYPED_MAX - 1)->crd, crd_obj(dst, 0, SM_UP));
	CHECK_EQ(obj_at(dst), crd_obj(dst, 0, SM_UP));
}

static void item_delegates_memory(void)
{
	struct portal *p = service_new(serve_copy, &seen);
	uint64_t *page = pool_alloc(0);
	uint64_t window = va_alloc(2);
	uint64_t *there = (uint64_t *)(window + 3 * HEDRON_PAGE_SIZE);

	*page = 0x600d;
	p->handler->utcb->del_window = crd_mem(window >> HEDRON_PAGE_SHIFT, 2, RIGHTS_ALL);
	call_with_item(p, crd_mem(page_of(page), 0, MEM_R), xfer_make(XFER_DELEGATE, 3));
	CHECK_EQ(utcb_item(&seen, 0)->crd, crd_mem(page_of(there), 0, MEM_R));
	REQUIRE(!probe_read(there));
	CHECK_EQ(*there, 0x600d);
	CHECK(probe_write(there) & PROBE_FAULT);
}

/* Answer with the item that `arg` points to. */
static cap_sel serve_item(struct portal *p)
{
	*utcb_item(p->handler->utcb, 0) = *(const struct hedron_typed *)p->arg;
	p->handler->utcb->items = utcb_items(0, 1);
	return 0;
}

static void reply_delegates(void)
{
	cap_sel sm = make_sm(0), dst = sel_alloc();
	struct hedron_typed item = { crd_obj(sm, 0, SM_UP), XFER_DELEGATE };
	struct portal *p = service_new(serve_item, &item);

	utcb()->del_window = crd_obj(dst, 0, RIGHTS_ALL);
	utcb()->items = 0;
	REQUIRE_OK(hedron_call(p->sel));
	CHECK_EQ(utcb()->items, utcb_items(0, 1));
	CHECK_EQ(utcb_item(utcb(), 0)->crd, crd_obj(dst, 0, SM_UP));
	CHECK_EQ(utcb_item(utcb(), 0)->xfer, XFER_DELEGATE);
	CHECK_EQ(obj_at(dst), crd_obj(dst, 0, SM_UP));
	utcb()->del_window = 0;
}

struct client {
	cap_sel pt;
	struct hedron_utcb *utcb;
	enum hedron_status status;
	uint64_t word;
};

/* A child holds a copy of `sm`; it sends that back to a portal of the roottask. */
static struct hedron_typed sent_by_child;

static void client_with_item(void *arg)
{
	struct client *c = arg;

	*utcb_item(c->utcb, 0) = sent_by_child;
	c->utcb->items = utcb_items(0, 1);
	c->status = hedron_call(c->pt);
}

static void child_sends(cap_sel sm, unsigned rights, uint64_t kind, hedron_crd xlate,
			hedron_crd delegate)
{
	const struct child *child = child_new();
	struct portal *p = service_new(serve_copy, &seen);
	struct client c = { .pt = p->sel, .status = HEDRON_OOM };
	struct thread *t = thread_new(&(struct thread_spec){ .fn = client_with_item, .arg = &c,
							     .child = child });

	c.utcb = t->utcb;
	MUST(hedron_delegate(ROOT_SEL_PD, child->pd, crd_obj(sm, 0, rights), XFER_DELEGATE,
			     crd_obj(7, 0, RIGHTS_ALL)));
	child_give(child, p->sel, 0);
	sent_by_child = (struct hedron_typed){ crd_obj(7, 0, RIGHTS_ALL), kind };
	p->handler->utcb->xlate_window = xlate;
	p->handler->utcb->del_window = delegate;
	thread_start(t, PRIO_HIGH);
	CHECK(thread_wait(t));
	CHECK_STATUS(c.status, HEDRON_SUCCESS);
}

static const hedron_crd everything = CRD_OBJ | 31ull << 7 | RIGHTS_ALL << 2;

static void item_is_translated(void)
{
	cap_sel sm = make_sm(0);

	child_sends(sm, SM_UP, XFER_TRANSLATE, everything, 0);
	CHECK_EQ(utcb_item(&seen, 0)->crd, crd_obj(sm, 0, SM_UP));
	CHECK_EQ(utcb_item(&seen, 0)->xfer, XFER_TRANSLATE);
}

static void translation_needs_a_window(void)
{
	cap_sel sm = make_sm(0);

	child_sends(sm, SM_UP, XFER_TRANSLATE, 0, everything);
	CHECK_EQ(utcb_item(&seen, 0)->crd, 0);
}

static void translate_or_delegate_translates(void)
{
	cap_sel sm = make_sm(0), dst = sel_alloc();

	child_sends(sm, SM_DOWN, XFER_EITHER, everything, crd_obj(dst, 0, RIGHTS_ALL));
	CHECK_EQ(utcb_item(&seen, 0)->crd, crd_obj(sm, 0, SM_DOWN));
	CHECK_EQ(utcb_item(&seen, 0)->xfer, XFER_EITHER);
	CHECK_EQ(obj_at(dst), 0);
}

static void translate_or_delegate_delegates(void)
{
	cap_sel sm = make_sm(0), dst = sel_alloc();

	child_sends(sm, SM_DOWN, XFER_EITHER, 0, crd_obj(dst, 0, RIGHTS_ALL));
	CHECK_EQ(utcb_item(&seen, 0)->crd, crd_obj(dst, 0, RIGHTS_ALL));
	CHECK_EQ(utcb_item(&seen, 0)->xfer, XFER_EITHER | XFER_DELEGATE);
	CHECK_EQ(obj_at(dst), crd_obj(dst, 0, SM_DOWN));
}

static const struct abi_case cases[] = {
	{ "9.1 an item delegates a capability; result CRD, hotspot cleared",
	  item_delegates_a_semaphore },
	{ "9.1 an item that fails has CRD 0", item_without_window },
	{ "9.1 several items, hotspots inside the window", items_are_done_in_order },
	{ "5.1 item 253 is executed, larger counts are clipped", most_typed_items },
	{ "9.1 an item delegates memory", item_delegates_memory },
	{ "9.1 a reply delegates into the caller's window", reply_delegates },
	{ "4.5 translation gives the receiver's selector and the sender's rights",
	  item_is_translated },
	{ "4.5 translation without a window gives CRD 0", translation_needs_a_window },
	{ "4.5 kind 2 translates if it can", translate_or_delegate_translates },
	{ "4.5 kind 2 delegates otherwise and sets bit 0", translate_or_delegate_delegates },
};
SUITE(items, cases);
