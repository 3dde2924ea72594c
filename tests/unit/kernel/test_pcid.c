/* SPDX-License-Identifier: MIT */
/* sources: kernel/pcid.c */
/*
 * test_pcid.c - PCIDs: their numbers, and that no CPU uses a TLB entry after its mapping was taken away.
 *
 * The emulator has no PCIDs, so the CPUs are played here: two of them and a PD with one page, whose
 * version changes. Each side's steps are those of mem_switch() and tlb_flush(), in that order; they
 * are interleaved in all ways.
 */
#include "kernel/pcid.h"
#include "tests/unit/tap.h"

static void numbers(void)
{
	static struct pcid p[PCID_COUNT];
	struct pcid again;
	bool distinct[PCID_COUNT] = { false }, good = true;

	pcid_init(&p[0]);
	ok(p[0].nr == PCID_NONE, "switched off: none");
	ok(!pcid_keep(&p[0], 1), "every load flushes");
	pcid_on = true;
	for (unsigned i = 1; i < PCID_COUNT; i++) {
		pcid_init(&p[i]);
		good = good && p[i].nr != PCID_NONE && p[i].nr < PCID_COUNT && !distinct[p[i].nr];
		distinct[p[i].nr] = true;
	}
	ok(good, "4,095 numbers, all different");
	pcid_init(&again);
	ok(again.nr == PCID_NONE, "then there are none");
	again.nr = p[77].nr;
	pcid_free(&p[77]);
	pcid_init(&p[77]);
	ok(p[77].nr == again.nr && p[77].stale == ~0ull, "one that comes back is stale everywhere");
	for (unsigned i = 1; i < PCID_COUNT; i++)
		pcid_free(&p[i]);
}

static void keeping(void)
{
	struct pcid p;

	pcid_init(&p);
	ok(!pcid_keep(&p, 1 << 3), "the first load on a CPU flushes");
	ok(pcid_keep(&p, 1 << 3) == CR3_KEEP, "the second does not");
	ok(!pcid_keep(&p, 1 << 4), "the first on another one does");
	pcid_make_stale(&p, ~(1ull << 4));
	ok(pcid_keep(&p, 1 << 4) == CR3_KEEP, "who flushed by himself keeps the rest");
	ok(!pcid_keep(&p, 1 << 3) && pcid_keep(&p, 1 << 3), "all others flush once");
	pcid_free(&p);
}

/* ---- all interleavings ------------------------------------------------------------------------ */

#define LOADER	1ull			/* bits of the two CPUs */
#define ASKER	2ull
#define STEPS	5			/* of each */

static struct {
	struct pcid pcid;
	uint64_t cpus;			/* pd->cpus */
	unsigned page;			/* version of the mapping */
	unsigned tlb;			/* what the loader's TLB has of it */
	uint64_t keep;
	bool loaded, asked, done;	/* the asker's hypercall has returned */
	bool used_old;
} m;

/* mem_switch() to the PD, a use of the page, and away again; between two steps it may be asked. */
static void loader_step(unsigned step)
{
	switch (step) {
	case 0:
		m.cpus |= LOADER;
		break;
	case 1:
		m.keep = pcid_keep(&m.pcid, LOADER);
		break;
	case 2:
		m.loaded = true;
		if (!m.keep)
			m.tlb = m.page;			/* flushed, and walked */
		break;
	case 3:
		if (m.loaded)				/* else it was made to drop it */
			m.used_old |= m.done && m.tlb != m.page;
		break;
	case 4:
		m.loaded = false;
		m.cpus &= ~LOADER;
		break;
	}
}

/* tlb_flush() on a CPU that does not have the PD loaded. */
static void asker_step(unsigned step)
{
	switch (step) {
	case 0:
		m.page++;
		break;
	case 1:
		pcid_make_stale(&m.pcid, ~ASKER);
		break;
	case 2:
		m.asked = m.cpus & LOADER;
		break;
	case 3:				/* the answer: tlb_answer(), between two steps of the loader */
		if (m.asked)
			m.loaded = false;
		break;
	case 4:
		m.done = true;
		break;
	}
}

/* The loader answers only outside of mem_switch(), which runs with interrupts off. */
static bool may_answer(unsigned loader_at)
{
	return loader_at == 0 || loader_at >= 3;
}

static bool play(unsigned order)
{
	unsigned l = 0, a = 0;

	m.cpus = 0;
	m.tlb = m.page;
	m.loaded = m.asked = m.done = m.used_old = false;
	while (l < STEPS || a < STEPS) {
		bool asker = order & 1 ? a < STEPS : l == STEPS;

		order >>= 1;
		if (asker && a == 3 && m.asked && !may_answer(l))
			asker = false;
		if (asker)
			asker_step(a++);
		else
			loader_step(l++);
	}
	/* Whatever happened, the next load sees the page as it is. */
	if (!pcid_keep(&m.pcid, LOADER))
		m.tlb = m.page;
	return !m.used_old && m.tlb == m.page;
}

static void interleavings(void)
{
	unsigned bad = 0;

	pcid_init(&m.pcid);
	for (unsigned order = 0; order < 1u << (2 * STEPS); order++)
		bad += !play(order);
	ok(!bad, "no interleaving of loading and taking away uses an old entry: %u", bad);
	pcid_free(&m.pcid);
}

int main(void)
{
	numbers();
	keeping();
	interleavings();
	return done();
}
