/* SPDX-License-Identifier: MIT */
/*
 * process.h - processes and their threads; the story, with the life of a thread, is at the head of
 * process.c.
 */
#pragma once
#include "list.h"
#include "lx.h"
#include "sig.h"
#include "wait.h"
#include <hedron/crd.h>

struct fdtable;
struct fs_context;
struct mm;

/* General registers in the order of struct hedron_state, then the others. */
struct regs {
	uint64_t rax, rcx, rdx, rbx;
	uint64_t rsp, rbp, rsi, rdi;
	uint64_t r8, r9, r10, r11;
	uint64_t r12, r13, r14, r15;
	uint64_t rip, rflags;
	uint64_t fs_base, gs_base;
};

enum thread_state {
	THREAD_FREE,			/* a slot without a thread */
	THREAD_RUNNING,			/* runs, or is being served */
	THREAD_PARKED,			/* sleeps on its semaphore until wake_thread() */
	THREAD_ENDED,			/* sleeps on its semaphore for ever */
};

/* What a call that waits keeps from one run to the next. All 0 when the call is fresh. */
struct call_state {
	bool again;			/* this is not the first run */
	bool timed_out;			/* the time of wait_until() has come */
	uint64_t deadline_ns;		/* for wait_until(), computed in the first run */
	uint64_t done;			/* bytes already moved, or what the handler likes */
	uint64_t value[2];		/* the handler's own */
};

#define THREAD_INLINE_WAITS	2

struct thread {
	struct process *process;
	int tid;
	enum thread_state state;
	bool woken;			/* since its last message */
	unsigned number;		/* in its process: UTCB and event base come from it */
	unsigned slot;			/* in the table of threads: badge or portal ids, selectors */
	bool has_portals;		/* the slot has portals of its own, and keeps them */
	struct regs regs;		/* as of its last message */
	struct call_state call;
	uint64_t clear_tid;		/* set_tid_address(2); user address or 0 */
	uint64_t robust_list, robust_len;	/* set_robust_list(2) */
	struct sig_thread sig;
	struct list of_process;		/* process->threads */

	/* wait.c */
	struct wait_entry wait_inline[THREAD_INLINE_WAITS];
	struct wait_entry *waits;	/* in use */
	uint64_t wake_ns;		/* deadline, 0 = none */
	size_t timer_index;		/* place in the heap, when wake_ns is set */
};

/* Resource limits, as the UAPI numbers them. */
#define LX_RLIMITS	16
struct lx_rlimit {
	uint64_t soft, hard;
};

#define ROOT_PORTALS_ORDER	6	/* one for each CPU, HEDRON_NUM_CPU */

struct process {
	int pid, ppid, pgid, sid;
	char name[16];			/* last part of the program's path (prctl(2), PR_SET_NAME) */
	char *path;			/* of the program */
	struct mm *mm;
	struct fdtable *fds;		/* FILES: fdtable.h */
	struct fs_context *fs;		/* FILES: working directory, umask */
	struct list threads;		/* struct thread.of_process */
	unsigned live_threads;
	unsigned next_thread;		/* number for the next one */
	struct lx_rlimit rlimit[LX_RLIMITS];
	uint32_t uid, euid, suid, gid, egid, sgid;
	struct sig_process sig;
	uint64_t start_ns;		/* monotonic */
	bool no_new_privs;		/* prctl(2) */
	uint32_t persona;		/* personality(2) */
	cap_sel pd;

	/* As the loader was told (hedron/loader.h). */
	uint32_t program;		/* number for ROOT_ENDED; 0: started by another process */
	uint32_t console;		/* CONSOLE_GRANT_* */
	bool trace;
	bool hybrid;			/* marked hybrid and allowed to be */
	bool may_create;		/* hybrid: its own PD comes with PD_CREATE */
	cap_sel root_portals;		/* hybrid: 64 selectors, + CPU: for CAPS_ROOT; 0: none */
	bool ending;			/* no thread of it may run on ... */
	uint32_t end_how, end_value;	/* ... because of this */
	struct list all;		/* processes */
};

extern struct list processes;		/* struct process.all */

static inline uint64_t process_limit(const struct process *p, unsigned resource)
{
	return p->rlimit[resource].soft;
}

/*
 * process_new - a process with one thread, no memory and no files; it is in the list of processes and
 * does not run. NULL: no memory. process_run: its PD is made and the thread starts at t->regs.
 * process_delete: one that never ran.
 */
struct process *process_new(const char *path);
long process_run(struct process *p);
void process_delete(struct process *p);

struct process *process_find(int pid);
uint64_t process_time_ns(const struct process *p);	/* CPU time of its threads */
struct thread *process_thread(struct process *p);	/* its first one */

/*
 * process_exit - the end, from now on: how is PROGRAM_EXITED or PROGRAM_KILLED (hedron/root.h). The
 * thread that is being served gets LX_EXIT for its result; others are stopped where they are.
 */
void process_exit(struct process *p, unsigned how, unsigned value);
