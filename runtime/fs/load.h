/* SPDX-License-Identifier: MIT */
/* load.h - the first content of the file system, see load.c. */
#pragma once
#include <hedron/service.h>
#include <stddef.h>

/* Enter what lies below `root/` in a boot archive; /tmp and /dev if they are missing. FORMAT: not an
 * archive; else why the member *name could not be made. */
enum svc_status load_archive(const void *base, size_t size, const char **name);
enum svc_status load_defaults(void);
