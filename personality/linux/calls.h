/* SPDX-License-Identifier: MIT */
/*
 * calls.h - the system calls: their handlers, and the table that drives dispatch, trace and the
 * coverage page (table.c).
 */
#pragma once
#include "lx.h"

/*
 * Trace format: one word an argument, in the order of the registers.
 *
 *	fd		descriptor; AT_FDCWD
 *	int uint hex	number, as 32 bits: signed, unsigned, hexadecimal
 *	long ulong	number, as 64 bits
 *	len off ptr	size, file offset, address or NULL
 *	mode		permission bits, octal
 *	path		a string in memory; `>path`: read after the call
 *	in:N out:N	bytes in memory, N is the number of the argument with their count (0..5);
 *			out is read after the call, and then `out:ret` is as many as its result
 *	sig		signal name
 *	NAME		flags or a value in words: a table of this name in trace_names.c
 *	*TYPE		a struct in memory, by name: timespec, pipe; after the call with a `>` in front
 *
 * What the call returns: decimal, unless the format ends in `=ptr`, `=hex` or `=none`.
 */
enum lx_served {
	LX_NOT_SERVED,			/* ENOSYS */
	LX_FULL,			/* as the manual page says */
	LX_PART,			/* the remark tells what is missing */
	LX_NO_RETURN,			/* LX_FULL, and it does not return */
};

struct lx_call {
	const char *name;
	lx_handler *handler;
	const char *format;
	uint8_t served;
	const char *remark;
};

extern const struct lx_call lx_calls[];
extern const unsigned lx_call_count;

/* Processes, identity, machine (misc.c, ids.c, limits.c). */
lx_handler lx_exit, lx_exit_group, lx_getpid, lx_gettid, lx_getppid, lx_getpgrp, lx_getpgid,
	lx_setpgid, lx_getsid, lx_setsid, lx_getuid, lx_geteuid, lx_getgid, lx_getegid, lx_getresuid,
	lx_getresgid, lx_getgroups, lx_setuid, lx_setgid, lx_setreuid, lx_setregid, lx_setresuid,
	lx_setresgid, lx_setgroups, lx_arch_prctl, lx_set_tid_address, lx_set_robust_list,
	lx_get_robust_list, lx_prctl, lx_uname, lx_sysinfo, lx_getrandom, lx_getrlimit, lx_setrlimit,
	lx_prlimit64, lx_getrusage, lx_times, lx_getpriority, lx_setpriority,
	lx_personality;

/* Scheduling (sched.c). */
lx_handler lx_sched_yield, lx_sched_getaffinity, lx_sched_setaffinity, lx_sched_getscheduler,
	lx_sched_getparam, lx_sched_get_priority_max, lx_sched_get_priority_min, lx_getcpu,
	lx_membarrier;

/* Memory (mmap.c, mremap.c, madvise.c). */
lx_handler lx_mmap, lx_munmap, lx_mprotect, lx_mremap, lx_madvise, lx_brk, lx_mincore, lx_msync,
	lx_mlock, lx_munlock, lx_mlock2, lx_mlockall, lx_munlockall;

/* Time and futexes (time.c, sleep.c, futex.c). */
lx_handler lx_clock_gettime, lx_clock_getres, lx_clock_settime, lx_gettimeofday, lx_time,
	lx_nanosleep, lx_clock_nanosleep, lx_futex;

/* Signals (signal.c). */
lx_handler lx_rt_sigaction, lx_rt_sigprocmask, lx_rt_sigpending, lx_rt_sigsuspend,
	lx_rt_sigreturn, lx_sigaltstack, lx_kill, lx_tgkill, lx_tkill, lx_pause;

/* Files (the handlers of read.c, namei.c, stat.c, dir.c, fcntl.c, attr.c, ioctl.c, poll.c ...). */
lx_handler lx_read, lx_write, lx_readv, lx_writev, lx_pread64, lx_pwrite64, lx_preadv, lx_pwritev,
	lx_preadv2, lx_pwritev2, lx_sendfile, lx_copy_file_range, lx_lseek, lx_ftruncate,
	lx_truncate, lx_fallocate, lx_fsync, lx_fdatasync, lx_sync, lx_syncfs, lx_sync_file_range,
	lx_fadvise64, lx_readahead;
lx_handler lx_open, lx_openat, lx_openat2, lx_creat, lx_close, lx_close_range, lx_dup, lx_dup2,
	lx_dup3, lx_fcntl, lx_flock, lx_ioctl;
lx_handler lx_stat, lx_fstat, lx_lstat, lx_newfstatat, lx_statx, lx_statfs, lx_fstatfs, lx_access,
	lx_faccessat, lx_faccessat2, lx_getdents, lx_getdents64, lx_mkdir, lx_mkdirat, lx_rmdir,
	lx_unlink, lx_unlinkat, lx_rename, lx_renameat, lx_renameat2, lx_link, lx_linkat, lx_symlink,
	lx_symlinkat, lx_readlink, lx_readlinkat, lx_mknod, lx_mknodat, lx_getcwd, lx_chdir,
	lx_fchdir, lx_umask, lx_chmod, lx_fchmod, lx_fchmodat, lx_chown, lx_fchown, lx_lchown,
	lx_fchownat, lx_utime, lx_utimes, lx_futimesat, lx_utimensat;
lx_handler lx_poll, lx_ppoll, lx_select, lx_pselect6;
