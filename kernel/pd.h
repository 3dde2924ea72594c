/* SPDX-License-Identifier: MIT */
/* pd.h - protection domains; the rules are at the head of pd.c. */
#pragma once
#include <hedron/abi.h>
#include "cap.h"
#include "kobj.h"
#include "pagetable.h"
#include "pcid.h"
#include "spinlock.h"
#include "tree.h"
#include "types.h"

struct ec;

/* Where foreign calls from outside of `base`, `size` go on. Without a mediator everything is inside. */
struct mediator {
	uint64_t base;			/* of the addresses behind a SYSCALL that lies in the range */
	uint64_t size;
	uint64_t entry;
	uint64_t ticket;		/* after it was replaced: of the grace period until nobody reads it */
};
#define PD_MEDIATORS	8		/* changes that need not wait for a grace period */

/* Fields:  I  constant after creation;  m  mdb_lock;  p  mem_lock. */
struct pd {
	struct kobj obj;
	uint32_t ecs;			/* m  ECs that run in it or have their UTCB mapped here */
	bool emptied;			/* h  its original capability is gone, and all it held */
	struct sweep objects, pios;	/* h  while it is emptied */
	uint64_t pages_freed;		/* h  while it is freed: of the object space */
	bool foreign;			/* I  its `syscall`s are messages (foreign.c) */
	bool passthrough;		/* I  may touch the machine: msr_access, machine_ctrl */
	cap_sel foreign_base;		/* I */
	struct mediator *mediator;	/* p  one of those, constant while it is; read without a lock */
	struct mediator mediators[PD_MEDIATORS];	/* p */
	void ***obj_root;		/* m  object space (space_obj.c) */
	void ***obj_lost;		/* m  the same, when the original capability is gone */
	uint64_t caps_gone;		/* m  capabilities that left it, plus 1; read without a lock */
	struct tree ports;		/* m  port capabilities (space_pio.c) */
	void *pio_bitmap[2];		/* p  NULL: no ports so far; their content: m */
	void *pio_tables[3];		/* p */
	struct spinlock mem_lock;
	struct pagetable mem;		/* p  address space (space_mem.c) */
	uaddr mem_cleared;		/* p  up to here, by mem_space_clear() */
	struct pcid pcid;		/* of its TLB entries */
	uint64_t cr3;			/* I */
	uint64_t cpus;			/* a  CPUs that have it loaded (tlb.c) */
};

extern struct pd *root_pd;		/* I  the roottask's */
extern struct pd hv_pd;			/* the hypervisor's own spaces (hvspace.c) */

struct pd *pd_create(void);		/* NULL: kernel memory exhausted */
void pd_abandon(struct pd *pd);		/* one that nobody knows yet will not be used */
void pd_ref(struct pd *pd);		/* an EC more that needs it */
void pd_unref(struct pd *pd);

enum hedron_status hc_create_pd(struct ec *self);
enum hedron_status pd_ctrl_mediator(struct ec *self);
