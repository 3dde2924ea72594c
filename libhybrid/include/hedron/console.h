/* SPDX-License-Identifier: MIT */
/*
 * hedron/console.h - protocol of the console service ("console"), version 1.
 *
 * Streams of bytes between the machine and its user, binary-clean and separate. What a client may
 * use stands in the grants of its badge; output to a stream that is not granted goes to the log if
 * that is granted, else DENIED.
 */
#pragma once
#include <hedron/service.h>

#define CONSOLE_VERSION		1
#define CONSOLE_NAME		"console"

enum console_stream {
	CONSOLE_IN	= 0,
	CONSOLE_OUT	= 1,
	CONSOLE_ERR	= 2,
	CONSOLE_LOG	= 3,
	CONSOLE_TRACE	= 4,
	CONSOLE_STREAMS	= 5,
};
#define CONSOLE_GRANT(stream)	(1u << (stream))

enum console_op {
	CONSOLE_WRITE	= 1,
	CONSOLE_READ	= 2,
	CONSOLE_NOTIFY	= 3,
	CONSOLE_INFO	= 4,
};

/* CONSOLE_WRITE. Answer: svc_reply, value = bytes taken (all of them). */
struct console_write {
	struct svc_request req;
	uint32_t stream;		/* 0x08  enum console_stream */
	uint32_t len;			/* 0x0c  bytes, at most CONSOLE_WRITE_MAX */
	uint8_t data[];			/* 0x10 */
};
#define CONSOLE_WRITE_MAX	SVC_INLINE_MAX(sizeof(struct console_write))

/* CONSOLE_READ: takes up to `len` bytes of the input. Answer: value = bytes, data; value 0 with OK is
 * the end of the input; AGAIN: nothing yet, wait for the semaphore of CONSOLE_NOTIFY. */
struct console_read {
	struct svc_request req;
	uint32_t len;			/* 0x08  at most CONSOLE_READ_MAX */
	uint32_t pad;			/* 0x0c */
};
struct console_data {
	struct svc_reply rep;
	uint8_t data[];			/* 0x08 */
};
#define CONSOLE_READ_MAX	SVC_INLINE_MAX(sizeof(struct console_data))

/* CONSOLE_NOTIFY: one typed item, a semaphore with right SM_UP, upped whenever input arrives or ends.
 * A later one of the same client replaces it. Request is a plain svc_request. READ says
 * that input is wanted: before the first one none is taken from the machine. */

/* CONSOLE_INFO. */
#define CONSOLE_TTY	1		/* a terminal is at the other end */
#define CONSOLE_READY	2		/* input: CONSOLE_READ would not say AGAIN */
struct console_info_req {
	struct svc_request req;
	uint32_t stream;		/* 0x08 */
	uint32_t pad;			/* 0x0c */
};
struct console_info {
	struct svc_reply rep;
	uint32_t flags;			/* 0x08  CONSOLE_TTY, CONSOLE_READY */
	uint16_t rows, cols;		/* 0x0c  of the terminal; 0 if unknown */
};
_Static_assert(sizeof(struct console_write) == 0x10, "console protocol 1");
_Static_assert(sizeof(struct console_info) == 0x10, "console protocol 1");
