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

/* In this order: hip and boot first, they hold the early cases; lifecycle last, it is the hardest on the
 * kernel. */
#define SUITES(X) \
	X(hip) \
	X(boot) \
	X(convention) \
	X(objects) \
	X(errors) \
	X(operands) \
	X(ctrl) \
	X(delegate_obj) \
	X(delegate_mem) \
	X(large) \
	X(ports) \
	X(translate) \
	X(derive) \
	X(ipc) \
	X(items) \
	X(messages) \
	X(exceptions) \
	X(faults) \
	X(events) \
	X(mtd) \
	X(recall) \
	X(states) \
	X(foreign) \
	X(foreign_pd) \
	X(reply_sm) \
	X(revoke) \
	X(sm) \
	X(sched) \
	X(helping) \
	X(irq) \
	X(signals) \
	X(fpu) \
	X(smp) \
	X(smp_stress) \
	X(smp_objects) \
	X(smp_memory) \
	X(smp_time) \
	X(hostile) \
	X(hostile_insn) \
	X(hostile_state) \
	X(extensions) \
	X(death) \
	X(oom) \
	X(badges) \
	X(mediators) \
	X(kmem) \
	X(lifecycle)

#define DECLARE(id)	extern const struct abi_suite suite_##id;
SUITES(DECLARE)

#define ADDRESS(id)	&suite_##id,
const struct abi_suite *const suites[] = { SUITES(ADDRESS) };
const unsigned suite_count = sizeof(suites) / sizeof(suites[0]);

void main(const struct hip *hip);
void main(const struct hip *hip)
{
	boot_capture();
	console_init();
	env_init(hip);
	runner_start();
}
