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
static bool dropped[CAPS];
static unsigned drops;

static void drop(struct cap *c)
{
	dropped[c - caps] = true;
	drops++;
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
	drops = 0;
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
	mdb_revoke(&caps[1], 3, false, drop);
	ok(drops == 2 && dropped[3] && dropped[4], "descendants go, the capability stays");
	ok(!caps[1].child, "it has no children any more");
	mdb_revoke(&caps[1], 3, true, drop);
	ok(drops == 3 && dropped[1] && caps[0].child == &caps[2], "with self it goes too");
	mdb_revoke(&caps[0], 3, true, drop);
	ok(drops == 6 && dropped[0], "the rest goes with the original");
}

static void some_rights(void)
{
	family();
	mdb_revoke(&caps[0], 2, false, drop);
	ok(drops == 1 && dropped[4], "who had nothing else goes");
	ok(caps[0].rights == 3 && caps[1].rights == 1 && caps[3].rights == 1,
	   "the others lose just that right");
	mdb_revoke(&caps[0], 2, true, drop);
	ok(drops == 1 && caps[0].rights == 1, "with self the capability loses it as well");
}

static void ancestors(void)
{
	family();
	ok(mdb_ancestor(&caps[3], PD(1)) == &caps[1], "the parent's name in its PD");
	ok(mdb_ancestor(&caps[3], PD(0)) == &caps[0], "a capability is not its own ancestor");
	ok(!mdb_ancestor(&caps[3], PD(2)), "siblings are no ancestors");
	ok(!mdb_ancestor(&caps[0], PD(0)), "the original has none");
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
		mdb_revoke(&caps[top], 31, false, drop);
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
	mdb_revoke(&caps[0], 31, true, drop);
	ok(drops == CAPS, "a chain of derivations goes as a whole");
}

int main(void)
{
	subtree();
	some_rights();
	ancestors();
	random_trees();
	deep();
	return done();
}
