/* SPDX-License-Identifier: MIT */
/*
 * irqsoff.h - how long interrupts stay off: hooks of a measuring build (`make irqsoff`), nothing in
 * others. Story: measure/irqsoff.c.
 */
#pragma once
#include "types.h"

struct ec;

#ifdef IRQSOFF
/* A stretch begins: the kernel was entered, or a window closed; what for is said by the first
 * two, and by irqsoff_continues() if it is a hypercall begun before. */
void irqsoff_syscall(const struct ec *self);
void irqsoff_vector(uint64_t vector);
void irqsoff_window_closed(void);

void irqsoff_continues(const struct ec *ec);
void irqsoff_reclaims(void);		/* it destroys objects, too */
void irqsoff_end(void);			/* interrupts are about to be enabled */
#else
static inline void irqsoff_syscall(const struct ec *self)	{ }
static inline void irqsoff_vector(uint64_t vector)		{ }
static inline void irqsoff_window_closed(void)			{ }
static inline void irqsoff_continues(const struct ec *ec)	{ }
static inline void irqsoff_reclaims(void)			{ }
static inline void irqsoff_end(void)				{ }
#endif
