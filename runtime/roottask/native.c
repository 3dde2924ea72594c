/* SPDX-License-Identifier: MIT */
/*
 * native.c - loading and starting native programs.
 *
 * Called by the starter alone for a STARTING program, with no lock held; the lock is taken for the
 * memory. What has been made when something fails stays in the books, and the reaper removes it as
 * it does for a program that has run.
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "argblock.h"
#include "books.h"
#include "elf.h"
#include "machine.h"

#define STACK_PAGES	64
#define EXIT_CANNOT	126

static unsigned cannot(char text[TEXT_MAX], const char *why)
{
	snprintf(text, TEXT_MAX, "%s", why);
	return EXIT_CANNOT;
}

/* ---- memory ---------------------------------------------------------------------------------- */

static struct grant *get_pages(struct program *p, uint64_t addr, uint64_t pages)
{
	struct grant *g = NULL;

	books_lock();
	if (mem_grant(&p->mem, addr, pages, &g) != SVC_OK)
		g = NULL;
	books_unlock();
	return g;
}

static bool load_segments(struct program *p, const struct elf_plan *plan, const char *file)
{
	for (unsigned i = 0; i < plan->n; i++) {
		const struct elf_segment *s = &plan->segment[i];
		struct grant *g = get_pages(p, s->addr, s->pages);

		if (!g)
			return false;
		mem_write(g, s->skip, file + s->offset, s->len);
		if (!mem_map(p->pd, g, 0, s->pages, s->rights))
			return false;
	}
	return true;
}

/* The stack with arguments and auxiliary vector at its top. Sets *rsp. */
static const char *make_stack(struct program *p, const struct elf_plan *plan, uint64_t *rsp)
{
	const bool archive = p->conf->archive, device = p->conf->device.size != 0;
	const struct aux aux[] = {
		{ AT_PHDR, plan->phdr },
		{ AT_PHENT, sizeof(Elf64_Phdr) },
		{ AT_PHNUM, plan->phdr ? plan->phnum : 0 },
		{ AT_PAGESZ, HEDRON_PAGE_SIZE },
		{ AT_ENTRY, plan->entry },
		{ AT_HEDRON_ABI, hedron_hip()->api_version },
		{ AT_HEDRON_CAPS, NATIVE_CAPS },
		{ AT_HEDRON_HIP, NATIVE_HIP_ADDR },
		{ AT_HEDRON_PROGRAM, p->number },
		{ archive ? AT_HEDRON_ARCHIVE : AT_IGNORE, NATIVE_ARCHIVE },
		{ archive ? AT_HEDRON_ARCHIVE_SIZE : AT_IGNORE, books.archive_size },
		{ device ? AT_HEDRON_DEVICE : AT_IGNORE, NATIVE_DEVICE },
		{ device ? AT_HEDRON_DEVICE_SIZE : AT_IGNORE, p->conf->device.size },
		{ AT_NULL, 0 },
	};
	size_t len, size = STACK_PAGES * HEDRON_PAGE_SIZE;
	void *block = argblock_build(NATIVE_STACK_TOP, &p->conf->arg, &p->conf->env, aux, &len);
	struct grant *g;
	bool mapped = false;

	if (!block)
		return "arguments and environment are longer than 128 KiB";
	g = get_pages(p, NATIVE_STACK_TOP - size, STACK_PAGES);
	if (g) {
		mem_write(g, size - len, block, len);
		mapped = mem_map(p->pd, g, 0, STACK_PAGES, MEM_R | MEM_W);
	}
	free(block);
	*rsp = NATIVE_STACK_TOP - len;
	return mapped ? NULL : "its memory quota, or kernel memory, is too small for it";
}

static const char *map_device(struct program *p)
{
	const struct conf_device *d = &p->conf->device;

	if (!d->size)
		return NULL;
	if (frames_are_memory((const struct hip *)ROOT_HIP_ADDR, d->addr, d->size))
		return "the device of its configuration lies where there is memory";
	if (!mem_map_phys(p->pd, d->addr >> HEDRON_PAGE_SHIFT, NATIVE_DEVICE,
			  d->size >> HEDRON_PAGE_SHIFT, MEM_R | MEM_W))
		return "kernel memory is too small for the device of its configuration";
	return NULL;
}

static bool map_shared(struct program *p)
{
	const uint64_t hip = ROOT_HIP_ADDR >> HEDRON_PAGE_SHIFT;

	hedron_delegate(ROOT_SEL_PD, p->pd, crd_mem(hip, 0, MEM_R),
			xfer_make(XFER_DELEGATE, NATIVE_HIP_ADDR >> HEDRON_PAGE_SHIFT),
			crd_mem(NATIVE_HIP_ADDR >> HEDRON_PAGE_SHIFT, 0, MEM_R));
	return !p->conf->archive ||
	       mem_map_phys(p->pd, books.archive_frame, NATIVE_ARCHIVE,
			    (books.archive_size + HEDRON_PAGE_SIZE - 1) >> HEDRON_PAGE_SHIFT, MEM_R);
}

/* ---- capabilities ---------------------------------------------------------------------------- */

static void give(const struct program *p, cap_sel from, unsigned order, unsigned rights, cap_sel to)
{
	hedron_delegate(ROOT_SEL_PD, p->pd, crd_obj(from, order, rights), xfer_make(XFER_DELEGATE, to),
			crd_obj(to, order, rights));
}

/* A range of ports in exact, aligned pieces (ABI reference 4.4). */
static void give_ports(const struct program *p, const struct conf_ports *r)
{
	uint32_t port = r->first;

	while (port <= r->last) {
		unsigned order = port ? __builtin_ctz(port) : 16;

		while (port + (1u << order) - 1 > r->last)
			order--;
		hedron_delegate(ROOT_SEL_PD, p->pd, crd_pio(port, order),
				XFER_DELEGATE | XFER_HYPERVISOR, crd_pio(port, order));
		port += 1u << order;
	}
}

/* The interrupt semaphore of a GSI, routed to the boot CPU; pulled when first asked for. */
static bool give_gsi(const struct program *p, unsigned gsi, unsigned i)
{
	static cap_sel pulled[HEDRON_NUM_GSI];

	if (!pulled[gsi]) {
		cap_sel sel = hedron_sel_alloc(0);

		if (sel == HEDRON_NO_SEL)
			return false;
		hedron_delegate(ROOT_SEL_PD, ROOT_SEL_PD, crd_obj(HV_SEL_GSI + gsi, 0, RIGHTS_ALL),
				xfer_make(XFER_DELEGATE | XFER_HYPERVISOR, sel),
				crd_obj(sel, 0, RIGHTS_ALL));
		pulled[gsi] = sel;
	}
	if (hedron_assign_gsi(pulled[gsi], books.boot_cpu) != HEDRON_SUCCESS)
		return false;
	give(p, pulled[gsi], 0, SM_DOWN, NATIVE_CAPS + CAPS_GSI + i);
	return true;
}

static const char *give_caps(struct program *p)
{
	const struct conf_program *conf = p->conf;

	give(p, p->events[books.boot_cpu], 5, PT_CALL, NATIVE_EVENT_BASE);
	if (conf->create)
		give(p, p->pd, 0, PD_CREATE, NATIVE_CAPS + CAPS_PD);
	give(p, p->sm, 0, SM_UP | SM_DOWN, NATIVE_CAPS + CAPS_SM);
	for (unsigned cpu = 0; cpu < HEDRON_NUM_CPU; cpu++)
		if (p->root[cpu])
			give(p, p->root[cpu], 0, PT_CALL, NATIVE_CAPS + CAPS_ROOT + cpu);
	for (size_t i = 0; i < conf->n_ports; i++)
		give_ports(p, &conf->ports[i]);
	for (size_t i = 0; i < conf->n_gsi; i++)
		if (!give_gsi(p, conf->gsi[i], i))
			return "an interrupt of its configuration cannot be routed";
	return NULL;
}

/* ---- start ----------------------------------------------------------------------------------- */

/* PD and event portals; selectors are noted as their objects come to be. */
static bool make_pd(struct program *p)
{
	cap_sel pd = hedron_sel_alloc(0);
	bool ok;

	if (pd == HEDRON_NO_SEL)
		return false;
	if (hedron_create_pd(pd, ROOT_SEL_PD, CRD_NULL, 0) != HEDRON_SUCCESS) {
		hedron_sel_free(pd, 0);
		return false;
	}
	p->pd = pd;
	p->sm = hedron_sm_new(0);
	books_lock();
	ok = p->sm != HEDRON_NO_SEL && program_make_events(p, books.boot_cpu);
	books_unlock();
	return ok;
}

/* The first thread. It runs as soon as its SC exists, so all else is done before. */
static bool make_thread(struct program *p, uint64_t rsp)
{
	cap_sel ec = hedron_sel_alloc(0), sc = hedron_sel_alloc(0);

	if (ec == HEDRON_NO_SEL || sc == HEDRON_NO_SEL)
		return false;
	if (hedron_create_ec(ec, p->pd, HC_EC_GLOBAL, books.boot_cpu, NATIVE_UTCB_ADDR, rsp,
			     NATIVE_EVENT_BASE) != HEDRON_SUCCESS)
		return false;
	p->ec = ec;
	give(p, ec, 0, EC_CTRL, NATIVE_CAPS + CAPS_EC);
	books_lock();
	p->state = PROGRAM_RUNNING;
	books_unlock();
	if (hedron_create_sc(sc, ROOT_SEL_PD, ec, p->conf->priority, 10000) != HEDRON_SUCCESS)
		return false;
	p->sc = sc;
	give(p, sc, 0, SC_CTRL, NATIVE_CAPS + CAPS_SC);
	return true;
}

unsigned native_start(struct program *p, const void *file, size_t size, char text[TEXT_MAX])
{
	struct elf_plan plan;
	const char *why;
	uint64_t rsp;

	p->native = true;
	if (!elf_plan(&plan, file, size, &why))
		return cannot(text, why);
	p->entry = plan.entry;
	if (!make_pd(p))
		return cannot(text, "no selectors or kernel memory left");
	if (!load_segments(p, &plan, file))
		return cannot(text, "its memory quota, or the machine's memory, is too small for it");
	why = make_stack(p, &plan, &rsp);
	if (!why)
		why = give_caps(p);
	if (!why)
		why = map_device(p);
	if (why)
		return cannot(text, why);
	if (!map_shared(p) || !make_thread(p, rsp))
		return cannot(text, "no selectors or kernel memory left");
	return 0;
}
