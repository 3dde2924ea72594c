/* SPDX-License-Identifier: MIT */
/*
 * native-objects - makes kernel objects until the kernel refuses, drops them all, and does so twice
 * more: the kernel's memory has an end that is an error, and what is dropped comes back. "hold": keeps
 * all there is instead, for ever.
 */
#include <hedron/native.h>
#include <stdio.h>

#define FIRST	1000000ul
#define MOST	4000000ul

static unsigned long make(enum hedron_status *why)
{
	unsigned long n = 0;

	while (n < MOST) {
		*why = hedron_create_sm(FIRST + n, NATIVE_CAPS + CAPS_PD, 0);
		if (*why != HEDRON_SUCCESS)
			break;
		n++;
	}
	return n;
}

static void drop(unsigned long n)
{
	for (unsigned long i = 0; i < n; i++)
		hedron_revoke(crd_obj(FIRST + i, 0, RIGHTS_ALL), 1);
}

static void hold(cap_sel pause)
{
	for (unsigned long n = 0;; hedron_sm_down(pause, hedron_deadline(100000)))
		while (hedron_create_sm(FIRST + n, NATIVE_CAPS + CAPS_PD, 0) == HEDRON_SUCCESS)
			n++;
}

int main(int argc, char **argv)
{
	cap_sel pause = hedron_sm_new(0);
	unsigned long first = 0;

	if (argc > 1)
		hold(pause);

	for (int round = 0; round < 3; round++) {
		enum hedron_status why;
		unsigned long n = make(&why);

		if (round == 0)
			first = n;
		drop(n);
		hedron_sm_down(pause, hedron_deadline(300000));	/* memory comes back a moment later */
		printf("round %d: %s, %s\n", round, n == MOST ? "no end" : hedron_status_name(why),
		       n > 1000 && n > first - first / 8 ? "as many as at first" : "fewer");
	}
	return 0;
}
