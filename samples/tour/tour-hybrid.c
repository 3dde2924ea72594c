/* SPDX-License-Identifier: MIT */
/*
 * tour-hybrid - a Linux program that uses Hedron too: calls the hyperapp's portal by itself, waits
 * for the Linux program through files.
 */
#include <hedron/hybrid.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "tour.h"

static int wait_for(const char *path)
{
	const struct timespec pause = { .tv_nsec = 5000000 };

	for (int i = 0; i < 4000; i++) {
		if (access(path, F_OK) == 0)
			return 0;
		nanosleep(&pause, NULL);
	}
	printf("[hybrid]   %s does not come\n", path);
	return 1;
}

/* One request of the service "tour" with up to two numbers. */
static int ask(cap_sel tour, uint32_t op, uint64_t a, uint64_t b, uint32_t *value)
{
	const struct svc_reply *rep = hedron_message();
	enum svc_status status;

	hedron_svc_request(sizeof(struct svc_request), TOUR_VERSION, op);
	hedron_msg_word(hedron_utcb(), a);
	hedron_msg_word(hedron_utcb(), b);
	status = hedron_svc_call(tour, sizeof(*rep));
	if (status != SVC_OK) {
		printf("[hybrid]   request %u: %s\n", op, hedron_svc_name(status));
		return 1;
	}
	if (value)
		*value = rep->value;
	return 0;
}

int main(void)
{
	enum svc_status status;
	uint32_t sum = 0;
	cap_sel tour;

	setvbuf(stdout, NULL, _IOLBF, 0);	/* whole lines, between those of the others */
	printf("[hybrid]   I am Linux process %d, and the native part is %s.\n", getpid(),
	       hedron_present() ? "present" : "not present: this is plain Linux");
	if (!hedron_present())
		return 0;

	status = hedron_find("tour", ROOT_LOOKUP_WAIT, &tour);
	if (status != SVC_OK) {
		printf("[hybrid]   service \"tour\": %s\n", hedron_svc_name(status));
		return 1;
	}
	printf("[hybrid]   found the hyperapp's portal by its name, \"tour\", at selector %#llx.\n",
	       (unsigned long long)tour);
	if (ask(tour, TOUR_ADD, 40, 2, &sum))
		return 1;
	printf("[hybrid]   called it with 40 and 2: the answer is %u.\n", sum);

	if (wait_for(FROM_LINUX) || ask(tour, TOUR_READ, 0, 0, NULL) ||
	    ask(tour, TOUR_WRITE, 0, 0, NULL) || wait_for(LINUX_DONE))
		return 1;
	printf("[hybrid]   Three programs, three protection domains, one file system. That was the tour.\n");
	return sum != 42;
}
