/* SPDX-License-Identifier: MIT */
/* sources: personality/linux/uio.c */
/* flags: -Ipersonality/linux -Wno-unused-parameter */
/* test_uio.c - transfers over a program's memory, of which some pages are not there. */
#include "uio.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/tap.h"
#include "usermem.h"

#define BASE	0x10000ul		/* user addresses of the pages below */
#define PAGES	8
#define PAGE	4096ul

static uint8_t memory[PAGES][PAGE];
static bool present[PAGES], writable[PAGES];
static struct mm *const mm = (void *)memory;

void *user_page(struct mm *of, uint64_t uaddr, bool write)
{
	uint64_t page = (uaddr - BASE) / PAGE;

	if (uaddr < BASE || page >= PAGES || !present[page] || (write && !writable[page]))
		return NULL;
	return memory[page] + uaddr % PAGE;
}

long copy_in(struct mm *of, void *dst, uint64_t uaddr, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		uint8_t *p = user_page(of, uaddr + i, false);

		if (!p)
			return -EFAULT;
		((uint8_t *)dst)[i] = *p;
	}
	return 0;
}

static void reset(void)
{
	memset(memory, 0, sizeof(memory));
	memset(present, true, sizeof(present));
	memset(writable, true, sizeof(writable));
}

/* Put an iovec array at the start of page 7. */
static uint64_t put_iov(const struct iovec *iov, size_t n)
{
	memcpy(memory[7], iov, n * sizeof(*iov));
	return BASE + 7 * PAGE;
}

static void check_buffer(void)
{
	static uint8_t data[3 * PAGE], back[3 * PAGE];
	struct uio u;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = i * 7 + i / 256;
	reset();
	ok(!uio_user(&u, mm, BASE + 100, 2 * PAGE), "a buffer over three pages");
	ok(uio_copy_out(&u, data, 5000) == 5000 && u.left == 2 * PAGE - 5000, "part of it");
	ok(uio_copy_out(&u, data + 5000, sizeof(data)) == 2 * PAGE - 5000 && !u.left, "the rest, no more");
	ok(!uio_copy_out(&u, data, 1), "nothing behind it");
	ok(!uio_user(&u, mm, BASE + 100, 2 * PAGE) && uio_copy_in(&u, back, sizeof(back)) == 2 * PAGE &&
	   !memcmp(data, back, 2 * PAGE), "and back");

	present[2] = false;
	ok(!uio_user(&u, mm, BASE + 100, 3 * PAGE) && uio_reach(&u, 3 * PAGE, true) == 2 * PAGE - 100,
	   "reach ends where a page is missing");
	ok(u.left == 3 * PAGE, "and moves nothing");
	ok(uio_copy_out(&u, data, 3 * PAGE) == 2 * PAGE - 100 && u.left == PAGE + 100, "so does a copy");
	writable[0] = false;
	ok(!uio_user(&u, mm, BASE, 10) && !uio_copy_out(&u, data, 10), "read-only pages take nothing");
	ok(uio_copy_in(&u, back, 10) == 10, "but give");

	ok(uio_user(&u, mm, 0xffff800000000000, 10) == -EFAULT, "kernel addresses");
	ok(uio_user(&u, mm, 0x7ffffffff000, 1) == -EFAULT, "just above the end of user space");
	ok(uio_user(&u, mm, BASE, ~0ul) == -EFAULT, "lengths that wrap around");
	ok(!uio_user(&u, mm, BASE, 1ul << 40) && u.left == UIO_RW_MAX, "one call moves 2 GiB at most");
}

static void check_vector(void)
{
	struct iovec iov[] = {
		{ (void *)(BASE + PAGE - 3), 6 }, { (void *)1, 0 }, { (void *)(BASE + 3 * PAGE), 4 },
		{ (void *)(BASE + 5 * PAGE), 10 },
	};
	char back[32] = "";
	struct uio u;

	reset();
	ok(!uio_import(&u, mm, put_iov(iov, 4), 4) && u.left == 20, "four segments, one empty");
	ok(uio_copy_out(&u, "0123456789abcdefghij", 20) == 20, "filled");
	ok(!memcmp(memory[0] + PAGE - 3, "012", 3) && !memcmp(memory[1], "345", 3) &&
	   !memcmp(memory[3], "6789", 4) && !memcmp(memory[5], "abcdefghij", 10), "each in its place");
	ok(!uio_import(&u, mm, BASE + 7 * PAGE, 4), "again");
	uio_skip(&u, 8);
	ok(uio_copy_in(&u, back, 5) == 5 && !memcmp(back, "89abc", 5), "from the middle of a segment on");
	ok(uio_fill_zero(&u, 100) == 7 && memory[5][3] == 0 && memory[5][2] == 'c', "zeros");

	present[3] = false;
	ok(!uio_import(&u, mm, BASE + 7 * PAGE, 4) && uio_reach(&u, 20, false) == 6,
	   "a bad segment ends what can be reached");
	iov[2].iov_len = -1ul;
	ok(uio_import(&u, mm, put_iov(iov, 4), 4) == -EINVAL, "a negative length");
	iov[2] = (struct iovec){ (void *)0xffff800000000000, 1 };
	ok(uio_import(&u, mm, put_iov(iov, 4), 4) == -EFAULT, "an address of the kernel's");
	ok(uio_import(&u, mm, BASE, UIO_MAXIOV + 1) == -EINVAL, "too many segments");
	ok(uio_import(&u, mm, 8, 1) == -EFAULT, "an array that is not there");
	iov[0].iov_len = iov[1].iov_len = 1ul << 31;
	ok(!uio_import(&u, mm, put_iov(iov, 2), 2) && u.left == UIO_RW_MAX, "more than one call moves");
	ok(!uio_import(&u, mm, BASE, 0) && !u.left && !uio_copy_in(&u, back, 1), "no segment");
}

static void check_own(void)
{
	char buf[16] = "0123456789", back[16] = "";
	struct uio u;

	uio_own(&u, buf, 10);
	ok(uio_copy_in(&u, back, 4) == 4 && uio_copy_in(&u, back + 4, 10) == 6 && !strcmp(back, buf),
	   "memory of the personality itself");
}

int main(void)
{
	check_buffer();
	check_vector();
	check_own();
	return done();
}
