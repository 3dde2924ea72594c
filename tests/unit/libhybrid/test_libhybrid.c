/* SPDX-License-Identifier: MIT */
/* sources: libhybrid/hosted/hosted.c libhybrid/src/self.c libhybrid/src/sel.c libhybrid/src/msg.c libhybrid/src/svc.c libhybrid/src/window.c libhybrid/src/status.c */
/* flags: -DHEDRON_HOSTED */
/* test_libhybrid.c - libhybrid over the emulated object space: nothing present, selectors, messages,
 * services found and calls answered, windows. */
#include <hedron/hybrid.h>
#include <string.h>

#include "libhybrid/hosted/hosted.h"
#include "tests/unit/tap.h"

#define PROVIDER	0x100		/* the roottask's own selector of the service */
#define ROOT		(HOSTED_CAPS + CAPS_ROOT)

static struct hedron_utcb seen;		/* what a handler was given */

static void answer(struct hedron_utcb *u, enum svc_status status, unsigned words)
{
	struct svc_reply *rep = (struct svc_reply *)u->word;

	*rep = (struct svc_reply){ .status = status };
	u->items = utcb_items(words, 0);
}

static void root_handler(struct hedron_utcb *u, uint64_t id)
{
	const struct root_lookup *req = (const struct root_lookup *)u->word;

	(void)id;
	seen = *u;
	if (!strcmp(req->name, "empty")) {	/* a root portal that says OK and sends nothing */
		answer(u, SVC_OK, 1);
	} else if (!strcmp(req->name, "there")) {
		answer(u, SVC_OK, 1);
		hedron_msg_obj(u, PROVIDER, 0, PT_CALL, 0);
	} else {
		answer(u, SVC_NOT_FOUND, 1);
	}
}

static void short_handler(struct hedron_utcb *u, uint64_t id)
{
	(void)id;
	answer(u, SVC_OK, 1);
}

static void echo_handler(struct hedron_utcb *u, uint64_t id)
{
	u->word[0] = id;
	seen = *u;
}

static void test_absent(void)
{
	cap_sel pt = 1;

	ok(!hedron_present() && hedron_abi() == 0 && !hedron_hip(), "on plain Linux nothing is present");
	ok(hedron_find("there", 0, &pt) == SVC_DEAD && pt == 1, "find: DEAD on plain Linux");
}

static void test_selectors(void)
{
	unsigned count = 0;
	bool aligned = true;
	cap_sel a, first = hedron_sel_alloc(0);

	ok(first >= HOSTED_CAPS + CAPS_FREE, "selectors begin behind the start-up capabilities");
	hedron_sel_free(first, 0);
	for (unsigned order = 0; order <= HEDRON_SEL_ORDER_MAX; order++) {
		a = hedron_sel_alloc(order);
		aligned = aligned && a % (1u << order) == 0;
		hedron_sel_free(a, order);
	}
	ok(aligned, "ranges are aligned to their size");
	ok(hedron_sel_alloc(HEDRON_SEL_ORDER_MAX + 1) == HEDRON_NO_SEL, "a larger order is refused");

	while ((a = hedron_sel_alloc(0)) != HEDRON_NO_SEL)
		count++;
	ok(count == HEDRON_SEL_COUNT, "all %u selectors are given out, then NO_SEL", count);
	for (unsigned i = 0; i < HEDRON_SEL_COUNT; i++)
		hedron_sel_free(first + i, 0);
	a = hedron_sel_alloc(HEDRON_SEL_ORDER_MAX);
	ok(a != HEDRON_NO_SEL, "freed single selectors make a range again");
	hedron_sel_free(a, HEDRON_SEL_ORDER_MAX);
}

static void test_words(void)
{
	struct hedron_utcb *u = hedron_msg_new();
	uint64_t words[UTCB_WORDS_MAX] = { 0 };

	u->word[1] = ~0ull;
	ok(hedron_msg_word(u, 7) && hedron_msg_bytes(u, "abc", 3), "a word and three bytes fit");
	ok(utcb_words(u) == 2 && u->word[0] == 7 && u->word[1] == 0x636261, "bytes fill up with zeros");
	ok(!hedron_msg_bytes(u, words, sizeof(words)) && utcb_words(u) == 2,
	   "what does not fit is refused and changes nothing");

	hedron_msg_new();
	ok(hedron_msg_bytes(u, words, sizeof(words)) && !hedron_msg_word(u, 1), "508 words and no more");
	ok(!hedron_msg_obj(u, 1, 0, SM_UP, 0), "no item where words are");

	hedron_msg_new();
	for (unsigned i = 0; i < UTCB_TYPED_MAX; i++)
		if (!hedron_msg_obj(u, i, 0, SM_UP, 0))
			break;
	ok(utcb_typed(u) == UTCB_TYPED_MAX && !hedron_msg_obj(u, 1, 0, SM_UP, 0),
	   "254 typed items and no more");
	ok(!hedron_msg_word(u, 1), "no word where items are");
}

static void test_calls(void)
{
	uint64_t in[3] = { 1, 2, 3 }, out[2] = { 0 };
	unsigned n = 2;

	hosted_portal(0x200, echo_handler, 0xbad9e);
	ok(hedron_call_words(0x200, in, 3, out, &n) == HEDRON_SUCCESS && n == 2, "words are cut to the room");
	ok(out[0] == 0xbad9e && out[1] == 2, "the portal's id arrived, the words came back");
	ok(hedron_call_words(0x201, in, 3, NULL, NULL) == HEDRON_BAD_CAP, "call: BAD_CAP at an empty selector");
	ok(hedron_call_words(0x200, in, UTCB_WORDS_MAX + 1, NULL, NULL) == HEDRON_BAD_PAR,
	   "call: BAD_PAR for too many words");

	hedron_msg_new();
	hedron_msg_pages(hedron_utcb(), (void *)0x40000000, 2, MEM_R | MEM_W, 5);
	hosted_handler_utcb()->del_window = crd_mem(0x1000, 4, MEM_R);
	hedron_call(0x200);
	ok(utcb_item(&seen, 0)->crd == crd_mem(0x1004, 2, MEM_R),
	   "pages land in the window at the rounded hotspot, with the rights of both");
}

static void test_find(void)
{
	unsigned before = hosted_objects();
	char name[SVC_NAME_MAX + 1];
	cap_sel pt;

	memset(name, 'x', sizeof(name));
	name[SVC_NAME_MAX] = 0;
	ok(hedron_find("missing", 0, &pt) == SVC_NOT_FOUND, "find: NOT_FOUND");
	ok(hedron_find(name, 0, &pt) == SVC_TOO_LONG, "find: TOO_LONG");
	ok(hedron_find("empty", 0, &pt) == SVC_DEAD, "find: DEAD if no portal came");
	ok(hosted_objects() == before, "failures leave no capability");

	ok(hedron_find("there", ROOT_LOOKUP_WAIT, &pt) == SVC_OK, "find: OK");
	ok(((const struct root_lookup *)seen.word)->flags == ROOT_LOOKUP_WAIT &&
	   utcb_words(&seen) == sizeof(struct root_lookup) / 8, "the request is whole");
	ok(hedron_utcb()->del_window == CRD_NULL, "the receive window is closed again");
	hedron_svc_request(sizeof(struct svc_request), 1, 2);
	ok(hedron_svc_call(pt, sizeof(struct svc_reply)) == SVC_OK, "the portal can be called");
	ok(hedron_svc_call(pt, sizeof(struct svc_reply) + 8) == SVC_DEAD, "an answer too short is DEAD");
	hedron_forget(pt);
	ok(hosted_objects() == before, "forget gives the capability back");
	ok(hedron_svc_call(pt, 8) == SVC_DEAD, "a call to it is DEAD now");
}

static void test_window(void)
{
	char *w = hedron_window_alloc(4);

	ok(w && (uintptr_t)w % (HEDRON_PAGE_SIZE << 4) == 0, "a window is aligned to its size");
	hedron_window_free(w, 4);
	ok(!hedron_window_alloc(40), "a window larger than the address space: NULL");
}

int main(void)
{
	test_absent();
	hosted_start();
	hosted_portal(ROOT, root_handler, 0);
	hosted_portal(PROVIDER, short_handler, 0);
	test_selectors();
	test_words();
	test_calls();
	test_find();
	test_window();

	ok(!strcmp(hedron_status_name(HEDRON_BAD_CPU), "BAD_CPU") &&
	   !strcmp(hedron_status_name((enum hedron_status)99), "unknown status") &&
	   !strcmp(hedron_svc_name(SVC_FORMAT), "FORMAT"), "statuses have names");
	return done();
}
