/* SPDX-License-Identifier: MIT */
/*
 * lx.h - what every file of the personality needs: the shape of a system call's handler, the layout
 * of a Linux process's address space, and lines for the log.
 *
 * The personality is one thread of control, the handler EC (server.c): nothing here is locked,
 * nothing is called from anywhere else, and a handler never waits except for a service.
 */
#pragma once
#include <hedron/abi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct process;
struct thread;

/*
 * A system call's handler. a[0..5] are the arguments (rdi rsi rdx r10 r8 r9), 64 bits each as the
 * program set them: an int must be taken as (int)a[i], an unsigned as (uint32_t)a[i].
 *
 * Returns the result >= 0, -errno, or
 *   LX_PARK     the call must wait: the thread sleeps, and the call runs again from its registers
 *               when something wakes it (wait.h)
 *   LX_REGS     t->regs hold all of the thread's new registers (rt_sigreturn)
 *   LX_EXIT     the thread has ended
 */
typedef long lx_handler(struct thread *t, const uint64_t *a);

#define LX_PARK		(INT64_MIN)
#define LX_REGS		(INT64_MIN + 1)
#define LX_EXIT		(INT64_MIN + 2)

static inline bool lx_is_error(long result)	{ return result < 0 && result >= -4095; }

#define SYSCALL_LENGTH	2		/* bytes of the instruction */

/* Pages. */
#define PAGE_SHIFT	HEDRON_PAGE_SHIFT
#define PAGE_SIZE	((uint64_t)HEDRON_PAGE_SIZE)
#define PAGE_MASK	(~(PAGE_SIZE - 1))
#define PAGE_DOWN(x)	((uint64_t)(x) & PAGE_MASK)
#define PAGE_UP(x)	(((uint64_t)(x) + PAGE_SIZE - 1) & PAGE_MASK)
#define PAGE_OFFSET(x)	((uint64_t)(x) & (PAGE_SIZE - 1))

/*
 * Address space of a Linux process. The program owns [LX_MMAP_MIN, LX_TASK_SIZE); above it lie the
 * HIP (hybrid programs only) and the UTCBs, one page a thread, which no mapping can cover.
 */
#define LX_MMAP_MIN	0x10000ull		/* lowest address of a mapping (vm.mmap_min_addr) */
#define LX_TASK_SIZE	0x7fffeffff000ull	/* end of what the program can map; top of the stack */
#define LX_HIP_ADDR	0x7ffff0000000ull
#define LX_UTCB_BASE	0x7ffff0001000ull	/* + PAGE_SIZE * thread's number in its process */
#define LX_PIE_BASE	0x555555554000ull	/* where a static PIE is loaded */

/* Where a hybrid program finds its capabilities (AT_HEDRON_CAPS), far above the portals of threads. */
#define LX_PROGRAM_CAPS	0x200000ull

/* Length of an array. */
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
