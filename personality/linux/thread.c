/* SPDX-License-Identifier: MIT */
/*
 * thread.c - the kernel objects behind processes and threads.
 *
 * Slots. A thread occupies a slot of a table. The slot has a block of selectors in our object space
 * and, from its first use on, a set of portals whose id names the slot: they outlive the thread.
 *
 * A process is a foreign PD. In its object space, where the kernel looks (ABI reference 7.2, 8.2):
 *
 *	FOREIGN_BASE + cpu			the dummy portal, never called by the kernel
 *	E + event				exceptions, start, recall of thread n; E = 128 * (1 + n)
 *	E + FOREIGN_BASE + cpu			its system calls
 *	CAPS (hybrid programs only)		what the program was granted, hedron/start.h
 *
 * The life of a thread: created with EC and SC, it sends its startup event. A parked thread sleeps on
 * its semaphore. To end it, the answer to its next message puts it to sleep on the same semaphore for
 * good; one that runs is recalled to make it send one, one that is parked already sleeps. When all
 * threads of a process sleep so, it is reaped: the SCs are revoked first, and a grace period later,
 * when nothing can make the threads run any more, the semaphores (their sleepers are then discarded,
 * ABI reference 3.3.1), the ECs and the PD; then the frames are free. Not earlier, on any kernel.
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
#define EVENT_BASE(n)	(128u * (1 + (n)))	/* of thread n in its process */

/* Our own selectors: a block of 64 for each slot, behind those of hedron_sel_alloc(). */
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

#define THREAD_PRIO	16
#define THREAD_QUANTUM	10000			/* microseconds */

static struct thread **slots;			/* slot 0 stays empty */
static unsigned slot_count = 1;

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

struct thread *thread_of_caller(uint64_t id)
{
	uint64_t slot = id >> SERVER_EVENT_BITS;
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

static bool make_portal(struct thread *t, unsigned event, uint64_t mtd)
{
	return hedron_local_portal(server_handler, block(t, BLOCK_EVENTS) + event,
				   server_id(t->slot, event), mtd) == HEDRON_SUCCESS;
}

static bool make_portals(struct thread *t)
{
	bool ok = make_portal(t, SERVER_FOREIGN, SERVER_MTD_FOREIGN);

	for (unsigned i = 0; ok && i < ARRAY_SIZE(events); i++)
		ok = make_portal(t, events[i], SERVER_MTD_EVENT);
	if (!ok)
		hedron_revoke(crd_obj(block(t, BLOCK_EVENTS), BLOCK_ORDER, RIGHTS_ALL), 1);
	return ok;
}

struct thread *thread_new(struct process *p)
{
	struct thread *t = slot_take();

	if (!t || (!t->has_portals && !make_portals(t)))
		return NULL;
	*t = (struct thread){ .slot = t->slot, .has_portals = true };
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

long process_make_pd(struct process *p)
{
	cap_sel pd = block(process_thread(p), BLOCK_PD);

	if (hedron_create_pd(pd, own_pd(), 0,
			     PD_FOREIGN | FOREIGN_BASE << PD_FOREIGN_BASE_SHIFT) != HEDRON_SUCCESS)
		return -ENOMEM;
	p->pd = pd;
	p->mm->pd = pd;
	/* Without PT_CTRL: an id is what we believe, see server.c. */
	give(p, dummy_portal, 0, PT_CALL, FOREIGN_BASE + hedron_cpu());
	return 0;
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
	unsigned base = EVENT_BASE(t->number);
	uint64_t utcb = LX_UTCB_BASE + t->number * PAGE_SIZE;

	give(p, block(t, BLOCK_EVENTS), 5, PT_CALL, base);
	give(p, block(t, BLOCK_FOREIGN), 0, PT_CALL, base + FOREIGN_BASE + hedron_cpu());
	if (p->hybrid)
		t->regs.gs_base = utcb;
	if (hedron_create_sm(block(t, BLOCK_SM), own_pd(), 0) != HEDRON_SUCCESS)
		return -ENOMEM;
	if (hedron_create_ec(block(t, BLOCK_EC), p->pd, HC_EC_GLOBAL, hedron_cpu(), utcb, 0,
			     base) != HEDRON_SUCCESS)
		goto out_sm;
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

void process_reap(struct process *p)
{
	while (!list_empty(&p->threads)) {
		struct thread *t = LIST_ITEM(p->threads.next, struct thread, of_process);

		hedron_revoke(crd_obj(block(t, BLOCK_SM), 0, RIGHTS_ALL), 1);
		hedron_revoke(crd_obj(block(t, BLOCK_EC), 0, RIGHTS_ALL), 1);
		/* The slot's portals stay ours alone, wherever the program passed them on. */
		hedron_revoke(crd_obj(block(t, BLOCK_EVENTS), 5, RIGHTS_ALL), 0);
		hedron_revoke(crd_obj(block(t, BLOCK_FOREIGN), 0, RIGHTS_ALL), 0);
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

bool thread_init(void)
{
	dummy_portal = hedron_sel_alloc(0);
	reap_sm = hedron_sm_new(0);
	if (dummy_portal == HEDRON_NO_SEL || reap_sm == HEDRON_NO_SEL)
		return false;
	return hedron_local_create(&dummy, hedron_cpu(), 0, serve_dummy, NULL) == SVC_OK &&
	       hedron_local_portal(dummy, dummy_portal, 0, 0) == HEDRON_SUCCESS &&
	       server_watch(reap_sm, reap_next, NULL);
}
