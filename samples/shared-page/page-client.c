/* SPDX-License-Identifier: MIT */
/* page-client - a hybrid program that maps a page of a hyperapp, and lends it one of its own. */
#include <hedron/hybrid.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "page.h"

/* Map the server's page at `window`, read it, change it, and let the server look. */
static int use_theirs(cap_sel pt, char *window)
{
	const struct svc_reply *rep = hedron_message();
	enum svc_status status;

	hedron_svc_request(sizeof(struct svc_request), PAGE_VERSION, PAGE_GET);
	hedron_msg_recv_pages(hedron_utcb(), window, 0, MEM_R | MEM_W);
	status = hedron_svc_call(pt, sizeof(struct svc_reply));
	if (status != SVC_OK) {
		printf("get: %s\n", hedron_svc_name(status));
		return 1;
	}
	printf("in the hyperapp's page: \"%s\"\n", window);

	window[0] = 'W';
	hedron_svc_request(sizeof(struct svc_request), PAGE_VERSION, PAGE_LOOK);
	status = hedron_svc_call(pt, sizeof(struct svc_reply));
	if (status == SVC_OK)
		printf("the hyperapp sees '%c' after our change\n", rep->value);
	return status != SVC_OK;
}

/* Lend the server a page of this process: it must be there, and ours, before it can be given. */
static int lend_ours(cap_sel pt)
{
	char *page = mmap(NULL, HEDRON_PAGE_SIZE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	enum svc_status status;

	if (page == MAP_FAILED)
		return 1;
	hedron_touch_write(page, HEDRON_PAGE_SIZE);
	hedron_svc_request(sizeof(struct svc_request), PAGE_VERSION, PAGE_TAKE);
	hedron_msg_pages(hedron_utcb(), page, 0, MEM_R | MEM_W, 0);
	status = hedron_svc_call(pt, sizeof(struct svc_reply));
	printf("in our page: \"%s\"\n", status == SVC_OK ? page : hedron_svc_name(status));
	return status != SVC_OK;
}

int main(void)
{
	enum svc_status status;
	char *window;
	cap_sel pt;
	int failed;

	if (!hedron_present()) {
		printf("The native part is not present: this is plain Linux.\n");
		return 0;
	}
	status = hedron_find("page", ROOT_LOOKUP_WAIT, &pt);
	window = hedron_window_alloc(0);
	if (status != SVC_OK || !window) {
		printf("page: %s\n", hedron_svc_name(status));
		return 1;
	}
	failed = use_theirs(pt, window) || lend_ours(pt);
	hedron_window_free(window, 0);
	hedron_forget(pt);
	return failed;
}
