/* SPDX-License-Identifier: MIT */
/* console.h - the console service as the runtime's stdio uses it; -errno on failure. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

ssize_t console_write(int stream, const void *data, size_t len);	/* all of it */
ssize_t console_read(void *data, size_t len);				/* waits; 0: end */
int console_is_tty(int stream);
