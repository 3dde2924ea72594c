/* SPDX-License-Identifier: MIT */
/*
 * uio.c - the bytes a transfer runs over.
 *
 * A struct uio walks segments of user memory, page by page, through the personality's own mapping of
 * the frames (user_page). A page that cannot be reached ends a copy early: the functions return how
 * many bytes went, and the caller answers that, or -EFAULT if it is nothing. Because a
 * handler runs to its end before the next one starts, what uio_reach() has found reachable stays so
 * for the rest of the call.
 *
 * The iovec array of a process is copied once (uio_import), into the one array there is: one handler
 * runs at a time.
 */
#include "uio.h"

#include <errno.h>
#include <string.h>

#include <hedron/abi.h>

#include "usermem.h"

#define PAGE	4096ul

static struct iovec imported[UIO_MAXIOV];

static void start(struct uio *u, struct mm *mm, void *base, size_t len)
{
	u->mm = mm;
	u->one = (struct iovec){ .iov_base = base, .iov_len = len };
	u->iov = &u->one;
	u->count = 1;
	u->done = 0;
	u->left = len;
}

/* Could a program have memory there at all? Linux answers EFAULT before it looks at the file. */
static bool in_user_space(uint64_t addr, uint64_t len)
{
	return len <= HEDRON_USER_END && addr <= HEDRON_USER_END - len;
}

/* One buffer of a process. 0; -EFAULT: outside of user space. */
long uio_user(struct uio *u, struct mm *mm, uint64_t addr, uint64_t len)
{
	if (!in_user_space(addr, len))
		return -EFAULT;
	start(u, mm, (void *)addr, len < UIO_RW_MAX ? len : UIO_RW_MAX);
	return 0;
}

void uio_own(struct uio *u, void *buf, size_t len)
{
	start(u, NULL, buf, len);
}

/* The iovec array of a process (readv(2)). 0; -EINVAL: too many segments, or a length that is
 * negative; -EFAULT. Lengths beyond UIO_RW_MAX in all are cut off, as Linux does. */
long uio_import(struct uio *u, struct mm *mm, uint64_t iov, uint64_t count)
{
	size_t room = UIO_RW_MAX;

	if (count > UIO_MAXIOV)
		return -EINVAL;
	if (copy_in(mm, imported, iov, count * sizeof(imported[0])))
		return -EFAULT;
	for (size_t i = 0; i < count; i++) {
		if (imported[i].iov_len > (size_t)INT64_MAX)
			return -EINVAL;
	}
	for (size_t i = 0; i < count; i++) {
		if (!in_user_space((uint64_t)imported[i].iov_base, imported[i].iov_len))
			return -EFAULT;
	}
	for (size_t i = 0; i < count; i++) {
		if (imported[i].iov_len > room)
			imported[i].iov_len = room;
		room -= imported[i].iov_len;
	}

	u->mm = mm;
	u->iov = imported;
	u->count = count;
	u->done = 0;
	u->left = UIO_RW_MAX - room;
	return 0;
}

/* Next piece of at most `len` bytes that lies within one page; 0: at the end, or not reachable. */
static size_t piece(const struct uio *u, size_t len, bool write, void **p)
{
	uint64_t addr;
	size_t in_page;

	addr = (uint64_t)u->iov->iov_base + u->done;
	if (len > u->iov->iov_len - u->done)
		len = u->iov->iov_len - u->done;
	if (!u->mm) {
		*p = (void *)addr;
		return len;
	}
	in_page = PAGE - (addr & (PAGE - 1));
	if (len > in_page)
		len = in_page;
	*p = user_page(u->mm, addr, write);
	return *p ? len : 0;
}

static void next_segment(struct uio *u)
{
	while (u->count && u->done == u->iov->iov_len) {
		u->iov++;
		u->count--;
		u->done = 0;
	}
}

static size_t clip(const struct uio *u, size_t len)
{
	return len < u->left ? len : u->left;
}

/* Walks up to `len` bytes, giving each piece to `move` with how far it is from the start. */
static size_t walk(struct uio *u, size_t len, bool write,
		   void (*move)(void *ctx, size_t at, void *p, size_t n), void *ctx)
{
	size_t at = 0;

	len = clip(u, len);
	while (at < len) {
		void *p;
		size_t n;

		next_segment(u);
		n = piece(u, len - at, write, &p);
		if (!n)
			break;
		move(ctx, at, p, n);
		u->done += n;
		u->left -= n;
		at += n;
	}
	return at;
}

static void move_out(void *src, size_t at, void *p, size_t n)	{ memcpy(p, (char *)src + at, n); }
static void move_in(void *dst, size_t at, void *p, size_t n)	{ memcpy((char *)dst + at, p, n); }
static void move_zero(void *ctx, size_t at, void *p, size_t n)	{ memset(p, 0, n); }
static void move_nothing(void *ctx, size_t at, void *p, size_t n)	{ }

/* To the process. Bytes that went. */
size_t uio_copy_out(struct uio *u, const void *src, size_t len)
{
	return walk(u, len, true, move_out, (void *)src);
}

/* From the process. Bytes that went. */
size_t uio_copy_in(struct uio *u, void *dst, size_t len)
{
	return walk(u, len, false, move_in, dst);
}

size_t uio_fill_zero(struct uio *u, size_t len)
{
	return walk(u, len, true, move_zero, NULL);
}

/* How many of the next `len` bytes can be reached; pages are faulted in on the way. */
size_t uio_reach(const struct uio *u, size_t len, bool write)
{
	struct uio probe = *u;

	if (u->iov == &u->one)
		probe.iov = &probe.one;
	return walk(&probe, len, write, move_nothing, NULL);
}

/* Passes over bytes that were moved by other means; len at most u->left. */
void uio_skip(struct uio *u, size_t len)
{
	u->left -= len;
	while (len) {
		size_t n;

		next_segment(u);
		n = u->iov->iov_len - u->done;
		if (n > len)
			n = len;
		u->done += n;
		len -= n;
	}
}
