/* SPDX-License-Identifier: MIT */
/* cycles.c - the leak test. */
#include "fuzz.h"

void cycles_run(void)
{
	report_end();
}
