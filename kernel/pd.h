/* SPDX-License-Identifier: MIT */
/* pd.h - protection domains; the rules are at the head of pd.c. */
#pragma once
#include <hedron/abi.h>
#include "kobj.h"
#include "pagetable.h"
#include "spinlock.h"
#include "tree.h"

struct ec;

/* Fields:  I  constant after creation;  m  mdb_lock;  p  mem_lock. */
struct pd {
	struct kobj obj;
	uint32_t ecs;			/* m  ECs that run in it or have their UTCB mapped here */
	bool foreign;			/* I  its `syscall`s are messages (foreign.c) */
	bool passthrough;		/* I  may touch the machine: msr_access, machine_ctrl */
	cap_sel foreign_base;		/* I */
	void ***obj_root;		/* m  object space (space_obj.c) */
	struct tree ports;		/* m  port capabilities (space_pio.c) */
	void *pio_bitmap[2];		/* m  NULL: no ports so far */
	void *pio_tables[3];		/* m */
	struct spinlock mem_lock;
	struct pagetable mem;		/* p  address space (space_mem.c) */
	uint64_t cr3;			/* I */
	unsigned flushed;		/* p  pages flushed one by one in this operation */
};

extern struct pd *root_pd;		/* I  the roottask's */
extern struct pd hv_pd;			/* the hypervisor's own spaces (hvspace.c) */

struct pd *pd_create(void);		/* NULL: kernel memory exhausted */
void pd_reclaim(struct pd *pd);
void pd_ref(struct pd *pd);		/* an EC more that needs it */
void pd_unref(struct pd *pd);

enum hedron_status hc_create_pd(struct ec *self);
