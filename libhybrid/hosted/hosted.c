/* SPDX-License-Identifier: MIT */
/* hosted.c - the emulation that hosted.h describes; one thread. */
#define _GNU_SOURCE
#include "hosted.h"

#include <string.h>
#include <sys/mman.h>

#include "../src/platform.h"

enum slot_type { SLOT_FREE, SLOT_PORTAL, SLOT_SM };

struct slot {
	enum slot_type type;
	hosted_handler handler;		/* portal */
	uint64_t id;			/* portal */
	uint64_t count;			/* semaphore; copies count apart: no test shares one */
	unsigned rights;
};

static bool present;
static struct slot slots[HOSTED_SELS];
static _Alignas(UTCB_SIZE) struct hedron_utcb client_utcb, handler_utcb;
static _Alignas(HEDRON_PAGE_SIZE) struct hip hip;

void hosted_start(void)
{
	memset(slots, 0, sizeof(slots));
	memset(&client_utcb, 0, sizeof(client_utcb));
	memset(&handler_utcb, 0, sizeof(handler_utcb));
	hip.cpu[0].flags = HIP_CPU_ONLINE;
	hip.tsc_khz = 1000000;
	present = true;
}

void hosted_stop(void)
{
	present = false;
}

void hosted_portal(cap_sel sel, hosted_handler handler, uint64_t id)
{
	slots[sel] = (struct slot){ .type = SLOT_PORTAL, .handler = handler, .id = id,
				    .rights = PT_CTRL | PT_CALL };
}

unsigned hosted_objects(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < HOSTED_SELS; i++)
		n += slots[i].type != SLOT_FREE;
	return n;
}

struct hedron_utcb *hosted_handler_utcb(void)
{
	return &handler_utcb;
}

/* ---- surroundings --------------------------------------------------------------------------- */

uint64_t platform_aux(unsigned long type)
{
	if (!present)
		return 0;
	switch (type) {
	case AT_HEDRON_ABI:	return HEDRON_API_VERSION;
	case AT_HEDRON_CAPS:	return HOSTED_CAPS;
	case AT_HEDRON_HIP:	return (uintptr_t)&hip;
	default:		return 0;
	}
}

uint32_t platform_apic_id(void)
{
	return 0;
}

struct hedron_utcb *hedron_utcb(void)
{
	return &client_utcb;
}

void *platform_reserve(size_t size)
{
	void *addr = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return addr == MAP_FAILED ? NULL : addr;
}

void platform_release(void *addr, size_t size)
{
	munmap(addr, size);
}

/* ---- delegation (ABI reference 4.4) --------------------------------------------------------- */

static uint64_t round_down(uint64_t base, unsigned order)
{
	return base & ~((1ull << order) - 1);
}

/* Where does a source range land in a window? Returns the CRD at the destination; *src is the part
 * of the source that goes there. */
static hedron_crd place(hedron_crd from, hedron_crd window, uint64_t hot, hedron_crd *src)
{
	unsigned so = crd_order(from), ro = crd_order(window), type = crd_type(from);
	uint64_t sb = round_down(crd_base(from), so), rb = round_down(crd_base(window), ro);
	unsigned rights = crd_rights(from) & crd_rights(window);

	if (type != crd_type(window) || type == CRD_NULL || (type == CRD_OBJ && !rights))
		return CRD_NULL;
	if (so < ro) {
		rb |= round_down(hot & ((1ull << ro) - 1), so);
		ro = so;
	} else {
		sb |= round_down(hot & ((1ull << so) - 1), ro);
	}
	*src = crd_make(type, sb, ro, rights);
	return crd_make(type, rb, ro, rights);
}

/* Copy object capabilities; a slot in use stays as it is. */
static void copy_objects(hedron_crd src, hedron_crd dst)
{
	for (uint64_t i = 0; i < 1ull << crd_order(dst); i++) {
		struct slot *from = &slots[(crd_base(src) + i) % HOSTED_SELS];
		struct slot *to = &slots[(crd_base(dst) + i) % HOSTED_SELS];
		unsigned rights = from->rights & crd_rights(dst);

		if (from->type == SLOT_FREE || to->type != SLOT_FREE || !rights)
			continue;
		*to = *from;
		to->rights = rights;
	}
}

static void transfer_items(struct hedron_utcb *from, struct hedron_utcb *to)
{
	unsigned n = utcb_typed(from) < UTCB_TYPED_MAX ? utcb_typed(from) : UTCB_TYPED_MAX;

	for (unsigned i = 0; i < n; i++) {
		struct hedron_typed item = *utcb_item(from, i);
		hedron_crd src = CRD_NULL, dst = CRD_NULL;

		if ((item.xfer & XFER_KIND_MASK) == XFER_DELEGATE)
			dst = place(item.crd, to->del_window, xfer_hotspot(item.xfer), &src);
		if (crd_type(dst) == CRD_OBJ)
			copy_objects(src, dst);
		utcb_item(to, i)->crd = dst;
		utcb_item(to, i)->xfer = item.xfer & 0xfff;
	}
}

static void transfer(struct hedron_utcb *from, struct hedron_utcb *to)
{
	unsigned n = utcb_words(from) < UTCB_WORDS_MAX ? utcb_words(from) : UTCB_WORDS_MAX;

	memcpy(to->word, from->word, n * sizeof(to->word[0]));
	transfer_items(from, to);
	to->items = from->items;
}

/* ---- hypercalls ----------------------------------------------------------------------------- */

static struct slot *slot_of(cap_sel sel, enum slot_type type, unsigned right)
{
	struct slot *slot = &slots[sel % HOSTED_SELS];

	return slot->type == type && (slot->rights & right) == right ? slot : NULL;
}

static enum hedron_status do_call(cap_sel sel)
{
	struct slot *pt = slot_of(sel, SLOT_PORTAL, 0);

	if (!pt)
		return HEDRON_BAD_CAP;
	transfer(&client_utcb, &handler_utcb);
	pt->handler(&handler_utcb, pt->id);
	transfer(&handler_utcb, &client_utcb);
	return HEDRON_SUCCESS;
}

static enum hedron_status do_create_sm(cap_sel sel, uint64_t count)
{
	if (slots[sel % HOSTED_SELS].type != SLOT_FREE)
		return HEDRON_BAD_CAP;
	slots[sel % HOSTED_SELS] = (struct slot){ .type = SLOT_SM, .count = count,
						  .rights = SM_UP | SM_DOWN };
	return HEDRON_SUCCESS;
}

/* Nobody else can up: a down that would wait times out. */
static enum hedron_status do_sm_ctrl(cap_sel sel, unsigned flags)
{
	struct slot *sm = slot_of(sel, SLOT_SM, flags & HC_SM_DOWN ? SM_DOWN : SM_UP);

	if (!sm)
		return HEDRON_BAD_CAP;
	if (!(flags & HC_SM_DOWN))
		sm->count++;
	else if (sm->count == 0)
		return HEDRON_TIMEOUT;
	else
		sm->count = flags & HC_SM_ZERO ? 0 : sm->count - 1;
	return HEDRON_SUCCESS;
}

/* Only the range itself: the emulation keeps no derivation tree. */
static enum hedron_status do_revoke(hedron_crd crd, unsigned flags)
{
	if (crd_type(crd) != CRD_OBJ || !(flags & HC_REVOKE_SELF))
		return HEDRON_SUCCESS;
	for (uint64_t i = 0; i < 1ull << crd_order(crd); i++) {
		struct slot *slot = &slots[(crd_base(crd) + i) % HOSTED_SELS];

		slot->rights &= ~crd_rights(crd);
		if (!slot->rights)
			slot->type = SLOT_FREE;
	}
	return HEDRON_SUCCESS;
}

enum hedron_status hedron_hypercall(uint64_t a1, uint64_t *a2, uint64_t *a3, uint64_t *a4,
				    uint64_t a5)
{
	unsigned nr = a1 & 0xff, flags = a1 >> HC_FLAGS_SHIFT & 0xf;
	cap_sel sel = a1 >> HC_SEL_SHIFT;

	(void)a4;
	(void)a5;
	switch (nr) {
	case HC_CALL:		return do_call(sel);
	case HC_CREATE_SM:	return do_create_sm(sel, *a3);
	case HC_SM_CTRL:	return do_sm_ctrl(sel, flags);
	case HC_REVOKE:		return do_revoke(*a2, flags);
	default:		return nr < HC_COUNT ? HEDRON_BAD_CAP : HEDRON_BAD_HYP;
	}
}
