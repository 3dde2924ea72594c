/* SPDX-License-Identifier: MIT */
/* echo-server - a hyperapp: offers the service "echo", whose answer is the message's words. */
#include <hedron/native.h>
#include <stdio.h>

/* The message is in the UTCB already, and so is the answer: drop items that it may have had. */
static cap_sel echo(uint64_t id, struct hedron_utcb *utcb, void *arg)
{
	(void)id;
	(void)arg;
	utcb->items = utcb_items(utcb_words(utcb), 0);
	return 0;
}

int main(void)
{
	static struct hedron_server server;
	enum svc_status status = hedron_server_create(&server, 0, echo, NULL);

	if (status == SVC_OK)
		status = hedron_server_register(&server, "echo", 0);
	if (status != SVC_OK) {
		fprintf(stderr, "echo-server: %s\n", hedron_svc_name(status));
		return 1;
	}
	hedron_log("serving");

	/* The handlers run on their callers' time; this thread has nothing more to do. */
	hedron_sm_down(hedron_sm_new(0), 0);
	return 0;
}
