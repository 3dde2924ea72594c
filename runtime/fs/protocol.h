/* SPDX-License-Identifier: MIT */
/* protocol.h - requests and answers in the UTCB, see protocol.c. */
#pragma once
#include <hedron/utcb.h>

/* Serve the request in `u` and put the answer there. `badge`: the portal's id. */
void protocol_serve(struct hedron_utcb *u, uint64_t badge);
