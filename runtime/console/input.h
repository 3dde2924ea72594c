/* SPDX-License-Identifier: MIT */
/* input.h - the console's input; the story is at the head of input.c. */
#pragma once
#include <stdint.h>

#include <hedron/native.h>

#include "args.h"

/* Set the UART up and start the interrupt thread. SVC_DENIED: no right to make objects;
 * SVC_NOT_FOUND: no window. */
enum svc_status input_begin(const struct console_args *args, void (*arrived)(void));

/* Say that somebody wants input: opens the gate, once. */
void input_want(void);

/* Up to len bytes. Returns how many; 0 and *end: the input has ended; 0 otherwise: nothing yet. */
uint32_t input_take(uint8_t *data, uint32_t len, bool *end);

/* Would input_take() have something to tell? */
bool input_is_ready(void);
