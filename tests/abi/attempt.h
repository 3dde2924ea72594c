/* SPDX-License-Identifier: MIT */
/*
 * attempt.h - pieces of code that may end in any exception; see attempt.c.
 */
#pragma once
#include "check.h"
#include "child.h"
#include "thread.h"

/* A piece of code that is called, and may clobber all registers but not the caller's memory. */
#define CODE(name, text)						\
	extern void name(void);						\
	__asm__(".pushsection .text\n.globl " #name "\n" #name ":\n" text "\nret\n.popsection")

#define RETURNS		63		/* in outcome.event: no event, it came back */
#define MAY(event)	(1ull << (event))

/* What became of an attempt: how the thread was when the event came; nothing more for RETURNS. */
struct outcome {
	unsigned event;
	struct hedron_state state;
};

/* Runs body in a thread of its own, in `child` or, if that is 0, in the roottask; only there may attempt() be used. */
void attempts_in(const struct child *child, void (*body)(void));
static inline void attempts(void (*body)(void))		{ attempts_in(0, body); }

/* Calls code; the next event it raises ends it, and all segments, bases and flags are as before. */
struct outcome attempt(void (*code)(void));

/* The same, and one of the allowed outcomes it must be. `what` and `nr` tell which one was not. */
struct outcome attempt_must(void (*code)(void), uint64_t allowed, const char *what, uint64_t nr);

/* It is still possible to make a hypercall, to be preempted and to call a portal. */
void check_alive(void);

/* Operand of the pieces of code; volatile by nature. */
extern uint64_t operand;
