/* SPDX-License-Identifier: MIT */
/*
 * kobj.c - the end of kernel objects.
 *
 * An object lives as long as it can matter to somebody:
 *	PD  while it has a capability, or an EC in it; without its original one its spaces are emptied
 *	EC  while it has a capability, a portal, or an SC that has a capability
 *	SC  while it has a capability, or the EC it is bound to lives
 *	PT  while it has a capability
 *	SM  while it has a capability; waiters get BAD_CAP when the last goes
 * So a thread ends when neither its EC nor any of its SCs can be named any more, whatever it is doing.
 *
 * Whoever takes something away from an object calls kobj_retire(); the decision falls on the way out
 * of the kernel, when nobody on this CPU holds a pointer. Destroying one object may retire others; a
 * list, not recursion, takes them up.
 *
 * Limit: only the boot CPU runs. With more, this is where an object has to wait until every CPU was
 * out of the kernel once, and where an EC or SC goes to its home CPU's list.
 */
#include "kobj.h"
#include "cpu.h"
#include "ec.h"
#include "pd.h"
#include "pt.h"
#include "sc.h"
#include "sm.h"

void kobj_init(struct kobj *obj, enum kobj_type type)
{
	obj->type = type;
	list_init(&obj->reclaim);
}

void kobj_retire(struct kobj *obj)
{
	struct cpu *cpu = this_cpu();

	if (list_is_empty(&obj->reclaim))
		list_add_tail(&cpu->reclaim, &obj->reclaim);
	cpu_hazard(cpu, HZ_RECLAIM);
}

void kobj_notify(struct sm *sm)
{
	struct cpu *cpu = this_cpu();

	if (!sm->notify++) {
		__atomic_add_fetch(&sm->refs, 1, __ATOMIC_RELAXED);
		list_add_tail(&cpu->notify, &sm->notify_link);
	}
	cpu_hazard(cpu, HZ_RECLAIM);
}

static void look_at(struct kobj *obj)
{
	switch ((enum kobj_type)obj->type) {
	case KOBJ_PD: pd_reclaim(container_of(obj, struct pd, obj)); break;
	case KOBJ_EC: ec_reclaim(container_of(obj, struct ec, obj)); break;
	case KOBJ_SC: sc_reclaim(container_of(obj, struct sc, obj)); break;
	case KOBJ_PT: pt_reclaim(container_of(obj, struct pt, obj)); break;
	case KOBJ_SM: sm_reclaim(container_of(obj, struct sm, obj)); break;
	}
}

void kobj_reclaim(void)
{
	struct cpu *cpu = this_cpu();
	struct list *l;

	for (;;) {
		while ((l = list_pop(&cpu->reclaim)))
			look_at(list_entry(l, struct kobj, reclaim));
		l = list_pop(&cpu->notify);
		if (!l)
			return;
		sm_notified(list_entry(l, struct sm, notify_link));
	}
}
