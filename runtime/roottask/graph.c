/* SPDX-License-Identifier: MIT */
/*
 * graph.c - the quarantine's rule.
 *
 * Programs are nodes; an edge stands for a portal that one was given to the other, through which
 * either may have delegated memory. The kernel does not take memory back from those who got it from
 * a program that died (ABI reference 4.4), and whoever got it may have passed it on. So a dead
 * program's frames are free only when no living program can be reached from it through dead ones. A
 * living trusted service ends the search: it lets go of a client's memory when the client is gone.
 *
 * Limit: what a living program was given by the dead one it keeps; a frame can leave quarantine
 * only with the last program of its group, and never if one of them could make protection domains
 * of its own, because the kernel cannot tell whether they are gone.
 */
#include "graph.h"

#include <string.h>

void graph_set(struct graph *g, unsigned node, enum node_state state)
{
	g->state[node] = state;
}

static bool has_edge(const struct graph *g, unsigned a, unsigned b)
{
	return g->edge[a][b / 64] >> (b % 64) & 1;
}

void graph_connect(struct graph *g, unsigned a, unsigned b)
{
	g->edge[a][b / 64] |= 1ull << (b % 64);
	g->edge[b][a / 64] |= 1ull << (a % 64);
}

bool graph_is_clear(const struct graph *g, unsigned dead)
{
	uint8_t queue[GRAPH_NODES];
	bool seen[GRAPH_NODES] = { false };
	unsigned head = 0, tail = 0;

	queue[tail++] = dead;
	seen[dead] = true;
	while (head < tail) {
		const unsigned at = queue[head++];

		if (g->state[at] == NODE_DEAD_HOLDS)
			return false;
		for (unsigned n = 0; n < GRAPH_NODES; n++) {
			if (seen[n] || !has_edge(g, at, n))
				continue;
			if (g->state[n] == NODE_LIVE)
				return false;
			/* A dead service may have left its own frames with clients; a client's
			 * frames a living one lets go of. */
			if (g->state[n] == NODE_TRUSTED)
				continue;
			seen[n] = true;
			queue[tail++] = n;
		}
	}
	return true;
}

void graph_remove(struct graph *g, unsigned node)
{
	g->state[node] = NODE_NONE;
	memset(g->edge[node], 0, sizeof(g->edge[node]));
	for (unsigned n = 0; n < GRAPH_NODES; n++)
		g->edge[n][node / 64] &= ~(1ull << (node % 64));
}
