/* SPDX-License-Identifier: MIT */
/*
 * hypercall.c - the SYSCALL instruction: a foreign call, or a hypercall told by its number.
 * The hypercalls themselves stand with the objects they are about.
 */
#include "hypercall.h"
#include "cpu.h"
#include "delegate.h"
#include "ec.h"
#include "foreign.h"
#include "gsi.h"
#include "ipc.h"
#include "irqsoff.h"
#include "leave.h"
#include "log.h"
#include "machine.h"
#include "pd.h"
#include "pt.h"
#include "revoke.h"
#include "sc.h"
#include "sm.h"

static enum hedron_status (*const hypercalls[HC_COUNT])(struct ec *self) = {
	[HC_CALL]		= hc_call,
	[HC_REPLY]		= hc_reply,
	[HC_CREATE_PD]		= hc_create_pd,
	[HC_CREATE_EC]		= hc_create_ec,
	[HC_CREATE_SC]		= hc_create_sc,
	[HC_CREATE_PT]		= hc_create_pt,
	[HC_CREATE_SM]		= hc_create_sm,
	[HC_REVOKE]		= hc_revoke,
	[HC_PD_CTRL]		= hc_pd_ctrl,
	[HC_EC_CTRL]		= hc_ec_ctrl,
	[HC_SC_CTRL]		= hc_sc_ctrl,
	[HC_PT_CTRL]		= hc_pt_ctrl,
	[HC_SM_CTRL]		= hc_sm_ctrl,
	[HC_ASSIGN_PCI]		= hc_assign_pci,
	[HC_ASSIGN_GSI]		= hc_assign_gsi,
	[HC_MACHINE_CTRL]	= hc_machine_ctrl,
};

static void go_on_later(struct ec *self)
{
	struct cpu *cpu = this_cpu();

	self->state = EC_RETRY;
	self->retry = RETRY_HYPERCALL;
	cpu->current = NULL;
	cpu_hazard(cpu, HZ_WINDOW);
}

static WARM void finish(struct ec *self, enum hedron_status status)
{
	uint64_t arg1 = self->frame.rdi;

	if (status == HC_NO_STATUS)
		return;
	if (unlikely(status == HC_AGAIN)) {
		go_on_later(self);
		return;
	}
	self->frame.rdi = status;
	if (unlikely(log_verbose && status != HEDRON_SUCCESS))
		log_failed_hypercall(self, arg1, status);
}

static enum hedron_status carry_out(struct ec *self)
{
	uint64_t nr = self->frame.rdi & 0xff;

	return likely(nr < HC_COUNT) ? hypercalls[nr](self) : HEDRON_BAD_HYP;
}

WARM struct ec *hypercall(struct ec *self)
{
	finish(self, carry_out(self));
	return kernel_exit();
}

HOT bool hypercall_entered(struct ec *self)
{
	enum hedron_status status;

	irqsoff_syscall(self);
	status = carry_out(self);
	if (likely(status == HEDRON_SUCCESS))
		self->frame.rdi = HEDRON_SUCCESS;
	else
		finish(self, status);
	return leave_is_same(self);
}

void hypercall_continue(struct ec *ec)
{
	irqsoff_continues(ec);
	ec->state = EC_READY;
	finish(ec, hypercalls[ec->frame.rdi & 0xff](ec));
}

HOT struct ec *syscall_entered(struct ec *self)
{
	irqsoff_syscall(self);
	if (foreign_is(self))
		return foreign_call(self);
	switch (self->frame.rdi & 0xff) {
	case HC_CALL:
		return ipc_call(self);
	case HC_REPLY:
		return ipc_reply(self);
	default:
		return hypercall(self);
	}
}
