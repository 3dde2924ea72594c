/* SPDX-License-Identifier: MIT */
/*
 * process.c - processes: how they come into being and how they end.
 *
 * A process has a struct process here, a PD in the kernel, memory (mm), files (fds, fs) and threads.
 * Its struct is in the list `processes` until the last thread has ended; then the roottask is told,
 * the files are closed, and what is left waits to be reaped (thread.c).
 *
 * Pids and tids come from one counter, as in Linux. Number 1 stands for the personality itself: it
 * is the parent of what the roottask started, and nobody can signal it.
 */
#include "process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/resource.h>
#include <hedron/native.h>

#include "fdtable.h"
#include "mm.h"
#include "server.h"
#include "thread.h"

#define PID_MAX		32768
#define INIT_PID	1
#define STACK_LIMIT	(8ull << 20)
#define FILES_SOFT	1024
#define FILES_HARD	4096

struct list processes = { &processes, &processes };

_Static_assert(LX_RLIMITS == RLIM_NLIMITS, "UAPI linux/resource.h");

struct process *process_find(int pid)
{
	struct list *pos;

	LIST_EACH(pos, &processes) {
		struct process *p = LIST_ITEM(pos, struct process, all);

		if (p->pid == pid)
			return p;
	}
	return NULL;
}

static bool id_is_used(int id)
{
	struct list *pos, *th;

	LIST_EACH(pos, &processes) {
		struct process *p = LIST_ITEM(pos, struct process, all);

		if (p->pid == id || p->pgid == id || p->sid == id)
			return true;
		LIST_EACH(th, &p->threads)
			if (LIST_ITEM(th, struct thread, of_process)->tid == id)
				return true;
	}
	return false;
}

static int new_id(void)
{
	static int last = INIT_PID;

	do
		last = last < PID_MAX - 1 ? last + 1 : INIT_PID + 1;
	while (id_is_used(last));
	return last;
}

struct thread *process_thread(struct process *p)
{
	return LIST_ITEM(p->threads.next, struct thread, of_process);
}

static void default_limits(struct process *p)
{
	for (unsigned i = 0; i < LX_RLIMITS; i++)
		p->rlimit[i] = (struct lx_rlimit){ RLIM64_INFINITY, RLIM64_INFINITY };
	p->rlimit[RLIMIT_STACK].soft = STACK_LIMIT;
	p->rlimit[RLIMIT_CORE].soft = 0;
	p->rlimit[RLIMIT_NOFILE] = (struct lx_rlimit){ FILES_SOFT, FILES_HARD };
	p->rlimit[RLIMIT_MEMLOCK] = (struct lx_rlimit){ STACK_LIMIT, STACK_LIMIT };
	p->rlimit[RLIMIT_NICE] = (struct lx_rlimit){ 0, 0 };
	p->rlimit[RLIMIT_RTPRIO] = (struct lx_rlimit){ 0, 0 };
}

struct process *process_new(const char *path)
{
	struct process *p = calloc(1, sizeof(*p));
	const char *name = strrchr(path, '/');
	struct thread *t;

	if (!p)
		return NULL;
	list_init(&p->threads);
	p->path = strdup(path);
	t = p->path ? thread_new(p) : NULL;
	if (!t) {
		free(p->path);
		free(p);
		return NULL;
	}
	snprintf(p->name, sizeof(p->name), "%s", name ? name + 1 : path);
	p->pid = p->pgid = p->sid = t->tid = new_id();
	p->ppid = INIT_PID;
	p->start_ns = monotonic_ns();
	default_limits(p);
	list_add_tail(&processes, &p->all);
	return p;
}

long process_run(struct process *p)
{
	long err = process_make_pd(p);

	if (!err)
		err = thread_start(process_thread(p));
	if (err && p->pd) {
		hedron_revoke(crd_obj(p->pd, 0, RIGHTS_ALL), 1);
		p->mm->pd = 0;
	}
	return err;
}

void process_delete(struct process *p)
{
	while (!list_empty(&p->threads))
		thread_free(process_thread(p));
	files_exit(p);
	mm_free(p->mm);
	list_remove(&p->all);
	if (p->root_portals) {
		hedron_revoke(crd_obj(p->root_portals, ROOT_PORTALS_ORDER, RIGHTS_ALL), 1);
		hedron_sel_free(p->root_portals, ROOT_PORTALS_ORDER);
	}
	free(p->path);
	free(p);
}

void process_exit(struct process *p, unsigned how, unsigned value)
{
	struct list *pos;

	if (p->ending)
		return;
	p->ending = true;
	p->end_how = how;
	p->end_value = value;
	LIST_EACH(pos, &p->threads) {
		struct thread *t = LIST_ITEM(pos, struct thread, of_process);

		if (t->state == THREAD_PARKED)
			thread_ended(t);
		else if (t->state == THREAD_RUNNING && t != server_current)
			thread_stop(t);
	}
}

void process_ended(struct process *p)
{
	struct root_ended *req;

	files_exit(p);
	if (!p->program)
		return;
	req = hedron_svc_request(sizeof(*req), ROOT_VERSION, ROOT_ENDED);
	req->program = p->program;
	req->how = p->end_how;
	req->value = p->end_value;
	if (hedron_svc_call(hedron_caps() + CAPS_ROOT + hedron_cpu(), sizeof(struct svc_reply)) != SVC_OK)
		hedron_log("%s[%d]: the roottask does not take its end", p->name, p->pid);
}
