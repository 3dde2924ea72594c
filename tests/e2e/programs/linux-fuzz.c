/* SPDX-License-Identifier: MIT */
/*
 * linux-fuzz - makes many system calls with random numbers and arguments: descriptors, lengths,
 * flags, and pointers into an arena that it maps and unmaps as it goes, to its end, below, above and
 * into its UTCB. It must still be alive after them, and its last words must come out.
 *
 * Arguments: seed, number of calls. Not for a machine one wants to keep: run it on Hedron only.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE		4096ul
#define PAGES		64ul
#define ARENA		0x10000000000ul
#define ARENA_END	(ARENA + PAGES * PAGE)
#define UTCB		0x7ffff0001000ul
#define USER_END	0x800000000000ul
#define OUT		500		/* a descriptor that no call is given */
#define NUMBERS		460

static uint64_t state = 88172645463325252;

static uint64_t any(uint64_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return n ? state % n : state;
}

static const char *const paths[] = {
	"/tmp/a", "/tmp/b", "/tmp/dir", "/tmp/dir/a", "a", "../tmp/b", "/", "/dev/null", "", "/tmp/link",
	"/dev/zero", "/none/such",
};

static uint64_t value(void)
{
	switch (any(14)) {
	case 0:
		return 0;
	case 1:
		return -1ul;
	case 2:
		return any(12);
	case 3:
		return any(5000);
	case 4:
		return PAGE * any(PAGES);
	case 5:
	case 6:
		return ARENA + any(PAGES * PAGE);
	case 7:
		return ARENA + PAGE * any(PAGES);
	case 8:
		return (uint64_t)paths[any(sizeof(paths) / sizeof(paths[0]))];
	case 9:
		return any(0);
	case 10:
		return 1ul << any(64);
	case 11:
		return UTCB + any(PAGE);
	case 12:
		return USER_END - any(2 * PAGE);
	}
	return ARENA_END - any(64);
}

/* What would end the program, wait for ever, or take its voice; and what makes processes. */
static bool is_spared(long nr)
{
	static const short spared[] = {
		SYS_exit, SYS_exit_group, SYS_kill, SYS_tgkill, SYS_tkill, SYS_rt_sigreturn, SYS_pause,
		SYS_rt_sigsuspend, SYS_arch_prctl, SYS_rt_sigaction, SYS_fork, SYS_vfork, SYS_clone,
		SYS_clone3, SYS_execve, SYS_execveat, SYS_prlimit64, SYS_setrlimit, SYS_brk, SYS_poll,
		SYS_ppoll, SYS_select, SYS_pselect6, SYS_nanosleep, SYS_clock_nanosleep, SYS_futex,
		SYS_fcntl, SYS_flock, SYS_close_range, SYS_setuid, SYS_setresuid, SYS_setreuid,
	};

	for (size_t i = 0; i < sizeof(spared) / sizeof(spared[0]); i++)
		if (spared[i] == nr)
			return true;
	return false;
}

/* Memory outside of the arena stays as it is: the program lives there. */
static void keep_to_arena(uint64_t *a, bool fixed)
{
	a[0] = ARENA + PAGE * any(PAGES);
	a[1] = any(4) ? PAGE * any((ARENA_END - a[0]) / PAGE + 1) : any(PAGE);
	if (!fixed)
		a[3] &= ~(uint64_t)(MAP_FIXED | MAP_FIXED_NOREPLACE);
}

static void tame(long nr, uint64_t *a)
{
	switch (nr) {
	case SYS_munmap:
	case SYS_mprotect:
	case SYS_madvise:
		keep_to_arena(a, true);
		break;
	case SYS_mremap:
		keep_to_arena(a, true);
		a[3] &= 7;
		a[4] = ARENA + PAGE * any(PAGES);
		a[2] = PAGE * any((ARENA_END - a[4]) / PAGE + 1);
		break;
	case SYS_mmap:
		keep_to_arena(a, any(2));
		break;
	case SYS_dup2:
	case SYS_dup3:
		a[1] = 3 + any(20);
		break;
	case SYS_fallocate:
	case SYS_truncate:
	case SYS_ftruncate:
		a[1] = any(100000);
		a[2] = any(100000);
		break;
	}
	/* Standard input may wait; output and OUT are for what we have to say. */
	if (nr != SYS_mmap && ((uint32_t)a[0] <= 2 || (uint32_t)a[0] == OUT))
		a[0] = 3 + any(8);
}

static void start_anew(void)
{
	mmap((void *)ARENA, PAGES * PAGE, PROT_READ | PROT_WRITE,
	     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	for (int fd = 3; fd < 40; fd++)
		close(fd);
}

int main(int argc, char **argv)
{
	unsigned long calls = argc > 2 ? strtoul(argv[2], NULL, 0) : 10000, done = 0, failed = 0;

	state ^= (argc > 1 ? strtoul(argv[1], NULL, 0) : 1) * 0x9e3779b97f4a7c15;
	dup2(1, OUT);
	while (done < calls) {
		long nr = any(NUMBERS);
		uint64_t a[6];

		if (done % 64 == 0)
			start_anew();
		if (is_spared(nr))
			continue;
		for (int i = 0; i < 6; i++)
			a[i] = value();
		tame(nr, a);
		failed += syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]) == -1;
		done++;
	}
	dprintf(OUT, "alive after %lu calls, some %s\n", done,
		failed && failed < done ? "refused and some not" : "thing is wrong");
	return 0;
}
