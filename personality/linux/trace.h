/* SPDX-License-Identifier: MIT */
/* trace.h - lines for system calls, as strace writes them; trace.c. */
#pragma once
#include "calls.h"

/* call: NULL for a number that is not in the table. */
void trace_enter(struct thread *t, const struct lx_call *call, const uint64_t *args);
void trace_leave(struct thread *t, const struct lx_call *call, const uint64_t *args, long result);
/* Other things: a signal, an end. */
void trace_event(struct thread *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
