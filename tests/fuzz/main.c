/* SPDX-License-Identifier: MIT */
/*
 * main.c - the fuzzing roottask: boots on a kernel of this ABI as module 0, lets hostile threads loose
 * on it, prints TAP on COM1, and ends the machine. See README.md.
 */
#include "fuzz.h"
#include "console.h"

static void supervise(void *arg)
{
	if (args.mode == MODE_CYCLES)
		cycles_run();
	rounds_run();
}

void main(const struct hip *hip);
void main(const struct hip *hip)
{
	console_init();
	env_init(hip);
	args_init();
	stations_init();
	trusted_thread(&stations[0], PRIO_SUPERVISOR, supervise, 0, va_alloc(0));
	hedron_reply(0);		/* the first EC has done its work */
}
