/* SPDX-License-Identifier: MIT */
/* revoke.h - the revoke hypercall (ABI reference 4.6). */
#pragma once
#include <hedron/abi.h>

struct ec;

enum hedron_status hc_revoke(struct ec *self);
