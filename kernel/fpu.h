/* SPDX-License-Identifier: MIT */
/* fpu.h - x87, SSE and AVX registers of ECs; the rules are at the head of fpu.c. */
#pragma once

struct ec;

void fpu_init(void);			/* each CPU; after cpu_detect() */
void *fpu_alloc(void);			/* an area in reset state; NULL: out of memory */
void fpu_free(void *area);

void fpu_switch(struct ec *to);		/* `to` runs next; part of ec_load() */
void fpu_trap(struct ec *ec);		/* #NM: it wants its registers now */
void fpu_forget(const struct ec *ec);	/* it is about to be freed */

/* MTD_FPU in a portal: the handler starts with a copy of the sender's registers. */
void fpu_lend(struct ec *from, struct ec *to);
/* MTD_FPU in a reply: the running handler's registers become the receiver's. */
void fpu_give(struct ec *handler, struct ec *to);
