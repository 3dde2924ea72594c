/* SPDX-License-Identifier: MIT */
/* guest.h - what runs in a fuzz PD. It has its slot and its registers, and no data of the program. */
#pragma once
#include <stdbool.h>
#include "guest_layout.h"
#include "random.h"
#include "regs.h"

/* guest.S */
void guest_enter(void);
void guest_portal(void);
void guest_mediator(void);
void guest_raw(const struct cpu_regs *regs) __attribute__((noreturn));

/* guest.c */
void guest_main(struct slot *g) __attribute__((noreturn));
void guest_count(struct slot *g, uint64_t kind, uint64_t status);
void guest_arm(struct slot *g);		/* native calls from now on */

/* guest_pick.c: operands that are likely to hit something. */
uint64_t pick_edge(struct slot *g);
uint64_t pick_sel(struct slot *g);		/* anything */
uint64_t pick_new_sel(struct slot *g);

/* A kind of object: where those are that the PD was given, and those that it creates. */
struct range {
	uint8_t given, given_count, made, made_count;
};
extern const struct range kind_pd, kind_ec, kind_handler, kind_sc, kind_pt, kind_sm;
uint64_t pick_one(struct slot *g, const struct range *r);	/* mostly of the kind */
uint64_t pick_made(struct slot *g, const struct range *r);	/* where to create one */

uint64_t pick_page(struct slot *g);		/* page number */
uint64_t pick_crd(struct slot *g);
uint64_t pick_crd_obj(struct slot *g);
uint64_t pick_crd_mem(struct slot *g);
uint64_t pick_xfer(struct slot *g);

/* guest_calls.c */
void guest_hypercall(struct slot *g);
void guest_raw_call(struct slot *g) __attribute__((noreturn));
void guest_foreign_call(struct slot *g);

/* guest_clone.c */
void guest_clone(struct slot *g);

/* guest_utcb.c */
void guest_message(struct slot *g);		/* fill the own UTCB with something to send */
void guest_answer(struct slot *g);		/* ... to reply */
void guest_scribble(struct slot *g);		/* into the UTCB of another, while it is in use */

/* guest_faults.c: exceptions on purpose, and odd processor state. */
void guest_fault(struct slot *g);
void guest_touch(struct slot *g);		/* memory that may be there */
