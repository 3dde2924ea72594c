/* SPDX-License-Identifier: MIT */
/*
 * delegate_obj.c - windows, rights, delegation and translation of object capabilities (ABI
 * reference 3.10, 4.2 to 4.5).
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"

#define SM_ALL	(SM_UP | SM_DOWN)

/* A block of 2^order semaphores; the counter of number i is i. */
static cap_sel make_sms(unsigned order)
{
	cap_sel base = sels_alloc(order);

	for (unsigned i = 0; i < 1u << order; i++)
		MUST(hedron_create_sm(base + i, ROOT_SEL_PD, i));
	return base;
}

/* Is `sel` the semaphore number i of make_sms()?  Empties it. */
static bool is_sm(cap_sel sel, unsigned i)
{
	unsigned n = 0;

	while (n <= i && hedron_sm_down(sel, 1) == HEDRON_SUCCESS)
		n++;
	return n == i && obj_at(sel);
}

/* ---- windows -------------------------------------------------------------------------------- */

static void small_source_at_hotspot(void)
{
	cap_sel from = make_sms(0), to = sels_alloc(3);
	struct transfer t = transfer_own(crd_obj(from, 0, SM_ALL), xfer_make(XFER_DELEGATE, 5),
					 crd_obj(to, 3, RIGHTS_ALL));

	CHECK_STATUS(t.status, HEDRON_SUCCESS);
	CHECK_EQ(t.crd, crd_obj(to + 5, 0, SM_ALL));
	for (unsigned i = 0; i < 8; i++)
		CHECK_EQ(obj_at(to + i), i == 5 ? crd_obj(to + 5, 0, SM_ALL) : 0);
}

static void hotspot_is_masked(void)
{
	cap_sel from = make_sms(1), to = sels_alloc(3);
	struct transfer t = transfer_own(crd_obj(from, 1, SM_ALL),
					 xfer_make(XFER_DELEGATE, 0x1000 + 8 + 5),
					 crd_obj(to, 3, RIGHTS_ALL));

	CHECK_EQ(t.crd, crd_obj(to + 4, 1, SM_ALL));
	CHECK(is_sm(to + 4, 0));
	CHECK(is_sm(to + 5, 1));
	CHECK_EQ(obj_at(to + 6), 0);
}

static void large_source_is_clipped(void)
{
	cap_sel from = make_sms(3), to = sels_alloc(1);
	struct transfer t = transfer_own(crd_obj(from, 3, SM_ALL),
					 xfer_make(XFER_DELEGATE, 0x100 + 5),
					 crd_obj(to, 1, RIGHTS_ALL));

	CHECK_EQ(t.crd, crd_obj(to, 1, SM_ALL));
	CHECK(is_sm(to, 4));
	CHECK(is_sm(to + 1, 5));
}

static void same_order_ignores_hotspot(void)
{
	cap_sel from = make_sms(2), to = sels_alloc(2);
	struct transfer t = transfer_own(crd_obj(from, 2, SM_ALL), xfer_make(XFER_DELEGATE, 3),
					 crd_obj(to, 2, RIGHTS_ALL));

	CHECK_EQ(t.crd, crd_obj(to, 2, SM_ALL));
	for (unsigned i = 0; i < 4; i++)
		CHECK(is_sm(to + i, i));
}

static void bases_are_rounded_down(void)
{
	cap_sel from = make_sms(2), to = sels_alloc(2);
	struct transfer t = transfer_own(crd_obj(from + 3, 2, SM_ALL), xfer_make(XFER_DELEGATE, 0),
					 crd_obj(to + 1, 2, RIGHTS_ALL));

	CHECK_EQ(t.crd, crd_obj(to, 2, SM_ALL));
	for (unsigned i = 0; i < 4; i++)
		CHECK(is_sm(to + i, i));
}

static void window_of_everything(void)
{
	cap_sel from = make_sms(0), to = sel_alloc();
	struct transfer t = transfer_own(crd_obj(from, 0, SM_ALL), xfer_make(XFER_DELEGATE, to),
					 crd_obj(0, CRD_ORDER_MAX, RIGHTS_ALL));

	CHECK_EQ(t.crd, crd_obj(to, 0, SM_ALL));
	CHECK_EQ(obj_at(to), crd_obj(to, 0, SM_ALL));
}

/* ---- slots ---------------------------------------------------------------------------------- */

static void empty_slots_are_skipped(void)
{
	cap_sel from = sels_alloc(2), to = sels_alloc(2);

	MUST(hedron_create_sm(from + 1, ROOT_SEL_PD, 0));
	MUST(hedron_create_sm(to + 2, ROOT_SEL_PD, 7));
	CHECK_OK(transfer_own(crd_obj(from, 2, RIGHTS_ALL), XFER_DELEGATE,
			      crd_obj(to, 2, RIGHTS_ALL)).status);
	CHECK_EQ(obj_at(to), 0);
	CHECK_EQ(obj_at(to + 1), crd_obj(to + 1, 0, SM_ALL));
	CHECK(is_sm(to + 2, 7));
	CHECK_EQ(obj_at(to + 3), 0);
}

static void used_slot_is_not_changed(void)
{
	cap_sel from = make_sm(3), to = make_sm(9);
	struct transfer t = transfer_own(crd_obj(from, 0, SM_UP), XFER_DELEGATE,
					 crd_obj(to, 0, RIGHTS_ALL));

	CHECK_STATUS(t.status, HEDRON_SUCCESS);
	CHECK_EQ(obj_at(to), crd_obj(to, 0, SM_ALL));
	CHECK(is_sm(to, 9));
	CHECK(is_sm(from, 3));
}

static void slot_with_the_same_object_is_not_changed(void)
{
	cap_sel sm = make_sm(0), copy = make_copy(sm, SM_UP);

	CHECK_OK(transfer_own(crd_obj(sm, 0, SM_ALL), XFER_DELEGATE,
			      crd_obj(copy, 0, RIGHTS_ALL)).status);
	CHECK_EQ(obj_at(copy), crd_obj(copy, 0, SM_UP));
}

/* ---- rights --------------------------------------------------------------------------------- */

static void rights_are_the_intersection(void)
{
	cap_sel sm = make_sm(0), a = sel_alloc(), b = sel_alloc(), c = sel_alloc();

	transfer_own(crd_obj(sm, 0, SM_ALL), XFER_DELEGATE, crd_obj(a, 0, SM_DOWN | 0x1c));
	CHECK_EQ(obj_at(a), crd_obj(a, 0, SM_DOWN));
	transfer_own(crd_obj(a, 0, RIGHTS_ALL), XFER_DELEGATE, crd_obj(b, 0, RIGHTS_ALL));
	CHECK_EQ(obj_at(b), crd_obj(b, 0, SM_DOWN));
	transfer_own(crd_obj(sm, 0, SM_UP), XFER_DELEGATE, crd_obj(c, 0, RIGHTS_ALL));
	CHECK_EQ(obj_at(c), crd_obj(c, 0, SM_UP));
}

static void no_valid_right_no_capability(void)
{
	cap_sel up_only = make_copy(make_sm(0), SM_UP), to = sel_alloc(), pd = sel_alloc();

	CHECK_OK(transfer_own(crd_obj(up_only, 0, SM_DOWN), XFER_DELEGATE,
			      crd_obj(to, 0, RIGHTS_ALL)).status);
	CHECK_EQ(obj_at(to), 0);
	CHECK_OK(transfer_own(crd_obj(ROOT_SEL_PD, 0, 0x1e), XFER_DELEGATE,
			      crd_obj(pd, 0, RIGHTS_ALL)).status);
	CHECK_EQ(obj_at(pd), 0);
}

static void no_common_right_gives_0(void)
{
	cap_sel sm = make_sm(0), to = sel_alloc();
	struct transfer t = transfer_own(crd_obj(sm, 0, SM_UP), XFER_DELEGATE,
					 crd_obj(to, 0, SM_DOWN));

	CHECK_STATUS(t.status, HEDRON_SUCCESS);
	CHECK_EQ(t.crd, 0);
	CHECK_EQ(obj_at(to), 0);
}

static void result_is_what_the_window_gave(void)
{
	cap_sel none = sel_alloc(), to = sel_alloc();
	struct transfer t = transfer_own(crd_obj(none, 0, SM_ALL), XFER_DELEGATE,
					 crd_obj(to, 0, RIGHTS_ALL));

	CHECK_STATUS(t.status, HEDRON_SUCCESS);
	CHECK_EQ(t.crd, crd_obj(to, 0, SM_ALL));
	CHECK_EQ(obj_at(to), 0);
}

/* ---- kinds and flags ------------------------------------------------------------------------ */

static void types_must_agree(void)
{
	cap_sel sm = make_sm(0), to = sel_alloc();
	struct transfer t = transfer_own(crd_obj(sm, 0, SM_ALL), XFER_DELEGATE,
					 crd_mem(to, 0, RIGHTS_ALL));

	CHECK_STATUS(t.status, HEDRON_SUCCESS);
	CHECK_EQ(t.crd, 0);
	t = transfer_own(crd_obj(sm, 0, SM_ALL), XFER_DELEGATE, 0);
	CHECK_STATUS(t.status, HEDRON_SUCCESS);
	CHECK_EQ(t.crd, 0);
	CHECK_EQ(obj_at(to), 0);
}

static void kind_3_is_invalid(void)
{
	cap_sel sm = make_sm(0), to = sel_alloc();
	struct transfer t = transfer_own(crd_obj(sm, 0, SM_ALL), 3, crd_obj(to, 0, RIGHTS_ALL));

	CHECK_STATUS(t.status, HEDRON_SUCCESS);
	CHECK_EQ(t.crd, 0);
	CHECK_EQ(obj_at(to), 0);
}

static void page_table_flags_mean_nothing(void)
{
	cap_sel sm = make_sm(0), to = sel_alloc();
	const uint64_t xfer = XFER_DELEGATE | XFER_NOT_HOST | XFER_DEVICE | XFER_GUEST;

	CHECK_EQ(transfer_own(crd_obj(sm, 0, SM_ALL), xfer, crd_obj(to, 0, RIGHTS_ALL)).xfer, xfer);
	CHECK_EQ(obj_at(to), crd_obj(to, 0, SM_ALL));
}

static void hypervisor_flag_needs_the_roottask(void)
{
	const struct child *c = child_new();
	cap_sel to = sel_alloc(), sm = make_sm(0);

	CHECK_OK(transfer(c->pd, ROOT_SEL_PD, crd_obj(env.cpu, 0, RIGHTS_ALL),
			  XFER_DELEGATE | XFER_HYPERVISOR, crd_obj(to, 0, RIGHTS_ALL)).status);
	CHECK_EQ(obj_at(to), 0);
	child_give_at(c, sm, env.cpu, 0);
	CHECK_OK(transfer(c->pd, ROOT_SEL_PD, crd_obj(env.cpu, 0, RIGHTS_ALL),
			  XFER_DELEGATE | XFER_HYPERVISOR, crd_obj(to, 0, RIGHTS_ALL)).status);
	CHECK_EQ(obj_at(to), crd_obj(to, 0, SM_ALL));
}

static void between_other_domains(void)
{
	const struct child *a = child_new(), *b = child_new();
	cap_sel sm = make_sm(4), to = sel_alloc();

	child_give_at(a, sm, 9, 0);
	CHECK_OK(transfer(a->pd, b->pd, crd_obj(9, 0, RIGHTS_ALL), XFER_DELEGATE,
			  crd_obj(11, 0, RIGHTS_ALL)).status);
	CHECK_OK(transfer(b->pd, ROOT_SEL_PD, crd_obj(11, 0, RIGHTS_ALL), XFER_DELEGATE,
			  crd_obj(to, 0, RIGHTS_ALL)).status);
	CHECK(is_sm(to, 4));
}

/* ---- translation ---------------------------------------------------------------------------- */

static const hedron_crd everything = CRD_OBJ | 31ull << 7 | RIGHTS_ALL << 2;

static void translate_to_the_ancestor(void)
{
	const struct child *c = child_new();
	cap_sel sm = make_sm(0);
	struct transfer t;

	child_give_at(c, sm, 5, 0);
	t = transfer(c->pd, ROOT_SEL_PD, crd_obj(5, 0, SM_UP), XFER_TRANSLATE, everything);
	CHECK_STATUS(t.status, HEDRON_SUCCESS);
	CHECK_EQ(crd_base(t.crd), sm);
	CHECK_EQ(crd_type(t.crd), CRD_OBJ);
	CHECK_EQ(t.xfer, XFER_TRANSLATE);
}

static void translate_outside_the_window(void)
{
	const struct child *c = child_new();
	cap_sel sm = make_sm(0);

	child_give_at(c, sm, 5, 0);
	CHECK_EQ(transfer(c->pd, ROOT_SEL_PD, crd_obj(5, 0, RIGHTS_ALL), XFER_TRANSLATE,
			  crd_obj(sm ^ 1, 0, RIGHTS_ALL)).crd, 0);
	CHECK_EQ(transfer(c->pd, ROOT_SEL_PD, crd_obj(6, 0, RIGHTS_ALL), XFER_TRANSLATE,
			  everything).crd, 0);
}

static void translate_in_one_domain(void)
{
	cap_sel sm = make_sm(0);
	struct transfer t = transfer_own(crd_obj(sm, 0, SM_ALL), XFER_TRANSLATE, everything);

	CHECK_EQ(crd_base(t.crd), sm);
}

static void translate_or_delegate(void)
{
	const struct child *c = child_new();
	cap_sel sm = make_sm(0), stranger = sel_alloc();
	struct transfer t;

	child_give_at(c, sm, 5, 0);
	t = transfer(c->pd, ROOT_SEL_PD, crd_obj(5, 0, SM_ALL), XFER_EITHER, everything);
	CHECK_EQ(crd_base(t.crd), sm);
	CHECK_EQ(t.xfer, XFER_EITHER);
	t = transfer(c->pd, ROOT_SEL_PD, crd_obj(5, 0, SM_ALL), XFER_EITHER,
		     crd_obj(stranger, 0, RIGHTS_ALL));
	CHECK_EQ(t.crd, crd_obj(stranger, 0, SM_ALL));
	CHECK_EQ(t.xfer, XFER_EITHER | XFER_DELEGATE);
	CHECK_EQ(obj_at(stranger), crd_obj(stranger, 0, SM_ALL));
}

static const struct abi_case cases[] = {
	{ "4.4 a smaller source is placed in the window by the hotspot", small_source_at_hotspot },
	{ "4.4 the hotspot is masked by window and source order", hotspot_is_masked },
	{ "4.4 of a larger source the hotspot chooses the part", large_source_is_clipped },
	{ "4.4 with equal orders the hotspot does not matter", same_order_ignores_hotspot },
	{ "4.4 bases are rounded down to their order", bases_are_rounded_down },
	{ "4.4 the window may be the whole space", window_of_everything },
	{ "4.4 empty source slots are skipped", empty_slots_are_skipped },
	{ "4.4 a slot in use is not changed, status SUCCESS", used_slot_is_not_changed },
	{ "4.4 a slot that holds the same object is not changed either",
	  slot_with_the_same_object_is_not_changed },
	{ "4.2 rights are those of source, source CRD and window in common",
	  rights_are_the_intersection },
	{ "4.2 without a valid right there is no capability", no_valid_right_no_capability },
	{ "3.10 delegate: no common right, result CRD 0", no_common_right_gives_0 },
	{ "3.10 delegate: the result is what the window gave, no confirmation",
	  result_is_what_the_window_gave },
	{ "3.10 delegate: types differ, result CRD 0", types_must_agree },
	{ "4.3 kind 3 is invalid, result CRD 0", kind_3_is_invalid },
	{ "4.3 bits 8..10 have no effect on objects", page_table_flags_mean_nothing },
	{ "1.4 the hypervisor flag is ignored for other sources than the roottask",
	  hypervisor_flag_needs_the_roottask },
	{ "3.10 delegate: source and destination may be any PDs", between_other_domains },
	{ "4.5 translation finds the receiver's own selector", translate_to_the_ancestor },
	{ "4.5 translation outside the window or of nothing gives 0",
	  translate_outside_the_window },
	{ "4.5 translation inside one PD gives the same selector", translate_in_one_domain },
	{ "4.5 kind 2 translates, else delegates and sets bit 0", translate_or_delegate },
};
SUITE(delegate_obj, cases);
