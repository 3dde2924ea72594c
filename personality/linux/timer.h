/* SPDX-License-Identifier: MIT */
/* timer.h - deadlines of waiting threads; the story is at the head of timer.c. */
#pragma once
#include "process.h"

bool timer_init(void);				/* false: no memory or no right */
void timer_set(struct thread *t, uint64_t deadline_ns);
void timer_clear(struct thread *t);
