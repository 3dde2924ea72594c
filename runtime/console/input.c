/* SPDX-License-Identifier: MIT */
/*
 * input.c - the console's input: chunks in a window of memory shared with the sender (window.h).
 *
 * A UART carries the rest: out goes XON, which asks for a chunk, and in comes a line with its
 * length. The first chunk is asked for when a client first reads, each other one when the one
 * before it has been taken; until then the sender is held back. So a chunk is always on its way
 * while somebody may wait for readiness, and a machine where nobody reads takes no input at all.
 *
 * An interrupt thread empties the UART, whose lines are short, always as a whole: there is no next
 * edge before.
 *
 * `lock` guards the window and the UART's registers; interrupt thread and handlers hold it for the
 * length of one line or one copy. `arrived` is called without it.
 */
#include "input.h"

#include "uart.h"
#include "window.h"

#define XON	0x11

static struct hedron_mutex lock;
static struct device in;
static struct window window;
static bool gate_open;			/* a client has read */
static void (*on_arrival)(void);

/* ---- with the lock held ---------------------------------------------------------------------- */

static bool has_ended(void)
{
	return in.kind == DEVICE_NONE || window.ended;
}

static void ask(void)
{
	if (!gate_open || !window_is_free(&window) || in.kind == DEVICE_NONE)
		return;
	window.asked = true;
	uart_put(in.port, XON);
}

/* Returns whether a chunk, or the end, has come. */
static bool read_lines(void)
{
	uint8_t data[UART_BURST];
	bool any = false;
	unsigned n;

	while ((n = uart_get(in.port, data)))
		for (unsigned i = 0; i < n; i++)
			any |= window_line(&window, data[i]);
	return any;
}

/* ---- the thread ------------------------------------------------------------------------------ */

static void interrupt_thread(void *arg)
{
	const cap_sel sm = hedron_caps() + CAPS_GSI + in.gsi;
	bool any;

	while (hedron_sm_down(sm, 0) == HEDRON_SUCCESS) {
		hedron_mutex_lock(&lock);
		any = read_lines();
		hedron_mutex_unlock(&lock);
		if (any)
			on_arrival();
	}
	hedron_log("interrupt %u is gone", in.gsi);
}

enum svc_status input_begin(const struct console_args *args, void (*arrived)(void))
{
	const struct hedron_thread_attr attr = { .cpu = hedron_cpu(), .prio = SC_PRIO_MAX - 7 };
	enum svc_status status = hedron_mutex_init(&lock);
	struct hedron_thread *t;

	in = args->in;
	on_arrival = arrived;
	if (status != SVC_OK || in.kind == DEVICE_NONE)
		return status;
	window.byte = hedron_device(&window.size);
	if (!window.byte)
		return SVC_NOT_FOUND;
	uart_init(in.port, true);
	return hedron_thread_create(&t, &attr, interrupt_thread, NULL);
}

/* ---- clients --------------------------------------------------------------------------------- */

void input_want(void)
{
	hedron_mutex_lock(&lock);
	gate_open = true;
	ask();
	hedron_mutex_unlock(&lock);
}

uint32_t input_take(uint8_t *data, uint32_t len, bool *end)
{
	uint32_t n;

	hedron_mutex_lock(&lock);
	n = window_get(&window, data, len);
	ask();
	*end = !n && has_ended();
	hedron_mutex_unlock(&lock);
	return n;
}

bool input_is_ready(void)
{
	bool ready;

	hedron_mutex_lock(&lock);
	ready = window_has_bytes(&window) || has_ended();
	hedron_mutex_unlock(&lock);
	return ready;
}
