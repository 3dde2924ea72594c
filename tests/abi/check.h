/* SPDX-License-Identifier: MIT */
/*
 * check.h - cases, suites and checks.
 *
 * A case is a sentence that names the section of the ABI reference, and a function. A check that
 * fails prints where, and marks the case; CHECK goes on, REQUIRE ends the case.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <hedron/hip.h>

/* Who a case is for; may be combined. */
enum case_kind {
	CASE_ANY	= 0,		/* holds on every kernel of this ABI */
	CASE_EARLY	= 1 << 0,	/* needs no second EC: runs before the worker is created */
	CASE_OURS	= 1 << 1,	/* a known defect of other kernels that ours lacks; needs "ours" */
	CASE_SMP	= 1 << 2,	/* needs a second CPU */
	CASE_FSGSBASE	= 1 << 3,	/* needs a CPU with RDFSBASE */
	CASE_XSAVE	= 1 << 4,	/* needs a CPU with XSAVE */
};

/* In a table of cases: a defect of other kernels, in words; an extension, by its bit in the HIP. */
#define OURS(why)		CASE_OURS, 0, why
#define OURS_SMP(why)		CASE_OURS | CASE_SMP, 0, why
#define FEATURE(bit)		CASE_ANY, HIP_FEAT_##bit
#define FEATURE_SMP(bit)	CASE_SMP, HIP_FEAT_##bit

struct abi_case {
	const char *title;
	void (*run)(void);
	unsigned kind;			/* CASE_* */
	uint32_t features;		/* HIP feature bits without which it is skipped */
	const char *why;		/* CASE_OURS: what others do, with the section that says so */
};

struct abi_suite {
	const char *name;
	const struct abi_case *cases;
	unsigned count;
};

#define SUITE(id, table) \
	const struct abi_suite suite_##id = { #id, table, sizeof(table) / sizeof((table)[0]) }

bool check_true(bool ok, const char *what, const char *file, int line);
bool check_eq(uint64_t got, uint64_t want, const char *what, const char *file, int line);
bool check_status(enum hedron_status got, enum hedron_status want, const char *what,
		  const char *file, int line);

#define CHECK(cond)		check_true(!!(cond), #cond, __FILE__, __LINE__)
#define CHECK_EQ(got, want)	check_eq((uint64_t)(got), (uint64_t)(want), #got, __FILE__, __LINE__)
#define CHECK_STATUS(got, want)	check_status(got, want, #got, __FILE__, __LINE__)
#define CHECK_OK(got)		check_status(got, HEDRON_SUCCESS, #got, __FILE__, __LINE__)

#define REQUIRE(cond)		do { if (!CHECK(cond)) return; } while (0)
#define REQUIRE_OK(got)		do { if (!CHECK_OK(got)) return; } while (0)

/* For helpers: a step that every case takes for granted failed; ends the case. */
#define MUST(status)		must(status, #status, __FILE__, __LINE__)
void must(enum hedron_status status, const char *what, const char *file, int line);

/* The result of the case in progress; used by runner.c. */
void check_begin(void);
bool check_passed(void);
