/* SPDX-License-Identifier: MIT */
/* world.h - a file system for a unit test. */
#pragma once
#include <stdbool.h>

void world_begin(void);		/* a new empty file system */
bool world_end(void);		/* throw it away, with sessions 1..9; whether nothing is left over */
