/* SPDX-License-Identifier: MIT */
/* console.h - standard input, output and error; the story is at the head of console.c. */
#pragma once
#include <hedron/console.h>
#include <stddef.h>
#include <stdint.h>

struct file;
struct file_ops;
struct thread;
struct uio;
struct wait_queue;

void console_init(cap_sel portal);	/* portal to the service "console" */
void console_input_arrived(void *unused);	/* the semaphore of CONSOLE_NOTIFY was upped */

/* A description for standard input, output or error of a process with these CONSOLE_GRANT_*. What is
 * not granted is empty, or goes to the log. NULL: no memory. */
struct file *console_open(enum console_stream stream, uint32_t grants);

/* What opening /dev/tty or /dev/console gives; NULL: there is no terminal. */
const struct file_ops *console_terminal(uint32_t grants);

/* Input and output of streams, for the kinds of files that have them (tty.c). */
long console_stream_read(struct thread *t, struct file *file, struct uio *u, uint64_t *offset);
long console_stream_write(struct thread *t, struct file *file, struct uio *u, uint64_t *offset);
short console_poll(struct file *file, struct wait_queue **queue);

/* Bytes of input that can be read now; -errno. */
long console_pending(void);
