/* SPDX-License-Identifier: MIT */
/* tlb.h - translations that are gone, on every CPU; the rules are at the head of tlb.c. */
#pragma once
#include "types.h"

struct pd;

#define TLB_SINGLE	16		/* that many pages are flushed one by one */

/* What an operation took out of page tables, from tlb_gone_init() to tlb_flush(). */
struct tlb_gone {
	unsigned pages;			/* more than TLB_SINGLE: too many to name */
	uaddr va[TLB_SINGLE];
	void *tables;			/* linked by their first word */
};

static inline void tlb_gone_init(struct tlb_gone *g)
{
	g->pages = 0;
	g->tables = NULL;
}

static inline void tlb_gone_page(struct tlb_gone *g, uaddr va)
{
	if (g->pages < TLB_SINGLE)
		g->va[g->pages] = va;
	if (g->pages <= TLB_SINGLE)
		g->pages++;
}

/* A table that no entry leads to any more. Another CPU may still walk through it: the link is an
 * entry that is not present. */
static inline void tlb_gone_table(struct tlb_gone *g, uint64_t *table)
{
	table[0] = (uint64_t)g->tables;
	g->tables = table;
	g->pages = TLB_SINGLE + 1;
}

/* No CPU uses what is gone from `pd` any more; its tables are freed. Waits for other CPUs: no lock may
 * be held. */
void tlb_flush(struct pd *pd, struct tlb_gone *gone);

/* No CPU has `pd` loaded any more, as long as no EC of it runs. Waits likewise. */
void tlb_unload(struct pd *pd);

void tlb_answer(void);			/* HZ_TLB: does what others wait for */
