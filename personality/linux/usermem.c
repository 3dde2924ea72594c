/* SPDX-License-Identifier: MIT */
/*
 * usermem.c - the only way to a program's memory.
 *
 * An address is looked up in the process's own books (mm_page) and reached through the personality's
 * mapping of the page, so a bad one is an error here and never a fault. What was copied in is the
 * copy that counts: nothing is read twice, for other threads may write to it meanwhile.
 */
#include "usermem.h"

#include <string.h>

#include <asm/errno.h>
#include <asm/mman.h>

#include "mm.h"

static size_t part(uint64_t uaddr, size_t len)
{
	size_t room = PAGE_SIZE - PAGE_OFFSET(uaddr);

	return len < room ? len : room;
}

void *user_page(struct mm *mm, uint64_t uaddr, bool write)
{
	struct mm_fault why;
	char *page = mm_page(mm, uaddr, write ? PROT_WRITE : PROT_READ, &why);

	return page ? page + PAGE_OFFSET(uaddr) : NULL;
}

long copy_in(struct mm *mm, void *dst, uint64_t uaddr, size_t len)
{
	for (char *to = dst; len;) {
		size_t n = part(uaddr, len);
		const void *from = user_page(mm, uaddr, false);

		if (!from)
			return -EFAULT;
		memcpy(to, from, n);
		to += n;
		uaddr += n;
		len -= n;
	}
	return 0;
}

long copy_out(struct mm *mm, uint64_t uaddr, const void *src, size_t len)
{
	for (const char *from = src; len;) {
		size_t n = part(uaddr, len);
		void *to = user_page(mm, uaddr, true);

		if (!to)
			return -EFAULT;
		memcpy(to, from, n);
		from += n;
		uaddr += n;
		len -= n;
	}
	return 0;
}

long copy_in_string(struct mm *mm, char *dst, uint64_t uaddr, size_t max)
{
	size_t len = 0;

	while (len < max) {
		size_t n = part(uaddr, max - len);
		const char *from = user_page(mm, uaddr, false), *end;

		if (!from)
			return -EFAULT;
		end = memchr(from, 0, n);
		if (end) {
			memcpy(dst + len, from, end - from);
			dst[len + (end - from)] = 0;
			return len + (end - from);
		}
		memcpy(dst + len, from, n);
		len += n;
		uaddr += n;
	}
	return -ENAMETOOLONG;
}

size_t user_reach(struct mm *mm, uint64_t uaddr, size_t len, bool write)
{
	size_t done = 0;

	while (done < len && user_page(mm, uaddr + done, write))
		done += part(uaddr + done, len - done);
	return done;
}
