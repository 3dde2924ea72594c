/* SPDX-License-Identifier: MIT */
/*
 * kobj.c - the end of kernel objects.
 *
 * An object lives as long as it can matter to somebody:
 *	PD  while it has a capability, or an EC in it; without its original one its spaces are emptied
 *	EC  while it has a capability, a portal, or an SC that has a capability
 *	SC  while it has a capability, or may still run the EC it is bound to
 *	PT  while it has a capability
 *	SM  while it has a capability, a redirection or a notice; waiters get BAD_CAP with the last
 *	    capability
 * So a thread ends when neither its EC nor any of its SCs can be named any more, whatever it is doing.
 *
 * Whoever takes something away from an object calls kobj_retire(), from any CPU. The object's home
 * CPU decides; only that CPU may touch what an EC or SC is in the middle of:
 *
 *	inbox --grace period--> looked at --not wanted--> unlinked --inbox, grace period--> freed
 *
 * The first grace period ends the readers that found the object through a capability: after it
 * nobody can make an unwanted object wanted again. The second ends those that found it through what
 * it was linked to (waiters of a semaphore, SCs that wait for an EC), and those who let go of it last:
 * they count down first and retire it then, and in between it is unwanted already. One that was
 * retired again while it waited goes back for another grace period, since the first may have begun
 * too early for it.
 *
 * Objects of a CPU go through in batches, with one grace period each, and in chunks: one on each way
 * out of the kernel that has retired something, the rest by a short timer, or at once when the CPU
 * has nothing to run. So who destroys pays, and others are not held up. Only when many are waiting they
 * go first: or else a loop that creates and destroys would use up all memory.
 *
 * What ends because another thing ends belongs to the same generation (generation.c).
 */
#include "kobj.h"
#include "assert.h"
#include "cap.h"
#include "cpu.h"
#include "generation.h"
#include "grace.h"
#include "sched.h"
#include "timer.h"
#include "work.h"
#include "x86.h"

#define PAUSE_US	200		/* between chunks, while something else runs */
#define NOTICES_CHUNK	16
#define COST_OBJECT	300		/* instructions, about; more for some types */
#define COST_CAP	120
#define BACKLOG_HIGH	32		/* objects, from which on they do not wait */

/* Fields:  r  lock;  h  this CPU only. */
static struct retired {
	struct spinlock lock;
	struct list inbox;		/* r */
	struct cap *caps;		/* r  linked by `next` */
	bool busy;			/* r  a batch is under way: the inbox waits for its end */
	unsigned backlog;		/* r  objects queued */
	uint32_t round;			/* r  of the batch */
	uint64_t ticket;		/* h  the batch's grace period */
	struct list batch;		/* h */
	struct cap *batch_caps;		/* h */
	uint64_t gen;			/* h  of what is being looked at; 0: nothing is */
	struct timeout timer;		/* h */
} retired[HEDRON_NUM_CPU];

static const struct kobj_ops *const ops[] = {
	[KOBJ_PD] = &pd_ops,
	[KOBJ_EC] = &ec_ops,
	[KOBJ_SC] = &sc_ops,
	[KOBJ_PT] = &pt_ops,
	[KOBJ_SM] = &sm_ops,
};

void kobj_init_cpu(unsigned id)
{
	list_init(&retired[id].inbox);
	list_init(&retired[id].batch);
}

void kobj_init(struct kobj *obj, enum kobj_type type, unsigned home)
{
	obj->type = type;
	obj->cpu = home;
	list_init(&obj->reclaim);
}

static uint64_t present_gen(void)	{ return retired[this_cpu()->id].gen; }

/* A queued object becomes part of an older generation. */
static void make_older_locked(struct kobj *obj, uint64_t gen)
{
	if (!gen || gen >= obj->gen)
		return;
	generation_enter(gen);
	generation_leave(obj->gen);
	obj->gen = gen;
}

void kobj_retire(struct kobj *obj)
{
	struct retired *r = &retired[obj->cpu];
	struct cpu *home = &cpus[obj->cpu];
	bool wake;

	spin_lock(&r->lock);
	obj->round = r->round;
	if (obj->queued) {
		make_older_locked(obj, present_gen());
	} else {
		obj->queued = true;
		obj->gen = generation_enter(present_gen());
		list_add_tail(&r->inbox, &obj->reclaim);
		r->backlog++;
	}
	wake = !r->busy || r->backlog > BACKLOG_HIGH;
	spin_unlock(&r->lock);
	if (home == this_cpu() ? !r->gen : wake)	/* gen: kobj_reclaim() is at work here */
		cpu_hazard(home, HZ_RECLAIM);
}

void cap_retire(struct cap *c)
{
	struct retired *r = &retired[this_cpu()->id];

	c->gen = generation_enter(present_gen());
	spin_lock(&r->lock);
	c->next = r->caps;
	r->caps = c;
	spin_unlock(&r->lock);
	if (!r->gen)
		cpu_hazard(this_cpu(), HZ_RECLAIM);
}

/* This CPU is quiescent here, on its way out of the kernel: no grace period to wait for. */
static bool is_only_cpu(void)
{
	return cpu_online_mask() == 1ull << this_cpu()->id;
}

/* Everything retired so far becomes a batch. False: there is nothing. */
static bool batch_begin(struct retired *r)
{
	spin_lock(&r->lock);
	list_move_all(&r->batch, &r->inbox);
	r->batch_caps = r->caps;
	r->caps = NULL;
	r->busy = !list_is_empty(&r->batch) || r->batch_caps;
	r->round++;
	spin_unlock(&r->lock);
	if (r->busy)
		r->ticket = is_only_cpu() ? 0 : grace_begin(this_cpu());
	return r->busy;
}

/* Takes the object that `l` links out of the batch. True: it was retired again meanwhile. */
static bool dequeue(struct retired *r, struct kobj *obj)
{
	bool again;

	spin_lock(&r->lock);
	list_del(&obj->reclaim);
	obj->queued = false;
	r->backlog--;
	r->gen = obj->gen;
	again = obj->round == r->round;
	spin_unlock(&r->lock);
	return again;
}

/* One chunk of it is done: it stays the first of the batch, unless it is in the inbox by now. */
static void put_back(struct retired *r, struct kobj *obj)
{
	spin_lock(&r->lock);
	if (!obj->queued) {
		obj->queued = true;
		obj->gen = generation_enter(r->gen);
		list_add_head(&r->batch, &obj->reclaim);
		r->backlog++;
	} else {
		make_older_locked(obj, r->gen);
	}
	spin_unlock(&r->lock);
}

static void look_at(struct retired *r, struct kobj *obj, bool again, struct work *w)
{
	const struct kobj_ops *op = ops[obj->type];

	if (again) {
		if (op->is_wanted(obj))
			r->gen = 0;	/* what it was retired for is settled: it stays */
		kobj_retire(obj);
	} else if (obj->doomed) {
		if (!op->free(obj, w))
			put_back(r, obj);
	} else if (op->fade && !op->fade(obj, w)) {
		put_back(r, obj);
	} else if (!op->is_wanted(obj)) {
		obj->doomed = true;
		if (op->unlink)
			op->unlink(obj);
		kobj_retire(obj);	/* who let go of it last may be about to do so */
	}
}

static void objects_chunk(struct retired *r, struct work *w)
{
	while (!list_is_empty(&r->batch) && !work_is_over(w)) {
		struct kobj *obj = list_entry(r->batch.next, struct kobj, reclaim);
		bool again = dequeue(r, obj);
		uint64_t gen = r->gen;

		work_spend(w, COST_OBJECT + ops[obj->type]->cost);
		look_at(r, obj, again, w);
		r->gen = 0;
		generation_leave(gen);
	}
}

static void caps_chunk(struct retired *r, struct work *w)
{
	struct cap *c;

	while ((c = r->batch_caps) && !work_is_over(w)) {
		uint64_t gen = c->gen;

		work_spend(w, COST_CAP);
		r->batch_caps = c->next;
		cap_free(c);
		generation_leave(gen);	/* after that others may be told that it is gone */
	}
}

static void pause_is_over(struct timeout *t)
{
	cpu_hazard(this_cpu(), HZ_RECLAIM);
}

/* The chunk is used up: goes on after what is waiting to run. */
static void go_on_later(struct retired *r)
{
	if (sched_is_idle() || r->backlog > BACKLOG_HIGH)
		cpu_hazard(this_cpu(), HZ_RECLAIM | HZ_WINDOW);
	else if (!r->timer.cpu)
		timeout_arm(&r->timer, rdtsc() + timer_us_to_ticks(PAUSE_US), pause_is_over);
}

void kobj_reclaim(void)
{
	struct retired *r = &retired[this_cpu()->id];
	struct work w = WORK_INIT;

	if (notices_tell(NOTICES_CHUNK)) {
		go_on_later(r);
		return;
	}
	while (r->busy || batch_begin(r)) {
		if (!grace_over(r->ticket))
			return;			/* HZ_RECLAIM comes when it is */
		objects_chunk(r, &w);
		caps_chunk(r, &w);
		if (!list_is_empty(&r->batch) || r->batch_caps) {
			go_on_later(r);
			return;
		}
		r->busy = false;
	}
}
