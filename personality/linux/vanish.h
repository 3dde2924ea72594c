/* SPDX-License-Identifier: MIT */
/* vanish.h - threads that are gone without a word; the story is at the head of vanish.c. */
#pragma once
#include <stdbool.h>

bool vanish_init(void);				/* false: no memory or no right */
