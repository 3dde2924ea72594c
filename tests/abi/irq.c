/* SPDX-License-Identifier: MIT */
/*
 * irq.c - interrupt semaphores, with channel 0 of the PIT, which is GSI 2 on q35 (ABI reference
 * 3.15, 10.3).
 *
 * Mode 0 counts down once and then holds its output high: one edge, or a level for as long as
 * nobody loads a new count.
 */
#include "check.h"
#include "env.h"
#include "make.h"
#include "regs.h"

#define PIT_DATA	0x40
#define PIT_COMMAND	0x43
#define PIT_MODE_0	0x30		/* channel 0, low and high byte, interrupt on terminal count */
#define PIT_GSI		2		/* IRQ 0 by the MADT's override */
#define PIT_MS		1193		/* ticks */

static cap_sel pit_sm(void)
{
	hedron_crd ports = crd_pio(PIT_DATA, 2);
	cap_sel sel = sel_alloc();

	hedron_delegate(ROOT_SEL_PD, ROOT_SEL_PD, ports, XFER_DELEGATE | XFER_HYPERVISOR, ports);
	MUST(hedron_delegate(ROOT_SEL_PD, ROOT_SEL_PD,
			     crd_obj(HV_SEL_GSI + PIT_GSI, 0, RIGHTS_ALL),
			     XFER_DELEGATE | XFER_HYPERVISOR, crd_obj(sel, 0, RIGHTS_ALL)));
	return sel;
}

/* Fire once in `ticks`; until then the output is low. */
static void pit_start(uint16_t ticks)
{
	outb(PIT_COMMAND, PIT_MODE_0);
	outb(PIT_DATA, (uint8_t)ticks);
	outb(PIT_DATA, (uint8_t)(ticks >> 8));
}

#define PIT_STATUS_0	0xe2		/* read back the status of channel 0; bit 7 is its output */

/* Wait until it has fired: its output is high. */
static void pit_wait(void)
{
	uint64_t until = deadline_ms(3000);

	do {
		sleep_ms(2);
		outb(PIT_COMMAND, PIT_STATUS_0);
	} while (!(inb(PIT_DATA) & 0x80) && rdtsc() < until);
	sleep_ms(2);
}

/* Low for 55 ms; QEMU lowers the output only when a count is loaded. */
static void pit_quiet(void)
{
	pit_start(0xffff);
}

static enum hedron_status assign_with_mode(cap_sel sm, uint64_t mode)
{
	return hedron_hc(HC_ASSIGN_GSI, HC_GSI_USE_MODE, sm, 0, env.cpu | mode, ~0ull, 0);
}

static void drain(cap_sel sm)
{
	while (hedron_sm_down_zero(sm, deadline_ms(1)) == HEDRON_SUCCESS)
		;
}

static void interrupt_is_an_up(void)
{
	cap_sel sm = pit_sm();

	pit_quiet();
	REQUIRE_OK(hedron_assign_gsi(sm, env.cpu));
	drain(sm);
	for (unsigned i = 0; i < 3; i++) {
		pit_start(PIT_MS);
		CHECK_OK(hedron_sm_down(sm, deadline_ms(3000)));
		CHECK_STATUS(hedron_sm_down(sm, deadline_ms(5)), HEDRON_TIMEOUT);
	}
	pit_quiet();
}

static void edges_accumulate(void)
{
	cap_sel sm = pit_sm();

	pit_quiet();
	REQUIRE_OK(hedron_assign_gsi(sm, env.cpu));
	drain(sm);
	for (unsigned i = 0; i < 3; i++) {
		pit_start(PIT_MS / 4);
		pit_wait();
	}
	for (unsigned i = 0; i < 3; i++)
		CHECK_OK(hedron_sm_down(sm, 1));
	CHECK_STATUS(hedron_sm_down(sm, 1), HEDRON_TIMEOUT);
	pit_quiet();
}

static void level_is_masked_until_down(void)
{
	cap_sel sm = pit_sm();

	pit_quiet();
	REQUIRE_OK(assign_with_mode(sm, GSI_LEVEL));
	drain(sm);
	pit_start(PIT_MS / 4);
	CHECK_OK(hedron_sm_down(sm, deadline_ms(3000)));	/* high, stays so; masked */
	CHECK_OK(hedron_sm_down(sm, deadline_ms(3000)));	/* unmasks: fires again */
	pit_quiet();
	drain(sm);
	CHECK_STATUS(hedron_sm_down(sm, deadline_ms(5)), HEDRON_TIMEOUT);
	CHECK_OK(assign_with_mode(sm, 0));
}

static void any_holder_may_wait(void)
{
	cap_sel sm = pit_sm(), copy = make_copy(sm, SM_DOWN);

	pit_quiet();
	REQUIRE_OK(hedron_assign_gsi(sm, env.cpu));
	drain(sm);
	pit_start(PIT_MS);
	CHECK_OK(hedron_sm_down(copy, deadline_ms(3000)));
	pit_quiet();
}

static const struct abi_case cases[] = {
	{ "10.3 an interrupt is an up on its semaphore", interrupt_is_an_up },
	{ "10.3 edges accumulate in the counter", edges_accumulate },
	{ "10.3 a level is masked when it fires, down unmasks it", level_is_masked_until_down },
	{ "10.3 a copy of the semaphore can be waited on", any_holder_may_wait },
};
SUITE(irq, cases);
