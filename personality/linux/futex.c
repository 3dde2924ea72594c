/* SPDX-License-Identifier: MIT */
/*
 * futex.c - futex(2): wait, wake, requeue.
 *
 * Who waits is on one of a fixed number of queues, chosen by the futex's key: for a private one the
 * mm and the address, for a shared one the place of the word in the personality's memory, which all
 * who share the page have in common. call.value[0] is the key, call.done the bit set; a waker sets
 * call.value[1], by which the call that runs again knows that it was woken, and by nobody else.
 *
 * Checking the word and going to sleep is one step, for nothing runs in between (server.c).
 * Limits: no priority inheritance (FUTEX_LOCK_PI etc.: ENOSYS).
 */
#include <asm/errno.h>
#include <linux/futex.h>

#include "calls.h"
#include "mm.h"
#include "process.h"
#include "usermem.h"

#define BUCKETS		256

static struct wait_queue buckets[BUCKETS];

static struct wait_queue *bucket(uint64_t key)
{
	struct wait_queue *q = &buckets[(key * 0x9e3779b97f4a7c15ull) >> 56];

	if (!q->waiters.next)
		wait_queue_init(q);
	return q;
}
_Static_assert(BUCKETS == 256, "the hash has 8 bits");

/* -EINVAL: not aligned; -EFAULT. */
static long get_key(struct mm *mm, uint64_t uaddr, bool private, uint64_t *key)
{
	const void *word;

	if (uaddr % sizeof(uint32_t))
		return -EINVAL;
	if (uaddr >= LX_TASK_SIZE)
		return -EFAULT;
	if (private) {
		*key = (uint64_t)mm ^ uaddr << 1;
		return 0;
	}
	word = user_page(mm, uaddr, false);
	*key = (uint64_t)word;
	return word ? 0 : -EFAULT;
}

static bool waits_for(const struct thread *t, uint64_t key, uint32_t bits)
{
	return t->call.value[0] == key && t->call.done & bits;
}

static void wake_waiter(struct thread *t)
{
	t->call.value[1] = true;
	wake_thread(t);
}

static long wake(uint64_t key, int64_t count, uint32_t bits)
{
	struct wait_queue *q = bucket(key);
	struct list *pos = q->waiters.next;
	long woken = 0;

	while (pos != &q->waiters && woken < count) {
		struct thread *t = LIST_ITEM(pos, struct wait_entry, on_queue)->thread;

		pos = pos->next;
		if (waits_for(t, key, bits)) {
			wake_waiter(t);
			woken++;
		}
	}
	return woken;
}

/* Wakes `count` of those at `from`, lets at most `move` others wait for `to` instead. */
static long requeue(uint64_t from, uint64_t to, int count, int move)
{
	struct wait_queue *q = bucket(from);
	struct list *pos = q->waiters.next, moved;
	long done = 0;

	list_init(&moved);
	while (pos != &q->waiters) {
		struct list *link = pos;
		struct thread *t = LIST_ITEM(link, struct wait_entry, on_queue)->thread;

		pos = pos->next;
		if (!waits_for(t, from, FUTEX_BITSET_MATCH_ANY))
			continue;
		if (done < count) {
			wake_waiter(t);
		} else if (done - count < move) {
			t->call.value[0] = to;
			list_remove(link);
			list_add_tail(&moved, link);
		} else {
			break;
		}
		done++;
	}
	while (!list_empty(&moved)) {
		struct list *link = moved.next;

		list_remove(link);
		list_add_tail(&bucket(to)->waiters, link);
	}
	return done;
}

/* The deadline of a wait: for FUTEX_WAIT a span, else a point of one of two clocks. */
static long get_deadline(struct thread *t, uint64_t uaddr, int op, bool realtime)
{
	uint64_t ns, now = realtime ? realtime_ns() : monotonic_ns();
	long err;

	if (!uaddr)
		return 0;
	err = copy_in_timespec(t->process->mm, &ns, uaddr);
	if (err)
		return err;
	if (op == FUTEX_WAIT_BITSET)
		ns = ns > now ? ns - now : 0;
	t->call.deadline_ns = ns_add(monotonic_ns(), ns);
	return 0;
}

static long wait(struct thread *t, uint64_t uaddr, uint64_t key, uint32_t expected, uint32_t bits)
{
	uint32_t now;

	if (t->call.value[1])
		return 0;
	if (t->call.timed_out)
		return -ETIMEDOUT;
	if (t->call.again && signal_pending(t))
		return -EINTR;
	if (copy_in(t->process->mm, &now, uaddr, sizeof(now)))
		return -EFAULT;
	if (now != expected)
		return -EAGAIN;
	t->call.value[0] = key;
	t->call.done = bits;
	if (wait_on(t, bucket(key)))
		return -ENOMEM;
	if (t->call.deadline_ns)
		wait_until(t, t->call.deadline_ns);
	return LX_PARK;
}

/* FUTEX_WAKE_OP: changes the second word, and wakes there too if its old value compares so. */
static long wake_op(struct mm *mm, const uint64_t *a, uint64_t key, uint64_t key2)
{
	uint32_t code = a[5], arg = code >> 12 & 0xfff, compare = code & 0xfff, old, new;
	bool match;
	long woken;

	if (code >> 28 & FUTEX_OP_OPARG_SHIFT)		/* bit 31 */
		arg = 1u << (arg & 31);
	if (copy_in(mm, &old, a[4], sizeof(old)))
		return -EFAULT;
	switch (code >> 28 & 7) {
	case FUTEX_OP_SET:
		new = arg;
		break;
	case FUTEX_OP_ADD:
		new = old + arg;
		break;
	case FUTEX_OP_OR:
		new = old | arg;
		break;
	case FUTEX_OP_ANDN:
		new = old & ~arg;
		break;
	case FUTEX_OP_XOR:
		new = old ^ arg;
		break;
	default:
		return -ENOSYS;
	}
	switch (code >> 24 & 0xf) {
	case FUTEX_OP_CMP_EQ:
		match = old == compare;
		break;
	case FUTEX_OP_CMP_NE:
		match = old != compare;
		break;
	case FUTEX_OP_CMP_LT:
		match = (int32_t)old < (int32_t)compare;
		break;
	case FUTEX_OP_CMP_LE:
		match = (int32_t)old <= (int32_t)compare;
		break;
	case FUTEX_OP_CMP_GT:
		match = (int32_t)old > (int32_t)compare;
		break;
	case FUTEX_OP_CMP_GE:
		match = (int32_t)old >= (int32_t)compare;
		break;
	default:
		return -ENOSYS;
	}
	if (copy_out(mm, a[4], &new, sizeof(new)))
		return -EFAULT;
	woken = wake(key, (int)a[2], FUTEX_BITSET_MATCH_ANY);
	return match ? woken + wake(key2, (int)a[3], FUTEX_BITSET_MATCH_ANY) : woken;
}

static long two_keys(struct mm *mm, const uint64_t *a, int op, uint64_t key, uint64_t key2)
{
	uint32_t now;

	if (op == FUTEX_WAKE_OP)
		return wake_op(mm, a, key, key2);
	if ((int)a[2] < 0 || (int)a[3] < 0)
		return -EINVAL;
	if (op == FUTEX_CMP_REQUEUE) {
		if (copy_in(mm, &now, a[0], sizeof(now)))
			return -EFAULT;
		if (now != (uint32_t)a[5])
			return -EAGAIN;
	}
	return requeue(key, key2, a[2], a[3]);
}

/* futex(2) */
long lx_futex(struct thread *t, const uint64_t *a)
{
	int op = a[1] & FUTEX_CMD_MASK;
	bool private = a[1] & FUTEX_PRIVATE_FLAG, realtime = a[1] & FUTEX_CLOCK_REALTIME;
	bool bitset = op == FUTEX_WAIT_BITSET || op == FUTEX_WAKE_BITSET;
	uint32_t bits = bitset ? a[5] : FUTEX_BITSET_MATCH_ANY;
	struct mm *mm = t->process->mm;
	uint64_t key, key2;
	long err;

	if (realtime && op != FUTEX_WAIT_BITSET)
		return -ENOSYS;
	if (op > FUTEX_WAKE_BITSET || (op >= FUTEX_LOCK_PI && op <= FUTEX_TRYLOCK_PI) ||
	    op == FUTEX_FD)
		return -ENOSYS;
	if (!bits)
		return -EINVAL;
	if (op == FUTEX_WAIT || op == FUTEX_WAIT_BITSET) {
		err = t->call.again ? 0 : get_deadline(t, a[3], op, realtime);
		if (err)
			return err;
	}
	err = get_key(mm, a[0], private, &key);
	if (err)
		return err;

	switch (op) {
	case FUTEX_WAIT:
	case FUTEX_WAIT_BITSET:
		return wait(t, a[0], key, a[2], bits);
	case FUTEX_WAKE:
	case FUTEX_WAKE_BITSET:
		return wake(key, (int)a[2] > 0 ? (int)a[2] : 1, bits);
	}
	err = get_key(mm, a[4], private, &key2);
	return err ? err : two_keys(mm, a, op, key, key2);
}
