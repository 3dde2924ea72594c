/* SPDX-License-Identifier: MIT */
/*
 * table.c - the table of system calls: number, name, handler, trace format, what is served.
 *
 * Dispatch (server.c), trace (trace.c) and the page docs/linux-calls.md come from here. For the page
 * it is compiled for the host, with LX_NO_HANDLERS. Format words: calls.h.
 */
#include "calls.h"
#include <asm/unistd_64.h>

#ifdef LX_NO_HANDLERS
#define HANDLER(nr)		NULL
#else
#define HANDLER(nr)		lx_##nr
#endif

#define CALL(nr, fmt, how, rem)	[__NR_##nr] = { #nr, HANDLER(nr), fmt, how, rem }
#define FULL(nr, fmt)		CALL(nr, fmt, LX_FULL, NULL)
#define PART(nr, fmt, rem)	CALL(nr, fmt, LX_PART, rem)
#define LAST(nr, fmt, rem)	CALL(nr, fmt, LX_NO_RETURN, rem)

const struct lx_call lx_calls[] = {
	/* Processes, identity, machine. */
	LAST(exit,		"int", "ends the process: it has one thread"),
	LAST(exit_group,	"int", NULL),
	FULL(getpid,		""),
	FULL(gettid,		""),
	FULL(getppid,		""),
	FULL(getpgrp,		""),
	FULL(getpgid,		"int"),
	FULL(setpgid,		"int int"),
	FULL(getsid,		"int"),
	FULL(setsid,		""),
	FULL(getuid,		""),
	FULL(geteuid,		""),
	FULL(getgid,		""),
	FULL(getegid,		""),
	FULL(getresuid,		"ptr ptr ptr"),
	FULL(getresgid,		"ptr ptr ptr"),
	FULL(setuid,		"int"),
	FULL(setgid,		"int"),
	FULL(setreuid,		"int int"),
	FULL(setregid,		"int int"),
	FULL(setresuid,		"int int int"),
	FULL(setresgid,		"int int int"),
	FULL(getgroups,		"int ptr"),
	PART(setgroups,		"long ptr", "the empty set"),
	FULL(arch_prctl,	"archprctl ptr"),
	FULL(set_tid_address,	"ptr"),
	FULL(set_robust_list,	"ptr len"),
	FULL(get_robust_list,	"int ptr ptr"),
	PART(prctl,		"prctl ptr ptr ptr ptr", "name, dumpable, no_new_privs, pdeathsig, capbset"),
	PART(personality,	"hex", "PER_LINUX; the bits have no effect"),
	FULL(uname,		"ptr"),
	FULL(sysinfo,		"ptr"),
	FULL(getrandom,		"out:ret len random"),
	FULL(getrlimit,		"rlimit ptr"),
	PART(setrlimit,		"rlimit ptr", "held: AS, DATA, STACK, NOFILE, FSIZE"),
	PART(prlimit64,		"int rlimit ptr ptr", "held: AS, DATA, STACK, NOFILE, FSIZE"),
	PART(getrusage,		"rusage ptr", "CPU time and resident size"),
	FULL(times,		"ptr"),
	FULL(getpriority,	"int int"),
	PART(setpriority,	"int int int", "nice 0"),

	/* Scheduling. */
	PART(sched_yield,	"", "the quantum runs on"),
	FULL(sched_getaffinity,	"int uint ptr"),
	FULL(sched_setaffinity,	"int uint ptr"),
	FULL(sched_getscheduler, "int"),
	FULL(sched_getparam,	"int ptr"),
	FULL(sched_get_priority_max, "int"),
	FULL(sched_get_priority_min, "int"),
	FULL(getcpu,		"ptr ptr ptr"),
	FULL(membarrier,	"int uint int"),

	/* Memory. */
	PART(mmap,		"ptr len prot map fd off =ptr", "no huge pages, no MAP_SYNC"),
	FULL(munmap,		"ptr len"),
	FULL(mprotect,		"ptr len prot"),
	PART(mremap,		"ptr len len mremap ptr =ptr", "old size 0 only for files"),
	PART(madvise,		"ptr len madvise", "no MADV_REMOVE, DONTFORK, MERGEABLE, HWPOISON, COLLAPSE"),
	FULL(brk,		"ptr =ptr"),
	FULL(mincore,		"ptr len ptr"),
	FULL(msync,		"ptr len msync"),
	FULL(mlock,		"ptr len"),
	FULL(mlock2,		"ptr len hex"),
	FULL(munlock,		"ptr len"),
	FULL(mlockall,		"hex"),
	FULL(munlockall,	""),

	/* Time and futexes. */
	FULL(clock_gettime,	"clock >*timespec"),
	FULL(clock_getres,	"clock >*timespec"),
	FULL(clock_settime,	"clock *timespec"),
	FULL(gettimeofday,	"ptr ptr"),
	FULL(time,		"ptr"),
	FULL(nanosleep,		"*timespec ptr"),
	PART(clock_nanosleep,	"clock timer *timespec ptr", "no CPU-time clocks"),
	PART(futex,		"ptr futex uint ptr ptr uint", "no priority inheritance"),

	/* Signals. */
	FULL(rt_sigaction,	"sig ptr ptr len"),
	FULL(rt_sigprocmask,	"sighow ptr ptr len"),
	FULL(rt_sigpending,	"ptr len"),
	FULL(rt_sigsuspend,	"ptr len"),
	FULL(rt_sigreturn,	""),
	FULL(sigaltstack,	"ptr ptr"),
	FULL(pause,		""),
	PART(kill,		"int sig", "stop signals are ignored; real-time signals are not queued"),
	PART(tgkill,		"int int sig", "as kill"),
	PART(tkill,		"int sig", "as kill"),

	/* Files: content. */
	FULL(read,		"fd out:ret len"),
	FULL(write,		"fd in:2 len"),
	FULL(readv,		"fd ptr int"),
	FULL(writev,		"fd ptr int"),
	FULL(pread64,		"fd out:ret len off"),
	FULL(pwrite64,		"fd in:2 len off"),
	FULL(preadv,		"fd ptr int off"),
	FULL(pwritev,		"fd ptr int off"),
	PART(preadv2,		"fd ptr int off int hex", "flags RWF_HIPRI, RWF_DSYNC, RWF_SYNC"),
	PART(pwritev2,		"fd ptr int off int hex", "flags RWF_HIPRI, RWF_DSYNC, RWF_SYNC"),
	PART(sendfile,		"fd fd ptr len", "source: a regular file"),
	FULL(copy_file_range,	"fd ptr fd ptr len hex"),
	PART(lseek,		"fd off whence", "SEEK_DATA, SEEK_HOLE: all of a file is data"),
	FULL(truncate,		"path off"),
	FULL(ftruncate,		"fd off"),
	PART(fallocate,		"fd hex off off", "mode 0"),
	FULL(fsync,		"fd"),
	FULL(fdatasync,		"fd"),
	FULL(sync,		"=none"),
	FULL(syncfs,		"fd"),
	FULL(sync_file_range,	"fd off off hex"),
	FULL(fadvise64,		"fd off len int"),
	FULL(readahead,		"fd off len"),

	/* Files: descriptors. */
	PART(open,		"path open mode",
	     "no O_TMPFILE, O_DIRECT; no pipes, sockets, disks; permission bits are not enforced"),
	PART(openat,		"fd path open mode", "as open"),
	PART(openat2,		"fd path ptr len", "as open; RESOLVE_NO_XDEV, RESOLVE_NO_MAGICLINKS"),
	FULL(creat,		"path mode"),
	FULL(close,		"fd"),
	FULL(close_range,	"uint uint hex"),
	FULL(dup,		"fd"),
	FULL(dup2,		"fd fd"),
	FULL(dup3,		"fd fd open"),
	PART(fcntl,		"fd fcntl hex", "descriptors, flags, locks; no leases, signals, seals, pipe sizes"),
	FULL(flock,		"fd hex"),
	PART(ioctl,		"fd ioctl ptr", "descriptor flags, FIONREAD, terminal settings"),

	/* Files: names and attributes. */
	FULL(stat,		"path ptr"),
	FULL(fstat,		"fd ptr"),
	FULL(lstat,		"path ptr"),
	FULL(newfstatat,	"fd path ptr at"),
	FULL(statx,		"fd path at statx ptr"),
	FULL(statfs,		"path ptr"),
	FULL(fstatfs,		"fd ptr"),
	FULL(access,		"path access"),
	FULL(faccessat,		"fd path access"),
	FULL(faccessat2,	"fd path access at"),
	FULL(getdents,		"fd ptr uint"),
	FULL(getdents64,	"fd ptr uint"),
	FULL(mkdir,		"path mode"),
	FULL(mkdirat,		"fd path mode"),
	FULL(rmdir,		"path"),
	FULL(unlink,		"path"),
	FULL(unlinkat,		"fd path at"),
	FULL(rename,		"path path"),
	FULL(renameat,		"fd path fd path"),
	PART(renameat2,		"fd path fd path rename", "no RENAME_WHITEOUT"),
	FULL(link,		"path path"),
	FULL(linkat,		"fd path fd path at"),
	PART(symlink,		"path path", "text of at most 1900 bytes"),
	PART(symlinkat,		"path fd path", "text of at most 1900 bytes"),
	FULL(readlink,		"path out:ret len"),
	FULL(readlinkat,	"fd path out:ret len"),
	FULL(mknod,		"path mode hex"),
	FULL(mknodat,		"fd path mode hex"),
	FULL(getcwd,		">path len"),
	FULL(chdir,		"path"),
	FULL(fchdir,		"fd"),
	FULL(umask,		"mode"),
	FULL(chmod,		"path mode"),
	FULL(fchmod,		"fd mode"),
	FULL(fchmodat,		"fd path mode"),
	FULL(chown,		"path int int"),
	FULL(fchown,		"fd int int"),
	FULL(lchown,		"path int int"),
	FULL(fchownat,		"fd path int int at"),
	FULL(utime,		"path ptr"),
	FULL(utimes,		"path ptr"),
	FULL(futimesat,		"fd path ptr"),
	FULL(utimensat,		"fd path ptr at"),

	/* Files: waiting. */
	FULL(poll,		"ptr uint int"),
	FULL(ppoll,		"ptr uint *timespec ptr"),
	FULL(select,		"int ptr ptr ptr ptr"),
	FULL(pselect6,		"int ptr ptr ptr *timespec"),
};

const unsigned lx_call_count = ARRAY_SIZE(lx_calls);
