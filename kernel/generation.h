/* SPDX-License-Identifier: MIT */
/* generation.h - when everything that was taken away before a moment is gone; the rules are at the
 * head of generation.c. */
#pragma once
#include "types.h"

struct notice;
struct sm;

/* One thing more that is to go: with generation `gen`, or with the present one if that is 0. Returns
 * its generation, for generation_leave() when it is gone. Any CPU, any locks held. */
uint64_t generation_enter(uint64_t gen);
void generation_leave(uint64_t gen);

/* A promised `up`: posted, it comes once when everything is gone that entered before. NULL: no
 * memory. It keeps the semaphore. */
struct notice *notice_create(struct sm *sm);
void notice_post(struct notice *n);
void notice_cancel(struct notice *n);		/* one that was not posted */

/* Ups what is due, at most `max`; true if more is. */
bool notices_tell(unsigned max);
