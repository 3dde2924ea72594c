/* SPDX-License-Identifier: MIT */
/* machine.h - hypercalls about the machine as a whole; machine.c. */
#pragma once
#include <hedron/abi.h>

struct ec;

enum hedron_status msr_access(struct ec *self);		/* pd_ctrl 3 */
enum hedron_status hc_machine_ctrl(struct ec *self);
enum hedron_status hc_assign_pci(struct ec *self);
