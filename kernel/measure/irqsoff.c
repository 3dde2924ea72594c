/* SPDX-License-Identifier: MIT */
/*
 * irqsoff.c - the longest stretches with interrupts off, and what they were for.
 *
 * A stretch runs from an entry into the kernel, or the closing of an interrupt window, to the way
 * out or the next window. Its cause is the hypercall with its kind, the vector, or what the kernel
 * did between two windows. Each new maximum of a cause is told in a log line,
 *	irqsoff <TAB> ticks <TAB> cause <TAB> CPU <TAB> operands
 * and the host picks the worst (tests/bench/irqsoff). Under -icount ticks are instructions. The few
 * instructions of entry.S before the first hook and after the last are not in the figure.
 */
#include "irqsoff.h"
#include "cpu.h"
#include "ec.h"
#include "foreign.h"
#include "log.h"
#include "x86.h"

#define TELL_FROM	1000		/* ticks; what is shorter is not told */

/* Causes: HC_* | kind_flags << 4; VECTOR + vector; the others. RECLAIM is added. */
#define VECTOR		0x100
#define FOREIGN		0x200
#define BAD_NUMBER	0x201
#define WINDOW		0x202
#define RECLAIM		0x400
#define CAUSES		0x800

/* This CPU only. */
static struct stretch {
	ticks start;			/* 0: none begun */
	unsigned cause;
	uint64_t operand[4];		/* of a hypercall: rdi rsi rdx rax */
} stretches[HEDRON_NUM_CPU];

static ticks worst[CAUSES];		/* a */

static const char *const names[HC_COUNT] = {
	"call", "reply", "create_pd", "create_ec", "create_sc", "create_pt", "create_sm", "revoke",
	"pd_ctrl", "ec_ctrl", "sc_ctrl", "pt_ctrl", "sm_ctrl", "assign_pci", "assign_gsi",
	"machine_ctrl",
};

/* The flags that make another operation of it. */
static const uint8_t kind_flags[HC_COUNT] = {
	[HC_REVOKE] = HC_REVOKE_SELF | HC_REVOKE_REMOTE,
	[HC_PD_CTRL] = 3,
	[HC_EC_CTRL] = 3,
	[HC_SM_CTRL] = HC_SM_DOWN,
	[HC_MACHINE_CTRL] = 3,
};

static struct stretch *begin(unsigned cause)
{
	struct stretch *s = &stretches[this_cpu()->id];

	s->cause = cause;
	s->start = rdtsc();
	return s;
}

static void set_hypercall(struct stretch *s, const struct ec *ec)
{
	uint64_t arg1 = ec->frame.rdi, nr = arg1 & 0xff;

	s->cause = nr < HC_COUNT ? nr | (arg1 >> HC_FLAGS_SHIFT & kind_flags[nr]) << 4 : BAD_NUMBER;
	s->operand[0] = arg1;
	s->operand[1] = ec->frame.rsi;
	s->operand[2] = ec->frame.rdx;
	s->operand[3] = ec->frame.rax;
}

void irqsoff_syscall(const struct ec *self)
{
	struct stretch *s = begin(FOREIGN);

	if (!foreign_is(self))
		set_hypercall(s, self);
}

void irqsoff_vector(uint64_t vector)	{ begin(VECTOR + (vector & 0xff)); }
void irqsoff_window_closed(void)	{ begin(WINDOW); }

void irqsoff_continues(const struct ec *ec)
{
	set_hypercall(&stretches[this_cpu()->id], ec);
}

void irqsoff_reclaims(void)
{
	stretches[this_cpu()->id].cause |= RECLAIM;
}

static void tell(const struct stretch *s, ticks used)
{
	unsigned cpu = this_cpu()->id, cause = s->cause & ~RECLAIM;
	const char *also = s->cause & RECLAIM ? " + reclaim" : "";

	if (cause < VECTOR)
		log_print("irqsoff\t%lu\t%s flags %x%s\t%u\t%lx %lx %lx %lx\n", used,
			  names[cause & 0xf], cause >> 4, also, cpu, s->operand[0], s->operand[1],
			  s->operand[2], s->operand[3]);
	else if (cause < FOREIGN)
		log_print("irqsoff\t%lu\tvector %u%s\t%u\t-\n", used, cause - VECTOR, also, cpu);
	else
		log_print("irqsoff\t%lu\t%s%s\t%u\t-\n", used,
			  cause == FOREIGN ? "foreign call" :
			  cause == WINDOW ? "after a window" : "no hypercall", also, cpu);
}

void irqsoff_end(void)
{
	struct stretch *s = &stretches[this_cpu()->id];
	ticks used = rdtsc() - s->start;

	if (s->start && used >= TELL_FROM && used > worst[s->cause]) {
		worst[s->cause] = used;
		tell(s, used);
	}
	s->start = 0;
}
