/* SPDX-License-Identifier: MIT */
/*
 * keep.h - putting the calling thread's UTCB aside while the runtime sends a message of its own.
 * All of it: a message may be half built, its words and items not yet counted in the header.
 */
#pragma once
#include <hedron/hybrid.h>
#include <string.h>

struct kept_utcb {
	struct hedron_utcb utcb;
};

static inline void utcb_keep(struct kept_utcb *k)
{
	memcpy(&k->utcb, hedron_utcb(), sizeof(k->utcb));
}

static inline void utcb_put_back(const struct kept_utcb *k)
{
	memcpy(hedron_utcb(), &k->utcb, sizeof(k->utcb));
}
