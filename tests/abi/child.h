/* SPDX-License-Identifier: MIT */
/*
 * child.h - protection domains besides the roottask's; see child.c.
 */
#pragma once
#include <stdbool.h>
#include <hedron/hypercall.h>
#include "portal.h"

/* Foreign portal base of every foreign PD, in its own object space; beyond what sel_alloc() gives. */
#define FOREIGN_BASE	0x100000

struct child {
	cap_sel pd;
	bool foreign;
	struct handler *dummy;		/* foreign: behind base + CPU, never entered (8.5) */
};

/* A PD that sees the roottask's image at the same addresses. Its object space is empty. */
struct child *child_new(void);
struct child *child_new_foreign(void);

/* The same of a PD that the case created itself. */
struct child *child_wrap(cap_sel pd);

/* Give it 2^order capabilities, at the same selectors. */
void child_give(const struct child *c, cap_sel sel, unsigned order);
void child_give_at(const struct child *c, cap_sel sel, cap_sel at, unsigned order);

void children_reset(void);
