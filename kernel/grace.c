/* SPDX-License-Identifier: MIT */
/*
 * grace.c - grace periods.
 *
 * Capabilities, and the objects they lead to, are read without locks by any CPU in the kernel. Who
 * takes an object out of what leads to it may free it only when every CPU that could have read the
 * way there before has left the kernel since: has been *quiescent*. kernel_exit() is the one place
 * where that can be said, before each return to user mode and before idling.
 *
 * One grace period runs at a time, numbered. It begins with the set of CPUs that are in the kernel or
 * in user mode, all of which are asked (HZ_GRACE), and is over when each was quiescent. An idle CPU
 * is not asked: it says so by cpu->paused, and takes that back before it reads anything. A ticket is
 * the number of the next period to begin, since the running one may have begun too early for it.
 *
 * paused and unlinking form a Dekker pair, both sides with full fences: either grace_begin() sees the
 * CPU awake and waits for it, or the CPU, once awake, sees what was unlinked.
 */
#include "grace.h"
#include "cpu.h"
#include "spinlock.h"

/* Fields:  g  lock;  a  atomic, written under the lock. */
static struct {
	struct spinlock lock;
	uint64_t begun;			/* g  number of the last period that began */
	uint64_t over;			/* a  and of the last that is over: begun, or one less */
	uint64_t wanted;		/* g  the highest ticket */
	uint64_t missing;		/* g  CPUs not quiescent since `begun` began */
	uint64_t tell, tell_next;	/* g  CPUs to be told: of the running period, of the next */
} grace;

static void tell(uint64_t mask, uint32_t hazard)
{
	for (; mask; mask &= mask - 1)
		cpu_hazard(&cpus[__builtin_ctzll(mask)], hazard);
}

static uint64_t awake_cpus(void)
{
	uint64_t mask = cpu_online_mask(), awake = 0;

	__atomic_thread_fence(__ATOMIC_SEQ_CST);	/* the requesters' changes, then `paused` */
	for (; mask; mask &= mask - 1) {
		unsigned id = __builtin_ctzll(mask);

		if (!__atomic_load_n(&cpus[id].paused, __ATOMIC_SEQ_CST))
			awake |= 1ull << id;
	}
	return awake;
}

static void begin_locked(void)
{
	grace.begun++;
	grace.tell = grace.tell_next;
	grace.tell_next = 0;
	grace.missing = awake_cpus();
	tell(grace.missing, HZ_GRACE);
}

uint64_t grace_begin(struct cpu *cpu)
{
	uint64_t ticket;

	spin_lock(&grace.lock);
	ticket = grace.wanted = grace.begun + 1;
	grace.tell_next |= 1ull << cpu->id;
	if (grace.over == grace.begun)
		begin_locked();		/* never empty: this CPU is awake */
	spin_unlock(&grace.lock);
	return ticket;
}

bool grace_over(uint64_t ticket)
{
	/* acquire: pairs with the release in grace_quiescent(), after all CPUs' last reads */
	return __atomic_load_n(&grace.over, __ATOMIC_ACQUIRE) >= ticket;
}

void grace_quiescent(void)
{
	uint64_t mask = 0;

	spin_lock(&grace.lock);
	if (grace.missing) {
		grace.missing &= ~(1ull << this_cpu()->id);
		if (!grace.missing) {
			__atomic_store_n(&grace.over, grace.begun, __ATOMIC_RELEASE);
			mask = grace.tell;
			if (grace.wanted > grace.begun)
				begin_locked();
		}
	}
	spin_unlock(&grace.lock);
	tell(mask, HZ_RECLAIM);
}

void grace_pause(void)
{
	__atomic_store_n(&this_cpu()->paused, true, __ATOMIC_SEQ_CST);
}

void grace_resume(void)
{
	__atomic_store_n(&this_cpu()->paused, false, __ATOMIC_SEQ_CST);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}
