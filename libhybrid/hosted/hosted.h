/* SPDX-License-Identifier: MIT */
/*
 * hosted.h - libhybrid in a test on the host: a small Hedron made of C functions.
 *
 * Compile the code under test with -DHEDRON_HOSTED and link hosted.c in place of linux.c. At first
 * the native part is not present, as on plain Linux; after hosted_start() there is one PD with one
 * CPU, whose portals are C functions. Messages travel as ABI reference 9.1 says: words are copied,
 * typed items go through the receiver's window by the rules of 4.4. Object capabilities are real
 * slots; memory is not moved, its items are only computed. Not emulated: PDs, ECs, SCs, blocking.
 */
#pragma once
#include <hedron/hybrid.h>

#define HOSTED_CAPS	0x1000		/* first selector of the program */
#define HOSTED_SELS	0x8000		/* selectors that the emulated object space has */

/* What a portal runs: the message is in `u`, and the answer is left there. */
typedef void (*hosted_handler)(struct hedron_utcb *u, uint64_t id);

/* Begin with an empty object space; Hedron is present from now on. */
void hosted_start(void);

/* No Hedron any more. */
void hosted_stop(void);

/* A portal at `sel`, for instance the root portal at HOSTED_CAPS + CAPS_ROOT. */
void hosted_portal(cap_sel sel, hosted_handler handler, uint64_t id);

/* Number of selectors in use: what a test compares before and after. */
unsigned hosted_objects(void);

/* The handlers' UTCB, for windows to receive capabilities in. */
struct hedron_utcb *hosted_handler_utcb(void);
