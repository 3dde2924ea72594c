/* SPDX-License-Identifier: MIT */
/* runner.h - runs the cases one after the other; the story is at the head of runner.c. */
#pragma once
#include <stdbool.h>
#include "check.h"

struct hedron_utcb;

void runner_start(void) __attribute__((noreturn));
void runner_abort_case(void) __attribute__((noreturn));
struct hedron_utcb *runner_utcb(void);
unsigned runner_case(void);	/* number of the case in progress, 1.. */

/* The suites in the order in which they run; main.c. */
extern const struct abi_suite *const suites[];
extern const unsigned suite_count;
