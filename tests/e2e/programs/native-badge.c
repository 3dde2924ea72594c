/* SPDX-License-Identifier: MIT */
/*
 * native-badge - who is told to a handler: the badge of an event's sender, again and again, and for a
 * native call between them nobody, although the last badge was in the register before.
 */
#include <hedron/mtd.h>
#include <hedron/native.h>
#include <stdio.h>

#define THREADS	3
#define BADGE	0x1234567800000000ull

static struct hedron_local *handler;
static cap_sel asleep, events;
static uint64_t told[THREADS];
static unsigned starts, calls_told;

/* A thread that starts sleeps for ever; the words of a call are dropped. */
static cap_sel serve(uint64_t id, struct hedron_utcb *u, void *arg)
{
	uint64_t sender = hedron_local_sender(handler);
	bool is_event = u->items == utcb_items(UTCB_EVENT_WORDS, 0);

	u->items = 0;
	if (!is_event) {
		calls_told += sender != 0;
		return 0;
	}
	told[starts++] = sender;
	u->state.mtd = 0;
	return asleep;
}

/* Priority above ours: its startup event has been served when this returns. */
static enum hedron_status start_thread(uint64_t badge)
{
	const cap_sel pd = hedron_caps() + CAPS_PD, ec = hedron_sel_alloc(0), sc = hedron_sel_alloc(0);
	enum hedron_status st = hedron_create_ec(ec, pd, HC_EC_GLOBAL, hedron_cpu(), 0, 0, events);

	if (st == HEDRON_SUCCESS)
		st = hedron_ec_badge(ec, badge);
	return st == HEDRON_SUCCESS ? hedron_create_sc(sc, pd, ec, 100, 10000) : st;
}

int main(void)
{
	unsigned right = 0;

	if (!(hedron_hip()->features & HIP_FEAT_BADGE))
		return puts("no badges"), 0;
	asleep = hedron_sm_new(0);
	events = hedron_sel_alloc(5);
	if (hedron_local_create(&handler, hedron_cpu(), 0, serve, NULL) != SVC_OK ||
	    hedron_local_portal(handler, events + EVENT_STARTUP, 0, MTD_RSP) != HEDRON_SUCCESS)
		return 1;
	for (unsigned i = 0; i < THREADS; i++) {
		if (start_thread(BADGE + i) != HEDRON_SUCCESS)
			return 1;
		hedron_msg_new();
		hedron_call(events + EVENT_STARTUP);
	}
	for (unsigned i = 0; i < starts; i++)
		right += told[i] == BADGE + i;
	printf("%u events, %u badges right; calls told a badge: %u\n", starts, right, calls_told);
	return 0;
}
