/* SPDX-License-Identifier: MIT */
/*
 * pcid.c - process-context identifiers (SDM vol. 3, 4.10.1): each PD has a number, with which its TLB
 * entries are tagged, so that they may stay when another PD is loaded.
 *
 * So a CPU that does not have a PD loaded may still have entries of it. Who takes mappings away sets
 * pd->pcid.stale for all CPUs but those that he makes flush at once, and then reads pd->cpus (tlb.c).
 * Who loads the PD sets his bit in pd->cpus, and then takes his bit out of `stale`: if it was set, the
 * load flushes. All of that is sequentially consistent, so one of the two sees the other: either the
 * load flushes, or the loading CPU is asked.
 *
 * The numbers are given out while there are any; later PDs share PCID_NONE, with which every load
 * flushes, as do loads of the kernel's own space. A number that comes back may have left entries on
 * any CPU: its next owner begins as stale everywhere.
 */
#include "pcid.h"
#include "assert.h"
#include "spinlock.h"

bool pcid_on;
static struct spinlock lock;
static uint64_t used[PCID_COUNT / 64] = { 1ull << PCID_NONE };	/* lock */

static uint16_t take(void)
{
	uint16_t nr = PCID_NONE;

	spin_lock(&lock);
	for (unsigned i = 0; i < ARRAY_SIZE(used) && nr == PCID_NONE; i++) {
		if (!~used[i])
			continue;
		nr = i * 64 + __builtin_ctzll(~used[i]);
		used[i] |= 1ull << (nr & 63);
	}
	spin_unlock(&lock);
	return nr;
}

void pcid_init(struct pcid *p)
{
	p->nr = pcid_on ? take() : PCID_NONE;
	p->stale = ~0ull;
}

void pcid_free(struct pcid *p)
{
	if (p->nr == PCID_NONE)
		return;
	spin_lock(&lock);
	assert(used[p->nr >> 6] >> (p->nr & 63) & 1);
	used[p->nr >> 6] &= ~(1ull << (p->nr & 63));
	spin_unlock(&lock);
	p->nr = PCID_NONE;
}
