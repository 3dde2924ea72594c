/* SPDX-License-Identifier: MIT */
/* handlers.h - the handlers of handlers.S, and the offsets they use. */
#pragma once
#include <hedron/utcb.h>

#define HANDLER_ITEMS	0x004	/* struct hedron_utcb */
#define HANDLER_REPLY	0x018	/* `tls`: RDI of the reply, HC_REPLY with or without a semaphore */
#define HANDLER_MTD	0x020
#define HANDLER_RIP	0x030
#define HANDLER_RFLAGS	0x038
#define HANDLER_RCX	0x060
#define HANDLER_RSP	0x078
#define HANDLER_R11	0x0b0
#define HANDLER_QUAL1	0x0e0
#define HANDLER_XFER	0xff8	/* transfer word of typed item 0 */

#ifndef __ASSEMBLER__
_Static_assert(offsetof(struct hedron_utcb, items) == HANDLER_ITEMS, "handlers.S");
_Static_assert(offsetof(struct hedron_utcb, tls) == HANDLER_REPLY, "handlers.S");
_Static_assert(offsetof(struct hedron_utcb, state.mtd) == HANDLER_MTD, "handlers.S");
_Static_assert(offsetof(struct hedron_utcb, state.rip) == HANDLER_RIP, "handlers.S");
_Static_assert(offsetof(struct hedron_utcb, state.rflags) == HANDLER_RFLAGS, "handlers.S");
_Static_assert(offsetof(struct hedron_utcb, state.rcx) == HANDLER_RCX, "handlers.S");
_Static_assert(offsetof(struct hedron_utcb, state.rsp) == HANDLER_RSP, "handlers.S");
_Static_assert(offsetof(struct hedron_utcb, state.r11) == HANDLER_R11, "handlers.S");
_Static_assert(offsetof(struct hedron_utcb, state.qual[1]) == HANDLER_QUAL1, "handlers.S");

void serve_echo(void);		/* calls: answers with the message */
void serve_empty(void);		/* calls: answers with nothing */
void serve_foreign(void);	/* foreign calls: goes on behind the call */
void serve_skip_ud2(void);	/* exceptions: goes on behind a UD2 */
void serve_resume(void);	/* recall: goes on */
void serve_page(void);		/* page faults: maps typed item 0 there */

/* A page of its own: a mediator that returns at once. Needs GS base = UTCB. */
extern char quick_mediator[];
#endif
