/* SPDX-License-Identifier: MIT */
/*
 * faults.c - page faults, and the mappings a reply can bring (ABI reference 7.3, 7.4).
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "regs.h"
#include "thread.h"

static void do_read(void *arg)		{ *(volatile char *)arg; }
static void do_write(void *arg)		{ *(volatile char *)arg = 1; }
static void do_exec(void *arg)		{ ((void (*)(void))arg)(); }

static void check_page_fault(void (*fn)(void *), void *addr, uint64_t error)
{
	struct thread *t = thread_run(&(struct thread_spec){ .fn = fn, .arg = addr });
	const struct hedron_state *s = thread_only_event(t, EVENT_PF);

	CHECK_EQ(s->qual[0], error);
	CHECK_EQ(s->qual[1], (uint64_t)addr);
}

static void page_fault_not_present(void)
{
	char *addr = (char *)va_alloc(0) + 0x123;

	check_page_fault(do_read, addr, PF_USER);
	check_page_fault(do_write, addr, PF_USER | PF_WRITE);
	check_page_fault(do_exec, addr, PF_USER | PF_FETCH);
}

static void page_fault_protection(void)
{
	check_page_fault(do_write, image_rodata + 5, PF_USER | PF_WRITE | PF_PRESENT);
	check_page_fault(do_exec, image_rodata + 5, PF_USER | PF_FETCH | PF_PRESENT);
}

static void page_fault_beyond_user(void)
{
	struct thread *t = thread_run(&(struct thread_spec){ .fn = do_read,
							     .arg = (void *)0xffffffffff600000 });
	const struct hedron_state *s = thread_only_event(t, EVENT_PF);

	CHECK_EQ(s->qual[0] & ~(uint64_t)PF_PRESENT, PF_USER);
	CHECK_EQ(s->qual[1], 0xffffffffff600000);
	t = thread_run(&(struct thread_spec){ .fn = do_exec, .arg = (void *)0xffffffffff600000 });
	s = thread_only_event(t, EVENT_PF);
	CHECK_EQ(s->qual[0] & ~(uint64_t)PF_PRESENT, PF_USER | PF_FETCH);
}

static cap_sel frame_for_fault;

/* Map a frame at the faulting page with a typed item in the reply; change no register. */
static bool react_map_by_reply(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_PF)
		return false;
	*utcb_item(u, 0) = (struct hedron_typed){
		crd_mem(frame_for_fault, 0, MEM_R | MEM_W),
		xfer_make(XFER_DELEGATE, u->state.qual[1] >> HEDRON_PAGE_SHIFT) };
	u->items = utcb_items(0, 1);
	u->state.rip = 0xbad;		/* not selected by mtd: no effect */
	return true;
}

static void page_fault_mapping_by_reply(void)
{
	uint64_t *frame = pool_alloc(0);
	void *addr = (void *)va_alloc(0);
	struct thread *t;

	frame_for_fault = page_of(frame);
	t = thread_run(&(struct thread_spec){ .fn = do_write, .arg = addr,
					      .react = react_map_by_reply });
	CHECK(t->finished);
	CHECK_EQ(t->count, 1);
	CHECK_EQ(*(char *)frame, 1);
}

#define LOW_VA	0x50000000000	/* reached by the window of a startup reply, 2^31 pages from 0 */

static bool react_map_at_startup(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_STARTUP)
		return false;
	*utcb_item(u, 0) = (struct hedron_typed){
		crd_mem(frame_for_fault, 0, MEM_R | MEM_W),
		xfer_make(XFER_DELEGATE, LOW_VA >> HEDRON_PAGE_SHIFT) };
	u->items = utcb_items(0, 1);
	return false;			/* and start as usual */
}

static void startup_mapping_by_reply(void)
{
	char *frame = pool_alloc(0);
	struct thread *t;

	frame_for_fault = page_of(frame);
	t = thread_run(&(struct thread_spec){ .fn = do_write, .arg = (void *)LOW_VA,
					      .react = react_map_at_startup,
					      .child = child_new() });
	CHECK(t->finished);
	CHECK_EQ(t->count, 0);
	CHECK_EQ(frame[0], 1);
}

/* The fault is at page 0 of eight; map all with one item, or with eight. */
static unsigned items_for_fault;

static bool react_map_eight(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	unsigned order = items_for_fault == 1 ? 3 : 0;

	if (event != EVENT_PF)
		return false;
	for (unsigned i = 0; i < items_for_fault; i++)
		*utcb_item(u, i) = (struct hedron_typed){
			crd_mem(frame_for_fault + i, order, MEM_R | MEM_W),
			xfer_make(XFER_DELEGATE, (u->state.qual[1] >> HEDRON_PAGE_SHIFT) + i) };
	u->items = utcb_items(0, items_for_fault);
	return true;
}

static void do_write_eight(void *arg)
{
	for (unsigned i = 0; i < 8; i++)
		((volatile char *)arg)[i * HEDRON_PAGE_SIZE] = (char)(i + 1);
}

static void page_fault_batch_mapping(void)
{
	char *frames = pool_alloc(3);

	frame_for_fault = page_of(frames);
	for (items_for_fault = 1; items_for_fault <= 8; items_for_fault += 7) {
		struct thread *t = thread_run(&(struct thread_spec){
			.fn = do_write_eight, .arg = (void *)va_alloc(3),
			.react = react_map_eight, .child = child_new() });

		CHECK(t->finished);
		CHECK_EQ(t->count, 1);
		for (unsigned i = 0; i < 8; i++)
			CHECK_EQ(frames[i * HEDRON_PAGE_SIZE], i + 1);
		memset(frames, 0, 8 * HEDRON_PAGE_SIZE);
	}
}

static bool react_map_and_retry(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_PF)
		return false;
	map_pages(ROOT_SEL_PD, t->pd, frame_for_fault, u->state.qual[1] >> HEDRON_PAGE_SHIFT, 1,
		  MEM_R | MEM_W, 0);
	return true;
}

static void reply_mtd_0_retries(void)
{
	char *frame = pool_alloc(0);
	struct thread *t;

	frame_for_fault = page_of(frame);
	t = thread_run(&(struct thread_spec){ .fn = do_write, .arg = (void *)(va_alloc(0) + 8),
					      .react = react_map_and_retry });
	CHECK(t->finished);
	CHECK_EQ(t->count, 1);
	CHECK_EQ(frame[8], 1);
}

static const struct abi_case cases[] = {
	{ "7.3 page fault: error code and CR2, page not present", page_fault_not_present },
	{ "7.3 page fault: error code and CR2, protection", page_fault_protection },
	{ "11.5 addresses above the user limit are plain page faults", page_fault_beyond_user },
	{ "7.4 a page-fault reply maps by typed item, mtd 0 retries",
	  page_fault_mapping_by_reply },
	{ "7.4 a startup reply maps by typed item", startup_mapping_by_reply },
	{ "7.4 a page-fault reply maps many pages at once", page_fault_batch_mapping },
	{ "7.4 a reply with MTD 0 retries the instruction", reply_mtd_0_retries },
};
SUITE(faults, cases);
