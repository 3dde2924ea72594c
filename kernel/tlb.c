/* SPDX-License-Identifier: MIT */
/*
 * tlb.c - when a mapping is taken away, no CPU uses it any more before the hypercall returns, and no
 * page table is freed before that.
 *
 * pd->cpus has the CPUs that have the PD loaded: mem_load() sets the bit before it writes CR3, and
 * takes the old PD's away after that. Who changes entries does so under pd->mem_lock and notes what is gone
 * (struct tlb_gone); then, without any lock, tlb_flush() flushes here and asks the CPUs in the mask.
 * Both sides have a full fence between their two accesses, so either the asking CPU sees the bit, or
 * the loading CPU walks the tables as they are now. Without PCIDs a CPU that does not have it loaded
 * has nothing of it in its TLB; with them, pcid.c says why nothing old is used.
 *
 * A request is a number: cpu->tlb_asked counts them, cpu->tlb_done says which was the last one that
 * was asked before the flush. The asked CPU drops the address space altogether: if it is idle, it is
 * not asked again; else it loads it anew on its way out. Waiting CPUs answer others meanwhile, and
 * nobody waits with a lock held: so everyone gets his answer.
 */
#include "tlb.h"
#include "cpu.h"
#include "ec.h"
#include "pages.h"
#include "pd.h"
#include "x86.h"

void tlb_answer(void)
{
	struct cpu *cpu = this_cpu();
	/* acquire: the requesters' changes come before the flush */
	uint32_t asked = __atomic_load_n(&cpu->tlb_asked, __ATOMIC_ACQUIRE);

	if (asked == cpu->tlb_done)
		return;
	ec_unload();
	__atomic_store_n(&cpu->tlb_done, asked, __ATOMIC_RELEASE);
}

static void await(const struct cpu *target, uint32_t request)
{
	/* acquire: what was gone is used no more before its memory is used again */
	while ((int32_t)(__atomic_load_n(&target->tlb_done, __ATOMIC_ACQUIRE) - request) < 0) {
		tlb_answer();
		cpu_pause();
	}
}

/* Makes the other CPUs that have `pd` loaded drop it. */
static void flush_elsewhere(struct pd *pd)
{
	uint32_t request[HEDRON_NUM_CPU];
	uint64_t asked, mask;

	lock_assert_none();
	asked = __atomic_load_n(&pd->cpus, __ATOMIC_SEQ_CST) & ~this_cpu()->bit;
	for (mask = asked; mask; mask &= mask - 1) {
		unsigned id = __builtin_ctzll(mask);

		request[id] = __atomic_add_fetch(&cpus[id].tlb_asked, 1, __ATOMIC_ACQ_REL);
		cpu_hazard(&cpus[id], HZ_TLB);
	}
	for (mask = asked; mask; mask &= mask - 1) {
		unsigned id = __builtin_ctzll(mask);

		await(&cpus[id], request[id]);
	}
}

/* Flushes on this CPU. False: it keeps what it has of `pd`, until it loads it. */
static bool flush_here(const struct pd *pd, const struct tlb_gone *gone)
{
	bool single = gone->pages <= TLB_SINGLE;

	if (this_cpu()->pd == pd && !single) {
		write_cr3(read_cr3());
	} else if (this_cpu()->pd == pd) {
		for (unsigned i = 0; i < gone->pages; i++)
			invlpg(gone->va[i]);
	} else if (pd->pcid.nr && cpu_has.invpcid && single) {
		for (unsigned i = 0; i < gone->pages; i++)
			invpcid_page(pd->pcid.nr, gone->va[i]);
	} else {
		return false;
	}
	return true;
}

WARM void tlb_flush(struct pd *pd, struct tlb_gone *gone)
{
	uint64_t here;
	void *table;

	if (!gone->pages)
		return;
	here = flush_here(pd, gone) ? this_cpu()->bit : 0;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);	/* the changes come first; pairs with mem_switch() */
	pcid_make_stale(&pd->pcid, ~here);
	flush_elsewhere(pd);
	while ((table = gone->tables)) {
		gone->tables = *(void **)table;
		page_free(table);
	}
	gone->pages = 0;
}

void tlb_unload(struct pd *pd)
{
	if (this_cpu()->pd == pd)
		ec_unload();
	flush_elsewhere(pd);
}
