/* SPDX-License-Identifier: MIT */
/*
 * thread.c - the kernel objects behind processes and threads.
 *
 * Slots. A thread occupies a slot of a table. The slot has a number and a block of selectors in our
 * object space.
 *
 * A process is a foreign PD. In its object space, where the kernel looks (ABI reference 7.2, 8.2):
 *
 *	FOREIGN_BASE + cpu			something must be there
 *	E + event				exceptions, start, recall of a thread with event base E
 *	E + FOREIGN_BASE + cpu			its system calls
 *	CAPS (hybrid programs only)		what the program was granted, hedron/start.h
 *
 * Where the kernel has badges and true foreign state, all plain processes share one set of portals, made
 * once: a thread's EC has its slot's number for a badge, E is 0, and create_pd hands the whole set
 * over. Neither a new process nor a new thread makes a portal.
 *
 * Otherwise a slot has, from its first use on, portals of its own, whose id names it: they outlive the
 * thread. So it is on a kernel without badges, and for hybrid programs on every kernel, because they
 * hold ECs and may give them any badge (server.c). Each thread then has an E of its own; on a kernel
 * that stores early (ABI reference 8.5 a) none is 0, and the dummy portal, which the kernel never
 * calls, stands at FOREIGN_BASE + cpu.
 *
 * The life of a thread: created with EC and SC, it sends its startup event. A parked thread sleeps on
 * its semaphore. To end it, the answer to its next message puts it to sleep on the same semaphore for
 * good; one that is parked already sleeps. One that runs is recalled to make it send a message; where
 * the kernel ends what runs (HIP_FEAT_DEATH) that is not awaited, so a hybrid program that sleeps
 * natively can be killed, too. When all threads of a process have ended, it is reaped: the SCs are
 * revoked first, and a grace period later, when nothing can make the threads run any more, the
 * semaphores (their sleepers are then discarded, ABI reference 3.3.1), the ECs and the PD; then the
 * frames are free. Not earlier, on any kernel. A message that arrives between is answered by sleep.
 */
#include "thread.h"

#include <stdlib.h>

#include <asm/errno.h>
#include <hedron/mtd.h>
#include <hedron/native.h>

#include "mm.h"
#include "pdmap.h"
#include "server.h"

#define FOREIGN_BASE	32u
#define SET_ORDER	7			/* 32 events, and a foreign portal for each CPU, as above */
_Static_assert(FOREIGN_BASE + HEDRON_NUM_CPU <= 1 << SET_ORDER, "event bases are a set apart");

/* Our own selectors, behind those of hedron_sel_alloc(): the shared set, and a block of 64 for each
 * slot. */
#define SHARED_SET	0xff80ull
#define BLOCK_BASE	0x10000ull
enum block {
	BLOCK_EVENTS	= 0,			/* 32, aligned so that one delegation takes them */
	BLOCK_FOREIGN	= 32,
	BLOCK_EC,
	BLOCK_SC,
	BLOCK_SM,
	BLOCK_PD,				/* of the process whose first thread it is */
	BLOCK_ORDER	= 6,
	BLOCK_SIZE	= 1 << BLOCK_ORDER,
};
_Static_assert(BLOCK_FOREIGN == BLOCK_EVENTS + SERVER_FOREIGN, "the last number is no event's");

#define THREAD_QUANTUM	10000			/* microseconds */

static struct thread **slots;			/* slot 0 stays empty */
static unsigned slot_count = 1;

static bool have_shared_set;
static struct hedron_local *dummy;
static cap_sel dummy_portal, reap_sm;
static struct list dying = { &dying, &dying };	/* struct process.all; the first one's SCs are revoked */

static const uint8_t events[] = {
	EVENT_DE, EVENT_DB, EVENT_BP, EVENT_OF, EVENT_BR, EVENT_UD, EVENT_NM, EVENT_TS, EVENT_NP,
	EVENT_SS, EVENT_GP, EVENT_PF, EVENT_MF, EVENT_AC, EVENT_MC, EVENT_XM, EVENT_STARTUP,
	EVENT_RECALL,
};

static inline cap_sel own_pd(void)	{ return hedron_caps() + CAPS_PD; }

static inline cap_sel block(const struct thread *t, enum block which)
{
	return BLOCK_BASE + (uint64_t)t->slot * BLOCK_SIZE + which;
}

cap_sel thread_semaphore(const struct thread *t)	{ return block(t, BLOCK_SM); }
cap_sel thread_ec(const struct thread *t)		{ return block(t, BLOCK_EC); }
cap_sel thread_sc(const struct thread *t)		{ return block(t, BLOCK_SC); }

static bool is_shared(const struct process *p)
{
	return have_shared_set && !p->hybrid;
}

static unsigned event_base(const struct thread *t)
{
	if (is_shared(t->process))
		return 0;
	return (t->number + !server_true_state()) << SET_ORDER;
}

struct thread *thread_of_caller(uint64_t id, uint64_t badge)
{
	uint64_t of_portal = id >> SERVER_EVENT_BITS, slot = of_portal ? of_portal : badge;
	struct thread *t = slot && slot < slot_count ? slots[slot] : NULL;

	return t && t->state != THREAD_FREE ? t : NULL;
}

/* ---- slots ----------------------------------------------------------------------------------- */

static struct thread *slot_take(void)
{
	struct thread **grown, *t;

	for (unsigned i = 1; i < slot_count; i++)
		if (slots[i]->state == THREAD_FREE)
			return slots[i];
	t = calloc(1, sizeof(*t));
	grown = realloc(slots, (slot_count + 1) * sizeof(*slots));
	if (grown)
		slots = grown;
	if (!t || !grown) {
		free(t);
		return NULL;
	}
	slots[0] = NULL;
	slots[slot_count] = t;
	t->slot = slot_count++;
	return t;
}

/* ---- portals --------------------------------------------------------------------------------- */

/* The events at `set` + event, the system call at `foreign`; `slot` goes into the ids. */
static bool make_portals(cap_sel set, cap_sel foreign, unsigned slot)
{
	bool ok = hedron_local_portal(server_handler, foreign, server_id(slot, SERVER_FOREIGN),
				      SERVER_MTD_FOREIGN) == HEDRON_SUCCESS;

	for (unsigned i = 0; ok && i < ARRAY_SIZE(events); i++)
		ok = hedron_local_portal(server_handler, set + events[i], server_id(slot, events[i]),
					 SERVER_MTD_EVENT) == HEDRON_SUCCESS;
	if (!ok) {
		hedron_revoke(crd_obj(set, 5, RIGHTS_ALL), 1);
		hedron_revoke(crd_obj(foreign, 0, RIGHTS_ALL), 1);
	}
	return ok;
}

static bool make_own_portals(struct thread *t)
{
	if (!t->has_portals)
		t->has_portals = make_portals(block(t, BLOCK_EVENTS), block(t, BLOCK_FOREIGN), t->slot);
	return t->has_portals;
}

static bool make_shared_set(void)
{
	const uint32_t needed = HIP_FEAT_BADGE | HIP_FEAT_FOREIGN_STATE;

	if ((hedron_hip()->features & needed) != needed)
		return true;
	have_shared_set = make_portals(SHARED_SET, SHARED_SET + FOREIGN_BASE + hedron_cpu(), 0);
	return have_shared_set;
}

/* ---- threads --------------------------------------------------------------------------------- */

struct thread *thread_new(struct process *p)
{
	struct thread *t = slot_take();

	if (!t)
		return NULL;
	*t = (struct thread){ .slot = t->slot, .has_portals = t->has_portals };
	t->process = p;
	t->state = THREAD_RUNNING;
	t->number = p->next_thread++;
	t->regs.rflags = USER_RFLAGS;
	signal_init_thread(t);
	list_add_tail(&p->threads, &t->of_process);
	p->live_threads++;
	return t;
}

void thread_free(struct thread *t)
{
	wait_cancel(t);
	list_remove(&t->of_process);
	t->state = THREAD_FREE;
}

/* ---- start ----------------------------------------------------------------------------------- */

static void give(struct process *p, cap_sel from, unsigned order, unsigned rights, cap_sel to)
{
	hedron_delegate(own_pd(), p->pd, crd_obj(from, order, rights),
			xfer_make(XFER_DELEGATE, to), crd_obj(to, order, RIGHTS_ALL));
}

/* Portals go without PT_CTRL: an id is what we believe, see server.c. */
long process_make_pd(struct process *p)
{
	cap_sel pd = block(process_thread(p), BLOCK_PD);
	hedron_crd set = is_shared(p) ? crd_obj(SHARED_SET, SET_ORDER, PT_CALL) : CRD_NULL;

	if (hedron_create_pd(pd, own_pd(), set,
			     PD_FOREIGN | FOREIGN_BASE << PD_FOREIGN_BASE_SHIFT) != HEDRON_SUCCESS)
		return -ENOMEM;
	p->pd = pd;
	p->mm->pd = pd;
	if (!server_true_state())
		give(p, dummy_portal, 0, PT_CALL, FOREIGN_BASE + hedron_cpu());
	return 0;
}

/* Let the thread's messages arrive, and be known as its own. */
static bool give_own_portals(struct thread *t)
{
	unsigned base = event_base(t);

	if (!make_own_portals(t))
		return false;
	give(t->process, block(t, BLOCK_EVENTS), 5, PT_CALL, base);
	give(t->process, block(t, BLOCK_FOREIGN), 0, PT_CALL, base + FOREIGN_BASE + hedron_cpu());
	return true;
}

/* What a hybrid program finds when it starts (hedron/start.h). */
static void give_program_caps(struct process *p, struct thread *t)
{
	if (p->may_create)
		give(p, p->pd, 0, PD_CREATE, LX_PROGRAM_CAPS + CAPS_PD);
	give(p, block(t, BLOCK_EC), 0, EC_CTRL, LX_PROGRAM_CAPS + CAPS_EC);
	give(p, block(t, BLOCK_SC), 0, SC_CTRL, LX_PROGRAM_CAPS + CAPS_SC);
	hedron_delegate(own_pd(), p->pd, crd_mem((uint64_t)hedron_hip() / PAGE_SIZE, 0, MEM_R),
			xfer_make(XFER_DELEGATE, LX_HIP_ADDR / PAGE_SIZE),
			crd_mem(LX_HIP_ADDR / PAGE_SIZE, 0, MEM_R));
	if (p->root_portals)
		give(p, p->root_portals + hedron_cpu(), 0, PT_CALL,
		     LX_PROGRAM_CAPS + CAPS_ROOT + hedron_cpu());
}

long thread_start(struct thread *t)
{
	struct process *p = t->process;
	uint64_t utcb = LX_UTCB_BASE + t->number * PAGE_SIZE;

	if (!is_shared(p) && !give_own_portals(t))
		return -ENOMEM;
	if (p->hybrid)
		t->regs.gs_base = utcb;
	if (hedron_create_sm(block(t, BLOCK_SM), own_pd(), 0) != HEDRON_SUCCESS)
		return -ENOMEM;
	if (hedron_create_ec(block(t, BLOCK_EC), p->pd, HC_EC_GLOBAL, hedron_cpu(), utcb, 0,
			     event_base(t)) != HEDRON_SUCCESS)
		goto out_sm;
	if (is_shared(p) && hedron_ec_badge(block(t, BLOCK_EC), t->slot) != HEDRON_SUCCESS)
		goto out_ec;
	if (hedron_create_sc(block(t, BLOCK_SC), own_pd(), block(t, BLOCK_EC), THREAD_PRIO,
			     THREAD_QUANTUM) != HEDRON_SUCCESS)
		goto out_ec;
	if (p->hybrid && t->number == 0)
		give_program_caps(p, t);
	return 0;

out_ec:
	hedron_revoke(crd_obj(block(t, BLOCK_EC), 0, RIGHTS_ALL), 1);
out_sm:
	hedron_revoke(crd_obj(block(t, BLOCK_SM), 0, RIGHTS_ALL), 1);
	return -ENOMEM;
}

/* ---- end ------------------------------------------------------------------------------------- */

/* The first step of the end; reap_sm is upped when it has come into effect. */
static void revoke_scs(struct process *p)
{
	struct list *pos;

	LIST_EACH(pos, &p->threads) {
		cap_sel sc = block(LIST_ITEM(pos, struct thread, of_process), BLOCK_SC);
		bool last = pos->next == &p->threads;

		hedron_revoke_notify(crd_obj(sc, 0, RIGHTS_ALL), 1, last ? reap_sm : 0);
	}
}

void thread_ended(struct thread *t)
{
	struct process *p = t->process;
	bool idle;

	if (t->state == THREAD_ENDED)
		return;
	wait_cancel(t);
	t->state = THREAD_ENDED;
	if (--p->live_threads)
		return;

	process_ended(p);
	/* ECs that a hybrid process made for itself lose their memory. */
	if (p->hybrid)
		pd_unmap(p->pd, 0, LX_TASK_SIZE / PAGE_SIZE);
	list_remove(&p->all);
	idle = list_empty(&dying);
	list_add_tail(&dying, &p->all);
	if (idle)
		revoke_scs(p);
}

void thread_stop(struct thread *t)
{
	if (hedron_hip()->features & HIP_FEAT_DEATH)
		thread_ended(t);
	else
		hedron_recall(thread_ec(t));
}

void process_reap(struct process *p)
{
	while (!list_empty(&p->threads)) {
		struct thread *t = LIST_ITEM(p->threads.next, struct thread, of_process);

		hedron_revoke(crd_obj(block(t, BLOCK_SM), 0, RIGHTS_ALL), 1);
		hedron_revoke(crd_obj(block(t, BLOCK_EC), 0, RIGHTS_ALL), 1);
		/* The slot's own portals stay ours alone, wherever the program passed them on. */
		if (t->has_portals) {
			hedron_revoke(crd_obj(block(t, BLOCK_EVENTS), 5, RIGHTS_ALL), 0);
			hedron_revoke(crd_obj(block(t, BLOCK_FOREIGN), 0, RIGHTS_ALL), 0);
		}
		if (t->number == 0)
			hedron_revoke(crd_obj(p->pd, 0, RIGHTS_ALL), 1);
		thread_free(t);
	}
	process_delete(p);
}

/* One at a time: with several revocations under way, their notifications need not be as many. */
static void reap_next(void *arg)
{
	if (list_empty(&dying))
		return;
	process_reap(LIST_ITEM(dying.next, struct process, all));
	if (!list_empty(&dying))
		revoke_scs(LIST_ITEM(dying.next, struct process, all));
}

/* Somebody who calls the dummy is not the kernel. */
static cap_sel serve_dummy(uint64_t id, struct hedron_utcb *u, void *arg)
{
	u->items = 0;
	return 0;
}

static bool make_dummy(void)
{
	if (server_true_state())
		return true;
	dummy_portal = hedron_sel_alloc(0);
	return dummy_portal != HEDRON_NO_SEL &&
	       hedron_local_create(&dummy, hedron_cpu(), 0, serve_dummy, NULL) == SVC_OK &&
	       hedron_local_portal(dummy, dummy_portal, 0, 0) == HEDRON_SUCCESS;
}

bool thread_init(void)
{
	reap_sm = hedron_sm_new(0);
	return reap_sm != HEDRON_NO_SEL && make_dummy() && make_shared_set() &&
	       server_watch(reap_sm, reap_next, NULL);
}
