/* SPDX-License-Identifier: MIT */
/*
 * map_random.c - many random changes of mappings, and after each what every page holds and allows.
 *
 * The pages of an arena at a fixed address are anonymous, private or shared, or parts of a file that
 * grows and shrinks. They are mapped, unmapped, protected, moved, dropped and written, each change
 * followed by a look at some pages through loads and stores, by the fault handler's eyes. One line
 * sums up a hundred changes; the first argument is the seed.
 */
#include "show.h"
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#define PAGE	4096ul
#define PAGES	48u
#define ARENA	((volatile char *)0x10000000000)
#define STEPS	6000u
#define LINE	200u			/* steps a line */

static uint64_t state, sum;
static sigjmp_buf fault;
static volatile int fault_signal;
static int file, other;		/* mapped; read and written only */

static uint32_t any(uint32_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 20) % n;
}

static void add(uint64_t x)
{
	sum = (sum ^ x) * 0x100000001b3;
}

static void caught(int sig, siginfo_t *info, void *uc)
{
	fault_signal = sig << 8 | info->si_code;
	siglongjmp(fault, 1);
}

/* ---- one page ------------------------------------------------------------------------------------ */

static void look(unsigned page)
{
	volatile char *p = ARENA + page * PAGE;

	fault_signal = 0;
	if (!sigsetjmp(fault, 1)) {
		add(p[0]);
		add(p[PAGE - 1]);
	}
	add(fault_signal);
}

static void store(unsigned page)
{
	volatile char *p = ARENA + page * PAGE;

	fault_signal = 0;
	if (!sigsetjmp(fault, 1)) {
		p[0] = state;
		p[any(PAGE)] = state >> 8;
	}
	add(fault_signal);
}

/* Through the kernel: what a call says of the page. */
static void ask(unsigned page)
{
	char *p = (char *)ARENA + page * PAGE;

	if (any(2))
		add(pwrite(other, p, 100, any(40) * PAGE) == 100);
	else
		add(pread(any(2) ? file : other, p, 100, any(40) * PAGE));
	add(errno == EFAULT);
	errno = 0;
}

/* ---- changes ------------------------------------------------------------------------------------- */

static int any_prot(void)
{
	static const int prots[] = {
		PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE,
		PROT_READ | PROT_EXEC, PROT_WRITE,
	};

	return prots[any(6)];
}

static void map(char *at, size_t len)
{
	int flags = MAP_FIXED | (any(2) ? MAP_PRIVATE : MAP_SHARED), fd = -1;
	off_t offset = 0;

	if (any(2)) {
		flags |= MAP_ANONYMOUS;
	} else {
		fd = file;
		offset = any(32) * PAGE;
	}
	if (!any(16))
		flags = (flags & ~MAP_FIXED) | MAP_FIXED_NOREPLACE;
	add(mmap(at, len, any_prot(), flags, fd, offset) == at);
}

static void remap(char *at, size_t len)
{
	unsigned to = any(PAGES), pages = 1 + any(PAGES - to < 8 ? PAGES - to : 8);
	char *target = (char *)ARENA + to * PAGE;
	void *p;

	/* One mapping, not several at once, which newer kernels can move. What grows is private: shared
	 * memory ends where it ended when it was made. */
	if (any(2)) {
		mmap(at, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	} else {
		len = PAGE;
		pages = 1;
	}
	if (any(3))
		p = mremap(at, len, pages * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target);
	else if ((size_t)(at - (char *)ARENA) + pages * PAGE <= PAGES * PAGE)
		p = mremap(at, len, pages * PAGE, 0);
	else
		return;
	add(p == MAP_FAILED ? errno : p == at ? 1 : p == target ? 2 : 3);
}

static void change(void)
{
	unsigned page = any(PAGES), pages = 1 + any(PAGES - page < 12 ? PAGES - page : 12);
	char *at = (char *)ARENA + page * PAGE;
	size_t len = pages * PAGE;

	errno = 0;
	switch (any(12)) {
	case 0:
	case 1:
	case 2:
		map(at, len);
		break;
	case 3:
		add(munmap(at, len));
		break;
	case 4:
	case 5:
		add(mprotect(at, len, any_prot()));
		break;
	case 6:
		remap(at, len);
		break;
	case 7:
		add(madvise(at, len, MADV_DONTNEED));
		break;
	case 8:
		add(ftruncate(file, any(36) * PAGE + any(2) * any(PAGE)));
		break;
	case 9:
		ask(page);
		break;
	default:
		store(page);
		store(any(PAGES));
	}
	add(errno);
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_sigaction = caught, .sa_flags = SA_SIGINFO | SA_NODEFER };

	state = argc > 1 && atol(argv[1]) ? (uint64_t)atol(argv[1]) * 0x9e3779b97f4a7c15 : 88172645463325252;
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	file = open("file", O_RDWR | O_CREAT | O_TRUNC, 0600);
	other = open("other", O_RDWR | O_CREAT | O_TRUNC, 0600);
	SHOW(ftruncate(file, 20 * PAGE));
	SHOW(ftruncate(other, 40 * PAGE));
	for (unsigned step = 1; step <= STEPS; step++) {
		change();
		for (unsigned i = 0; i < 4; i++)
			look(any(PAGES));
		if (step % LINE == 0)
			printf("after %u: %016llx\n", step, (unsigned long long)sum);
	}
	return 0;
}
