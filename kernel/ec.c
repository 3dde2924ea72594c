/* SPDX-License-Identifier: MIT */
/*
 * ec.c - execution contexts: a register file, a UTCB and an address space to run in.
 *
 * Global ECs are threads: they run on SCs bound to them. Local ECs are portal handlers: they run on
 * the SC of whoever calls. An EC never leaves its CPU, and has no kernel stack: what it was doing is
 * its state, its frame and a few fields.
 *
 *	caller --callee--> handler		EC_IN_CALL; handler->caller points back
 *	ec --sm--> semaphore			EC_ON_SM
 *	SC --in ec->blocked--> ec		the SC would run ec, but ec is EC_ON_SM
 *
 * Segment bases and address space are those of cpu->loaded until another EC enters user mode.
 */
#include "ec.h"
#include "assert.h"
#include "cpu.h"
#include "desc.h"
#include "fpu.h"
#include "generation.h"
#include "hypercall.h"
#include "layout.h"
#include "log.h"
#include "pages.h"
#include "pd.h"
#include "pt.h"
#include "sc.h"
#include "sched.h"
#include "slab.h"
#include "sm.h"
#include "space_mem.h"
#include "space_obj.h"
#include "work.h"
#include "x86.h"

#define COST_SC		300		/* instructions, about */

static struct slab_cache ec_cache = SLAB_CACHE(ec_cache, sizeof(struct ec), 16);

struct ec *ec_create(struct pd *pd, unsigned cpu, bool global, uint32_t event_base, uint64_t rsp)
{
	struct ec *ec = slab_alloc(&ec_cache);

	if (!ec)
		return NULL;
	kobj_init(&ec->obj, KOBJ_EC, cpu);
	list_init(&ec->blocked);
	list_init(&ec->scs);
	list_init(&ec->sm_link);
	ec->utcb = page_alloc();
	ec->fpu = fpu_alloc();
	ec->fpu_lazy = fpu_lazy && !global;
	ec->pd = pd;
	ec->foreign = pd->foreign;
	ec->cpu = cpu;
	ec->global = global;
	ec->event_base = event_base;
	ec->frame.rsp = rsp;
	ec->frame.cs = USER_CS_IRET;
	ec->frame.ss = USER_SS;
	ec->frame.rflags = RFLAGS_IF;
	ec->frame.vector = global ? VEC_IRET : VEC_SYSCALL;
	ec->state = global ? EC_RETRY : EC_IDLE;
	ec->retry = RETRY_EVENT;
	ec->event_sel = (cap_sel)event_base + EVENT_STARTUP;
	pd_ref(pd);
	if (ec->utcb && ec->fpu)
		return ec;
	ec_free(ec);
	return NULL;
}

static void unmap_utcb(struct ec *ec)
{
	if (!ec->utcb_pd)
		return;
	mem_unmap_fixed(ec->utcb_pd, ec->utcb_va, virt_to_phys(ec->utcb));
	pd_unref(ec->utcb_pd);
	ec->utcb_pd = NULL;
}

void ec_free(struct ec *ec)
{
	unmap_utcb(ec);
	if (ec->utcb)
		page_free(ec->utcb);
	if (ec->fpu)
		fpu_free(ec->fpu);
	pd_unref(ec->pd);
	slab_free(&ec_cache, ec);
}

bool ec_map_utcb(struct ec *ec, struct pd *pd, uint64_t va)
{
	if (mem_map_fixed(pd, va, virt_to_phys(ec->utcb)) != HEDRON_SUCCESS)
		return false;
	pd_ref(pd);
	ec->utcb_pd = pd;
	ec->utcb_va = va;
	return true;
}

/* Nobody waits for `ec` any more: its SCs' owners find out what else to do. */
static void release_blocked(struct ec *ec)
{
	spin_lock(&ec->lock);
	ec->state = EC_DEAD;
	spin_unlock(&ec->lock);
	sched_wake_all(ec);
}

/* The EC that `ec` waits for, on the same CPU; NULL: none. */
static struct ec *waits_for(const struct ec *ec)
{
	struct pt *pt = NULL;

	if (ec->state == EC_IN_CALL)
		return ec->callee;
	if (ec->state == EC_RETRY && ec->retry == RETRY_CALL)
		pt = cap_pt(ec->pd, arg_sel(&ec->frame), 0);
	else if (ec->state == EC_RETRY && ec->retry == RETRY_EVENT)
		pt = cap_pt(ec->pd, ec->event_sel, 0);
	return pt && pt->ec->cpu == ec->cpu ? pt->ec : NULL;
}

/* SCs that got through `ec` to somebody who waits for a semaphore: their way ends here now. It leads
 * through calls, and at most HELP_MAX busy handlers. */
static void wake_helpers(struct ec *ec)
{
	struct ec *last = ec, *next;
	unsigned helped = 0;

	while ((next = waits_for(last)) && helped <= HELP_MAX) {
		helped += last->state == EC_RETRY;
		last = next;
	}
	if (last != ec)
		sched_wake_all(last);
}

/*
 * Takes an EC out of whatever it is in and makes it EC_DEAD. The EC that waits for its answer is
 * returned: it must be told.
 */
static struct ec *detach(struct ec *ec)
{
	struct ec *caller = ec->caller;
	struct cpu *cpu = this_cpu();

	if (ec->state == EC_ON_SM)
		sm_forget(ec);
	wake_helpers(ec);
	if (ec->callee)
		ec->callee->caller = NULL;
	ec->callee = ec->caller = NULL;
	if (caller)
		caller->callee = NULL;
	release_blocked(ec);
	if (cpu->current == ec)
		cpu->current = NULL;
	return caller;
}

/* Ends `ec` and tells its caller, and the caller's if that was an event and so kills it. */
static void end_chain(struct ec *ec)
{
	while ((ec = detach(ec))) {
		this_cpu()->current = NULL;
		if (!ec->in_event) {
			ec->frame.rdi = HEDRON_ABORT;
			ec->state = EC_READY;
			return;
		}
		log_kill(ec, "IPC Abort");
	}
}

void ec_kill(struct ec *ec, const char *reason)
{
	log_kill(ec, reason);
	end_chain(ec);
}

void ec_end(struct ec *ec)
{
	end_chain(ec);
}

static struct ec *ec_of(struct kobj *obj)	{ return container_of(obj, struct ec, obj); }

/* Without its original capability it has no UTCB that anybody sees. */
static bool fade(struct kobj *obj, struct work *w)
{
	if (obj->orphan)
		unmap_utcb(ec_of(obj));
	return true;
}

static bool is_wanted(struct kobj *obj)
{
	struct ec *ec = ec_of(obj);

	return obj->caps || __atomic_load_n(&ec->pts, __ATOMIC_ACQUIRE) ||
	       __atomic_load_n(&ec->named_scs, __ATOMIC_ACQUIRE);
}

/* What it was in the middle of stays as far as it is. */
static void op_cancel(struct ec *ec)
{
	spin_lock(&mdb_lock);
	mdb_walk_end(&ec->op.sweep.walk);
	spin_unlock(&mdb_lock);
	if (ec->op.notice)
		notice_cancel(ec->op.notice);
	ec->op.notice = NULL;
	if (ec->op.pd)
		pd_abandon(ec->op.pd);
	ec->op.pd = NULL;
}

static struct sc *pop_sc(struct ec *ec)
{
	struct list *l;

	spin_lock(&ec->lock);
	l = list_pop(&ec->scs);
	spin_unlock(&ec->lock);
	return l ? list_entry(l, struct sc, ec_link) : NULL;
}

static void unlink(struct kobj *obj)
{
	struct ec *ec = ec_of(obj);
	struct cpu *cpu = this_cpu();

	if (ec->state != EC_DEAD)
		end_chain(ec);
	op_cancel(ec);
	assert(list_is_empty(&ec->blocked));
	if (cpu->loaded == ec)
		cpu->loaded = NULL;
	fpu_forget(ec);
}

static bool free(struct kobj *obj, struct work *w)
{
	struct ec *ec = ec_of(obj);
	struct sc *sc;

	while ((sc = pop_sc(ec))) {
		sc_destroy(sc);
		work_spend(w, COST_SC);
		if (work_is_over(w))
			return false;
	}
	if (!grant_cancel(&ec->op.grant, w))
		return false;
	ec_free(ec);
	return true;
}

const struct kobj_ops ec_ops = { fade, is_wanted, unlink, free, 2200 };

static inline void store_bases(struct ec *ec)
{
	ec->fs_base = cpu_has.fsgsbase ? rdfsbase() : rdmsr(MSR_FS_BASE);
	ec->gs_base = cpu_has.fsgsbase ? rd_user_gsbase() : rdmsr(MSR_KERNEL_GS_BASE);
}

WARM void ec_save_bases(struct ec *ec)
{
	if (this_cpu()->loaded == ec)
		store_bases(ec);
}

static void load_bases(const struct ec *ec)
{
	if (cpu_has.fsgsbase) {
		wrfsbase(ec->fs_base);
		wr_user_gsbase(ec->gs_base);
	} else {
		wrmsr(MSR_FS_BASE, ec->fs_base);
		wrmsr(MSR_KERNEL_GS_BASE, ec->gs_base);
	}
}

void ec_unload(void)
{
	struct cpu *cpu = this_cpu();

	if (cpu->loaded)
		store_bases(cpu->loaded);
	cpu->loaded = NULL;
	mem_load(NULL);
}

WARM void ec_load(struct ec *ec)
{
	struct cpu *cpu = this_cpu();
	struct ec *old = cpu->loaded;

	if (old)
		store_bases(old);
	if (cpu->pd != ec->pd)
		mem_load(ec->pd);
	load_bases(ec);
	fpu_switch(ec);
	cpu->loaded = ec;
	cpu->tss->rsp0 = (uint64_t)(&ec->frame + 1);
}

WARM void ec_unblock(struct ec *ec, enum hedron_status status)
{
	struct list *first;
	bool more;

	spin_lock(&ec->lock);
	if (ec->state == EC_ON_SM) {	/* else it died on its home CPU meanwhile */
		if (ec->wake == WAKE_STATUS)
			ec->frame.rdi = status;
		ec->retry = RETRY_CALL;
		/* release: pairs with the acquire in resolve(), which does not take the lock */
		__atomic_store_n(&ec->state, ec->wake == WAKE_CALL ? EC_RETRY : EC_READY,
				 __ATOMIC_RELEASE);
	}
	first = list_pop(&ec->blocked);
	more = !list_is_empty(&ec->blocked);
	spin_unlock(&ec->lock);
	if (likely(first))
		sched_wake(ec, first);
	if (unlikely(more))
		sched_wake_all(ec);
}

/* ABI 3.5. ARG2 PD, ARG3 UTCB page and CPU, ARG4 stack pointer, ARG5 event base. */
enum hedron_status hc_create_ec(struct ec *self)
{
	const struct frame *f = &self->frame;
	unsigned flags = arg_flags(f);
	uint64_t cpu = f->rdx & 0xfff, va = ALIGN_DOWN(f->rdx, PAGE_SIZE);
	enum hedron_status status;
	struct pd *pd;
	struct ec *ec;

	if (!cpu_is_online(cpu))
		return HEDRON_BAD_CPU;
	if (flags & HC_EC_VCPU)
		return HEDRON_BAD_FTR;
	pd = cap_pd(self->pd, f->rsi, PD_CREATE);
	if (!pd)
		return HEDRON_BAD_CAP;
	if (va >= HEDRON_USER_END)
		return HEDRON_BAD_PAR;
	if (obj_lookup(self->pd, arg_sel(f)))
		return HEDRON_BAD_CAP;

	ec = ec_create(pd, cpu, flags & HC_EC_GLOBAL, f->r8, f->rax);
	if (!ec)
		return HEDRON_OOM;
	status = HEDRON_OOM;
	if (!va || ec_map_utcb(ec, flags & HC_EC_UTCB_IN_CALLER ? self->pd : pd, va))
		status = obj_insert(self->pd, arg_sel(f), &ec->obj,
				    EC_CTRL | EC_BIND_SC | EC_BIND_PT);
	if (status != HEDRON_SUCCESS)
		ec_free(ec);
	return status;
}

/* A local EC answers its caller first, so a recall of it has no effect. */
static void recall(struct ec *ec)
{
	if (!ec->global)
		return;
	__atomic_store_n(&ec->recall, true, __ATOMIC_RELEASE);
	cpu_hazard(&cpus[ec->cpu], 0);	/* it is looked for on the way out, and so after this */
}

/* ABI 3.11, and the badge: ARG2. */
enum hedron_status hc_ec_ctrl(struct ec *self)
{
	const struct frame *f = &self->frame;
	unsigned op = arg_flags(f) & 3;
	struct ec *ec;

	if (op != EC_CTRL_RECALL && op != EC_CTRL_BADGE)
		return HEDRON_BAD_PAR;
	ec = cap_ec(self->pd, arg_sel(f), EC_CTRL);
	if (!ec)
		return HEDRON_BAD_CAP;
	if (op == EC_CTRL_RECALL)
		recall(ec);
	else
		__atomic_store_n(&ec->badge, f->rsi, __ATOMIC_RELAXED);
	return HEDRON_SUCCESS;
}
