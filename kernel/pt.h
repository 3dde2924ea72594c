/* SPDX-License-Identifier: MIT */
/* pt.h - portals; the rules are at the head of pt.c. */
#pragma once
#include "kobj.h"

struct ec;

struct pt {
	struct kobj obj;
	struct ec *ec;			/* I  the handler; local */
	uint64_t mtd;			/* I  what an event message carries */
	uint64_t entry;			/* I  canonical */
	uint64_t id;			/* told to the handler; one word, any CPU */
};

enum hedron_status hc_create_pt(struct ec *self);
enum hedron_status hc_pt_ctrl(struct ec *self);
