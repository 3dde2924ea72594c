/* SPDX-License-Identifier: MIT */
/*
 * mdb.c - derivation tree of capabilities: a delegated capability is a child of the one it came from,
 * and has no more rights.
 *
 * A walk takes rights from everything below a capability, in steps of bounded work, however deep or
 * wide the tree is. Between two steps the caller may give mdb_lock up: others may change the tree,
 * walk there themselves, and take away what the walk stands on. The rules that make that safe:
 *
 *   - A parent loses rights before its children do, so that nothing with these rights can be derived
 *     any more from what the walk has passed.
 *   - A capability left without rights is *spent*: dropped from its space, found by nobody, but still
 *     in the tree while it has children or a walk stands on it (a pin).
 *   - A spent one without pins is taken apart: its first child is moved in front of it, until it is a
 *     leaf and can go. The children of a spent one lose all rights too, so where they hang makes no
 *     difference; and since they stay in order, no walk that is among them misses one.
 *   - A walk pins its top as well. If somebody else spends that, his walk takes all below, and this
 *     one is over.
 *
 * No recursion: depth and width are the users'. The caller holds mdb_lock.
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
	if (c->next)
		c->next->prev = c->prev;
	if (c->prev)
		c->prev->next = c->next;
	else if (c->parent)
		c->parent->child = c->next;
}

static void insert_before(struct cap *at, struct cap *c)
{
	c->parent = at->parent;
	c->next = at;
	c->prev = at->prev;
	if (c->prev)
		c->prev->next = c;
	else if (c->parent)
		c->parent->child = c;
	at->prev = c;
}

/* Frees spent leaves that nobody stands on: `c`, and its parent if that was its last child. */
static void collect(struct cap *c)
{
	while (c && !c->rights && !c->child && !c->pins) {
		struct cap *parent = c->parent;

		unlink(c);
		cap_retire(c);
		c = parent;
	}
}

static void weaken(struct cap *c, unsigned mask)
{
	if (!c->rights)
		return;
	c->rights &= ~mask;
	if (c->rights)
		return;
	cap_drop(c);
	c->pd = NULL;
}

static void stand_on(struct mdb_walk *w, struct cap *c, bool done)
{
	struct cap *old = w->at;

	c->pins++;
	w->at = c;
	w->done = done;
	if (old) {
		old->pins--;
		collect(old);
	}
}

void mdb_walk_start(struct mdb_walk *w, struct cap *top, unsigned mask, bool self)
{
	*w = (struct mdb_walk){ .top = top, .mask = mask };
	top->pins++;
	if (self) {
		weaken(top, mask);
		w->spent = !top->rights;
	}
	stand_on(w, top, false);
}

void mdb_walk_end(struct mdb_walk *w)
{
	struct cap *at = w->at, *top = w->top;

	if (!top)
		return;
	w->at = w->top = NULL;
	at->pins--;
	top->pins--;
	if (at != top)
		collect(at);		/* and so `top`, if `at` was its last child */
	else
		collect(top);
}

/* Looks at `c`, on which the walk has just arrived, and goes on to what comes first behind it. */
static void visit(struct mdb_walk *w, struct cap *c)
{
	if (c != w->top)
		weaken(c, w->mask);
	if (!c->child) {
		w->done = true;
		return;
	}
	if (!c->rights && c->pins == 1) {	/* only this walk stands on it: not its top either */
		struct cap *first = c->child;

		unlink(first);
		insert_before(c, first);
		stand_on(w, first, false);
		return;
	}
	stand_on(w, c->child, false);
}

bool mdb_walk_step(struct mdb_walk *w)
{
	struct cap *c = w->at;

	if (!w->top->rights && !w->spent) {
		mdb_walk_end(w);
		return true;
	}
	if (!w->done) {
		visit(w, c);
	} else if (c == w->top) {
		mdb_walk_end(w);
		return true;
	} else if (c->next) {
		stand_on(w, c->next, false);
	} else {
		stand_on(w, c->parent, true);
	}
	return false;
}

struct cap *mdb_ancestor(const struct cap *c, const struct pd *pd, unsigned *depth)
{
	struct cap *a = c->parent;

	while (a && *depth) {
		--*depth;
		if (a->pd == pd)
			return a;
		a = a->parent;
	}
	return NULL;
}
