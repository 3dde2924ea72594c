/* SPDX-License-Identifier: MIT */
/*
 * console.c - output on COM1 and the end of the machine.
 *
 * Both ports are pulled from the hypervisor's port space (ABI reference 1.4). If that fails there
 * is nobody to tell: the first `out` faults, and the kernel kills the roottask.
 */
#include "console.h"
#include <stdarg.h>
#include <stdbool.h>
#include <hedron/hypercall.h>
#include "regs.h"

#define COM1		0x3f8	/* 16550: data; +1 IER, +2 FCR, +3 LCR, +4 MCR, +5 LSR */
#define LSR_THR_EMPTY	0x20
#define DEBUG_EXIT	0xf4	/* QEMU isa-debug-exit, iosize 4 */

static void pull_ports(uint16_t base, unsigned order)
{
	hedron_crd crd = crd_pio(base, order);

	hedron_delegate(ROOT_SEL_PD, ROOT_SEL_PD, crd, XFER_DELEGATE | XFER_HYPERVISOR, crd);
}

void console_init(void)
{
	pull_ports(COM1, 3);
	pull_ports(DEBUG_EXIT, 2);
	outb(COM1 + 1, 0);		/* no interrupts */
	outb(COM1 + 3, 0x80);		/* divisor 1: 115200 */
	outb(COM1 + 0, 1);
	outb(COM1 + 1, 0);
	outb(COM1 + 3, 3);		/* 8N1 */
	outb(COM1 + 2, 7);		/* FIFO on and empty */
	outb(COM1 + 4, 3);
}

static void put(char c)
{
	while (!(inb(COM1 + 5) & LSR_THR_EMPTY))
		;
	outb(COM1, (uint8_t)c);
}

static void put_string(const char *s)
{
	while (*s)
		put(*s++);
}

static void put_number(uint64_t value, unsigned base, unsigned width)
{
	char buf[20];
	unsigned n = 0;

	do {
		buf[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (width > n) {
		put('0');
		width--;
	}
	while (n)
		put(buf[--n]);
}

static void put_signed(int64_t value)
{
	if (value < 0)
		put('-');
	put_number(value < 0 ? -(uint64_t)value : (uint64_t)value, 10, 0);
}

/* One conversion; `fmt` stands behind '%'. Returns the position of its last character. */
static const char *put_conversion(const char *fmt, va_list *args)
{
	unsigned width = 0;
	bool is_long = false;

	while (*fmt >= '0' && *fmt <= '9')
		width = width * 10 + (unsigned)(*fmt++ - '0');
	if (*fmt == 'l') {
		is_long = true;
		fmt++;
	}
	switch (*fmt) {
	case 's':
		put_string(va_arg(*args, const char *));
		break;
	case 'c':
		put((char)va_arg(*args, int));
		break;
	case 'd':
		put_signed(is_long ? va_arg(*args, int64_t) : va_arg(*args, int));
		break;
	case 'u':
	case 'x':
		put_number(is_long ? va_arg(*args, uint64_t) : va_arg(*args, unsigned),
			   *fmt == 'x' ? 16 : 10, width);
		break;
	default:
		put(*fmt);
	}
	return fmt;
}

void print(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	for (; *fmt; fmt++) {
		if (*fmt == '%')
			fmt = put_conversion(fmt + 1, &args);
		else
			put(*fmt);
	}
	va_end(args);
}

void machine_exit(unsigned code)
{
	outb(DEBUG_EXIT, (uint8_t)code);
	for (;;)
		__asm__ volatile("pause");
}
