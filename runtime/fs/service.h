/* SPDX-License-Identifier: MIT */
/* service.h - what main.c needs of the files that exist in the service only. */
#pragma once
#include <hedron/service.h>

enum svc_status env_init(void);		/* before everything else */
