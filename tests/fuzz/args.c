/* SPDX-License-Identifier: MIT */
/* args.c - the words of the module string: NAME=VALUE, numbers decimal. Others are left alone. */
#include "args.h"
#include "env.h"

static const char *const mode_names[MODE_COUNT] = {
	[MODE_MIX] = "mix",	[MODE_NATIVE] = "native", [MODE_FOREIGN] = "foreign",
	[MODE_RAW] = "raw",	[MODE_OOM] = "oom",	  [MODE_CYCLES] = "cycles",
};

struct args args = {
	.seed = 1,
	.calls = 100000,
	.round = 1,
	.cpus = HEDRON_NUM_CPU,
};

/* What stands behind "NAME=" in the string, 0 if it does not. */
static const char *value_of(const char *name)
{
	for (const char *s = env_module_string(); *s; s++) {
		const char *n = name;

		if (*s != ' ')
			continue;
		while (*n && s[1 + (n - name)] == *n)
			n++;
		if (!*n && s[1 + (n - name)] == '=')
			return s + 2 + (n - name);
	}
	return 0;
}

static uint64_t number(const char *name, uint64_t otherwise)
{
	const char *s = value_of(name);
	uint64_t n = 0;

	if (!s)
		return otherwise;
	while (*s >= '0' && *s <= '9')
		n = n * 10 + (uint64_t)(*s++ - '0');
	return n;
}

static bool same_word(const char *s, const char *word)
{
	while (*word && *s == *word)
		s++, word++;
	return !*word && (!*s || *s == ' ');
}

void args_init(void)
{
	const char *mode = value_of("mode");

	args.seed = number("seed", args.seed);
	args.calls = number("calls", args.calls);
	args.round = number("round", args.round);
	args.cpus = (unsigned)number("cpus", args.cpus);
	for (unsigned i = 0; mode && i < MODE_COUNT; i++)
		if (same_word(mode, mode_names[i]))
			args.mode = (enum fuzz_mode)i;
}

const char *args_mode_name(void)
{
	return mode_names[args.mode];
}
