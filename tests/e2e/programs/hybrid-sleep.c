/* SPDX-License-Identifier: MIT */
/* hybrid-sleep - writes its pid to PATH and sleeps for ever: natively, where no Linux signal reaches it. */
#include <hedron/hybrid.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	FILE *f = argc > 1 ? fopen(argv[1], "w") : NULL;
	cap_sel sm = hedron_sel_alloc(0);

	if (!f || !hedron_present() ||
	    hedron_create_sm(sm, hedron_caps() + CAPS_PD, 0) != HEDRON_SUCCESS)
		return 1;
	fprintf(f, "%d\n", getpid());
	fclose(f);
	hedron_sm_down(sm, 0);
	return 2;
}
