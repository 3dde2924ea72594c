/* SPDX-License-Identifier: MIT */
/* test_crd.c - CRDs, transfer words and typed items of hedron/crd.h and hedron/utcb.h. */
/* sources: none */
#include <hedron/hip.h>
#include <hedron/utcb.h>
#include "tests/unit/tap.h"

static void fields(void)
{
	hedron_crd crd = crd_make(CRD_OBJ, 0x123456789, 17, 0x15);

	ok(crd_type(crd) == CRD_OBJ, "type comes back");
	ok(crd_base(crd) == 0x123456789, "base comes back");
	ok(crd_order(crd) == 17, "order comes back");
	ok(crd_rights(crd) == 0x15, "rights come back");
	ok(crd == (0x123456789ull << 12 | 17 << 7 | 0x15 << 2 | 3), "fields are where 4.1 says");
}

static void limits(void)
{
	hedron_crd crd = crd_make(CRD_OBJ, ~0ull >> 12, CRD_ORDER_MAX, RIGHTS_ALL);

	ok(crd == ~0ull, "all fields at their maximum fill the word");
	ok(crd_make(0, 0, 0, 0) == 0, "all fields 0 give the null CRD");
	ok(crd_make(CRD_MEM | 4, 0, 32, 32) == CRD_MEM, "excess bits do not spill into other fields");
}

static void kinds(void)
{
	ok(crd_type(crd_mem(1, 0, MEM_R)) == CRD_MEM, "crd_mem is of memory type");
	ok(crd_type(crd_obj(1, 0, RIGHTS_ALL)) == CRD_OBJ, "crd_obj is of object type");
	ok(crd_pio(0x3f8, 3) == 0x3f8186, "crd_pio has right bit 0 and type 2");
}

static void transfer_words(void)
{
	uint64_t xfer = xfer_make(XFER_DELEGATE | XFER_HYPERVISOR, 0xabcdef);

	ok(xfer == (0xabcdefull << 12 | 0x801), "transfer word: kind, flags and hotspot");
	ok(xfer_hotspot(xfer) == 0xabcdef, "hotspot comes back");
	ok(xfer_make(XFER_DELEGATE | XFER_HYPERVISOR, 0) == 0x801, "pull word is 0x801");
}

static void messages(void)
{
	static struct hedron_utcb utcb;

	utcb.items = utcb_items(508, 254);
	ok(utcb_words(&utcb) == 508, "untyped count comes back");
	ok(utcb_typed(&utcb) == 254, "typed count comes back");
	ok((char *)utcb_item(&utcb, 0) == (char *)&utcb + 0xff0, "typed item 0 ends the UTCB");
	ok((char *)utcb_item(&utcb, 253) == (char *)&utcb + 0x20, "typed item 253 is the last");
	ok((char *)&utcb.word[507] == (char *)&utcb + 0xff8, "508 words fill the UTCB");
	ok(offsetof(struct hedron_utcb, word[UTCB_EVENT_WORDS]) == 0x298, "79 words end at 0x298");
}

static void hip_descriptors(void)
{
	static struct hip hip = { .length = 0xd20 + 3 * 24, .mem_offset = 0xd20, .mem_size = 24 };

	ok(hip_mem_count(&hip) == 3, "memory descriptors are counted from length");
	hip.length = 0xd20;
	ok(hip_mem_count(&hip) == 0, "a HIP may have none");
}

int main(void)
{
	fields();
	limits();
	kinds();
	transfer_words();
	messages();
	hip_descriptors();
	return done();
}
