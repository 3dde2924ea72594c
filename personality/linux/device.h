/* SPDX-License-Identifier: MIT */
/* device.h - character devices; the list is at the head of device.c. */
#pragma once
#include <stdint.h>

struct file_ops;

/* What a node with that number does, for a process with these CONSOLE_GRANT_*. NULL: no such device. */
const struct file_ops *device_ops(uint64_t rdev, uint32_t console);

/* /dev with its nodes, and /tmp, where they are missing. */
void device_make_nodes(void);
