/* SPDX-License-Identifier: MIT */
/*
 * uart.c - the 16550 UART.
 *
 * Its interrupt is a level inside the chip and an edge at the interrupt controller: there is a new
 * edge only after all received bytes have been read. Whoever stops reading before must come back by
 * himself. Meanwhile the FIFO is full and the sender waits (a real line would need RTS/CTS).
 */
#include "uart.h"

#include "runtime/lib/port.h"

/* Registers; with DLAB set, 0 and 1 are the divisor. */
#define UART_DATA	0
#define UART_IER	1
#define UART_IIR	2	/* reading */
#define UART_FCR	2	/* writing */
#define UART_LCR	3
#define UART_MCR	4
#define UART_LSR	5

#define IER_RECEIVED	0x01
#define IIR_MASK	0x0f
#define IIR_TRIGGER	0x04	/* the receive FIFO has reached its level */
#define FCR_ENABLE	0x07	/* on, both FIFOs emptied */
#define FCR_TRIGGER_14	0xc0	/* interrupt at UART_BURST bytes, or after a pause */
#define LCR_8N1		0x03
#define LCR_DLAB	0x80
#define MCR_DTR_RTS	0x03
#define MCR_OUT2	0x08	/* connects the interrupt on a PC */
#define LSR_RECEIVED	0x01
#define LSR_THRE	0x20

#define PATIENCE	100000

void uart_init(uint16_t port, bool interrupts)
{
	port_out8(port + UART_IER, 0);
	port_out8(port + UART_LCR, LCR_DLAB);
	port_out8(port + 0, 1);			/* 115200 baud */
	port_out8(port + 1, 0);
	port_out8(port + UART_LCR, LCR_8N1);
	port_out8(port + UART_FCR, FCR_ENABLE | FCR_TRIGGER_14);
	port_out8(port + UART_MCR, MCR_DTR_RTS | (interrupts ? MCR_OUT2 : 0));
	port_out8(port + UART_IER, interrupts ? IER_RECEIVED : 0);
}

/* At the trigger level the interrupt identification says that there are so many; else each is asked
 * for. Port accesses are what this costs. */
unsigned uart_get(uint16_t port, uint8_t data[UART_BURST])
{
	unsigned n = 0;

	if ((port_in8(port + UART_IIR) & IIR_MASK) == IIR_TRIGGER) {
		port_in_bytes(port + UART_DATA, data, UART_BURST);
		return UART_BURST;
	}
	while (n < UART_BURST && port_in8(port + UART_LSR) & LSR_RECEIVED)
		data[n++] = port_in8(port + UART_DATA);
	return n;
}

void uart_put(uint16_t port, uint8_t byte)
{
	for (int i = 0; i < PATIENCE && !(port_in8(port + UART_LSR) & LSR_THRE); i++)
		;
	port_out8(port + UART_DATA, byte);
}
