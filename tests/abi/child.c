/* SPDX-License-Identifier: MIT */
/*
 * child.c - protection domains besides the roottask's.
 *
 * A child gets the roottask's image at the same addresses, so that its threads run functions of
 * this program and share its data; what separates it is its object and port space and all other
 * memory. Capabilities are given at the selector they have in the roottask.
 */
#include "child.h"
#include "check.h"
#include "env.h"

#define CHILDREN	16

static struct child children[CHILDREN];
static unsigned children_used;

static void share_segment(cap_sel pd, const char *start, const char *end, unsigned rights)
{
	map_pages(ROOT_SEL_PD, pd, page_of(start), page_of(start), page_of(end) - page_of(start),
		  rights, 0);
}

struct child *child_wrap(cap_sel pd)
{
	struct child *c = &children[children_used++ % CHILDREN];

	*c = (struct child){ .pd = pd };
	share_segment(pd, image_text, image_rodata, MEM_R | MEM_X);
	share_segment(pd, image_rodata, image_data, MEM_R);
	share_segment(pd, image_data, image_end, MEM_R | MEM_W);
	return c;
}

static struct child *child_create(uint64_t foreign)
{
	cap_sel pd = sel_alloc();

	MUST(hedron_create_pd(pd, ROOT_SEL_PD, 0, foreign));
	return child_wrap(pd);
}

struct child *child_new(void)
{
	return child_create(0);
}

static cap_sel dummy_entered(struct portal *p)
{
	CHECK(!"the dummy portal behind the foreign base was entered");
	return 0;
}

struct child *child_new_foreign(void)
{
	struct child *c = child_create(PD_FOREIGN | FOREIGN_BASE << PD_FOREIGN_BASE_SHIFT);
	struct portal *p;

	c->foreign = true;
	c->dummy = handler_new(ROOT_SEL_PD, env.cpu);
	p = portal_new(c->dummy, dummy_entered, 0, 0);
	child_give_at(c, p->sel, FOREIGN_BASE + env.cpu, 0);
	if (env.smp)
		child_give_at(c, p->sel, FOREIGN_BASE + env.cpu2, 0);
	return c;
}

void child_give_at(const struct child *c, cap_sel sel, cap_sel at, unsigned order)
{
	MUST(hedron_delegate(ROOT_SEL_PD, c->pd, crd_obj(sel, order, RIGHTS_ALL),
			     xfer_make(XFER_DELEGATE, 0), crd_obj(at, order, RIGHTS_ALL)));
}

void child_give(const struct child *c, cap_sel sel, unsigned order)
{
	child_give_at(c, sel, sel, order);
}

void children_reset(void)
{
	children_used = 0;
}
