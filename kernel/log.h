/* SPDX-License-Identifier: MIT */
/* log.h - what the kernel says, line by line; log.c. */
#pragma once
#include <stdarg.h>
#include "types.h"

struct ec;

extern bool log_verbose;		/* I  failing hypercalls are told too */

void log_init(void);			/* by the command line; silent until then */
void log_force(void);			/* to the serial port from here on, whatever the options */
void log_print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_vprint(const char *fmt, va_list args);
void log_kill(const struct ec *ec, const char *reason);
void log_failed_hypercall(const struct ec *ec, uint64_t arg1, unsigned status);
uint16_t log_uart_port(void);		/* what the firmware names; also if it is not used */
