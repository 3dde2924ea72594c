/* SPDX-License-Identifier: MIT */
/*
 * guest_calls.c - one hypercall. Each number has a function that chooses operands which get beyond the
 * first checks; then one operand in eight calls is spoilt. Raw calls have no plan at all.
 */
#include "guest.h"
#include <hedron/hypercall.h>
#include "args.h"

struct hc {
	uint64_t nr, flags, sel, a2, a3, a4, a5;
};

static uint64_t below(struct slot *g, uint32_t n)	{ return random_below(&g->random, n); }
static bool one_in(struct slot *g, uint32_t n)		{ return random_one_in(&g->random, n); }

static uint64_t pick_pd(struct slot *g)			{ return pick_one(g, &kind_pd); }
static uint64_t pick_sm(struct slot *g)			{ return pick_one(g, &kind_sm); }

/* Mostly the own CPU. */
static uint64_t pick_cpu(struct slot *g)
{
	return one_in(g, 32) ? below(g, 80) : one_in(g, 4) ? below(g, g->cpus) : g->cpu;
}

/* Soon, in the past, or never; never mostly ends by somebody's up. */
static uint64_t pick_deadline(struct slot *g)
{
	uint64_t now = rdtsc();

	switch (below(g, 16)) {
	case 0:
		return 0;
	case 1:
		return random64(&g->random);
	case 2: case 3: case 4:
		return 1;
	default:
		return now + below(g, (uint32_t)g->ticks_per_ms);
	}
}

/* ---- operands by number --------------------------------------------------------------------- */

static void to_call(struct slot *g, struct hc *h)
{
	guest_message(g);
	h->sel = one_in(g, 4) ? G_ECHO + pick_cpu(g) : pick_one(g, &kind_pt);
	h->flags = one_in(g, 2) ? HC_CALL_NONBLOCK : 0;
}

static void to_create_pd(struct slot *g, struct hc *h)
{
	h->sel = pick_made(g, &kind_pd);
	h->a2 = pick_pd(g);
	h->a3 = one_in(g, 2) ? pick_crd_obj(g) : 0;
	h->a4 = one_in(g, 2) ? 0 : PD_FOREIGN | below(g, G_END) << PD_FOREIGN_BASE_SHIFT;
}

static void to_create_ec(struct slot *g, struct hc *h)
{
	h->sel = pick_made(g, &kind_ec);
	h->flags = below(g, 2) | (one_in(g, 8) ? HC_EC_UTCB_IN_CALLER : 0);
	h->a2 = pick_pd(g);
	h->a3 = pick_cpu(g) | (one_in(g, 4) ? 0 : pick_page(g) << HEDRON_PAGE_SHIFT);
	h->a4 = ARENA + (1 + below(g, SLOT_COUNT)) * SLOT_SIZE;
	h->a5 = G_EVENTS + 32 * below(g, SLOT_COUNT);
}

static void to_create_sc(struct slot *g, struct hc *h)
{
	h->sel = pick_made(g, &kind_sc);
	h->a2 = pick_pd(g);
	h->a3 = pick_one(g, &kind_ec);
	h->a4 = (1 + below(g, 3000)) << SC_QUANTUM_SHIFT | (1 + below(g, 40));
}

static void to_create_pt(struct slot *g, struct hc *h)
{
	h->sel = pick_made(g, &kind_pt);
	h->a2 = pick_pd(g);
	h->a3 = pick_one(g, &kind_handler);
	h->a4 = random64(&g->random);
	h->a5 = one_in(g, 16) ? pick_edge(g) : (uint64_t)guest_portal;
}

static void to_create_sm(struct slot *g, struct hc *h)
{
	h->sel = pick_made(g, &kind_sm);
	h->a2 = pick_pd(g);
	h->a3 = below(g, 4);
	h->a4 = one_in(g, 4) ? pick_sm(g) : 0;
}

/* Mostly what the PD created itself; sometimes what keeps it going. */
static void to_revoke(struct slot *g, struct hc *h)
{
	h->flags = below(g, 4) ? HC_REVOKE_SELF : below(g, 4);
	h->sel = one_in(g, 4) ? pick_sm(g) : 0;
	if (one_in(g, 150))
		h->a2 = pick_crd(g);
	else if (one_in(g, 8))		/* from whoever got it, but not from the PD itself */
		h->a2 = pick_crd_obj(g), h->flags = 0;
	else if (one_in(g, 4))
		h->a2 = crd_mem(pick_page(g), (unsigned)below(g, 6), RIGHTS_ALL);
	else
		h->a2 = crd_obj(pick_new_sel(g), (unsigned)below(g, 3),
				one_in(g, 4) ? (unsigned)below(g, 32) : RIGHTS_ALL);
	h->a3 = pick_pd(g);
}

static void to_pd_ctrl(struct slot *g, struct hc *h)
{
	h->flags = one_in(g, 4) ? below(g, 16) : PD_CTRL_DELEGATE;
	h->sel = pick_pd(g);
	h->a2 = pick_pd(g);
	if (h->flags == PD_CTRL_DELEGATE) {
		h->a3 = pick_crd(g);
		h->a4 = pick_xfer(g);
		h->a5 = one_in(g, 4) ? pick_crd(g) : (h->a3 & 3) | (pick_crd(g) & ~3ull);
	} else if (h->flags == PD_CTRL_MEDIATOR) {
		h->a2 = (uint64_t)guest_mediator;
		h->a3 = one_in(g, 3) ? 0 : HEDRON_PAGE_SIZE;
		h->a4 = h->a2 + (one_in(g, 4) ? below(g, 0x2000) : 2 * below(g, 2));
	} else {
		h->a2 = pick_crd(g);
	}
}

static void to_ec_ctrl(struct slot *g, struct hc *h)
{
	h->flags = one_in(g, 8) ? below(g, 16) : below(g, 2);
	h->sel = pick_one(g, &kind_ec);
}

static void to_sc_ctrl(struct slot *g, struct hc *h)
{
	h->sel = pick_one(g, &kind_sc);
}

static void to_pt_ctrl(struct slot *g, struct hc *h)
{
	h->sel = pick_one(g, &kind_pt);
}

static void to_sm_ctrl(struct slot *g, struct hc *h)
{
	uint64_t until = pick_deadline(g);

	h->flags = one_in(g, 3) ? HC_SM_DOWN | below(g, 2) * HC_SM_ZERO : 0;
	h->sel = pick_sm(g);
	h->a2 = until >> 32;
	h->a3 = until & 0xffffffff;
}

static void to_assign_pci(struct slot *g, struct hc *h)
{
	h->sel = pick_pd(g);
	h->a2 = pick_page(g) << HEDRON_PAGE_SHIFT;
}

static void to_assign_gsi(struct slot *g, struct hc *h)
{
	h->flags = below(g, 2);
	h->sel = one_in(g, 8) ? pick_sel(g) : G_GSI;
	h->a2 = pick_page(g) << HEDRON_PAGE_SHIFT;
	h->a3 = pick_cpu(g) | below(g, 4) << 32;
	h->a4 = one_in(g, 2) ? ~0ull : pick_sm(g);
}

/* ---- the mixture ---------------------------------------------------------------------------- */

struct plan {
	uint8_t nr, weight;
	void (*to)(struct slot *g, struct hc *h);
};

#define PLANS	16

static const struct plan plans[PLANS] = {
	{ HC_CALL,		24, to_call },
	{ HC_REPLY,		0, 0 },
	{ HC_CREATE_PD,		4, to_create_pd },
	{ HC_CREATE_EC,		8, to_create_ec },
	{ HC_CREATE_SC,		8, to_create_sc },
	{ HC_CREATE_PT,		8, to_create_pt },
	{ HC_CREATE_SM,		6, to_create_sm },
	{ HC_REVOKE,		26, to_revoke },
	{ HC_PD_CTRL,		28, to_pd_ctrl },
	{ HC_EC_CTRL,		8, to_ec_ctrl },
	{ HC_SC_CTRL,		2, to_sc_ctrl },
	{ HC_PT_CTRL,		2, to_pt_ctrl },
	{ HC_SM_CTRL,		20, to_sm_ctrl },
	{ HC_ASSIGN_PCI,	1, to_assign_pci },
	{ HC_ASSIGN_GSI,	2, to_assign_gsi },
	{ HC_MACHINE_CTRL,	1, 0 },
};

static const struct plan *choose(struct slot *g)
{
	unsigned total = 0, at;

	for (unsigned i = 0; i < PLANS; i++)
		total += plans[i].weight;
	at = (unsigned)below(g, total);
	for (unsigned i = 0; i < PLANS; i++) {
		if (at < plans[i].weight)
			return &plans[i];
		at -= plans[i].weight;
	}
	return &plans[0];
}

/* When memory is short, creation is what matters. */
static const struct plan *choose_for_mode(struct slot *g)
{
	if (g->mode == MODE_OOM && one_in(g, 2))
		return &plans[one_in(g, 3) ? HC_PD_CTRL : HC_CREATE_PD + below(g, 5)];
	return choose(g);
}

static void spoil(struct slot *g, struct hc *h)
{
	uint64_t *operand[] = { &h->flags, &h->sel, &h->a2, &h->a3, &h->a4, &h->a5 };
	unsigned i = (unsigned)below(g, 6);

	if (i == 0)
		h->flags = below(g, 16);
	else
		*operand[i] = one_in(g, 2) ? pick_edge(g) : random64(&g->random);
}

void guest_hypercall(struct slot *g)
{
	const struct plan *p = choose_for_mode(g);
	struct hc h = { .nr = p->nr, .flags = below(g, 16), .a2 = random64(&g->random) };

	if (p->to)
		p->to(g, &h);
	if (one_in(g, 8))
		spoil(g, &h);
	if (one_in(g, 256))
		h.nr = below(g, 256);
	if (h.nr == HC_REPLY && !one_in(g, 16))		/* ends the thread */
		h.nr = HC_COUNT;
	guest_count(g, h.nr, hedron_hc((unsigned)h.nr, (unsigned)h.flags, h.sel, h.a2, h.a3, h.a4,
				       h.a5));
}

/* ---- without a plan ------------------------------------------------------------------------- */

static void random_regs(struct slot *g, struct cpu_regs *r)
{
	uint64_t *v = &r->rax;

	for (unsigned i = 0; i < 16; i++)
		v[i] = one_in(g, 4) ? pick_sel(g) : one_in(g, 3) ? pick_edge(g) : pick_crd(g);
	r->rflags = random64(&g->random) & ~0x500ull;
}

void guest_raw_call(struct slot *g)
{
	struct cpu_regs r;

	random_regs(g, &r);
	if (one_in(g, 4))
		r.rdi = random64(&g->random);
	if ((r.rdi & 0xff) == HC_REPLY && !one_in(g, 8))
		r.rdi++;
	guest_count(g, COUNT_RAW, 0);
	guest_raw(&r);
}

/* With NSCT clear; what the handler replies decides where the thread goes on. */
void guest_foreign_call(struct slot *g)
{
	struct cpu_regs r;

	random_regs(g, &r);
	slot_utcb(g->index % SLOT_COUNT)->flags = (uint32_t)random64(&g->random) & ~(uint32_t)UTCB_NSCT;
	guest_count(g, COUNT_FOREIGN, 0);
	guest_raw(&r);
}
