/* SPDX-License-Identifier: MIT */
/*
 * check.c - checks of the case in progress.
 *
 * One case runs at a time; its checks may also be made by threads and handlers that it created.
 */
#include "check.h"
#include "console.h"
#include "runner.h"

static bool failed;

static const char *status_name(uint64_t status)
{
	static const char *const names[] = {
		"SUCCESS", "TIMEOUT", "ABORT", "BAD_HYP", "BAD_CAP",
		"BAD_PAR", "BAD_FTR", "BAD_CPU", "BAD_DEV", "OOM",
	};

	return status < sizeof(names) / sizeof(names[0]) ? names[status] : "unknown status";
}

void check_begin(void)
{
	failed = false;
}

bool check_passed(void)
{
	return !failed;
}

bool check_true(bool ok, const char *what, const char *file, int line)
{
	if (!ok) {
		print("# %s:%d: case %u: failed: %s\n", file, line, runner_case(), what);
		failed = true;
	}
	return ok;
}

bool check_eq(uint64_t got, uint64_t want, const char *what, const char *file, int line)
{
	if (got != want) {
		print("# %s:%d: case %u: %s is 0x%lx, expected 0x%lx\n", file, line, runner_case(),
		      what, got, want);
		failed = true;
	}
	return got == want;
}

bool check_status(enum hedron_status got, enum hedron_status want, const char *what,
		  const char *file, int line)
{
	if (got != want) {
		print("# %s:%d: case %u: %s answers %s, expected %s\n", file, line, runner_case(),
		      what, status_name(got), status_name(want));
		failed = true;
	}
	return got == want;
}

void must(enum hedron_status status, const char *what, const char *file, int line)
{
	if (!check_status(status, HEDRON_SUCCESS, what, file, line))
		runner_abort_case();
}
