/* SPDX-License-Identifier: MIT */
/* sources: kernel/mdb.c */
/* test_mdb.c - the derivation tree: who loses what when rights are taken back. */
#include "kernel/cap.h"
#include <stdlib.h>
#include <string.h>
#include "tests/unit/tap.h"

#define CAPS	500
#define PD(n)	((struct pd *)(uintptr_t)((n) + 1))	/* only compared */

static struct cap caps[CAPS];
static bool dropped[CAPS], freed[CAPS];
static unsigned drops, frees;

void cap_drop(struct cap *c)
{
	dropped[c - caps] = true;
	drops++;
}

void cap_retire(struct cap *c)
{
	freed[c - caps] = true;
	frees++;
}

static void mdb_revoke(struct cap *top, unsigned mask, bool self)
{
	struct mdb_walk w;

	mdb_walk_start(&w, top, mask, self);
	while (!mdb_walk_step(&w))
		;
}

static void add(unsigned i, struct cap *parent, unsigned rights, unsigned pd)
{
	caps[i].rights = rights;
	caps[i].pd = PD(pd);
	mdb_insert(parent, &caps[i]);
}

static void start(void)
{
	memset(caps, 0, sizeof(caps));
	memset(dropped, 0, sizeof(dropped));
	memset(freed, 0, sizeof(freed));
	drops = frees = 0;
}

/*	0 - 1 - 3	4 is a child of 1 too, 5 of 2
 *	  \ 2 - 5	*/
static void family(void)
{
	start();
	add(0, NULL, 3, 0);
	add(1, &caps[0], 3, 1);
	add(2, &caps[0], 1, 2);
	add(3, &caps[1], 3, 0);
	add(4, &caps[1], 2, 2);
	add(5, &caps[2], 1, 1);
}

static void subtree(void)
{
	family();
	mdb_revoke(&caps[1], 3, false);
	ok(drops == 2 && dropped[3] && dropped[4], "descendants go, the capability stays");
	ok(!caps[1].child, "it has no children any more");
	mdb_revoke(&caps[1], 3, true);
	ok(drops == 3 && dropped[1] && caps[0].child == &caps[2], "with self it goes too");
	mdb_revoke(&caps[0], 3, true);
	ok(drops == 6 && dropped[0], "the rest goes with the original");
}

static void some_rights(void)
{
	family();
	mdb_revoke(&caps[0], 2, false);
	ok(drops == 1 && dropped[4], "who had nothing else goes");
	ok(caps[0].rights == 3 && caps[1].rights == 1 && caps[3].rights == 1,
	   "the others lose just that right");
	mdb_revoke(&caps[0], 2, true);
	ok(drops == 1 && caps[0].rights == 1, "with self the capability loses it as well");
}

static struct cap *ancestor(unsigned i, unsigned pd)
{
	unsigned depth = MDB_DEPTH;

	return mdb_ancestor(&caps[i], PD(pd), &depth);
}

static void ancestors(void)
{
	unsigned depth = 1;

	family();
	ok(ancestor(3, 1) == &caps[1], "the parent's name in its PD");
	ok(ancestor(3, 0) == &caps[0], "a capability is not its own ancestor");
	ok(!ancestor(3, 2), "siblings are no ancestors");
	ok(!ancestor(0, 0), "the original has none");
	ok(!mdb_ancestor(&caps[3], PD(0), &depth), "the search ends at its depth");
}

/* Who must go: everybody below `top`, found by parents. */
static bool below(unsigned i, unsigned top)
{
	for (struct cap *c = caps[i].parent; c; c = c->parent)
		if (c == &caps[top])
			return true;
	return false;
}

static void random_trees(void)
{
	static bool expect[CAPS];
	bool good = true;

	srand(2);
	for (unsigned round = 0; round < 50; round++) {
		unsigned top;

		start();
		add(0, NULL, 31, 0);
		for (unsigned i = 1; i < CAPS; i++)
			add(i, &caps[rand() % (round % 2 ? i : (i + 9) / 10)], 31, rand() % 5);
		top = rand() % 50;
		for (unsigned i = 0; i < CAPS; i++)
			expect[i] = below(i, top);
		mdb_revoke(&caps[top], 31, false);
		good = good && !memcmp(expect, dropped, sizeof(expect));
	}
	ok(good, "random trees: exactly the descendants go");
}

static void deep(void)
{
	start();
	add(0, NULL, 31, 0);
	for (unsigned i = 1; i < CAPS; i++)
		add(i, &caps[i - 1], 31, 0);
	mdb_revoke(&caps[0], 31, true);
	ok(drops == CAPS && frees == CAPS, "a chain of derivations goes as a whole");
}

/* ---- several walks at once ------------------------------------------------------------------- */

#define WALKS	4
#define FIRST	300		/* capabilities at the start; the others are derived meanwhile */

static struct run {
	struct mdb_walk walk;
	bool ended;			/* given up before its end */
	bool covers[CAPS];		/* who has to lose the rights */
} runs[WALKS];
static unsigned used;

static void derive(void)
{
	unsigned from = rand() % used;
	unsigned rights = caps[from].rights & (1 + rand() % 31);

	if (!rights)
		return;
	add(used, &caps[from], rights, rand() % 5);
	for (unsigned r = 0; r < WALKS; r++)
		runs[r].covers[used] = false;
	used++;
}

static bool walk_begin(struct run *r)
{
	unsigned top = rand() % used;
	bool self = rand() % 2;

	*r = (struct run){ 0 };
	if (!caps[top].rights)
		return false;
	for (unsigned i = 0; i < used; i++)
		r->covers[i] = caps[i].rights && ((self && i == top) || below(i, top));
	mdb_walk_start(&r->walk, &caps[top], 1 + rand() % 31, self);
	return true;
}

static bool has_lost(const struct run *r, unsigned mask)
{
	for (unsigned i = 0; i < used; i++)
		if (r->covers[i] && caps[i].rights & mask)
			return false;
	return true;
}

/* Each round: walks that start at different times, and take steps in turn, while others derive. */
static bool interleaved(bool give_up)
{
	unsigned mask[WALKS] = { 0 }, begun = 0, over = 0;
	bool lost = true;

	start();
	memset(runs, 0, sizeof(runs));
	add(0, NULL, 31, 0);
	for (used = 1; used < FIRST; used++)
		add(used, &caps[rand() % (used > 20 ? used / (1 + rand() % 3) : used)], 31, rand() % 5);
	while (over < WALKS) {
		struct run *r = &runs[rand() % WALKS];

		if (begun < WALKS && !(rand() % 40) && walk_begin(&runs[begun])) {
			mask[begun] = runs[begun].walk.mask;
			begun++;
		}
		if (used < CAPS && !(rand() % 30))
			derive();
		if (!r->walk.top)
			continue;
		if (give_up && !(rand() % 100)) {
			mdb_walk_end(&r->walk);
			r->ended = true;
			over++;
		} else if (mdb_walk_step(&r->walk)) {
			over++;
		}
	}
	for (unsigned r = 0; r < WALKS && !give_up; r++)
		lost = lost && has_lost(&runs[r], mask[r]);
	for (unsigned i = 0; i < used; i++)
		lost = lost && !caps[i].pins && dropped[i] == !caps[i].rights;
	for (unsigned i = 0; i < used; i++)
		if (caps[i].rights)
			mdb_revoke(&caps[i], 31, true);
	return lost && drops == used && frees == used;
}

static void several_walks(void)
{
	bool good = true;

	for (unsigned round = 0; round < 2000 && good; round++)
		good = interleaved(false);
	ok(good, "walks at once: each takes its rights from all below, all memory comes back");
	for (unsigned round = 0; round < 2000 && good; round++)
		good = interleaved(true);
	ok(good, "walks that are given up leave nothing behind");
}

int main(void)
{
	subtree();
	some_rights();
	ancestors();
	random_trees();
	deep();
	several_walks();
	return done();
}
