/* SPDX-License-Identifier: MIT */
/* args.h - which device is which: the console's arguments, docs/boot-conf.md. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include <hedron/console.h>

enum device_kind {
	DEVICE_NONE,
	DEVICE_DEBUGCON,	/* output only: a byte to the port */
	DEVICE_UART,		/* 16550; output only */
	DEVICE_WINDOW,		/* input only: memory, and a 16550 that tells of it */
};

struct device {
	enum device_kind kind;
	uint16_t port;
	unsigned gsi;		/* index of the interrupt; input only */
};

struct console_args {
	struct device in;
	struct device out[CONSOLE_STREAMS];	/* by stream; CONSOLE_IN is not used */
	bool tty[CONSOLE_STREAMS];
	uint16_t rows, cols;
};

/* False: argument *bad is wrong. Pure. */
bool args_parse(struct console_args *a, int argc, char **argv, const char **bad);
