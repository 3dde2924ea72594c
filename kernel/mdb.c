/* SPDX-License-Identifier: MIT */
/*
 * mdb.c - derivation tree of capabilities: a delegated capability is a child of the one it came from.
 *
 * A child never has more rights than its parent. So taking rights from a whole subtree, deepest
 * first, never leaves a child without its parent. No recursion: depth and width are the users'.
 * The caller holds mdb_lock.
 */
#include "cap.h"
#include "assert.h"

void mdb_insert(struct cap *parent, struct cap *c)
{
	c->parent = parent;
	c->child = c->prev = c->next = NULL;
	if (!parent)
		return;
	c->next = parent->child;
	if (c->next)
		c->next->prev = c;
	parent->child = c;
}

static void unlink(struct cap *c)
{
	assert(!c->child);
	if (c->next)
		c->next->prev = c->prev;
	if (c->prev)
		c->prev->next = c->next;
	else if (c->parent)
		c->parent->child = c->next;
}

static struct cap *deepest(struct cap *c)
{
	while (c->child)
		c = c->child;
	return c;
}

static void weaken(struct cap *c, unsigned mask, void (*drop)(struct cap *c))
{
	c->rights &= ~mask;
	if (c->rights)
		return;
	unlink(c);
	drop(c);
}

void mdb_revoke(struct cap *top, unsigned mask, bool self, void (*drop)(struct cap *c))
{
	struct cap *c = deepest(top), *next;

	for (; c != top; c = next) {
		next = c->next ? deepest(c->next) : c->parent;
		weaken(c, mask, drop);
	}
	if (self)
		weaken(top, mask, drop);
}

struct cap *mdb_ancestor(const struct cap *c, const struct pd *pd)
{
	struct cap *a = c->parent;

	while (a && a->pd != pd)
		a = a->parent;
	return a;
}
