/* SPDX-License-Identifier: MIT */
/*
 * ports.c - I/O port capabilities (ABI reference 1.4, 4.4 to 4.6).
 *
 * Each case uses ports of its own between 0x300 and 0x3bf, where q35 has no device, and gives them
 * back.
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "make.h"
#include "regs.h"
#include "thread.h"

static struct transfer pull(hedron_crd from, hedron_crd to)
{
	return transfer_own(from, XFER_DELEGATE | XFER_HYPERVISOR, to);
}

static bool usable(uint16_t port)	{ return !probe_in(port); }

static void give_back(uint16_t base, unsigned order)
{
	CHECK_OK(hedron_revoke(crd_pio(base, order), 1));
}

static void pull_gives_access(void)
{
	CHECK_EQ(probe_in(0x300), PROBE_FAULT | EVENT_GP << 8);
	CHECK_STATUS(pull(crd_pio(0x300, 2), crd_pio(0x300, 2)).status, HEDRON_SUCCESS);
	for (uint16_t port = 0x300; port < 0x304; port++)
		CHECK(usable(port));
	CHECK(!usable(0x2ff));
	CHECK(!usable(0x304));
	give_back(0x300, 2);
}

static void last_port(void)
{
	CHECK(!usable(0xffff));
	pull(crd_pio(0xffff, 0), crd_pio(0xffff, 0));
	CHECK(usable(0xffff));
	CHECK(!usable(0xfffe));
	give_back(0xffff, 0);
}

static void result_and_lookup(void)
{
	struct transfer t = pull(crd_pio(0x308, 3), crd_pio(0x308, 3));

	CHECK_EQ(t.crd, crd_pio(0x308, 3));
	CHECK_EQ(hedron_lookup(crd_pio(0x308, 0)), crd_pio(0x308, 3));
	CHECK_EQ(hedron_lookup(crd_pio(0x30b, 0)), crd_pio(0x308, 3));
	CHECK_EQ(hedron_lookup(crd_pio(0x310, 0)), 0);
	give_back(0x308, 3);
	CHECK_EQ(hedron_lookup(crd_pio(0x308, 0)), 0);
}

static void common_range_is_transferred(void)
{
	struct transfer t = pull(crd_pio(0x320, 4), crd_pio(0x324, 1));

	CHECK_EQ(t.crd, crd_pio(0x324, 1));
	CHECK(!usable(0x323));
	CHECK(usable(0x324));
	CHECK(usable(0x325));
	CHECK(!usable(0x326));
	give_back(0x324, 1);
	t = pull(crd_pio(0x328, 1), crd_pio(0x320, 4));
	CHECK_EQ(t.crd, crd_pio(0x328, 1));
	CHECK(usable(0x329));
	CHECK(!usable(0x320));
	give_back(0x328, 1);
}

static void no_right_no_port(void)
{
	struct transfer t = pull(crd_make(CRD_PIO, 0x330, 0, 0), crd_pio(0x330, 0));

	CHECK_STATUS(t.status, HEDRON_SUCCESS);
	CHECK_EQ(t.crd, 0);
	CHECK(!usable(0x330));
}

static void revoked_at_once(void)
{
	pull(crd_pio(0x338, 0), crd_pio(0x338, 0));
	CHECK(usable(0x338));
	give_back(0x338, 0);
	CHECK(!usable(0x338));
	pull(crd_pio(0x338, 0), crd_pio(0x338, 0));
	CHECK(usable(0x338));
	give_back(0x338, 0);
}

static void overlapping_grant_is_ignored(void)
{
	pull(crd_pio(0x340, 0), crd_pio(0x340, 0));
	CHECK_STATUS(pull(crd_pio(0x340, 2), crd_pio(0x340, 2)).status, HEDRON_SUCCESS);
	CHECK(usable(0x340));
	CHECK(!usable(0x341));
	CHECK_EQ(hedron_lookup(crd_pio(0x340, 0)), crd_pio(0x340, 0));
	give_back(0x340, 2);
}

static void not_into_the_host(void)
{
	transfer_own(crd_pio(0x348, 0), XFER_DELEGATE | XFER_HYPERVISOR | XFER_NOT_HOST,
		     crd_pio(0x348, 0));
	CHECK(!usable(0x348));
	give_back(0x348, 0);
}

static void types_must_agree(void)
{
	CHECK_EQ(pull(crd_pio(0x350, 0), crd_obj(0x350, 0, RIGHTS_ALL)).crd, 0);
	CHECK(!usable(0x350));
}

/* ---- other domains -------------------------------------------------------------------------- */

static volatile uint16_t port_to_read;

static void read_port(void *arg)
{
	inb(port_to_read);
}

/* Can a thread of the child read the port? */
static bool child_can(const struct child *c, uint16_t port)
{
	struct thread *t;

	port_to_read = port;
	t = thread_run(&(struct thread_spec){ .fn = read_port, .child = c });
	CHECK(t->finished || t->log[0].event == EVENT_GP);
	return t->finished;
}

static void child_gets_ports(void)
{
	const struct child *c = child_new();

	pull(crd_pio(0x358, 2), crd_pio(0x358, 2));
	CHECK(!child_can(c, 0x358));
	CHECK_OK(transfer(ROOT_SEL_PD, c->pd, crd_pio(0x358, 1), XFER_DELEGATE,
			  crd_pio(0x358, 1)).status);
	CHECK(child_can(c, 0x359));
	CHECK(!child_can(c, 0x35a));
	CHECK(usable(0x358));
	give_back(0x358, 2);
}

static void child_loses_ports(void)
{
	const struct child *c = child_new();

	pull(crd_pio(0x360, 0), crd_pio(0x360, 0));
	transfer(ROOT_SEL_PD, c->pd, crd_pio(0x360, 0), XFER_DELEGATE, crd_pio(0x360, 0));
	CHECK(child_can(c, 0x360));
	CHECK_OK(hedron_revoke(crd_pio(0x360, 0), 0));
	CHECK(!child_can(c, 0x360));
	CHECK(usable(0x360));
	give_back(0x360, 0);
}

static void hypervisor_flag_needs_the_roottask(void)
{
	const struct child *c = child_new();

	CHECK_OK(transfer(c->pd, ROOT_SEL_PD, crd_pio(0x368, 0), XFER_DELEGATE | XFER_HYPERVISOR,
			  crd_pio(0x368, 0)).status);
	CHECK(!usable(0x368));
}

/* ---- the receiver changes in the middle ------------------------------------------------------- */

#define MANY_ORDER	8
#define MANY_BASE	0x8000

static cap_sel receiver, go, swapped;
static volatile uint64_t swap_at;

/* Puts a PD without ports in the receiver's place. */
static void swap(void *arg)
{
	cap_sel never = make_sm(0);

	for (;;) {
		hedron_sm_down(go, 0);
		hedron_sm_down(never, swap_at);
		hedron_revoke(crd_obj(receiver, 0, RIGHTS_ALL), 1);
		hedron_create_pd(receiver, ROOT_SEL_PD, 0, 0);
		hedron_sm_up(swapped);
	}
}

static uint64_t give_many(void)
{
	hedron_crd all = crd_pio(MANY_BASE, MANY_ORDER);
	uint64_t start = rdtsc();

	CHECK_OK(transfer(ROOT_SEL_PD, receiver, all, XFER_DELEGATE, all).status);
	return rdtsc() - start;
}

static void receiver_is_replaced(void)
{
	struct thread *t = thread_new(&(struct thread_spec){ .fn = swap });
	uint64_t took;

	receiver = make_pd();
	go = make_sm(0);
	swapped = make_sm(0);
	thread_start(t, PRIO_HIGH);
	for (unsigned i = 0; i < 1 << MANY_ORDER; i++)
		pull(crd_pio(MANY_BASE + i, 0), crd_pio(MANY_BASE + i, 0));
	took = give_many();
	for (unsigned i = 0; i < 32; i++) {
		swap_at = rdtsc() + took * i / 32;
		hedron_sm_up(go);
		give_many();
		hedron_sm_down(swapped, 0);
	}
	give_back(MANY_BASE, MANY_ORDER);
}

static const struct abi_case cases[] = {
	{ "1.4 a pull gives access to just these ports", pull_gives_access },
	{ "1.4 port 0xffff can be pulled and used like others", last_port,
	  OURS("abi-notes: the I/O bitmap lacks its last byte") },
	{ "3.10 lookup of a port finds the grant that contains it", result_and_lookup },
	{ "4.4 ports: the range in common is transferred", common_range_is_transferred },
	{ "4.4 ports: no common right, result CRD 0", no_right_no_port },
	{ "4.6 ports: access ends with the revocation", revoked_at_once },
	{ "4.4 ports: a grant that overlaps with other bounds is ignored",
	  overlapping_grant_is_ignored },
	{ "4.3 bit 8: not into the host port space", not_into_the_host },
	{ "4.4 ports: types must agree", types_must_agree },
	{ "4.4 ports: another PD gets what it is given", child_gets_ports },
	{ "4.6 ports: revocation reaches other PDs", child_loses_ports },
	{ "1.4 ports: the hypervisor flag is ignored for other sources",
	  hypervisor_flag_needs_the_roottask },
	{ "4.4 ports: the receiver is replaced in the middle of a large delegation",
	  receiver_is_replaced },
};
SUITE(ports, cases);
