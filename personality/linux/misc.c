/* SPDX-License-Identifier: MIT */
/* misc.c - system calls about the machine and the calling process that belong nowhere else. */
#include <string.h>

#include <asm/errno.h>
#include <asm/prctl.h>
#include <linux/personality.h>
#include <linux/prctl.h>
#include <linux/random.h>
#include <linux/signal.h>
#include <linux/sysinfo.h>
#include <linux/utsname.h>
#include <hedron/native.h>

#include "calls.h"
#include "mm.h"
#include "process.h"
#include "random.h"
#include "sysmem.h"
#include "usermem.h"

#define RELEASE		"6.1.0-hedron"	/* the Linux whose interface this is */
#define ROBUST_HEAD	24		/* sizeof(struct robust_list_head) */
#define RANDOM_MAX	(32u << 20)	/* bytes of one getrandom(2), as Linux has it ... */
#define RANDOM_PIECE	(256u << 10)	/* ... made in pieces, between which others are served */

/* exit(2): Limit: one thread a process, so the process ends with it. */
long lx_exit(struct thread *t, const uint64_t *a)
{
	return lx_exit_group(t, a);
}

/* exit_group(2) */
long lx_exit_group(struct thread *t, const uint64_t *a)
{
	process_exit(t->process, PROGRAM_EXITED, a[0] & 0xff);
	return LX_EXIT;
}

/* set_tid_address(2) */
long lx_set_tid_address(struct thread *t, const uint64_t *a)
{
	t->clear_tid = a[0];
	return t->tid;
}

/* set_robust_list(2) */
long lx_set_robust_list(struct thread *t, const uint64_t *a)
{
	if (a[1] != ROBUST_HEAD)
		return -EINVAL;
	t->robust_list = a[0];
	t->robust_len = a[1];
	return 0;
}

/* get_robust_list(2) */
long lx_get_robust_list(struct thread *t, const uint64_t *a)
{
	uint64_t len = ROBUST_HEAD;
	struct process *p = t->process;

	if ((int)a[0] && (int)a[0] != t->tid)
		return -ESRCH;
	if (copy_out(p->mm, a[1], &t->robust_list, 8) || copy_out(p->mm, a[2], &len, 8))
		return -EFAULT;
	return 0;
}

/* arch_prctl(2). A message has both bases, and they are put back as they are in t->regs. */
long lx_arch_prctl(struct thread *t, const uint64_t *a)
{
	struct mm *mm = t->process->mm;

	switch ((int)a[0]) {
	case ARCH_SET_FS:
	case ARCH_SET_GS:
		if (a[1] >= LX_TASK_SIZE)
			return -EPERM;
		if ((int)a[0] == ARCH_SET_FS)
			t->regs.fs_base = a[1];
		else
			t->regs.gs_base = a[1];
		t->regs.rax = 0;
		return LX_REGS;
	case ARCH_GET_FS:
		return copy_out(mm, a[1], &t->regs.fs_base, 8);
	case ARCH_GET_GS:
		return copy_out(mm, a[1], &t->regs.gs_base, 8);
	}
	return -EINVAL;
}

static long set_name(struct process *p, uint64_t uaddr)
{
	char name[sizeof(p->name)] = "";

	if (copy_in_string(p->mm, name, uaddr, sizeof(name)) == -EFAULT)
		return -EFAULT;
	name[sizeof(name) - 1] = 0;
	memcpy(p->name, name, sizeof(name));
	return 0;
}

/* prctl(2) */
long lx_prctl(struct thread *t, const uint64_t *a)
{
	struct process *p = t->process;

	switch ((int)a[0]) {
	case PR_SET_NAME:
		return set_name(p, a[1]);
	case PR_GET_NAME:
		return copy_out(p->mm, a[1], p->name, sizeof(p->name));
	case PR_GET_DUMPABLE:
		return 0;
	case PR_SET_DUMPABLE:
		return a[1] == 0 ? 0 : -EINVAL;
	case PR_GET_NO_NEW_PRIVS:
		return p->no_new_privs;
	case PR_SET_NO_NEW_PRIVS:
		if (a[1] != 1 || a[2] || a[3] || a[4])
			return -EINVAL;
		p->no_new_privs = true;
		return 0;
	case PR_GET_PDEATHSIG:
		return copy_out(p->mm, a[1], &(int){ 0 }, sizeof(int));
	case PR_CAPBSET_READ:
		return a[1] <= 40 ? 0 : -EINVAL;	/* no process has any (capabilities(7)) */
	case PR_GET_KEEPCAPS:
	case PR_GET_SECCOMP:
		return 0;
	}
	return -EINVAL;
}

/* personality(2): the bits are kept; other systems than Linux cannot be had. */
long lx_personality(struct thread *t, const uint64_t *a)
{
	uint32_t old = t->process->persona, new = a[0];

	if (new == 0xffffffff)
		return old;
	if ((new & PER_MASK) != PER_LINUX)
		return -EINVAL;
	t->process->persona = new;
	return old;
}

static void put(char field[__NEW_UTS_LEN + 1], const char *s)
{
	strncpy(field, s, __NEW_UTS_LEN);
}

/* uname(2) */
long lx_uname(struct thread *t, const uint64_t *a)
{
	struct new_utsname u;

	memset(&u, 0, sizeof(u));
	put(u.sysname, "Linux");
	put(u.nodename, "hedron");
	put(u.release, RELEASE);
	put(u.version, "#1 Hedron Hybrid");
	put(u.machine, "x86_64");
	put(u.domainname, "(none)");
	return copy_out(t->process->mm, a[0], &u, sizeof(u));
}

/* sysinfo(2) */
long lx_sysinfo(struct thread *t, const uint64_t *a)
{
	struct sysinfo info;
	struct list *pos;

	memset(&info, 0, sizeof(info));
	info.uptime = monotonic_ns() / NS_PER_SEC;
	info.totalram = sysmem_total_pages() * PAGE_SIZE;
	info.freeram = frames_free(FRAME_PLAIN) * PAGE_SIZE;
	info.mem_unit = 1;
	LIST_EACH(pos, &processes)
		info.procs++;
	return copy_out(t->process->mm, a[0], &info, sizeof(info));
}

/* getrandom(2). The generator is ready from the start, so nothing blocks. */
long lx_getrandom(struct thread *t, const uint64_t *a)
{
	uint32_t flags = a[2];
	size_t len = a[1] < RANDOM_MAX ? a[1] : RANDOM_MAX;
	uint64_t *done = &t->call.done, stop = *done + RANDOM_PIECE;
	uint8_t bytes[256];

	if (flags & ~(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE) ||
	    (flags & (GRND_INSECURE | GRND_RANDOM)) == (GRND_INSECURE | GRND_RANDOM))
		return -EINVAL;
	while (*done < len) {
		size_t n = len - *done < sizeof(bytes) ? len - *done : sizeof(bytes);

		if (*done >= stop)
			return signal_pending(t) ? (long)*done : wait_yield(t);
		random_bytes(bytes, n);
		if (copy_out(t->process->mm, a[0] + *done, bytes, n))
			return *done ? (long)*done : -EFAULT;
		*done += n;
	}
	return *done;
}

uint64_t sysmem_total_pages(void)
{
	static uint64_t pages;
	struct root_info info;

	if (!pages && hedron_info(&info) == SVC_OK)
		pages = info.quota_pages < info.total_pages ? info.quota_pages : info.total_pages;
	return pages;
}
