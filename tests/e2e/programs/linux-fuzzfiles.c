/* SPDX-License-Identifier: MIT */
/*
 * linux-fuzzfiles.c - random file calls with random arguments: linux-fuzzfiles SEED COUNT
 *
 * It wrecks the machine it runs on: it renames /tmp and unlinks /dev/null. So it runs only where the
 * file /may-be-wrecked exists, and there is no /proc: never make that file on a real machine.
 *
 *	hedron-run --file /etc/hostname:/may-be-wrecked --cwd /tmp linux-fuzzfiles 1 20000
 *
 * A plain Linux program. Numbers come from a pool of good and bad ones; whatever a call answers is
 * right, as long as the system lives on and the buffers that were not passed keep their bytes. At
 * its end it prints how many calls failed; that depends on the seed only, but not on purpose.
 * Calls that could wait for ever or end the program are left out.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static uint64_t state;

static uint64_t next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static uint64_t below(uint64_t n)	{ return next() % n; }

/* Guarded on both sides by pages that nobody is told of. */
static unsigned char *pages;
#define PAGE	4096
#define PAGES	8			/* told: 1 and 2 writable, 4 read-only, 6 unmapped */

static const char *const paths[] = {
	"a", "b", "dir", "dir/a", "dir/../b", "link", "loop", "missing/x", "a/b", "", ".", "..", "/",
	"dir/", "a/", "/dev/null", "/dev/zero", "/dev/full", "/tmp", "dir/sub", "dir/sub/deep", "hole",
};
static char long_path[5000];

static uint64_t address(void)
{
	switch (below(8)) {
	case 0:
		return 0;
	case 1:
		return below(2) ? next() : next() >> below(64);
	case 2:
		return (uint64_t)pages + (below(2) ? 4 : 6) * PAGE + below(PAGE);
	case 3:
		return (uint64_t)pages + 3 * PAGE - below(64);
	default:
		return (uint64_t)pages + PAGE + below(PAGE);
	}
}

static uint64_t path(void)
{
	if (!below(20))
		return address();
	if (!below(30))
		return (uint64_t)long_path;
	return (uint64_t)paths[below(sizeof(paths) / sizeof(paths[0]))];
}

static uint64_t number(void)
{
	static const uint64_t n[] = {
		0, 1, 2, 3, 7, 8, 100, 511, 4031, 4040, 4096, 4097, 65536, 1u << 20, 0x7fffffff, 0x80000000,
		0xffffffff, 1ull << 43, (1ull << 43) - 1, INT64_MAX, 1ull << 63, ~0ull, ~0ull - 4095,
	};

	return below(6) ? n[below(sizeof(n) / sizeof(n[0]))] : next() >> below(64);
}

static uint64_t small(void)	{ return below(4) ? below(20000) : number(); }
static uint64_t fd(void)	{ return below(16) ? 3 + below(24) : below(2) ? (uint64_t)AT_FDCWD : number(); }
static uint64_t flags(void)	{ return below(3) ? 1ull << below(24) | below(4) : below(2) ? next() : 0; }

/* P path, A address, N number, S small number, F descriptor, f flags, Z zero. */
static const struct { long number; const char *args; } calls[] = {
	{ SYS_read, "FAS" }, { SYS_write, "FAS" }, { SYS_readv, "FAS" }, { SYS_writev, "FAS" },
	{ SYS_pread64, "FASN" }, { SYS_pwrite64, "FASS" }, { SYS_preadv, "FASN" },
	{ SYS_pwritev, "FASS" }, { SYS_preadv2, "FASNZf" }, { SYS_pwritev2, "FASSZf" },
	{ SYS_open, "PfN" }, { SYS_open, "PfN" }, { SYS_openat, "FPfN" }, { SYS_openat2, "FPAN" },
	{ SYS_creat, "PN" }, { SYS_close, "F" }, { SYS_close, "F" }, { SYS_lseek, "FNN" },
	{ SYS_stat, "PA" }, { SYS_lstat, "PA" }, { SYS_fstat, "FA" }, { SYS_newfstatat, "FPAf" },
	{ SYS_statx, "FPffA" }, { SYS_access, "PN" }, { SYS_faccessat2, "FPNf" },
	{ SYS_getdents64, "FAS" }, { SYS_getdents, "FAS" }, { SYS_mkdir, "PN" },
	{ SYS_mkdirat, "FPN" }, { SYS_rmdir, "P" }, { SYS_unlink, "P" }, { SYS_unlinkat, "FPf" },
	{ SYS_rename, "PP" }, { SYS_renameat2, "FPFPf" }, { SYS_link, "PP" }, { SYS_linkat, "FPFPf" },
	{ SYS_symlink, "PP" }, { SYS_symlinkat, "PFP" }, { SYS_readlink, "PAS" },
	{ SYS_readlinkat, "FPAS" }, { SYS_mknod, "PNN" }, { SYS_mknodat, "FPNN" },
	{ SYS_truncate, "PS" }, { SYS_ftruncate, "FS" }, { SYS_fallocate, "FfSS" }, { SYS_fsync, "F" },
	{ SYS_getcwd, "AS" }, { SYS_chdir, "P" }, { SYS_fchdir, "F" }, { SYS_dup, "F" },
	{ SYS_dup2, "FF" }, { SYS_dup3, "FFf" }, { SYS_fcntl, "FNN" }, { SYS_fcntl, "FNA" },
	{ SYS_ioctl, "FNA" }, { SYS_chmod, "PN" }, { SYS_fchmod, "FN" }, { SYS_fchmodat, "FPN" },
	{ SYS_chown, "PNN" }, { SYS_fchown, "FNN" }, { SYS_fchownat, "FPNNf" }, { SYS_utime, "PA" },
	{ SYS_utimes, "PA" }, { SYS_utimensat, "FPAf" }, { SYS_statfs, "PA" }, { SYS_fstatfs, "FA" },
	{ SYS_sendfile, "FFAS" }, { SYS_copy_file_range, "FAFASf" }, { SYS_poll, "ANZ" },
	{ SYS_select, "NAAAA" }, { SYS_mmap, "ZSffFS" }, { SYS_sync_file_range, "FNNf" },
	{ SYS_fadvise64, "FNNN" }, { SYS_readahead, "FNS" }, { SYS_close_range, "FFf" },
};
#define CALLS	(sizeof(calls) / sizeof(calls[0]))

static uint64_t argument(char kind)
{
	switch (kind) {
	case 'P':
		return path();
	case 'A':
		return address();
	case 'N':
		return number();
	case 'S':
		return small();
	case 'F':
		return fd();
	case 'f':
		return flags();
	default:
		return 0;
	}
}

/* Left out: what would wait (F_SETLKW, F_OFD_SETLKW), and what would take standard output away. */
static int allowed(long number, const uint64_t *a)
{
	if (number == SYS_fcntl && ((int)a[1] == F_SETLKW || (int)a[1] == F_OFD_SETLKW))
		return 0;
	if (number == SYS_select && a[4] - (uint64_t)pages >= PAGES * PAGE)
		return 0;
	if (number == SYS_select)
		memset((void *)a[4], 0, 1);
	if (number == SYS_mmap && (a[3] & (MAP_FIXED | MAP_FIXED_NOREPLACE)))
		return 0;
	if ((number == SYS_close || number == SYS_close_range) && (uint32_t)a[0] < 3)
		return 0;
	if ((number == SYS_dup2 || number == SYS_dup3) && (uint32_t)a[1] < 3)
		return 0;
	return 1;
}

static long one(void)
{
	unsigned i = below(CALLS);
	uint64_t a[6] = { 0 };

	for (unsigned n = 0; calls[i].args[n]; n++)
		a[n] = argument(calls[i].args[n]);
	if (calls[i].number == SYS_select) {	/* a time that is over at once */
		memset(pages + 2 * PAGE, 0, 16);
		a[4] = (uint64_t)pages + 2 * PAGE;
	}
	if (!allowed(calls[i].number, a))
		return 0;
	long r = syscall(calls[i].number, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (calls[i].number == SYS_mmap && r != -1)
		munmap((void *)r, a[1]);
	return r;
}

/* Good iovecs and other structs to find in the memory that is told. */
static void prepare(void)
{
	struct iovec *v = (void *)(pages + PAGE);

	for (int i = 0; i < PAGE / 16; i++)
		v[i] = (struct iovec){ pages + PAGE + below(2 * PAGE), below(5000) };
	for (int i = 0; i < 200; i++)
		pages[2 * PAGE + below(PAGE)] = next();
}

int main(int argc, char **argv)
{
	unsigned long seed = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;
	unsigned long count = argc > 2 ? strtoul(argv[2], NULL, 0) : 10000, failed = 0, bad = 0;

	if (access("/may-be-wrecked", F_OK) || !access("/proc/self", F_OK)) {
		fputs("linux-fuzzfiles: not on this machine\n", stderr);
		return 2;
	}
	state = seed * 0x9e3779b97f4a7c15 + 1;
	pages = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(pages, 0x5a, PAGES * PAGE);
	mprotect(pages + 4 * PAGE, PAGE, PROT_READ);
	munmap(pages + 6 * PAGE, PAGE);
	memset(long_path, 'p', sizeof(long_path) - 1);
	mkdir("dir", 0777);
	symlink("a", "link");
	symlink("loop", "loop");

	for (unsigned long n = 0; n < count; n++) {
		if (n % 64 == 0)
			prepare();
		failed += one() == -1;
		if (n % 256 == 0) {	/* keep descriptors from running out */
			syscall(SYS_close_range, 20, ~0u, 0);
			chdir("/tmp");
		}
	}
	for (int i = 0; i < PAGE; i++)
		bad += pages[i] != 0x5a || pages[7 * PAGE + i] != 0x5a || pages[4 * PAGE + i] != 0x5a;
	printf("%lu calls, %lu failed, %lu bytes spoiled\n", count, failed, bad);
	return bad != 0;
}
