/* SPDX-License-Identifier: MIT */
/*
 * page-server - a hyperapp that shares memory: hands out a page of its own, and takes one.
 *
 * A client's page arrives in the receive window of the handler; each new one replaces the last.
 */
#include <hedron/native.h>
#include <stdio.h>
#include <string.h>

#include "page.h"

static char *own;	/* a page of ours that clients may map */
static char *window;	/* where a client's page arrives */

static enum svc_status take(struct hedron_utcb *utcb)
{
	if (utcb_typed(utcb) != 1 || !(crd_rights(utcb_item(utcb, 0)->crd) & MEM_W))
		return SVC_INVALID;
	strcpy(window, "written by the hyperapp into the page of the hybrid program");
	return SVC_OK;
}

static cap_sel serve(uint64_t id, struct hedron_utcb *utcb, void *arg)
{
	const struct svc_request *req = hedron_request(utcb, sizeof(*req));
	unsigned op = req && req->version == PAGE_VERSION ? req->op : 0;

	(void)id;
	(void)arg;
	switch (op) {
	case PAGE_GET:
		hedron_answer(utcb, sizeof(struct svc_reply), SVC_OK, 0);
		hedron_msg_pages(utcb, own, 0, MEM_R | MEM_W, 0);
		break;
	case PAGE_LOOK:
		hedron_answer(utcb, sizeof(struct svc_reply), SVC_OK, own[0]);
		break;
	case PAGE_TAKE:
		hedron_answer(utcb, sizeof(struct svc_reply), take(utcb), 0);
		break;
	default:
		hedron_answer(utcb, sizeof(struct svc_reply), SVC_OP, 0);
	}
	return 0;
}

int main(void)
{
	static struct hedron_server server;
	enum svc_status status;

	own = hedron_pages_alloc(1, 1);
	window = hedron_window_alloc(0);
	if (!own || !window)
		return 1;
	strcpy(own, "written by the hyperapp into its own page");

	status = hedron_server_create(&server, 0, serve, NULL);
	if (status == SVC_OK) {
		hedron_msg_recv_pages(hedron_local_utcb(server.local[hedron_cpu()]), window, 0,
				      MEM_R | MEM_W);
		status = hedron_server_register(&server, "page", 0);
	}
	if (status != SVC_OK) {
		fprintf(stderr, "page-server: %s\n", hedron_svc_name(status));
		return 1;
	}
	hedron_sm_down(hedron_sm_new(0), 0);
	return 0;
}
