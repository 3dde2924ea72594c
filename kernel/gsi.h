/* SPDX-License-Identifier: MIT */
/* gsi.h - device interrupts; the rules are at the head of gsi.c. */
#pragma once
#include <hedron/abi.h>
#include "types.h"

struct ec;
struct gsi;
struct sm;

void pic_disable(void);			/* before lapic_init() */
void gsi_init(void);			/* after acpi_init() */
void gsi_interrupt(unsigned nr);
void gsi_forget(const struct sm *sm);	/* ends the redirections to it */
void gsi_unmask(struct gsi *g);		/* a level-triggered one that waits for it */

enum hedron_status hc_assign_gsi(struct ec *self);
