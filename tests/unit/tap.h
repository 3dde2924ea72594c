/* SPDX-License-Identifier: MIT */
/*
 * tap.h - for host test programs: ok(condition, "title", ...) for each case, `return done();` at the
 * end of main().
 */
#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static unsigned tap_cases, tap_failed;

/* One case; returns whether it passed. */
__attribute__((format(printf, 2, 3)))
static inline bool ok(bool passed, const char *title, ...)
{
	va_list args;

	printf("%s %u - ", passed ? "ok" : "not ok", ++tap_cases);
	va_start(args, title);
	vprintf(title, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
	tap_failed += !passed;
	return passed;
}

/* The plan; returns main()'s exit status. */
static inline int done(void)
{
	printf("1..%u\n", tap_cases);
	return tap_failed != 0;
}
#define tap_done done	/* for files in which `done` means something else */
