/* SPDX-License-Identifier: MIT */
/*
 * main.c - the conformance roottask: boots on a kernel of this ABI as module 0, prints TAP on
 * COM1, and ends the machine.
 *
 * It asks only what the ABI reference states. With "ours" in its module string it also asks that
 * the reference's known defects are absent. See README.md.
 */
#include "boot.h"
#include "console.h"
#include "env.h"
#include "runner.h"

extern const struct abi_suite suite_hip, suite_boot, suite_convention, suite_objects, suite_ctrl,
	suite_delegate_obj, suite_delegate_mem, suite_ports, suite_ipc, suite_items,
	suite_exceptions, suite_faults, suite_events, suite_recall, suite_foreign, suite_reply_sm,
	suite_revoke, suite_sm, suite_sched, suite_irq, suite_fpu, suite_smp, suite_hostile,
	suite_fuzz, suite_extensions, suite_lifecycle;

const struct abi_suite *const suites[] = {
	&suite_hip,		/* hip and boot first: they hold the early cases */
	&suite_boot,
	&suite_convention,
	&suite_objects,
	&suite_ctrl,
	&suite_delegate_obj,
	&suite_delegate_mem,
	&suite_ports,
	&suite_ipc,
	&suite_items,
	&suite_exceptions,
	&suite_faults,
	&suite_events,
	&suite_recall,
	&suite_foreign,
	&suite_reply_sm,
	&suite_revoke,
	&suite_sm,
	&suite_sched,
	&suite_irq,
	&suite_fpu,
	&suite_smp,
	&suite_hostile,
	&suite_fuzz,
	&suite_extensions,
	&suite_lifecycle,	/* last: it is the hardest on the kernel */
};
const unsigned suite_count = sizeof(suites) / sizeof(suites[0]);

void main(const struct hip *hip);
void main(const struct hip *hip)
{
	boot_capture();
	console_init();
	env_init(hip);
	runner_start();
}
