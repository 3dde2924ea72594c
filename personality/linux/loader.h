/* SPDX-License-Identifier: MIT */
/* loader.h - the service that starts Linux programs, hedron/loader.h; loader.c. */
#pragma once
#include <stdint.h>

uint32_t loader_init(void);			/* SVC_OK, or why it cannot be offered */
