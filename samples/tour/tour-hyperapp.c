/* SPDX-License-Identifier: MIT */
/*
 * tour-hyperapp - a native program: offers the service "tour", and reads and writes files through the
 * file service, with no Linux anywhere.
 */
#include <hedron/file.h>
#include <hedron/native.h>
#include <stdio.h>
#include <string.h>

#include "tour.h"

/* What the Linux program wrote, as the file service has it. */
static enum svc_status read_theirs(void)
{
	struct hedron_file f;
	char text[128] = "";
	size_t n;
	enum svc_status status = hedron_file_open(&f, FROM_LINUX, 0, 0);

	if (status != SVC_OK)
		return status;
	status = hedron_file_read(&f, 0, text, sizeof(text) - 1, &n);
	hedron_file_close(&f);
	if (status == SVC_OK)
		printf("[hyperapp] the file service says of %s: \"%s\"\n", FROM_LINUX, text);
	return status;
}

/* Under another name first: who waits for the file shall find it whole. */
static enum svc_status write_ours(void)
{
	static const char text[] = "greetings from the native file service";
	struct hedron_file f;
	enum svc_status status = hedron_file_open(&f, FROM_HYPERAPP ".new", FS_O_CREATE | FS_O_WRITE, 0644);

	if (status != SVC_OK)
		return status;
	status = hedron_file_write(&f, 0, text, strlen(text), NULL);
	hedron_file_close(&f);
	if (status != SVC_OK)
		return status;
	printf("[hyperapp] wrote %s.\n", FROM_HYPERAPP);
	return hedron_file_rename(FROM_HYPERAPP ".new", FROM_HYPERAPP, 0);
}

static cap_sel serve(uint64_t badge, struct hedron_utcb *utcb, void *arg)
{
	const struct svc_request *req = hedron_request(utcb, sizeof(*req) + 2 * sizeof(uint64_t));
	uint32_t op = req && req->version == TOUR_VERSION ? req->op : 0;
	uint64_t sum = utcb->word[1] + utcb->word[2];
	enum svc_status status;

	(void)arg;
	switch (op) {
	case TOUR_ADD:
		printf("[hyperapp] program %u calls my portal.\n", badge_program(badge));
		status = SVC_OK;
		break;
	case TOUR_READ:
		status = read_theirs();
		break;
	case TOUR_WRITE:
		status = write_ours();
		break;
	default:
		status = SVC_OP;
	}
	hedron_answer(utcb, sizeof(struct svc_reply), status, op == TOUR_ADD ? sum : 0);
	return 0;
}

int main(void)
{
	static struct hedron_server server;
	enum svc_status status = hedron_server_create(&server, 0, serve, NULL);

	setvbuf(stdout, NULL, _IOLBF, 0);	/* whole lines, between those of the others */
	printf("[hyperapp] I am native program %u, and offer the service \"tour\".\n", hedron_program());
	if (status == SVC_OK)
		status = hedron_server_register(&server, "tour", 0);
	if (status != SVC_OK) {
		printf("[hyperapp] \"tour\": %s\n", hedron_svc_name(status));
		return 1;
	}
	hedron_sm_down(hedron_sm_new(0), 0);	/* the handler runs on its callers' time */
	return 0;
}
