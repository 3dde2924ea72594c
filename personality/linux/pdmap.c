/* SPDX-License-Identifier: MIT */
/*
 * pdmap.c - pages into and out of the PD of a process.
 *
 * A delegation moves a power of two of pages, aligned at both ends. Runs of pages are cut into the
 * largest such pieces. In the answer to a page fault they are typed items, which cost no hypercall;
 * everywhere else delegate hypercalls. Taking away is a remote revocation, which for memory drops
 * what stands in the range and touches nobody else.
 */
#include "pdmap.h"

#include <hedron/native.h>

static inline unsigned log2_down(uint64_t x)	{ return 63 - __builtin_clzll(x); }

/* The largest order for a piece at `a` (and `b`, aligned alike) of at most `count` pages. */
static unsigned piece_order(uint64_t a, uint64_t b, uint64_t count)
{
	unsigned order = log2_down(count);
	unsigned align = a | b ? __builtin_ctzll(a | b) : CRD_ORDER_MAX;

	order = align < order ? align : order;
	return order < CRD_ORDER_MAX - 1 ? order : CRD_ORDER_MAX - 1;
}

void pd_batch_begin(struct pd_batch *b, cap_sel pd, struct hedron_utcb *utcb)
{
	*b = (struct pd_batch){ .pd = pd, .utcb = utcb };
}

static void emit(struct pd_batch *b, unsigned order)
{
	hedron_crd crd = crd_mem(b->from, order, b->rights);

	if (b->utcb) {
		struct hedron_typed *item = utcb_item(b->utcb, b->items);

		item->crd = crd;
		item->xfer = xfer_make(XFER_DELEGATE, b->to);
	} else {
		if (hedron_delegate(hedron_caps() + CAPS_PD, b->pd, crd,
				    xfer_make(XFER_DELEGATE, b->to),
				    crd_mem(b->to, order, RIGHTS_ALL)) != HEDRON_SUCCESS)
			b->failed = true;
	}
	b->items++;
	b->to += 1ull << order;
	b->from += 1ull << order;
	b->count -= 1ull << order;
}

static void flush(struct pd_batch *b)
{
	while (b->count)
		emit(b, piece_order(b->to, b->from, b->count));
}

bool pd_batch_add(struct pd_batch *b, uint64_t page, void *from, unsigned rights)
{
	uint64_t source = (uint64_t)from >> PAGE_SHIFT;

	if (b->count && page == b->to + b->count && source == b->from + b->count &&
	    rights == b->rights && (!b->utcb || b->items + b->count < PD_BATCH_ITEMS)) {
		b->count++;
		return true;
	}
	flush(b);
	if (b->utcb && b->items >= PD_BATCH_ITEMS)
		return false;
	b->to = page;
	b->from = source;
	b->count = 1;
	b->rights = rights;
	return true;
}

void pd_batch_end(struct pd_batch *b)
{
	flush(b);
}

void pd_unmap(cap_sel pd, uint64_t page, uint64_t end)
{
	while (page < end) {
		unsigned order = piece_order(page, page, end - page);

		hedron_revoke_remote(pd, crd_mem(page, order, RIGHTS_ALL), 1);
		page += 1ull << order;
	}
}
