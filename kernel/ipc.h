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

enum hedron_status hc_call(struct ec *self);
enum hedron_status hc_reply(struct ec *self);
