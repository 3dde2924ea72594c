/* SPDX-License-Identifier: MIT */
/*
 * loader.c - the service that starts Linux programs (hedron/loader.h), for the roottask.
 *
 * It has an EC of its own, because its receive window is open while it waits: the handler's is never
 * (server.c). What came is checked here; the work is done in the handler.
 */
#include "loader.h"

#include <stdlib.h>
#include <string.h>

#include <asm/errno.h>
#include <hedron/loader.h>
#include <hedron/native.h>

#include "exec.h"
#include "fdtable.h"
#include "process.h"
#include "server.h"

#define LOADER_NAME	"linux"
#define BLOCK_ORDER	6
_Static_assert(LOADER_BLOCK_MAX == HEDRON_PAGE_SIZE << BLOCK_ORDER, "the window takes a block");

static struct hedron_server server;
static char *block_window;

struct job {
	struct loader_start req;
	struct exec_request exec;
	const char *cwd;
	enum svc_status status;
	const char *text;		/* why not */
};

/* ---- in the handler -------------------------------------------------------------------------- */

static void refuse(struct job *job, long err, const char *why)
{
	switch (err) {
	case -ENOENT:
	case -ENOTDIR:
		job->status = SVC_NOT_FOUND;
		job->text = "not found";
		break;
	case -ENOMEM:
		job->status = SVC_NO_MEMORY;
		job->text = "out of memory";
		break;
	case -E2BIG:
		job->status = SVC_FORMAT;
		job->text = "arguments too long";
		break;
	default:
		job->status = SVC_FORMAT;
		job->text = why ? why : err == -EACCES ? "permission denied" : "cannot be read";
	}
}

/* What a hybrid program holds at CAPS_ROOT. */
static long fetch_root_portals(struct process *p)
{
	struct root_portals *req;
	enum svc_status status;

	p->root_portals = hedron_sel_alloc(ROOT_PORTALS_ORDER);
	if (p->root_portals == HEDRON_NO_SEL) {
		p->root_portals = 0;
		return -ENOMEM;
	}
	req = hedron_svc_request(sizeof(*req), ROOT_VERSION, ROOT_PORTALS);
	req->program = p->program;
	hedron_msg_recv_obj(hedron_utcb(), p->root_portals, ROOT_PORTALS_ORDER);
	status = hedron_svc_call(hedron_caps() + CAPS_ROOT + hedron_cpu(), sizeof(struct svc_reply));
	hedron_utcb()->del_window = CRD_NULL;
	return status == SVC_OK ? 0 : -EACCES;
}

static long set_up(struct process *p, struct job *job, const char **why)
{
	long err;

	p->program = job->req.program;
	p->console = job->req.console;
	p->trace = job->req.flags & LOADER_TRACE;
	p->may_create = job->req.flags & LOADER_CREATE;
	err = files_init(p, job->cwd);
	if (err) {
		*why = "no such working directory";
		return err == -ENOMEM ? err : -EACCES;
	}
	err = exec_load(p, &job->exec, why);
	if (!err && p->hybrid)
		err = fetch_root_portals(p);
	return err ? err : process_run(p);
}

static void start(void *arg)
{
	struct job *job = arg;
	struct process *p = process_new(job->exec.path);
	const char *why = NULL;
	long err = p ? set_up(p, job, &why) : -ENOMEM;

	if (!err)
		return;
	refuse(job, err, why);
	if (p)
		process_delete(p);
}

/* ---- in the loader's own EC ------------------------------------------------------------------ */

/* The next string of the block; NULL: there is none that ends within it. */
static const char *next_string(const char **at, const char *end)
{
	const char *s = *at, *zero = s < end ? memchr(s, 0, end - s) : NULL;

	*at = zero ? zero + 1 : end;
	return zero ? s : NULL;
}

static bool skip_strings(const char **at, const char *end, unsigned n)
{
	while (n && next_string(at, end))
		n--;
	return !n;
}

static bool parse_block(struct job *job, const char *block, size_t len)
{
	const struct loader_block *head = (const struct loader_block *)block;
	const char *at = head->strings, *end = block + len;

	if (len < sizeof(*head))
		return false;
	job->exec.path = next_string(&at, end);
	job->cwd = next_string(&at, end);
	job->exec.argc = head->argc;
	job->exec.args = at;
	if (!job->cwd || !skip_strings(&at, end, head->argc))
		return false;
	job->exec.envc = head->envc;
	job->exec.envs = at;
	return skip_strings(&at, end, head->envc);
}

/* A copy of the block, which the sender may still change, with a 0 behind it. */
static char *take_block(size_t len)
{
	char *copy = malloc(len + 1);

	if (copy) {
		memcpy(copy, block_window, len);
		copy[len] = 0;
	}
	return copy;
}

static void run(struct job *job, const struct hedron_utcb *u)
{
	hedron_crd came = utcb_typed(u) ? utcb_item((struct hedron_utcb *)u, 0)->crd : CRD_NULL;
	char *block;

	job->status = SVC_INVALID;
	if (crd_type(came) != CRD_MEM || job->req.len > (PAGE_SIZE << crd_order(came)))
		return;
	block = take_block(job->req.len);
	if (!block) {
		job->status = SVC_NO_MEMORY;
	} else if (parse_block(job, block, job->req.len)) {
		job->exec.allow_hybrid = job->req.flags & LOADER_HYBRID;
		job->status = SVC_OK;
		server_call(start, job);
	}
	free(block);
}

static void answer(struct hedron_utcb *u, const struct job *job)
{
	size_t len = job->text ? strlen(job->text) : 0;
	struct svc_reply *rep = hedron_answer(u, sizeof(*rep) + len, job->status, len);

	memcpy(rep + 1, job->text, len);
}

static cap_sel serve(uint64_t badge, struct hedron_utcb *u, void *arg)
{
	const struct loader_start *req = hedron_request(u, sizeof(struct svc_request));
	struct job job = { .status = SVC_INVALID };

	if (badge)
		job.status = SVC_DENIED;
	else if (req && req->req.version != LOADER_VERSION)
		job.status = SVC_VERSION;
	else if (req && req->req.op != LOADER_START)
		job.status = SVC_OP;
	else if (hedron_request(u, sizeof(*req))) {
		job.req = *req;
		run(&job, u);
	}
	answer(u, &job);
	hedron_revoke(crd_mem((uint64_t)block_window / HEDRON_PAGE_SIZE, BLOCK_ORDER, RIGHTS_ALL), 1);
	hedron_msg_recv_pages(u, block_window, BLOCK_ORDER, MEM_R);
	return 0;
}

uint32_t loader_init(void)
{
	unsigned cpu = hedron_cpu();
	enum svc_status status;

	block_window = hedron_window_alloc(BLOCK_ORDER);
	if (!block_window)
		return SVC_NO_MEMORY;
	/* Programs run on this CPU so far, so there is one EC, not one on each. */
	status = hedron_local_create(&server.local[cpu], cpu, 0, serve, NULL);
	if (status != SVC_OK)
		return status;
	hedron_msg_recv_pages(hedron_local_utcb(server.local[cpu]), block_window, BLOCK_ORDER, MEM_R);
	return hedron_server_register(&server, LOADER_NAME, 0);
}
