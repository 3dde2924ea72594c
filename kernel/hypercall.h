/* SPDX-License-Identifier: MIT */
/* hypercall.h - registers of a hypercall (ABI reference 3.1), and what all handlers share. */
#pragma once
#include <hedron/abi.h>
#include "frame.h"

struct ec;

/*
 * A handler reads ARG1..ARG5 from rdi, rsi, rdx, rax, r8 of the caller's frame, writes OUT2..OUT4
 * there, and returns the status. The caller may have been blocked or ended meanwhile, or its status
 * comes later: then it returns
 */
#define HC_NO_STATUS	((enum hedron_status)-1)
/* It is not done yet: the handler is called again, with the same frame, when interrupts and more
 * urgent threads had their turn. */
#define HC_AGAIN	((enum hedron_status)-2)

static inline unsigned arg_flags(const struct frame *f)	{ return f->rdi >> HC_FLAGS_SHIFT & 0xf; }
static inline cap_sel arg_sel(const struct frame *f)	{ return f->rdi >> HC_SEL_SHIFT; }

/* From entry.S; what each does stands there. */
struct ec *syscall_entered(struct ec *self);
bool hypercall_entered(struct ec *self);

/* The one in the frame of `self`, by the general way; the EC to go on with. */
struct ec *hypercall(struct ec *self);
void hypercall_continue(struct ec *ec);		/* RETRY_HYPERCALL */
