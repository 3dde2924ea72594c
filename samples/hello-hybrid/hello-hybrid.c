/* SPDX-License-Identifier: MIT */
/* hello-hybrid - a Linux program that looks for Hedron below it, and uses what it finds. */
#include <hedron/hybrid.h>
#include <stdio.h>

int main(void)
{
	const struct hip *hip;

	printf("Hello from Linux.\n");
	if (!hedron_present()) {
		printf("The native part is not present: this is plain Linux.\n");
		return 0;
	}

	hip = hedron_hip();
	printf("Hello from Hedron, ABI %u: TSC at %u MHz, this thread on CPU %u.\n", hedron_abi(),
	       hip->tsc_khz / 1000, hedron_cpu());

	/* A native hypercall in the middle of a Linux process: this semaphore has one count. */
	cap_sel sm = hedron_sel_alloc(0);
	enum hedron_status made = hedron_create_sm(sm, hedron_caps() + CAPS_PD, 1);

	printf("create_sm: %s\n", hedron_status_name(made));
	if (made != HEDRON_SUCCESS)
		return 1;
	printf("down, one count: %s\n", hedron_status_name(hedron_sm_down(sm, 0)));
	printf("down for 1 ms:   %s\n",
	       hedron_status_name(hedron_sm_down(sm, hedron_deadline(1000))));
	hedron_revoke(crd_obj(sm, 0, RIGHTS_ALL), 1);
	hedron_sel_free(sm, 0);
	return 0;
}
