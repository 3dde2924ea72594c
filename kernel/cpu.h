/* SPDX-License-Identifier: MIT */
/* cpu.h - per-CPU data, reached through GS, and what the CPU can do. Story: cpu.c. */
#pragma once
#include <hedron/abi.h>

#define CPU_OFS_SELF		0x00
#define CPU_OFS_KERNEL_SP	0x08	/* used by entry.S */
#define CPU_OFS_LOADED		0x10
#define CPU_OFS_USER_SP		0x18

/* Hazards: what must be looked at before this CPU enters user mode. */
#define HZ_SCHED	(1 << 0)	/* another SC may have to run */
#define HZ_TLB		(1 << 1)	/* others wait for it to drop what it has loaded (tlb.c) */
#define HZ_RECLAIM	(1 << 2)	/* objects wait to be destroyed */
#define HZ_GRACE	(1 << 3)	/* a grace period wants this CPU to be quiescent (grace.c) */
#define HZ_WINDOW	(1 << 4)	/* between two chunks: let interrupts in */

#ifndef __ASSEMBLER__
#include "list.h"
#include "spinlock.h"
#include "tree.h"
#include "types.h"

struct ec;
struct pd;
struct sc;
struct tss;

#define RQ_NOTHING	(-1)

/* Ready SCs of a CPU; sched.c. */
struct run_queue {
	struct spinlock lock;
	uint64_t bitmap[2];		/* rq.lock  levels that are not empty */
	struct list level[SC_PRIO_MAX + 1];	/* rq.lock */
	int running;			/* rq.lock  level of what was taken last; RQ_NOTHING */
};

/* Fields without a letter: this CPU only.  I  constant after boot;  a  atomic, any CPU. */
struct cpu {
	struct cpu *self;		/* I */
	uint64_t kernel_sp;		/* I  top of this CPU's stack */
	struct ec *loaded;		/* its segment bases are in the CPU, or NULL: nobody's */
	uint64_t user_sp;		/* scratch of entry_syscall */
	struct tss *tss;		/* I  its rsp0: where gates store the frame of `loaded` */
	struct ec *current;		/* runs in user mode next; NULL: must be found (sched.c) */
	struct ec *fpu_owner;		/* its FPU registers are in the CPU, or NULL (fpu.c) */
	bool fpu_ts;			/* CR0.TS */
	struct pd *pd;			/* its page tables are in CR3; NULL: the kernel's own */
	struct sc *sc;			/* pays for what runs; NULL: must be chosen */
	union {				/* what keeps call and reply from leaving by themselves (leave.h) */
		uint64_t detour;	/* one of these is not 0 */
		struct {
			uint32_t hazards;	/* a  HZ_* */
			bool helping;	/* `sc` runs a handler that serves somebody else */
			bool base_msrs;	/* I  segment bases are MSRs only */
		};
	};
	uint32_t tlb_asked;		/* a  requests of others to drop what it has loaded (tlb.c) */
	uint32_t tlb_done;		/* a  the last one that is done */
	bool paused;			/* a  idle, and reads no kernel object (grace.c) */
	unsigned id;			/* I  number in MADT order */
	uint64_t bit;			/* I  1 << id */
	uint32_t awaits;		/* I  `readiness` of its idle handlers (ec.h) */
	uint32_t apic_id;		/* I */
	ticks sc_start;			/* since when `sc` has not been charged, or there is none */
	ticks quantum_end;
	ticks timer_at;			/* the timer interrupt comes then; no deadline is earlier */
	struct spinlock timer_lock;
	struct tree timeouts;		/* timer_lock  armed deadlines, by time; any CPU */
	struct sc *idle_sc;		/* I */
	struct run_queue rq;
};
_Static_assert(offsetof(struct cpu, self) == CPU_OFS_SELF, "entry.S");
_Static_assert(offsetof(struct cpu, kernel_sp) == CPU_OFS_KERNEL_SP, "entry.S");
_Static_assert(offsetof(struct cpu, loaded) == CPU_OFS_LOADED, "entry.S");
_Static_assert(offsetof(struct cpu, user_sp) == CPU_OFS_USER_SP, "entry.S");

/* What the boot CPU has; all CPUs are alike. I */
struct cpu_features {
	bool xsave, xsaveopt, fsgsbase, huge_pages, smep, smap, umip, tsc_deadline, mce, invpcid;
	unsigned phys_bits;
};
extern struct cpu_features cpu_has;
extern struct cpu cpus[HEDRON_NUM_CPU];

static inline struct cpu *this_cpu(void)
{
	struct cpu *c;

	__asm__("mov %%gs:%c1, %0" : "=r"(c) : "i"(CPU_OFS_SELF));
	return c;
}

/* One instruction, for the shortest ways out. */
static inline bool cpu_has_detour(void)
{
	bool yes;

	__asm__ volatile("cmpq $0, %%gs:%c1" : "=@ccne"(yes) : "i"(offsetof(struct cpu, detour))
			 : "memory");
	return yes;
}

void cpu_detect(void);			/* fills cpu_has, or refuses in words */
MUST_USE bool cpu_prepare(struct cpu *c, uint32_t apic_id);	/* by the boot CPU; false: no memory */
void cpu_init(struct cpu *c);		/* on the CPU itself */
void cpu_set_online(uint64_t mask);
void cpu_hazard(struct cpu *c, uint32_t hz);	/* any CPU; interrupts `c` if it is another */
bool cpu_is_online(uint64_t id);
uint64_t cpu_online_mask(void);
#endif
