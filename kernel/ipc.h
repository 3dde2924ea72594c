/* SPDX-License-Identifier: MIT */
/* ipc.h - call, reply and what they share with events; the rules are at the head of ipc.c. */
#pragma once
#include <hedron/abi.h>

struct ec;
struct pt;

/* Tries the call in the frame of `ec` once more. The handler if it is busy, else NULL. */
struct ec *ipc_retry(struct ec *ec);

/* `caller`, whose message has been delivered, waits for `pt`'s handler, which runs now. */
void ipc_enter(struct ec *caller, struct pt *pt);

/* Typed items of `from`'s UTCB, carried out and shown in `to`'s; the windows are the receiver's. */
struct windows;
void ipc_items(struct ec *from, struct ec *to, unsigned count, struct windows win);

enum hedron_status hc_call(struct ec *self);
enum hedron_status hc_reply(struct ec *self);
