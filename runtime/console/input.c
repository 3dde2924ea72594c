/* SPDX-License-Identifier: MIT */
/*
 * input.c - the console's input: from the UART into a ring, from the ring to clients.
 *
 * An interrupt thread for each interrupt empties the UARTs into the ring as long as there is room.
 * When the ring is full the bytes stay in the FIFO, the sender is held back, and no further edge
 * comes; so whoever makes room (a client's READ, in a handler) goes on emptying the FIFO. No byte
 * is lost and nobody waits for an interrupt that has been.
 *
 * The end of the input is told on a UART of its own, as the number of bytes that were sent: a line
 * with a decimal number. The input has ended when that many have come.
 *
 * `lock` guards ring, counters and the input UARTs' registers; interrupt threads and handlers hold
 * it for the length of one emptying. `arrived` is called without it.
 */
#include "input.h"

#include "ring.h"
#include "uart.h"

#define XON	0x11
#define LINGER	20	/* looks at an empty FIFO: what follows soon costs no interrupt */
#define UNKNOWN	(~0ull)
#define PATIENCE	20		/* looks at the UART, of some microseconds each */

static struct hedron_mutex lock;
static struct device in, eof;
static struct ring ring;
static uint64_t received;		/* bytes that came on `in` */
static uint64_t announced = UNKNOWN;	/* bytes that come in all */
static uint64_t number;			/* the line on `eof`, so far */
static bool gate_open;
static void (*on_arrival)(void);

/* ---- with the lock held ---------------------------------------------------------------------- */

static bool has_ended(void)
{
	return in.kind == DEVICE_NONE || (received == announced && !ring_used(&ring));
}

/* Returns whether anything came. `patience`: how often to look again when the FIFO is empty. */
static bool drain_in(unsigned patience)
{
	uint8_t data[UART_BURST];
	unsigned misses = 0;
	bool any = false;

	while (in.kind && ring_room(&ring) >= UART_BURST && misses <= (any ? patience : 0)) {
		const unsigned n = uart_get(in.port, data);

		for (unsigned i = 0; i < n; i++)
			ring_put(&ring, data[i]);
		received += n;
		any |= n != 0;
		misses = n ? 0 : misses + 1;
	}
	return any;
}

static void eof_byte(uint8_t byte)
{
	if (byte >= '0' && byte <= '9')
		number = number * 10 + (byte - '0');
	else if (byte == '\n')
		announced = number;
}

static bool drain_eof(void)
{
	uint8_t data[UART_BURST];
	bool any = false;
	unsigned n;

	while (eof.kind && (n = uart_get(eof.port, data))) {
		for (unsigned i = 0; i < n; i++)
			eof_byte(data[i]);
		any = true;
	}
	return any;
}

/* ---- threads --------------------------------------------------------------------------------- */

/* Both UARTs may share an interrupt: look at both, until both are empty, or there is no next edge. */
static void interrupt_thread(void *arg)
{
	const cap_sel sm = hedron_caps() + CAPS_GSI + (uintptr_t)arg;
	bool any;

	while (hedron_sm_down(sm, 0) == HEDRON_SUCCESS) {
		hedron_mutex_lock(&lock);
		any = drain_in(LINGER);
		any |= drain_eof();
		hedron_mutex_unlock(&lock);
		if (any)
			on_arrival();
	}
	hedron_log("interrupt %lu is gone", (unsigned long)(uintptr_t)arg);
}

static enum svc_status start_thread(unsigned gsi)
{
	const struct hedron_thread_attr attr = { .cpu = hedron_cpu(), .prio = SC_PRIO_MAX - 7 };
	struct hedron_thread *t;

	return hedron_thread_create(&t, &attr, interrupt_thread, (void *)(uintptr_t)gsi);
}

enum svc_status input_begin(const struct console_args *args, void (*arrived)(void))
{
	enum svc_status status = hedron_mutex_init(&lock);

	in = args->in;
	eof = args->eof;
	on_arrival = arrived;
	if (in.kind) {
		uart_init(in.port, true);
		if (status == SVC_OK)
			status = start_thread(in.gsi);
	}
	if (eof.kind) {
		uart_init(eof.port, true);
		if (status == SVC_OK && !(in.kind && in.gsi == eof.gsi))
			status = start_thread(eof.gsi);
	}
	return status;
}

/* ---- clients --------------------------------------------------------------------------------- */

void input_want(void)
{
	hedron_mutex_lock(&lock);
	if (!gate_open && in.kind)
		uart_put(in.port, XON);
	gate_open = true;
	hedron_mutex_unlock(&lock);
}

uint32_t input_take(uint8_t *data, uint32_t len, bool *end)
{
	uint32_t n;

	hedron_mutex_lock(&lock);
	n = ring_get(&ring, data, len);
	drain_in(0);
	*end = !n && has_ended();
	hedron_mutex_unlock(&lock);
	return n;
}

bool input_is_ready(void)
{
	bool ready;

	hedron_mutex_lock(&lock);
	ready = ring_used(&ring) || has_ended();
	hedron_mutex_unlock(&lock);
	return ready;
}
