/* SPDX-License-Identifier: MIT */
/*
 * main.c - the Linux personality starts: services found, handler made, loader offered.
 *
 * After that this thread only sleeps: all work is done in the handler (server.c), on behalf of Linux
 * threads, the loader's clients, and the threads that wait for time and for notifications.
 */
#include <stdlib.h>

#include <hedron/console.h>
#include <hedron/fs.h>
#include <hedron/native.h>

#include "clock.h"
#include "console.h"
#include "device.h"
#include "fsclient.h"
#include "loader.h"
#include "random.h"
#include "server.h"
#include "thread.h"
#include "timer.h"
#include "trace.h"
#include "vanish.h"
#include "vdso.h"

static void fail(const char *what)
{
	hedron_log("cannot start: %s", what);
	exit(1);
}

static void must(uint32_t status, const char *what)
{
	if (status == SVC_OK)
		return;
	hedron_log("%s: %s", what, hedron_svc_name(status));
	exit(1);
}

static cap_sel find(const char *name)
{
	cap_sel portal = HEDRON_NO_SEL;

	must(hedron_find(name, ROOT_LOOKUP_WAIT, &portal), name);
	return portal;
}

/* Console input: the service ups a semaphore, and the handler wakes who waits for it. */
static void watch_console(cap_sel portal)
{
	cap_sel sm = hedron_sm_new(0);

	if (sm == HEDRON_NO_SEL)
		fail("no semaphore");
	hedron_svc_request(sizeof(struct svc_request), CONSOLE_VERSION, CONSOLE_NOTIFY);
	hedron_msg_obj(hedron_utcb(), sm, 0, SM_UP, 0);
	must(hedron_svc_call(portal, sizeof(struct svc_reply)), "console notification");
	if (!server_watch(sm, console_input_arrived, NULL))
		fail("no thread for the console");
}

int main(void)
{
	cap_sel console = find(CONSOLE_NAME), forever;
	struct root_info info;

	must(hedron_info(&info), "ROOT_INFO");
	random_init();
	clock_init(&info);
	must(server_init(), "handler");
	if (!vdso_init())
		fail("no memory for the vDSO");
	if (!thread_init() || !timer_init() || !vanish_init())
		fail("no threads");
	fsclient_init(find(FS_NAME));
	device_make_nodes();
	console_init(console);
	trace_init(console);
	watch_console(console);
	must(loader_init(), "loader");

	forever = hedron_sm_new(0);
	for (;;)
		hedron_sm_down(forever, 0);
}
