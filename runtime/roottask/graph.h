/* SPDX-License-Identifier: MIT */
/* graph.h - who may have got memory from whom: when a dead program's frames can be used again. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define GRAPH_NODES	128

enum node_state {
	NODE_NONE,
	NODE_LIVE,
	NODE_TRUSTED,		/* lives; unmaps what it was given when told that the giver is gone */
	NODE_DEAD,
	NODE_DEAD_HOLDS,	/* dead, but protection domains of its making may live on */
};

struct graph {
	uint8_t state[GRAPH_NODES];	/* enum node_state */
	uint64_t edge[GRAPH_NODES][GRAPH_NODES / 64];
};

void graph_set(struct graph *g, unsigned node, enum node_state state);
void graph_connect(struct graph *g, unsigned a, unsigned b);

/* Can nobody who lives have a frame of the dead program any more? If so it is true as well for
 * every dead program that is connected with it. */
bool graph_is_clear(const struct graph *g, unsigned dead);

/* Forget the node and its edges. */
void graph_remove(struct graph *g, unsigned node);
