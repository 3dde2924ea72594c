/* SPDX-License-Identifier: MIT */
/*
 * main.c - the file service: fills its tree from the boot archive, then serves hedron/fs.h.
 *
 * Configuration: `provides fs`, `create`, `archive`, and `memory`, which bounds everything that the
 * files of all clients take. Arguments: none.
 *
 * Rule: one lock guards the whole file system. Each CPU has its own handler, which takes the lock for
 * the time of one operation; nothing below it blocks, and of other services it calls only the root
 * portal, for memory. So the roottask must not call from the root portal's handler when a client is
 * gone (ROOT_REG_NOTIFY), but from a thread of its own.
 */
#include <hedron/native.h>

#include "load.h"
#include "ops.h"
#include "protocol.h"
#include "service.h"

#define HANDLER_STACK	(64 * 1024)

static struct hedron_mutex lock;

static cap_sel handle(uint64_t badge, struct hedron_utcb *utcb, void *arg)
{
	hedron_mutex_lock(&lock);
	protocol_serve(utcb, badge);
	hedron_mutex_unlock(&lock);
	return 0;
}

static enum svc_status load(void)
{
	const char *name;
	size_t size;
	const void *archive = hedron_archive(&size);
	enum svc_status st = archive ? load_archive(archive, size, &name) : SVC_OK;

	if (st)
		hedron_log("cannot load the boot archive, %s: %s", name, hedron_svc_name(st));
	return st ? st : load_defaults();
}

static enum svc_status serve(void)
{
	static struct hedron_server server;
	enum svc_status st = hedron_server_create(&server, HANDLER_STACK, handle, NULL);

	return st ? st : hedron_server_register(&server, FS_NAME, ROOT_REG_NOTIFY);
}

static enum svc_status start(void)
{
	enum svc_status st = env_init();

	if (!st && !fs_init())
		st = SVC_NO_MEMORY;
	if (!st)
		st = load();
	if (!st)
		st = hedron_mutex_init(&lock);
	return st ? st : serve();
}

int main(void)
{
	enum svc_status st = start();
	cap_sel never;

	if (st) {
		hedron_log("cannot start: %s", hedron_svc_name(st));
		return 1;
	}
	never = hedron_sm_new(0);
	for (;;)
		if (hedron_sm_down(never, 0))
			return 1;
}
