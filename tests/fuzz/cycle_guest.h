/* SPDX-License-Identifier: MIT */
/* cycle_guest.h - the thread and the portal handler of a cycle (cycles.c), in a PD of their own. */
#pragma once

#define CYCLE_PAGE		0x40000000	/* struct cycle_page, and the stack behind it */
#define CYCLE_STACK		(CYCLE_PAGE + 0xff8)
#define CYCLE_THREAD_UTCB	0x50000000
#define CYCLE_HANDLER_UTCB	0x50001000

/* Selectors. */
#define CYCLE_EVENTS	0		/* event base of both */
#define CYCLE_PT	64
#define CYCLE_TELL	65		/* up for the supervisor */
#define CYCLE_WAIT	66		/* upped by it */
#define CYCLE_NEVER	67		/* nobody ups it */

#ifndef __ASSEMBLER__
#include <stdint.h>

/* What the thread does when it is destroyed. */
enum {
	CYCLE_END_REPLY,	/* it has ended by itself */
	CYCLE_END_DOWN,		/* waits on a semaphore */
	CYCLE_END_SPIN,		/* runs */
	CYCLE_END_CALL,		/* its handler waits on a semaphore, and it for the handler */
	CYCLE_END_FAULT,	/* an exception without a portal has killed it */
	CYCLE_ENDS,
};

struct cycle_page {
	uint64_t end;		/* CYCLE_END_* */
	uint64_t answers;
};

void cycle_thread(volatile struct cycle_page *p) __attribute__((noreturn));
void cycle_portal(void);	/* guest.S: replies; with word 0 set it waits on CYCLE_NEVER first */
#endif
