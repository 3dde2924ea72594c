/* SPDX-License-Identifier: MIT */
/* items.h - typed items of messages, in chunks; the rules are at the head of items.c. */
#pragma once
#include "delegate.h"

struct ec;

/* The message that `h` has just got (it is its caller's callee) carries `count` typed items: `h` runs
 * when they are carried out, or goes idle if its caller dies before. */
void items_receive(struct ec *h, unsigned count, struct windows win);
void items_continue(struct ec *h);		/* RETRY_ITEMS */

/* A chunk of the `count` typed items in the reply of `h` to `caller`, NULL: it died. False: again. */
MUST_USE bool items_reply(struct ec *h, struct ec *caller, unsigned count);
