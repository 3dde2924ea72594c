/* SPDX-License-Identifier: MIT */
/* cycle_guest.c - what the thread of a cycle does. The story is at the head of cycles.c. */
#include "cycle_guest.h"
#include <hedron/hypercall.h>

static enum hedron_status call_handler(uint64_t word)
{
	struct hedron_utcb *u = (struct hedron_utcb *)CYCLE_THREAD_UTCB;

	u->items = utcb_items(1, 0);
	u->word[0] = word;
	return hedron_call(CYCLE_PT);
}

void cycle_thread(volatile struct cycle_page *p)
{
	if (call_handler(0) == HEDRON_SUCCESS)
		p->answers++;
	hedron_sm_up(CYCLE_TELL);
	hedron_sm_down(CYCLE_WAIT, 0);
	hedron_sm_up(CYCLE_TELL);
	switch (p->end) {
	case CYCLE_END_DOWN:
		hedron_sm_down(CYCLE_NEVER, 0);
		break;
	case CYCLE_END_SPIN:
		for (;;)
			__asm__ volatile("pause");
	case CYCLE_END_CALL:
		call_handler(1);
		break;
	case CYCLE_END_FAULT:
		__asm__ volatile("ud2");
		break;
	}
	hedron_reply(0);
}
