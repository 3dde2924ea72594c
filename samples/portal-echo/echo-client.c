/* SPDX-License-Identifier: MIT */
/* echo-client - a hybrid program: calls the service "echo", and tells what a call costs. */
#include <hedron/hybrid.h>
#include <stdio.h>
#include <string.h>

#define CALLS	1000

int main(void)
{
	uint64_t in[] = { 1, 2, 3, 0xfeedface }, out[4] = { 0 };
	enum hedron_status called;
	enum svc_status found;
	unsigned n = 4;
	uint64_t t0;
	cap_sel echo;

	if (!hedron_present()) {
		printf("The native part is not present: this is plain Linux.\n");
		return 0;
	}
	found = hedron_find("echo", ROOT_LOOKUP_WAIT, &echo);
	if (found != SVC_OK) {
		printf("echo: %s\n", hedron_svc_name(found));
		return 1;
	}

	called = hedron_call_words(echo, in, 4, out, &n);
	printf("call: %s, %u words, %s\n", hedron_status_name(called), n,
	       memcmp(in, out, sizeof(in)) ? "other than sent" : "as sent");
	if (called != HEDRON_SUCCESS || n != 4 || memcmp(in, out, sizeof(in)))
		return 1;

	t0 = __builtin_ia32_rdtsc();
	for (int i = 0; i < CALLS; i++)
		hedron_call_words(echo, in, 4, NULL, NULL);
	fprintf(stderr, "%llu ticks a call\n", (__builtin_ia32_rdtsc() - t0) / CALLS);
	hedron_forget(echo);
	return 0;
}
