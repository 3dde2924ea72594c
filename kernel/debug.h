/* SPDX-License-Identifier: MIT */
/* debug.h - what a debug build (`make DEBUG=1`) does besides; kernel/debug. In others: nothing. */
#pragma once
#include "types.h"

#ifdef DEBUG
void canary_init(void);			/* canary.c: first of all, from a function that never returns */
void protection_check_tables(void);	/* protection.c: once, when the kernel half is complete */
void protection_check_cpu(void);	/* each CPU, when it is set up */
void selftest(void);			/* selftest.c: last of all before user mode */
void lock_count(int change);		/* locks.c: this CPU took or released a lock */
void lock_assert_none(void);
#else
static inline void canary_init(void)			{ }
static inline void protection_check_tables(void)	{ }
static inline void protection_check_cpu(void)		{ }
static inline void selftest(void)			{ }
static inline void lock_count(int change)		{ (void)change; }
static inline void lock_assert_none(void)		{ }
#endif
