/* SPDX-License-Identifier: MIT */
/*
 * hybrid-hello - the same file on plain Linux and on Hedron: first what is the same in both, then one
 * line about the native part, then something that needs it.
 */
#include <hedron/hybrid.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	cap_sel sm;

	for (int i = 1; i < argc; i++)
		printf("argument %d: %s\n", i, argv[i]);
	printf("names: %s %s\n", hedron_status_name(HEDRON_BAD_CAP), hedron_svc_name(SVC_NOT_FOUND));
	if (!hedron_present()) {
		printf("native part: not present, ABI %u\n", hedron_abi());
		return argc;
	}
	printf("native part: ABI %u\n", hedron_abi());
	sm = hedron_sel_alloc(0);
	printf("create: %s\n",
	       hedron_status_name(hedron_create_sm(sm, hedron_caps() + CAPS_PD, 1)));
	printf("down: %s\n", hedron_status_name(hedron_sm_down(sm, 0)));
	printf("down until a time: %s\n",
	       hedron_status_name(hedron_sm_down(sm, hedron_deadline(1000))));
	printf("nobody's selector: %s\n", hedron_status_name(hedron_sm_up(sm + 1)));
	return argc;
}
