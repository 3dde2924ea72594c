/* SPDX-License-Identifier: MIT */
/* args.h - what the module string asks for; README.md has the list. */
#pragma once
#include <stdint.h>

enum fuzz_mode {
	MODE_MIX,		/* native and foreign PDs */
	MODE_NATIVE,		/* native PDs only */
	MODE_FOREIGN,		/* foreign PDs only */
	MODE_RAW,		/* most calls have random registers */
	MODE_OOM,		/* small rounds that create a lot: for a kernel with little memory */
	MODE_CYCLES,		/* no fuzzing: the leak test */
	MODE_COUNT,
};

struct args {
	uint64_t seed;
	uint64_t calls;		/* in all rounds together; cycles: of each kind */
	uint64_t round;		/* the first one */
	unsigned cpus;		/* to use at most */
	enum fuzz_mode mode;
};
extern struct args args;

void args_init(void);
const char *args_mode_name(void);
