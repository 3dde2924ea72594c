/* SPDX-License-Identifier: MIT */
/*
 * msg.c - messages: words grow up from the start of the UTCB's data, typed items down from its end
 * (ABI reference 5.1). What is appended is checked against the other side first.
 */
#include <string.h>

#include <hedron/hybrid.h>

struct hedron_utcb *hedron_msg_new(void)
{
	struct hedron_utcb *u = hedron_utcb();

	u->items = 0;
	u->xlate_window = CRD_NULL;
	u->del_window = CRD_NULL;
	return u;
}

/* Is there room for so many words and typed items in all? */
static bool fits(unsigned words, unsigned typed)
{
	return typed <= UTCB_TYPED_MAX && words + 2 * typed <= UTCB_WORDS_MAX;
}

bool hedron_msg_bytes(struct hedron_utcb *u, const void *bytes, size_t len)
{
	unsigned n = utcb_words(u);
	size_t words = len / 8 + (len % 8 != 0);

	if (words > UTCB_WORDS_MAX || !fits(n + words, utcb_typed(u)))
		return false;

	if (len % 8)
		u->word[n + words - 1] = 0;
	memcpy(&u->word[n], bytes, len);
	u->items = utcb_items(n + words, utcb_typed(u));
	return true;
}

bool hedron_msg_word(struct hedron_utcb *u, uint64_t word)
{
	return hedron_msg_bytes(u, &word, sizeof(word));
}

static bool add_item(struct hedron_utcb *u, hedron_crd crd, uint64_t hotspot)
{
	unsigned n = utcb_typed(u);

	if (!fits(utcb_words(u), n + 1))
		return false;

	utcb_item(u, n)->crd = crd;
	utcb_item(u, n)->xfer = xfer_make(XFER_DELEGATE, hotspot);
	u->items = utcb_items(utcb_words(u), n + 1);
	return true;
}

bool hedron_msg_obj(struct hedron_utcb *u, cap_sel sel, unsigned order, unsigned rights,
		    uint64_t hotspot)
{
	return add_item(u, crd_obj(sel, order, rights), hotspot);
}

bool hedron_msg_pages(struct hedron_utcb *u, const void *addr, unsigned order, unsigned rights,
		      uint64_t hotspot)
{
	return add_item(u, crd_mem((uintptr_t)addr >> HEDRON_PAGE_SHIFT, order, rights), hotspot);
}

void hedron_msg_recv_obj(struct hedron_utcb *u, cap_sel sel, unsigned order)
{
	u->del_window = crd_obj(sel, order, RIGHTS_ALL);
}

void hedron_msg_recv_pages(struct hedron_utcb *u, void *addr, unsigned order, unsigned rights)
{
	u->del_window = crd_mem((uintptr_t)addr >> HEDRON_PAGE_SHIFT, order, rights);
}

enum hedron_status hedron_call_words(cap_sel pt, const uint64_t *in, unsigned n_in, uint64_t *out,
				     unsigned *n_out)
{
	struct hedron_utcb *u = hedron_msg_new();
	enum hedron_status status;
	unsigned room = n_out ? *n_out : 0;

	if (n_in > UTCB_WORDS_MAX)
		return HEDRON_BAD_PAR;
	if (n_in)
		hedron_msg_bytes(u, in, n_in * sizeof(*in));
	status = hedron_call(pt);
	if (status != HEDRON_SUCCESS || !n_out)
		return status;

	*n_out = utcb_words(u) < room ? utcb_words(u) : room;
	memcpy(out, u->word, *n_out * sizeof(*out));
	return HEDRON_SUCCESS;
}
