/* SPDX-License-Identifier: MIT */
/* ec.h - execution contexts; the rules are at the head of ec.c. */
#pragma once
#include <hedron/utcb.h>
#include "frame.h"
#include "delegate.h"
#include "kobj.h"
#include "spinlock.h"
#include "timer.h"

struct notice;
struct pd;
struct pt;
struct sm;

enum ec_state {
	EC_READY,	/* its frame is what runs in user mode */
	EC_RETRY,	/* before that, ec->retry must be done: send an event, or call again */
	EC_IN_CALL,	/* ec->callee works for it */
	EC_ON_SM,	/* waits on ec->sm */
	EC_IDLE,	/* local: no message to work on; global: never */
	EC_DEAD,	/* ended or killed; waits for its capabilities to go */
};

enum ec_retry {
	RETRY_CALL,	/* the `call` hypercall that stands in the frame */
	RETRY_EVENT,	/* the event whose portal is ec->event_sel */
	RETRY_ITEMS,	/* handler: the typed items of its message come first */
	RETRY_HYPERCALL,	/* the hypercall in the frame is not done yet: the next chunk */
};

/* How an EC goes on when its semaphore lets it. */
enum ec_wake {
	WAKE_STATUS,	/* own `down`: it returns a status */
	WAKE_RESUME,	/* put there by the reply to its event: as the reply set it */
	WAKE_CALL,	/* put there by the reply to its call: it calls again */
};

/* How far a hypercall is that goes in chunks (work.h); all 0 when there is none. */
struct op {
	bool begun;
	struct sweep sweep;		/* revoke */
	struct notice *notice;		/* revoke: to be posted at the end */
	struct grant grant;		/* delegation; create_pd, typed items */
	struct pd *pd;			/* create_pd: not known to anybody yet */
	unsigned next, count;		/* typed items: done so far, of how many; 0: none under way */
	struct windows win;		/* of their receiver */
	struct hedron_typed item;	/* the one in the middle of which it is */
};

/* Fields:  I  constant after creation;  h  home CPU only;  e  ec->lock;  s  lock of ec->sm. */
struct ec {
	struct frame frame;		/* h  must be first: entry.S */
	bool foreign;			/* I  its PD is foreign */
	struct pd *pd;			/* I */
	struct hedron_utcb *utcb;	/* I  the kernel's view; the user writes it at any time */
	union {
		uint32_t readiness;	/* the next three: EC_AWAITS() */
		struct {
			uint16_t cpu;		/* I */
			bool fpu_lazy;		/* h  it gets FPU registers when it uses them */
			uint8_t state;		/* h, e  EC_ON_SM to anything else: e */
		};
	};
	bool in_event;			/* h  EC_IN_CALL: for an event, not a hypercall */
	bool recall;			/* a  send event 31 before it enters user mode */
	bool global;			/* I */
	uint8_t retry;			/* h  enum ec_retry */
	uint8_t wake;			/* s  enum ec_wake */
	bool down_zero;			/* s  its `down` takes all counts */
	struct ec *callee;		/* h  EC_IN_CALL: the handler; its `caller` is this EC */
	struct ec *caller;		/* h  local: whose message it works on, or NULL */
	uint32_t event_base;		/* I */
	cap_sel event_sel;		/* h  RETRY_EVENT */
	uint64_t pt_key;		/* h  the portal it used last (space_obj.h): selector, or PT_FOREIGN */
	uint64_t pt_count;		/* h  pd->caps_gone before that was looked up; 0: none so far */
	struct pt *pt;			/* h  valid as long as pd->caps_gone is the same */
	uint64_t badge;			/* a  told to handlers of its events */
	uint64_t qual[2];		/* h  error code and address of the last event */
	uint64_t fs_base, gs_base;	/* h  while it is not loaded */
	void *fpu;			/* I  FPU registers while they are not in the CPU (fpu.c) */
	ticks fpu_used;			/* h  when it used them last */
	uint8_t fpu_uses;		/* h  times in quick succession that it did */
	struct kobj obj;
	struct spinlock lock;
	struct list blocked;		/* e  SCs that wait until it leaves EC_ON_SM */
	struct list scs;		/* e  bound to it */
	uint32_t named_scs;		/* a  those of them that can be named (sc.c) */
	struct op op;			/* h */
	uint32_t pts;			/* a  portals it serves */
	struct sm *sm;			/* s  EC_ON_SM */
	struct list sm_link;		/* s  in sm->waiters */
	struct timeout timeout;		/* h  of its `down` */
	struct pd *utcb_pd;		/* h  where its UTCB is mapped; NULL: nowhere */
	uint64_t utcb_va;		/* I */
};
_Static_assert(offsetof(struct ec, frame) == 0, "entry.S");
_Static_assert(offsetof(struct ec, foreign) == EC_OFS_FOREIGN, "entry.S");
/* `readiness` of a handler that can take a message on a CPU without FPU registers being moved. */
#define EC_AWAITS(cpu)	((cpu) | 1u << 16 | (uint32_t)EC_IDLE << 24)
_Static_assert(offsetof(struct ec, state) == offsetof(struct ec, readiness) + 3, "EC_AWAITS");

/* NULL: kernel memory exhausted. Registers 0, state as for a new EC of its kind. */
struct ec *ec_create(struct pd *pd, unsigned cpu, bool global, uint32_t event_base, uint64_t rsp);
void ec_free(struct ec *ec);			/* one that nobody knows yet */

bool ec_map_utcb(struct ec *ec, struct pd *pd, uint64_t va);	/* false: out of memory */

/* Ends an EC for good, with one line of log; its callers learn it. It stays until reclaimed. */
void ec_kill(struct ec *ec, const char *reason);
void ec_end(struct ec *ec);			/* the same, without a word */

/* Makes its registers in the CPU its own, and its address space the loaded one. */
void ec_load(struct ec *ec);
/* No EC is loaded afterwards, and no PD. */
void ec_unload(void);
void ec_save_bases(struct ec *ec);		/* fs_base, gs_base are exact afterwards */

/* Leaves EC_ON_SM; `status` is for WAKE_STATUS. */
void ec_unblock(struct ec *ec, enum hedron_status status);

enum hedron_status hc_create_ec(struct ec *self);
enum hedron_status hc_ec_ctrl(struct ec *self);
