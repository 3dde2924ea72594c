/* SPDX-License-Identifier: MIT */
/* foreign.h - foreign system calls; foreign.c is all there is to them. */
#pragma once
#include "ec.h"
#include "pd.h"

/* A foreign PD's `syscall` is a message, unless the EC says in its UTCB that it is a hypercall. */
static inline bool foreign_is(const struct ec *ec)
{
	return ec->pd->foreign && !(ec->utcb->flags & UTCB_NSCT);
}

struct ec *foreign_call(struct ec *ec);		/* the EC to go on with */
