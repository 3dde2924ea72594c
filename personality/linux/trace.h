/* SPDX-License-Identifier: MIT */
/* trace.h - lines for system calls, as strace writes them; trace.c. */
#pragma once
#include "calls.h"
#include <hedron/abi.h>

void trace_init(cap_sel console);

/* A call that returns: after it. call: NULL for a number that is not in the table. */
void trace_call(struct thread *t, const struct lx_call *call, const uint64_t *args, long result);
/* One that does not: before it. */
void trace_last_call(struct thread *t, const struct lx_call *call, const uint64_t *args);
/* Other things: a signal, an end. */
void trace_event(struct thread *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* trace_names.c: writes a value in the words of table `name`, as `FLAG|FLAG` or one name; what has no
 * name is added as a number. Bytes written (as snprintf counts), or -1: no such table. */
int trace_words(char *buf, size_t room, const char *name, uint64_t value);
/* "ENOENT (No such file or directory)" */
int trace_errno(char *buf, size_t room, int err);
