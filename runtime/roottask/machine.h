/* SPDX-License-Identifier: MIT */
/* machine.h - the few devices of the roottask's own: log, clock, end; see machine.c. */
#pragma once
#include <stdint.h>

struct conf;

/* End before anything else works: write `why` to COM1, and no more. The first thread, before it has
 * bases and a UTCB to speak of. */
void machine_refuse(const char *why) __attribute__((noreturn));

void machine_init(void);

/* One line of the log: "[who] text". `text` may hold anything; what is not printable becomes '?',
 * and each of its lines gets a line of its own. Any thread. */
void log_text(const char *who, const char *text, unsigned len);
void log_line(const char *who, const char *format, ...) __attribute__((format(printf, 2, 3)));
#define log_root(...) log_line("roottask", __VA_ARGS__)

/* Time since 1970-01-01 UTC, read once, and the TSC at that moment. */
extern uint64_t clock_epoch_ns, clock_epoch_tsc;

/* Which ports say how it ended; from then on machine_end() uses them. */
void machine_configure(const struct conf *conf);

/* End the machine with the main program's status; machine_fail(): it could not be started, or the
 * boot went wrong, and why. */
void machine_end(unsigned status) __attribute__((noreturn));
void machine_fail(unsigned status, const char *format, ...)
	__attribute__((noreturn, format(printf, 2, 3)));
