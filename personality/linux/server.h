/* SPDX-License-Identifier: MIT */
/* server.h - the handler EC, which serves all Linux threads; the story is at the head of server.c. */
#pragma once
#include "lx.h"

struct hedron_local;

/* Make the handler. SVC_OK or why not. Then it may be called, see below. */
uint32_t server_init(void);

extern struct hedron_local *server_handler;	/* portals of Linux threads are bound to it */

struct thread;
extern struct thread *server_current;		/* whose message is being served; NULL: nobody's */

/* Twice the messages served, and one more while one is: for vanish.c. */
extern volatile uint64_t server_messages;

/* Run fn(arg) in the handler and wait for it: for the personality's other threads. */
void server_call(void (*fn)(void *arg), void *arg);

/* A thread that runs fn(arg) in the handler for every up of `sm`. False: no memory. */
bool server_watch(cap_sel sm, void (*fn)(void *arg), void *arg);

/* Does the kernel tell rflags in a system call's message, and need no dummy portal (ABI 13.4)? */
bool server_true_state(void);

/* Does the CPU have XSAVE, and the kernel use it? */
bool server_has_xsave(void);

/* The FPU registers of the answer, in XSAVE format (FXSAVE's without it), if server_answer_xstate()
 * was called: what is there must be sane. */
#define SERVER_XSTATE_MAX	4096
uint8_t *server_xstate(void);
void server_answer_xstate(void);

/* Portal ids: number of the thread's slot (0: portals shared by many), and of the event. */
#define SERVER_EVENT_BITS	6
#define SERVER_FOREIGN		32u		/* not an event: a system call */
#define SERVER_INTERNAL		33u		/* not an event: from the personality itself */

static inline uint64_t server_id(unsigned slot, unsigned event)
{
	return (uint64_t)slot << SERVER_EVENT_BITS | event;
}

/* What the portals of Linux threads bring with a message. Never MTD_FPU (ABI reference 8.5 b). */
#define SERVER_MTD_EVENT	(MTD_GPR | MTD_RIP | MTD_RFLAGS | MTD_QUAL)
#define SERVER_MTD_FOREIGN	((MTD_GPR & ~MTD_RSP) | MTD_FS_GS | MTD_RFLAGS)
