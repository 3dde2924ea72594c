/* SPDX-License-Identifier: MIT */
/* pcid.h - process-context identifiers: TLB entries that outlive a change of address space; pcid.c. */
#pragma once
#include "types.h"
#include "x86.h"

#define PCID_COUNT	4096		/* SDM vol. 3, 4.10.1 */
#define PCID_NONE	0		/* nothing is kept in the TLB under this one */

/* Of a PD.  I  constant after creation;  a  atomic, any CPU. */
struct pcid {
	uint16_t nr;			/* I  PCID_NONE: it has none of its own */
	uint64_t stale;			/* a  CPUs whose TLB may have what is not so any more */
};

extern bool pcid_on;			/* I  the CPUs have it, and it is not switched off */

void pcid_init(struct pcid *p);		/* its own one, while there are any */
void pcid_free(struct pcid *p);		/* no CPU has it loaded */

/* What to add to CR3 when the CPU `bit` loads it, which has been noted in pd->cpus already. */
static inline uint64_t pcid_keep(struct pcid *p, uint64_t bit)
{
	if (likely(!p->nr))
		return 0;
	if (!(__atomic_load_n(&p->stale, __ATOMIC_SEQ_CST) & bit))
		return CR3_KEEP;
	__atomic_fetch_and(&p->stale, ~bit, __ATOMIC_SEQ_CST);
	return 0;
}

/* These CPUs must not keep it at their next load. Before pd->cpus is read. */
static inline void pcid_make_stale(struct pcid *p, uint64_t mask)
{
	if (p->nr)
		__atomic_fetch_or(&p->stale, mask, __ATOMIC_SEQ_CST);
}
