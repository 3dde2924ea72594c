/* SPDX-License-Identifier: MIT */
/* ring.h - a bounded queue of bytes. No locking. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define RING_SIZE	65536u		/* a power of two */

struct ring {
	uint8_t byte[RING_SIZE];
	uint32_t put, got;		/* counts, modulo 2^32 */
};

static inline uint32_t ring_used(const struct ring *r)	{ return r->put - r->got; }
static inline uint32_t ring_room(const struct ring *r)	{ return RING_SIZE - ring_used(r); }

/* There must be room. */
static inline void ring_put(struct ring *r, uint8_t b)
{
	r->byte[r->put++ % RING_SIZE] = b;
}

/* Take up to len bytes; returns how many. */
static inline uint32_t ring_get(struct ring *r, uint8_t *out, uint32_t len)
{
	uint32_t n = ring_used(r) < len ? ring_used(r) : len;

	for (uint32_t i = 0; i < n; i++)
		out[i] = r->byte[r->got++ % RING_SIZE];
	return n;
}
