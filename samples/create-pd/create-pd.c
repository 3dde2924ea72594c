/* SPDX-License-Identifier: MIT */
/*
 * create-pd - a Linux process makes a protection domain of its own, and gives it something.
 *
 * The kernel, not Linux, decides what succeeds; each line is what it said.
 */
#include <hedron/hybrid.h>
#include <stdio.h>

static enum hedron_status say(const char *what, enum hedron_status status)
{
	printf("%-44s %s\n", what, hedron_status_name(status));
	return status;
}

int main(void)
{
	cap_sel own, pd, sm;

	if (!hedron_present()) {
		printf("The native part is not present: this is plain Linux.\n");
		return 0;
	}
	own = hedron_caps() + CAPS_PD;
	pd = hedron_sel_alloc(1);	/* two selectors */
	sm = hedron_sel_alloc(0);
	if (pd == HEDRON_NO_SEL || sm == HEDRON_NO_SEL)
		return 1;

	say("create a semaphore", hedron_create_sm(sm, own, 0));

	/* The new PD gets the semaphore as its selector 0, and nothing else in the world. */
	if (say("create a PD that holds it",
		hedron_create_pd(pd, own, crd_obj(sm, 0, SM_UP), 0)) != HEDRON_SUCCESS)
		return 1;
	say("create another at the same selector", hedron_create_pd(pd, own, CRD_NULL, 0));
	say("create one with a semaphore as its parent",
	    hedron_create_pd(pd + 1, sm, CRD_NULL, 0));

	say("revoke the semaphore, in both PDs", hedron_revoke(crd_obj(sm, 0, RIGHTS_ALL), 1));
	say("up the semaphore that is gone", hedron_sm_up(sm));
	say("revoke the PD", hedron_revoke(crd_obj(pd, 0, RIGHTS_ALL), 1));
	hedron_sel_free(sm, 0);
	hedron_sel_free(pd, 1);
	return 0;
}
