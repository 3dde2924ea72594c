/* SPDX-License-Identifier: MIT */
/*
 * native-smp - a hyperapp on all CPUs: a thread and a handler on each, which use the services there, pass
 * a turn around by semaphores, recall each other, share memory, and refuse calls from other CPUs.
 */
#include <hedron/native.h>
#include <hedron/file.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TURNS		200
#define ADDS		20000

struct worker {
	unsigned nr, cpu, is_on;
	cap_sel turn, next;		/* I am up when `turn` is; then I up `next` */
	struct hedron_thread *thread;
	cap_sel ec;
	enum svc_status found, file;
	enum hedron_status near, far;	/* calls of the handlers here and elsewhere */
	bool same_text;
};

static struct hedron_server server;
static cap_sel portal[HEDRON_NUM_CPU];
static struct worker *worker[HEDRON_NUM_CPU];
static unsigned workers;
static struct hedron_mutex lock;
static volatile unsigned long locked_sum;
static unsigned long atomic_sum;

static cap_sel handler(uint64_t id, struct hedron_utcb *u, void *arg)
{
	u->word[0] = hedron_cpu() + 1;
	u->items = utcb_items(1, 0);
	return 0;
}

/* Each CPU has its own portals to a service. */
static enum svc_status use_files(struct worker *w)
{
	char path[32], text[32], back[32] = "";
	struct hedron_file f;
	enum svc_status status;
	size_t len;

	snprintf(path, sizeof(path), "/tmp/cpu-%u", w->cpu);
	snprintf(text, sizeof(text), "written on CPU %u", w->cpu);
	status = hedron_file_open(&f, path, FS_O_CREATE | FS_O_WRITE, 0600);
	if (status == SVC_OK)
		status = hedron_file_write(&f, 0, text, strlen(text), NULL);
	if (status == SVC_OK)
		status = hedron_file_read(&f, 0, back, sizeof(back) - 1, &len);
	w->same_text = !strcmp(text, back);
	return status;
}

static void work(void *arg)
{
	struct worker *w = arg;
	const struct worker *other = worker[(w->nr + 1) % workers];

	w->is_on = hedron_cpu();
	w->file = use_files(w);
	w->near = hedron_call(portal[w->cpu]);
	if (w->near == HEDRON_SUCCESS && hedron_utcb()->word[0] != w->cpu + 1)
		w->near = HEDRON_ABORT;
	w->far = hedron_call(portal[other->cpu]);

	for (unsigned i = 0; i < ADDS; i++) {
		__atomic_fetch_add(&atomic_sum, 1, __ATOMIC_RELAXED);
		hedron_mutex_lock(&lock);
		locked_sum++;
		hedron_mutex_unlock(&lock);
	}
	for (unsigned i = 0; i < TURNS; i++) {
		hedron_sm_down(w->turn, 0);
		hedron_recall(other->ec);
		hedron_sm_up(w->next);
	}
}

static void make(unsigned cpu)
{
	struct worker *w = calloc(1, sizeof(*w));

	*w = (struct worker){ .nr = workers, .cpu = cpu, .turn = hedron_sm_new(0) };
	worker[workers++] = w;
	portal[cpu] = hedron_sel_alloc(0);
	if (hedron_local_portal(server.local[cpu], portal[cpu], 0, 0) != HEDRON_SUCCESS)
		printf("no portal on CPU %u\n", cpu);
}

static bool start(struct worker *w)
{
	const struct hedron_thread_attr attr = { .cpu = w->cpu };

	w->next = worker[(w->nr + 1) % workers]->turn;
	if (hedron_thread_create(&w->thread, &attr, work, w) != SVC_OK)
		return false;
	w->ec = hedron_thread_ec(w->thread);
	return true;
}

int main(void)
{
	const struct hip *hip = hedron_hip();
	struct root_info info;
	bool ok = hedron_mutex_init(&lock) == SVC_OK &&
		  hedron_server_create(&server, 0, handler, NULL) == SVC_OK;

	for (unsigned cpu = 0; ok && cpu < HEDRON_NUM_CPU; cpu++)
		if (hip->cpu[cpu].flags & HIP_CPU_ONLINE)
			make(cpu);
	/* The first waits for its turn until all are there, so each may recall the next. */
	for (unsigned i = 0; i < workers; i++)
		ok &= start(worker[i]);
	if (!ok || hedron_info(&info) != SVC_OK)
		return 1;
	hedron_sm_up(worker[0]->turn);

	printf("%u CPUs, the roottask says %u\n", workers, info.cpus);
	for (unsigned i = 0; i < workers; i++) {
		struct worker *w = worker[i];

		hedron_thread_join(w->thread);
		printf("CPU %u: runs on %u, file %s %s, near %s, far %s\n", w->cpu, w->is_on,
		       hedron_svc_name(w->file), w->same_text ? "same" : "other",
		       hedron_status_name(w->near), hedron_status_name(w->far));
	}
	printf("sums: %s\n", locked_sum == (unsigned long)workers * ADDS && atomic_sum == locked_sum ?
	       "right" : "wrong");
	return 0;
}
