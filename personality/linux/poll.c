/* SPDX-License-Identifier: MIT */
/*
 * poll.c - waiting for several descriptors: poll(2), select(2) and their p-variants.
 *
 * Each run of a call looks at all descriptors anew. If none is ready, the thread goes on the queue
 * of each that can become ready, with the deadline of its first run, and parks; waking it runs the
 * call again. The program's memory is written by the last run only.
 */
#include <asm/poll.h>
#include <asm/resource.h>
#include <errno.h>
#include <linux/time_types.h>
#include <stdlib.h>

#include "calls.h"
#include "fd.h"
#include "usermem.h"
#include "wait.h"

#define ALWAYS	(POLLERR | POLLHUP | POLLNVAL)

/* What holds now of what is wanted. */
static short look(struct file *file, short wanted, struct wait_queue **queue)
{
	short events = POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;

	*queue = NULL;
	if (file->ops->poll)
		events = file->ops->poll(file, queue);
	return events & (wanted | ALWAYS);
}

/* ---- time ---------------------------------------------------------------------------------------- */

enum span { SPAN_NONE, SPAN_ENDLESS, SPAN_SOME };	/* how long to wait */

/* The first run computes the deadline; the others keep it. */
static enum span span_ns(struct thread *t, uint64_t ns)
{
	if (!ns)
		return SPAN_NONE;
	if (!t->call.again)
		t->call.deadline_ns = ns_add(monotonic_ns(), ns);
	return SPAN_SOME;
}

static long span_timespec(struct thread *t, uint64_t uaddr, enum span *span)
{
	uint64_t ns;
	long r;

	*span = SPAN_ENDLESS;
	if (!uaddr)
		return 0;
	r = copy_in_timespec(t->process->mm, &ns, uaddr);
	if (!r)
		*span = span_ns(t, ns);
	return r;
}

/* Linux tells what is left of the time in the program's own variable, where it can. */
static uint64_t time_left(const struct thread *t)
{
	uint64_t now = monotonic_ns();

	return t->call.deadline_ns > now ? t->call.deadline_ns - now : 0;
}

/* After a run that found nothing: 0, the call is over; LX_PARK; -EINTR. The queues were joined. */
static long nothing_ready(struct thread *t, enum span span)
{
	if (span == SPAN_NONE || t->call.timed_out)
		return 0;
	if (signal_pending(t))
		return -EINTR;
	if (span == SPAN_SOME)
		wait_until(t, t->call.deadline_ns);
	return LX_PARK;
}

static bool must_wait(const struct thread *t, enum span span)
{
	return span != SPAN_NONE && !t->call.timed_out;
}

/* ---- poll ---------------------------------------------------------------------------------------- */

static short look_at_fd(struct thread *t, const struct pollfd *pfd, struct wait_queue **queue)
{
	struct file *file;

	*queue = NULL;
	if (pfd->fd < 0)
		return 0;
	file = fd_file(t, pfd->fd);
	return file ? look(file, pfd->events, queue) : POLLNVAL;
}

/* Fills revents; how many are not 0. */
static unsigned look_at_fds(struct thread *t, struct pollfd *fds, unsigned n)
{
	struct wait_queue *queue;
	unsigned ready = 0;

	for (unsigned i = 0; i < n; i++) {
		fds[i].revents = look_at_fd(t, &fds[i], &queue);
		ready += fds[i].revents != 0;
	}
	return ready;
}

static long join_queues(struct thread *t, const struct pollfd *fds, unsigned n)
{
	struct wait_queue *queue;

	for (unsigned i = 0; i < n; i++) {
		look_at_fd(t, &fds[i], &queue);
		if (queue && wait_on(t, queue)) {
			wait_cancel(t);
			return -ENOMEM;
		}
	}
	return 0;
}

/* One run over a copy of the program's array. */
static long poll_run(struct thread *t, uint64_t uaddr, struct pollfd *fds, unsigned n, enum span span)
{
	long r, ready;

	if (copy_in(t->process->mm, fds, uaddr, n * sizeof(*fds)))
		return -EFAULT;
	ready = look_at_fds(t, fds, n);
	if (!ready && must_wait(t, span)) {
		r = join_queues(t, fds, n);
		if (!r)
			r = nothing_ready(t, span);
		if (r)
			return r;
	}
	for (unsigned i = 0; i < n; i++) {
		uint64_t at = uaddr + i * sizeof(*fds) + offsetof(struct pollfd, revents);

		if (copy_out(t->process->mm, at, &fds[i].revents, sizeof(fds[i].revents)))
			return -EFAULT;
	}
	return ready;
}

static long do_poll(struct thread *t, uint64_t uaddr, uint32_t n, enum span span)
{
	struct pollfd *fds;
	long r;

	if (n > process_limit(t->process, RLIMIT_NOFILE))
		return -EINVAL;
	fds = malloc((n ? n : 1) * sizeof(*fds));
	if (!fds)
		return -ENOMEM;
	r = poll_run(t, uaddr, fds, n, span);
	free(fds);
	return r;
}

/* poll(2). */
long lx_poll(struct thread *t, const uint64_t *a)
{
	int ms = (int)a[2];

	return do_poll(t, a[0], a[1], ms < 0 ? SPAN_ENDLESS : span_ns(t, ms * 1000000ull));
}

/* ppoll(2). */
long lx_ppoll(struct thread *t, const uint64_t *a)
{
	enum span span;
	long r = span_timespec(t, a[2], &span);

	if (!r)
		r = signal_mask_for_call(t, a[3], a[4]);
	if (r)
		return r;
	r = do_poll(t, a[0], a[1], span);
	if (r != LX_PARK && span == SPAN_SOME)
		copy_out_timespec(t->process->mm, a[2], time_left(t));
	return r;
}

/* ---- select -------------------------------------------------------------------------------------- */

enum { SET_READ, SET_WRITE, SET_EXCEPT, SETS };

/* Events that make a descriptor ready in each set (select(2), NOTES). */
static const short set_events[SETS] = {
	[SET_READ]   = POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR,
	[SET_WRITE]  = POLLOUT | POLLWRNORM | POLLWRBAND | POLLERR,
	[SET_EXCEPT] = POLLPRI,
};

struct fd_sets {
	unsigned words;			/* of each set */
	uint64_t *in[SETS], *out[SETS];
	uint64_t uaddr[SETS];		/* 0: not wanted */
};

static bool in_set(const uint64_t *set, unsigned fd)
{
	return set[fd / 64] >> fd % 64 & 1;
}

/* What is wanted of fd, as events; 0: it is in no set. */
static short wanted_events(const struct fd_sets *s, unsigned fd)
{
	short events = 0;

	for (unsigned i = 0; i < SETS; i++) {
		if (in_set(s->in[i], fd))
			events |= set_events[i];
	}
	return events;
}

/* Sets in s->out what is ready; how many bits. With `join`, goes on the queues instead. */
static long look_at_sets(struct thread *t, struct fd_sets *s, unsigned n, bool join)
{
	struct wait_queue *queue;
	long ready = 0;

	for (unsigned fd = 0; fd < n; fd++) {
		short wanted = wanted_events(s, fd), events;
		struct file *file;

		if (!wanted)
			continue;
		file = fd_file(t, fd);
		if (!file)
			return -EBADF;
		events = look(file, wanted, &queue);
		if (join && queue && wait_on(t, queue)) {
			wait_cancel(t);
			return -ENOMEM;
		}
		for (unsigned i = 0; i < SETS; i++) {
			if (in_set(s->in[i], fd) && (events & set_events[i])) {
				s->out[i][fd / 64] |= 1ull << fd % 64;
				ready++;
			}
		}
	}
	return ready;
}

static long select_run(struct thread *t, struct fd_sets *s, unsigned n, enum span span)
{
	long r, ready = look_at_sets(t, s, n, false);

	if (ready < 0)
		return ready;
	if (!ready && must_wait(t, span)) {
		r = look_at_sets(t, s, n, true);
		if (r >= 0)
			r = nothing_ready(t, span);
		if (r)
			return r;
	}
	for (unsigned i = 0; i < SETS; i++) {
		if (s->uaddr[i] && copy_out(t->process->mm, s->uaddr[i], s->out[i], s->words * 8))
			return -EFAULT;
	}
	return ready;
}

/* Bits of descriptors beyond the table are never looked at (select(2), BUGS), so n is cut to it. */
static long do_select(struct thread *t, const uint64_t *a, enum span span)
{
	struct fd_sets s = { .uaddr = { a[1], a[2], a[3] } };
	int n = (int)a[0];
	uint64_t *bits;
	long r = 0;

	if (n < 0)
		return -EINVAL;
	if ((unsigned)n > t->process->fds->room)
		n = t->process->fds->room;
	s.words = (n + 63) / 64;
	bits = calloc(2 * SETS * (s.words + 1), sizeof(*bits));
	if (!bits)
		return -ENOMEM;
	for (unsigned i = 0; i < SETS; i++) {
		s.in[i] = bits + 2 * i * s.words;
		s.out[i] = s.in[i] + s.words;
		if (s.uaddr[i] && copy_in(t->process->mm, s.in[i], s.uaddr[i], s.words * 8))
			r = -EFAULT;
	}
	if (!r)
		r = select_run(t, &s, n, span);
	free(bits);
	return r;
}

static uint64_t times(uint64_t a, uint64_t b)
{
	return __builtin_mul_overflow(a, b, &a) ? UINT64_MAX : a;
}

/* select(2): microseconds may be more than a second here, and what is left is told. */
long lx_select(struct thread *t, const uint64_t *a)
{
	struct __kernel_old_timeval tv;
	struct mm *mm = t->process->mm;
	enum span span = SPAN_ENDLESS;
	long r;

	if (a[4]) {
		if (copy_in(mm, &tv, a[4], sizeof(tv)))
			return -EFAULT;
		if (tv.tv_sec < 0 || tv.tv_usec < 0)
			return -EINVAL;
		span = span_ns(t, ns_add(times(tv.tv_sec, NS_PER_SEC), times(tv.tv_usec, 1000)));
	}
	r = do_select(t, a, span);
	if (r != LX_PARK && span == SPAN_SOME) {
		uint64_t left = time_left(t);

		tv.tv_sec = left / NS_PER_SEC;
		tv.tv_usec = left % NS_PER_SEC / 1000;
		copy_out(mm, a[4], &tv, sizeof(tv));
	}
	return r;
}

/* pselect6: the sixth argument points to the mask's address and its size. */
long lx_pselect6(struct thread *t, const uint64_t *a)
{
	uint64_t mask[2] = { 0, 0 };
	enum span span;
	long r = span_timespec(t, a[4], &span);

	if (!r && a[5])
		r = copy_in(t->process->mm, mask, a[5], sizeof(mask));
	if (!r)
		r = signal_mask_for_call(t, mask[0], mask[1]);
	if (r)
		return r;
	r = do_select(t, a, span);
	if (r != LX_PARK && span == SPAN_SOME)
		copy_out_timespec(t->process->mm, a[4], time_left(t));
	return r;
}
