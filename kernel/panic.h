/* SPDX-License-Identifier: MIT */
/* panic.h - the end of the kernel, in words; panic.c. */
#pragma once
#include "types.h"

struct frame;

/* A bug of the kernel: registers and call chain, then all CPUs stop. */
NORETURN void panic(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
NORETURN void panic_frame(const struct frame *f);

/* The machine or the boot image is not fit for us: one line on the serial port, whatever the options. */
NORETURN void refuse(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
