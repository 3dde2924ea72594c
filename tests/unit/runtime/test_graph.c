/* SPDX-License-Identifier: MIT */
/* sources: runtime/roottask/graph.c */
/* When a dead program's frames may be used again. */
#include <string.h>

#include "runtime/roottask/graph.h"
#include "tests/unit/tap.h"

static struct graph g;

enum { A, B, C, FS };

static void world(void)
{
	memset(&g, 0, sizeof(g));
	graph_set(&g, A, NODE_LIVE);
	graph_set(&g, B, NODE_LIVE);
	graph_set(&g, C, NODE_LIVE);
	graph_set(&g, FS, NODE_TRUSTED);
}

int main(void)
{
	world();
	graph_set(&g, A, NODE_DEAD);
	ok(graph_is_clear(&g, A), "a program that knew nobody leaves nothing behind");

	world();
	graph_connect(&g, A, FS);
	graph_connect(&g, B, FS);
	graph_set(&g, A, NODE_DEAD);
	ok(graph_is_clear(&g, A), "a living trusted service lets go, and connects nobody");

	world();
	graph_connect(&g, A, B);
	graph_set(&g, A, NODE_DEAD);
	ok(!graph_is_clear(&g, A), "a living partner may have the frames");
	graph_set(&g, B, NODE_DEAD);
	ok(graph_is_clear(&g, A) && graph_is_clear(&g, B), "until it is dead too");

	world();
	graph_connect(&g, A, B);
	graph_connect(&g, B, C);
	graph_set(&g, A, NODE_DEAD);
	graph_set(&g, B, NODE_DEAD);
	ok(!graph_is_clear(&g, A), "and whoever the dead partner knew");
	graph_set(&g, C, NODE_DEAD);
	ok(graph_is_clear(&g, A), "the whole group must be gone");

	world();
	graph_connect(&g, A, FS);
	graph_set(&g, FS, NODE_DEAD);
	ok(!graph_is_clear(&g, FS), "a dead service's frames are with its clients");
	graph_set(&g, A, NODE_DEAD);
	ok(graph_is_clear(&g, FS), "as long as they live");

	world();
	graph_connect(&g, A, B);
	graph_set(&g, A, NODE_DEAD);
	graph_set(&g, B, NODE_DEAD_HOLDS);
	ok(!graph_is_clear(&g, A) && !graph_is_clear(&g, B), "one that made PDs is never clear");
	graph_remove(&g, B);
	ok(graph_is_clear(&g, A), "a removed node has no edges");
	graph_set(&g, B, NODE_LIVE);
	ok(graph_is_clear(&g, A), "nor has the next one in its place");
	return done();
}
