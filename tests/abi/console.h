/* SPDX-License-Identifier: MIT */
/* console.h - output on COM1 and the end of the machine; see console.c. */
#pragma once
#include <stdint.h>

void console_init(void);

/* %s %c %d %u %x %lu %ld %lx %%; a width with leading zero for %x only ("%016lx"). */
void print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* End QEMU: exit status 1 for code 0, 2 * code + 1 in general. Does not return. */
void machine_exit(unsigned code) __attribute__((noreturn));
