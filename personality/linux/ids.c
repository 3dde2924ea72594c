/* SPDX-License-Identifier: MIT */
/*
 * ids.c - system calls about who a process is: pids, groups, sessions, users.
 *
 * A process starts as user 0 of a machine of its own. The user ids decide what kill(2) and files
 * say of it; they protect nothing here: what a program may do, its capabilities say.
 */
#include <asm/errno.h>
#include <linux/prctl.h>

#include "calls.h"
#include "process.h"
#include "usermem.h"

#define KEEP	((uint32_t)-1)		/* "leave it": setresuid(2) */

/* getpid(2) */
long lx_getpid(struct thread *t, const uint64_t *a)	{ return t->process->pid; }
/* gettid(2) */
long lx_gettid(struct thread *t, const uint64_t *a)	{ return t->tid; }
/* getpid(2) */
long lx_getppid(struct thread *t, const uint64_t *a)	{ return t->process->ppid; }
/* getpgrp(2) */
long lx_getpgrp(struct thread *t, const uint64_t *a)	{ return t->process->pgid; }

static struct process *process_of(struct thread *t, int pid)
{
	return pid ? process_find(pid) : t->process;
}

/* getpgid(2) */
long lx_getpgid(struct thread *t, const uint64_t *a)
{
	struct process *p = process_of(t, a[0]);

	return p ? p->pgid : -ESRCH;
}

/* getsid(2) */
long lx_getsid(struct thread *t, const uint64_t *a)
{
	struct process *p = process_of(t, a[0]);

	return p ? p->sid : -ESRCH;
}

/* Is there a group of this number in the session? */
static bool group_exists(int pgid, int sid)
{
	struct list *pos;

	LIST_EACH(pos, &processes) {
		struct process *p = LIST_ITEM(pos, struct process, all);

		if (p->pgid == pgid && p->sid == sid)
			return true;
	}
	return false;
}

/* setpgid(2) */
long lx_setpgid(struct thread *t, const uint64_t *a)
{
	struct process *p = process_of(t, a[0]);
	int pgid = a[1];

	if (pgid < 0)
		return -EINVAL;
	if (!p || (p != t->process && p->ppid != t->process->pid))
		return -ESRCH;
	if (!pgid)
		pgid = p->pid;
	if (p->sid == p->pid || p->sid != t->process->sid)
		return -EPERM;
	if (pgid != p->pid && !group_exists(pgid, p->sid))
		return -EPERM;
	p->pgid = pgid;
	return 0;
}

/* setsid(2) */
long lx_setsid(struct thread *t, const uint64_t *a)
{
	struct process *p = t->process;
	struct list *pos;

	LIST_EACH(pos, &processes)
		if (LIST_ITEM(pos, struct process, all)->pgid == p->pid)
			return -EPERM;
	return p->sid = p->pgid = p->pid;
}

/* ---- users and groups ------------------------------------------------------------------------ */

/* getuid(2) */
long lx_getuid(struct thread *t, const uint64_t *a)	{ return t->process->uid; }
/* getuid(2) */
long lx_geteuid(struct thread *t, const uint64_t *a)	{ return t->process->euid; }
/* getgid(2) */
long lx_getgid(struct thread *t, const uint64_t *a)	{ return t->process->gid; }
/* getgid(2) */
long lx_getegid(struct thread *t, const uint64_t *a)	{ return t->process->egid; }

/* The three ids of one kind. */
struct ids {
	uint32_t *real, *effective, *saved;
};

static struct ids users(struct process *p)
{
	return (struct ids){ &p->uid, &p->euid, &p->suid };
}

static struct ids groups(struct process *p)
{
	return (struct ids){ &p->gid, &p->egid, &p->sgid };
}

static bool is_privileged(const struct process *p)	{ return p->euid == 0; }

static bool has(struct ids ids, uint32_t id)
{
	return id == *ids.real || id == *ids.effective || id == *ids.saved;
}

static long get_ids(struct thread *t, const uint64_t *a, struct ids ids)
{
	struct mm *mm = t->process->mm;

	return copy_out(mm, a[0], ids.real, 4) || copy_out(mm, a[1], ids.effective, 4) ||
	       copy_out(mm, a[2], ids.saved, 4) ? -EFAULT : 0;
}

/* Sets those that are not KEEP, if each is allowed. */
static long set_ids(struct process *p, struct ids ids, uint32_t real, uint32_t effective, uint32_t saved)
{
	uint32_t wanted[] = { real, effective, saved };

	for (unsigned i = 0; i < ARRAY_SIZE(wanted); i++)
		if (wanted[i] != KEEP && !is_privileged(p) && !has(ids, wanted[i]))
			return -EPERM;
	if (real != KEEP)
		*ids.real = real;
	if (effective != KEEP)
		*ids.effective = effective;
	if (saved != KEEP)
		*ids.saved = saved;
	return 0;
}

/* setuid(2), setgid(2): all three if privileged, else the effective one. */
static long set_id(struct process *p, struct ids ids, uint32_t id)
{
	if (id == KEEP)
		return -EINVAL;
	return is_privileged(p) ? set_ids(p, ids, id, id, id) : set_ids(p, ids, KEEP, id, KEEP);
}

/* setreuid(2): the saved id follows the effective one if the real one is set, or it becomes another. */
static long set_real_effective(struct process *p, struct ids ids, uint32_t real, uint32_t effective)
{
	uint32_t old_real = *ids.real;
	long err;

	if (real != KEEP && !is_privileged(p) && real != *ids.real && real != *ids.effective)
		return -EPERM;
	err = set_ids(p, ids, real, effective, KEEP);
	if (!err && (real != KEEP || (effective != KEEP && effective != old_real)))
		*ids.saved = *ids.effective;
	return err;
}

/* getresuid(2) */
long lx_getresuid(struct thread *t, const uint64_t *a)	{ return get_ids(t, a, users(t->process)); }
/* getresuid(2) */
long lx_getresgid(struct thread *t, const uint64_t *a)	{ return get_ids(t, a, groups(t->process)); }

/* setuid(2) */
long lx_setuid(struct thread *t, const uint64_t *a)
{
	return set_id(t->process, users(t->process), a[0]);
}

/* setgid(2) */
long lx_setgid(struct thread *t, const uint64_t *a)
{
	return set_id(t->process, groups(t->process), a[0]);
}

/* setreuid(2) */
long lx_setreuid(struct thread *t, const uint64_t *a)
{
	return set_real_effective(t->process, users(t->process), a[0], a[1]);
}

/* setreuid(2) */
long lx_setregid(struct thread *t, const uint64_t *a)
{
	return set_real_effective(t->process, groups(t->process), a[0], a[1]);
}

/* setresuid(2) */
long lx_setresuid(struct thread *t, const uint64_t *a)
{
	return set_ids(t->process, users(t->process), a[0], a[1], a[2]);
}

/* setresuid(2) */
long lx_setresgid(struct thread *t, const uint64_t *a)
{
	return set_ids(t->process, groups(t->process), a[0], a[1], a[2]);
}

/* getgroups(2): there are no supplementary groups. */
long lx_getgroups(struct thread *t, const uint64_t *a)
{
	return (int)a[0] < 0 ? -EINVAL : 0;
}

/* setgroups(2): only the empty set can be had. */
long lx_setgroups(struct thread *t, const uint64_t *a)
{
	if (!is_privileged(t->process))
		return -EPERM;
	return a[0] ? -EINVAL : 0;
}
