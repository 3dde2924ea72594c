/* SPDX-License-Identifier: MIT */
/* timer.h - time, deadlines and quanta; the rules are at the head of timer.c. */
#pragma once
#include "tree.h"
#include "types.h"

#define TIMER_NEVER	UINT64_MAX

struct cpu;

struct timeout {
	struct tree_node node;		/* in cpu->timeouts, by deadline */
	struct cpu *cpu;		/* where it is armed; NULL: it is not */
	void (*passed)(struct timeout *t);
};

void timer_init(void);			/* measures both clocks; once */
void timer_cpu_init(void);		/* each CPU, after that */
extern uint32_t timer_tsc_khz, timer_lapic_khz;	/* I */

/* Calls passed() on this CPU, by its timer interrupt, at `deadline` or soon after. */
void timeout_arm(struct timeout *t, ticks deadline, void (*passed)(struct timeout *t));
void timeout_disarm(struct timeout *t, struct cpu *armed_on);

/* Any CPU; nothing if it is not armed. */
static inline void timeout_cancel(struct timeout *t)
{
	struct cpu *cpu = READ_ONCE(t->cpu);

	if (unlikely(cpu))
		timeout_disarm(t, cpu);
}

void timer_update(void);		/* something earlier than before may be due */
void timer_interrupt(void);

ticks timer_us_to_ticks(uint32_t us);
uint64_t timer_ticks_to_us(ticks t);
